"""What the daily jobs cost in clicks, keys and pages, counted and held to a limit."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from inventory.models import Product
from sales.models import Order
from tests.bench.keystrokes import Hands
from tests.factories import make_customer, make_order, make_product, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def clerk(desk):
    sitting = desk()
    sitting.sign_in(make_user("ADMIN"))
    return sitting


def test_an_order_of_three_lines_from_the_dashboard_until_it_is_confirmed(clerk):
    make_customer(first_name="Ada", last_name="Moreau")
    skus = ["an1", "bo2", "ch3"]
    for sku in skus:
        make_product(sku=sku, name=f"Part {sku}", stock=10)
    page = clerk.open("/admin/")
    hands = Hands(page)
    hands.press("n")
    page.wait_for_function("document.activeElement?.matches('.select2-selection')")
    hands.write("ada")
    page.wait_for_function("document.querySelector('.select2-container--open')")
    hands.press("Enter")
    expect(page.locator("#id_customer")).not_to_have_value("")
    hands.press("Tab")
    for number, sku in enumerate(skus):
        hands.write(sku)
        hands.press("Enter")
        page.wait_for_function(f"document.activeElement?.name === 'items-{number}-quantity'")
        hands.write("2")
        if number < 2:
            hands.press("Enter")
            page.wait_for_selector(".select2-container--open .select2-search__field")
    hands.click(page.get_by_role("button", name="Save and confirm"))
    button = page.locator("#dialog").get_by_role("button", name="Confirm order")
    button.wait_for()
    hands.click(button)
    clerk.see("confirmed.")
    print("order of three lines, confirmed:", hands)
    assert hands.clicks <= 3 and hands.keys <= 30 and hands.loads <= 3
    assert Order.objects.get().status == "CONFIRMED"
    assert set(Product.objects.values_list("stock_qty", flat=True)) == {8}


def test_a_count_is_corrected(clerk):
    for sku in ("an1", "bo2"):
        make_product(sku=sku, name=f"Part {sku}", stock=10)
    page = clerk.open("/admin/inventory/product/")
    hands = Hands(page)
    hands.press("/")
    hands.write("an1")
    hands.press("Enter")
    page.wait_for_url("**q=an1**")
    hands.click(page.get_by_title("Adjust stock"))
    page.wait_for_function("document.activeElement?.name === 'quantity'")
    hands.write("7")
    hands.press("Tab")
    hands.write("C")
    hands.click(page.locator("#dialog").get_by_role("button", name="Adjust stock"))
    clerk.see("stock 10 → 7")
    print("a count corrected:", hands)
    assert hands.keys <= 10
    assert Product.objects.get(sku="AN1").stock_changes.first().change_reason == "Counted"


def test_yesterdays_packing_slips_are_printed_again(clerk):
    orders = [make_order((make_product(), 1)) for _ in range(3)]
    yesterday = timezone.localdate() - timedelta(days=1)
    Order.objects.filter(pk__in=[order.pk for order in orders[:2]]).update(order_date=yesterday)
    page = clerk.open("/admin/")
    hands = Hands(page)
    hands.click(page.locator("#nav-sidebar").get_by_role("link", name="Orders"))
    hands.click(page.get_by_role("link", name="Yesterday", exact=True))
    with page.expect_popup() as paper:
        hands.click(page.get_by_role("link", name="Packing slips"))
    print("yesterday's packing slips:", hands)
    text = paper.value.inner_text("body")
    assert [str(order) in text for order in orders] == [True, True, False]
    assert hands.clicks <= 4
