"""What is typed and not saved is kept in the browser until it is saved, discarded or its person signs out."""

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from accounts.models import Customer
from sales.models import Order
from tests.browser.desk import pick
from tests.factories import make_customer, make_order, make_product, make_sales, make_user

pytestmark = pytest.mark.browser


def leave(page, address):
    """Go elsewhere, whatever the page says against it."""
    page.on("dialog", lambda dialog: dialog.accept())
    page.wait_for_timeout(300)  # what is typed is kept after a moment's rest
    page.goto(address)


def type_order(page):
    """A customer and three lines, of which the second is taken away again."""
    pick(page, "#id_customer", "Maria")
    for number, name in enumerate(("Anchor", "Bolt", "Chain")):
        if number:
            page.get_by_text("Add another Line").click()
        pick(page, f"#id_items-{number}-product", name)
        expect(page.locator(f"#id_items-{number}-unit_price")).not_to_have_value("")
        page.fill(f"#id_items-{number}-quantity", str(number + 2))
    page.locator("#items-group .delete-template:visible").nth(1).click()
    page.fill("#id_items-2-unit_price", "7.50")


@pytest.fixture
def shop(committed_db):
    make_customer(first_name="Maria")
    return [make_product(name=name) for name in ("Anchor", "Bolt", "Chain")]


def test_a_session_that_ends_loses_nothing_of_the_order(desk, shop):
    sales, clerk = make_sales(), desk()
    clerk.sign_in(sales)
    page = clerk.open("/admin/sales/order/add/")
    type_order(page)
    Session.objects.all().delete()
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("You have been signed out, because your session has ended.")
    clerk.picture("60-session-ended")
    page.locator("#id_username").fill(sales.email)
    page.locator("#id_password").fill("correct horse")
    page.keyboard.press("Enter")
    clerk.see("What you had typed is back. It is not saved yet.")
    clerk.picture("61-order-is-back")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")
    order = Order.objects.get()
    assert order.customer.first_name == "Maria"
    assert [(item.product_name, item.quantity, str(item.unit_price)) for item in order.items.all()] == [
        ("Anchor", 2, "10.00"),
        ("Chain", 4, "7.50"),
    ]
    clerk.open("/admin/sales/order/add/")
    page.wait_for_timeout(300)
    assert page.locator("#draft-notice").is_hidden()


def test_what_was_left_behind_is_offered_and_may_be_discarded(desk, shop):
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/sales/order/add/")
    type_order(page)
    leave(page, clerk.address + "/admin/sales/order/")
    page.go_back()
    clerk.see("was not saved.")
    assert page.input_value("#id_items-0-quantity") == ""
    page.get_by_role("button", name="Take it back").click()
    clerk.see("What you had typed is back.")
    assert page.input_value("#id_items-0-quantity") == "2"
    page.get_by_role("button", name="Discard it").click()
    page.wait_for_function("document.querySelector('#id_items-0-quantity')?.value === ''")
    assert page.locator("#draft-notice").is_hidden()
    page.reload()
    page.wait_for_timeout(300)
    assert page.locator("#draft-notice").is_hidden()


def test_a_crash_loses_nothing_and_a_conflict_is_noticed_all_the_same(desk):
    customer, admin, clerk = make_customer(last_name="Quill"), make_user("ADMIN"), desk()
    clerk.sign_in(admin)
    page = clerk.open(f"/admin/accounts/customer/{customer.pk}/change/")
    page.fill("#id_last_name", "Quille")
    page.wait_for_timeout(300)
    again = page.context.new_page()  # another tab: the old one is gone
    page.close()
    clerk.page = page = again
    Customer.objects.filter(pk=customer.pk).update(last_name="Quilt")
    clerk.open(f"/admin/accounts/customer/{customer.pk}/change/")
    page.get_by_role("button", name="Take it back").click()
    assert page.input_value("#id_last_name") == "Quille"
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".errornote").first.wait_for()
    customer.refresh_from_db()
    assert customer.last_name == "Quilt"


def test_signing_out_leaves_nothing_and_nobody_sees_what_another_typed(desk):
    order, admin, sales, clerk = make_order((make_product(), 1)), make_user("ADMIN"), make_sales(), desk()
    clerk.sign_in(admin)
    page = clerk.open(f"/admin/accounts/customer/{order.customer_id}/change/")
    page.fill("#id_last_name", "Quille")
    leave(page, clerk.address + "/admin/")
    page.wait_for_load_state("networkidle")  # what a page still asks for without a session is refused
    Session.objects.all().delete()
    clerk.sign_in(sales)
    clerk.open(f"/admin/accounts/customer/{order.customer_id}/change/")
    page.wait_for_load_state("networkidle")
    assert page.locator("#draft-notice").is_hidden()
    Session.objects.all().delete()
    clerk.sign_in(admin)
    clerk.open(f"/admin/accounts/customer/{order.customer_id}/change/")
    clerk.see("was not saved.")
    page.wait_for_load_state("networkidle")
    page.evaluate("document.getElementById('logout-form').requestSubmit()")
    clerk.see("You are signed out")
    assert page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('draft ')).length") == 0
