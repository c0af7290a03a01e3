"""Ctrl+K: type, see, open."""

import pytest
from playwright.sync_api import expect

from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.browser


def test_a_salesperson_finds_and_opens_with_the_keyboard_alone(desk):
    chai = make_product(sku="CH-1", name="Chai", stock=39)
    make_product(
        sku="CH-12", name="Chai of the finest leaves from the first harvest of the highest garden " * 2, stock=0
    )
    for number in range(8):
        make_product(sku=f"CHX-{number}", name=f"Chang {number}")
    customer = make_customer(
        first_name="Charlotte", last_name="Anders", customer_code="C-07", email="lotte@example.com", phone="+4930901820"
    )
    order = make_order((chai, 3), customer=customer)
    make_sales(first_name="Charles", last_name="Colleague")
    sales = desk()
    sales.sign_in(make_sales())
    page = sales.open("/admin/")
    results = page.locator("#command-results-list li")
    chosen = page.locator("#command-results-list li.active")
    field = page.get_by_role("searchbox", name="Search")

    # Nothing typed, one letter, nothing found: Enter does no harm
    page.keyboard.press("Control+k")
    expect(field).to_be_focused()
    page.keyboard.press("Enter")
    with page.expect_response("**/admin/search/**"):
        page.keyboard.type("c")
    page.keyboard.press("Enter")
    page.keyboard.type("hxy")
    sales.see("Nothing found.")
    page.keyboard.press("Enter")
    sales.picture("40-search-nothing")

    # The exact SKU is the first, and Enter opens it
    field.fill("ch")
    results.filter(has_text="All products with “ch”").wait_for()
    assert page.get_by_text("Charles Colleague").count() == 0
    sales.picture("41-search")
    field.fill("ch-1")
    page.wait_for_function("document.querySelectorAll('#command-results-list li').length === 2")
    sales.picture("42-search-sku")
    chosen.filter(has_text="CH-1 ·").wait_for()  # Enter before that would open nothing
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/inventory/product/{chai.pk}/change/")

    # The customer by the end of the phone, from the field in the sidebar, with the arrows
    page.get_by_role("button", name="Search").first.click()
    field.fill("1820")
    results.filter(has_text="C-07 · lotte@example.com").click()
    page.wait_for_url(f"**/accounts/customer/{customer.pk}/change/")
    page.keyboard.press("Control+k")
    field.fill(order.order_number[-6:])
    chosen.filter(has_text="Charlotte Anders · Pending · 30.00 USD").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sales/order/{order.pk}/change/")

    # Escape empties, and closes
    page.keyboard.press("Control+k")
    field.fill("order")
    results.first.wait_for()
    page.keyboard.press("Escape")
    results.first.wait_for(state="detached")
    page.keyboard.press("Escape")
    field.wait_for(state="hidden")


def test_an_admin_walks_the_results_with_the_arrows(desk):
    make_product(sku="CH-1", name="Chai")
    colleague = make_sales(first_name="Charles", last_name="Colleague", email="charles@example.com")
    admin = desk()
    page = admin.page
    page.emulate_media(color_scheme="dark")
    admin.sign_in(make_admin())
    admin.open("/admin/")
    page.mouse.move(700, 230)  # where the first results come up: a mouse at rest chooses nothing
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search").fill("cha")
    admin.see("Sales · charles@example.com")
    chosen = page.locator("#command-results-list li.active")
    chosen.filter(has_text="CH-1 · 10 in stock").wait_for()
    page.keyboard.press("ArrowDown")
    chosen.filter(has_text="Charles Colleague").wait_for()
    admin.picture("43-search-dark")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/accounts/user/{colleague.pk}/change/")
