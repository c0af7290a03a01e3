"""The order page in a hurry: where the keyboard is, what is in sight, what somebody else does meanwhile."""

import pytest
from playwright.sync_api import expect

from accounts.models import Customer
from inventory.services.stock import adjust_stock
from sales.models import Order
from sales.services.orders import NewItem, edit_order
from tests.browser.desk import pick, submit_dialog
from tests.factories import make_customer, make_order, make_product, make_sales, make_user

pytestmark = pytest.mark.browser


def focus(page) -> str:
    """What has the focus, as somebody is told who cannot see it."""
    return page.evaluate("document.activeElement.getAttribute('aria-label') || document.activeElement.name")


@pytest.fixture
def clerk(desk):
    sitting = desk()
    sitting.user = make_sales()
    sitting.sign_in(sitting.user)
    return sitting


def test_a_new_order_starts_at_the_customer_and_goes_on_to_the_first_product(clerk):
    make_customer(first_name="Maria", customer_code="CUST-0007", address="Mill Lane 1\nAshford")
    make_product(name="Anchor", sku="ANC-1", stock=30)
    for _ in range(5):
        page = clerk.open("/admin/sales/order/add/")
        page.wait_for_function("document.activeElement?.matches('.select2-selection')")
        assert focus(page) == "Customer"
    page.keyboard.type("mar")
    clerk.see("CUST-0007 · Ashford")
    clerk.picture("62-suggestions")
    page.keyboard.press("Enter")
    expect(page.locator("#id_customer")).not_to_have_value("")
    page.keyboard.press("Tab")
    assert focus(page) == "Product"
    page.keyboard.type("anc")
    clerk.see("10.00 · 30 in stock")
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement?.name === 'items-0-quantity'")


def test_an_order_for_a_customer_starts_at_the_first_product(clerk):
    customer = make_customer()
    page = clerk.open(f"/admin/sales/order/add/?customer={customer.pk}")
    page.wait_for_function("document.activeElement?.matches('.select2-selection')")
    assert focus(page) == "Product"


def test_no_line_hides_behind_the_bar_and_the_first_wrong_one_is_shown(clerk):
    order = make_order(*[(make_product(name=f"Part {number:02d}"), 1) for number in range(40)])
    admin = make_user("ADMIN")
    clerk.page.context.clear_cookies()
    clerk.sign_in(admin)
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    page.locator("#id_items-0-quantity").focus()
    bar = page.locator("#submit-row").bounding_box()["y"]
    for _ in range(3 * 39):
        page.keyboard.press("Tab")
        box = page.evaluate("document.activeElement.getBoundingClientRect().bottom")
        assert box <= bar
    page.fill("#id_items-7-quantity", "0")
    page.fill("#id_items-30-quantity", "x")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_function("document.activeElement?.name === 'items-7-quantity'")
    assert 0 < page.locator("#id_items-7-quantity").bounding_box()["y"] < bar
    clerk.picture("63-first-wrong-line")


def test_ten_lines_are_in_sight_on_a_small_laptop_with_the_total(desk):
    order = make_order(*[(make_product(name=f"Part {number:02d}"), 1) for number in range(12)])
    clerk = desk(width=1366)
    clerk.page.set_viewport_size({"width": 1366, "height": 768})
    clerk.sign_in(make_user("ADMIN"))
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    bar = page.locator("#submit-row").bounding_box()["y"]
    tenth = page.locator("#id_items-9-quantity").bounding_box()
    assert tenth["y"] + tenth["height"] <= bar
    assert page.locator("#order-total-live").inner_text() == "120.00 USD"
    page.screenshot(path="test-results/64-ten-lines.png")


def test_a_shortage_is_said_once_and_goes_when_it_is_corrected(clerk):
    make_customer(first_name="Maria")
    product = make_product(name="Anchor", stock=5)
    page = clerk.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    pick(page, "#id_items-0-product", "Anchor")
    expect(page.locator("#id_items-0-unit_price")).not_to_have_value("")
    page.fill("#id_items-0-quantity", "5")
    adjust_stock(product, user=None, new_qty=3, reason="Broken")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("5 ordered, 3 in stock")
    clerk.picture("65-shortage")
    assert (
        page.get_by_text("3 in stock").locator("visible=true").count() == 1 or not page.get_by_text("asked for").count()
    )
    page.fill("#id_items-0-quantity", "4")
    clerk.see("Only 3 in stock, 4 asked for")
    assert page.get_by_text("5 ordered, 3 in stock").locator("visible=true").count() == 0
    page.fill("#id_items-0-quantity", "3")
    assert page.get_by_text("asked for").locator("visible=true").count() == 0
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")


def test_a_conflict_shows_what_the_other_changed_and_saving_again_is_a_decision(desk):
    admin, other, customer = (
        make_user("ADMIN"),
        make_user("ADMIN"),
        make_customer(last_name="Quill", address="Mill Lane 1"),
    )
    clerk = desk()
    clerk.sign_in(admin)
    page = clerk.open(f"/admin/accounts/customer/{customer.pk}/change/")
    colleague = desk()
    colleague.sign_in(other)
    theirs = colleague.open(f"/admin/accounts/customer/{customer.pk}/change/")
    theirs.fill("#id_last_name", "Quilt")
    theirs.fill("#id_address", "Mill Lane 2")
    theirs.get_by_role("button", name="Save", exact=True).click()
    colleague.see("was changed successfully")

    page.fill("#id_last_name", "Quille")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see(f"{other} has changed this in the meantime: Quilt.")
    clerk.picture("66-conflict")
    assert page.input_value("#id_last_name") == "Quille" and page.input_value("#id_address") == "Mill Lane 2"
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was changed successfully")
    saved = Customer.objects.get()
    assert (saved.last_name, saved.address) == ("Quille", "Mill Lane 2")


def test_a_conflict_about_an_order_says_what_is_saved_now(desk):
    product, order = make_product(name="Anchor", sku="ANC-1"), None
    order = make_order((product, 1))
    clerk = desk()
    clerk.sign_in(make_user("ADMIN"))
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    edit_order(order, customer=order.customer, lines=[NewItem(product, 4)], user=None)
    page.fill("#id_items-0-quantity", "2")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("4 × Anchor (ANC-1) at 10.00")
    clerk.picture("67-conflict-order")
    assert page.input_value("#id_items-0-quantity") == "2"
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was changed successfully")
    assert list(Order.objects.get().items.values_list("quantity", flat=True)) == [2]


def test_back_after_saving_shows_no_half_filled_form(clerk):
    make_customer(first_name="Maria")
    for name in ("Anchor", "Bolt"):
        make_product(name=name)
    page = clerk.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    pick(page, "#id_items-0-product", "Anchor")
    expect(page.locator("#id_items-0-unit_price")).not_to_have_value("")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")
    page.go_back()
    page.wait_for_function("document.querySelector('#id_items-0-quantity')")
    page.wait_for_timeout(300)
    assert [page.input_value(f"#id_items-0-{name}") for name in ("product", "quantity", "unit_price")] == ["", "", ""]
    assert page.locator("#draft-notice").is_hidden()


def test_saved_and_confirmed_in_one_go_and_the_same_as_last_time(clerk):
    customer, product = make_customer(first_name="Maria"), make_product(name="Anchor", stock=9)
    make_order((product, 2), customer=customer)
    page = clerk.open(f"/admin/sales/order/add/?customer={customer.pk}")
    page.get_by_role("link", name="Same as last time").click()
    expect(page.locator("#id_items-0-quantity")).to_have_value("2")
    page.get_by_role("button", name="Save and confirm").click()
    page.locator("#dialog").get_by_text("Anchor").wait_for()
    submit_dialog(page, "Confirm order")
    clerk.see("confirmed.")
    product.refresh_from_db()
    assert product.stock_qty == 7
