"""The order form as a person uses it: changing one's mind, typing a comma, forgetting to save."""

import pytest
from playwright.sync_api import expect

from sales.models import Order
from tests.browser.desk import pick
from tests.factories import make_customer, make_order, make_product, make_sales, make_user

pytestmark = pytest.mark.browser


def test_a_salesperson_takes_a_line_out_again_and_the_others_stay_as_typed(desk):
    make_customer(first_name="Maria")
    for name in ("Anchor", "Bolt", "Chain", "Dowel"):
        make_product(name=name)
    sales = desk()
    sales.sign_in(make_sales())
    page = sales.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    for number, name in enumerate(("Anchor", "Bolt", "Chain", "Dowel")):
        if number:
            page.get_by_text("Add another Line").click()
        pick(page, f"#id_items-{number}-product", name)
        expect(page.locator(f"#id_items-{number}-unit_price")).not_to_have_value("")
        page.fill(f"#id_items-{number}-quantity", str(number + 1))
    page.fill("#id_items-3-unit_price", "7.50")
    page.locator("#items-group .delete-template:visible").nth(1).click()
    assert page.locator("#order-total-live").inner_text() == "70.00 USD"  # 1 × 10 + 3 × 10 + 4 × 7.50
    page.get_by_text("Add another Line").click()
    pick(page, "#id_items-4-product", "Bolt")
    expect(page.locator("#id_items-4-unit_price")).not_to_have_value("")
    sales.picture("30-line-removed")
    page.get_by_role("button", name="Save", exact=True).click()
    sales.see("was added successfully")
    lines = Order.objects.get().items.values_list("product_name", "quantity", "total_price")
    assert [(name, quantity, str(total)) for name, quantity, total in lines] == [
        ("Anchor", 1, "10.00"),
        ("Chain", 3, "30.00"),
        ("Dowel", 4, "30.00"),
        ("Bolt", 1, "10.00"),
    ]


def test_a_decimal_comma_is_understood_and_what_could_be_thousands_refused_at_its_field(desk):
    make_customer(first_name="Maria")
    make_product(name="Anchor")
    sales = desk()
    sales.sign_in(make_sales())
    page = sales.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    pick(page, "#id_items-0-product", "Anchor")
    expect(page.locator("#id_items-0-unit_price")).not_to_have_value("")
    page.fill("#id_items-0-quantity", "3")
    page.fill("#id_items-0-unit_price", "1.234")
    page.get_by_role("button", name="Save", exact=True).click()
    sales.see("This could be thousands or a decimal fraction.")
    assert page.input_value("#id_items-0-unit_price") == "1.234"
    sales.picture("31-thousands-refused")
    page.fill("#id_items-0-unit_price", "")
    page.locator("#id_items-0-unit_price").press_sequentially("12,50")
    assert page.locator("#order-total-live").inner_text() == "37.50 USD"
    page.get_by_role("button", name="Save", exact=True).click()
    sales.see("was added successfully")
    assert str(Order.objects.get().total_amount) == "37.50"


def test_what_is_not_saved_yet_is_not_lost_by_confirming(desk):
    order = make_order((make_product(), 1))
    admin = desk()
    admin.sign_in(make_user("ADMIN"))
    page = admin.open(f"/admin/sales/order/{order.pk}/change/")
    said = []
    page.on("dialog", lambda dialog: (dialog.message and said.append(dialog.message), dialog.accept()))
    page.fill("#id_items-0-quantity", "3")
    page.get_by_role("link", name="Confirm").click()
    assert said == ["You have changed this order but not saved it yet. Please save your changes first."]
    assert page.locator("#dialog").count() == 0
    page.reload()
    make_customer(first_name="Zacharias")
    pick(page, "#id_customer", "Zacharias")
    page.get_by_role("link", name="Confirm").click()
    assert len(said) == 2
    page.reload()
    page.fill("#id_items-0-quantity", "3")
    page.get_by_role("button", name="Save", exact=True).click()
    admin.see("was changed successfully")
    page.get_by_role("link", name="Confirm").click()
    page.locator("#dialog").get_by_text("−3").wait_for()
    page.locator("#dialog").get_by_role("button", name="Confirm order").click()
    admin.see(f"{order} confirmed.")


def test_a_dialog_that_shows_yesterdays_order_shows_it_anew(desk):
    from sales.services.orders import NewItem, edit_order

    product = make_product()
    order = make_order((product, 1))
    sales = desk()
    sales.sign_in(make_sales())
    page = sales.open(f"/admin/sales/order/{order.pk}/change/")
    page.get_by_role("link", name="Confirm").click()
    page.locator("#dialog").get_by_text("−1").wait_for()
    edit_order(order, customer=order.customer, lines=[NewItem(product, 4)], user=make_user("ADMIN", first_name="Sara"))
    page.locator("#dialog").get_by_role("button", name="Confirm order").click()
    page.locator("#dialog").get_by_text("has changed ORD-").wait_for()
    page.locator("#dialog").get_by_text("−4").wait_for()
    sales.picture("32-dialog-anew")
    page.locator("#dialog").get_by_role("button", name="Confirm order").click()
    sales.see(f"{order} confirmed.")
    product.refresh_from_db()
    assert product.stock_qty == 6


def test_nothing_goes_wrong_on_the_page_that_asks_before_deleting(desk):
    order = make_order((make_product(), 1))
    admin = desk()
    admin.sign_in(make_user("ADMIN"))
    page = admin.open(f"/admin/sales/order/{order.pk}/delete/")
    admin.picture("33-delete")
    page.get_by_role("button", name="Yes, I’m sure").click()
    admin.see("was deleted successfully")
    assert not Order.objects.exists()


def test_an_order_is_typed_with_the_keyboard_alone_and_a_shortage_shows_while_typing(desk):
    make_customer(first_name="Maria")
    make_product(name="Anchor", stock=10)
    make_product(name="Bolt", stock=50)
    sales = desk()
    sales.sign_in(make_sales())
    page = sales.open("/admin/sales/order/add/")
    keyboard = page.keyboard

    def choose(text):
        page.locator(".select2-search__field").last.fill(text)
        page.locator(".select2-results__option--highlighted", has_text=text).wait_for()
        keyboard.press("Enter")
        expect(page.locator(".select2-container--open")).to_have_count(0)

    def wait_for_price(number):
        expect(page.locator(f"#id_items-{number}-unit_price")).not_to_have_value("")

    page.locator("#id_customer + span .select2-selection").focus()
    keyboard.press("Enter")
    choose("Maria")
    page.locator("#id_items-0-product + span .select2-selection").focus()
    keyboard.press("Enter")
    choose("Anchor")
    wait_for_price(0)
    keyboard.type("8")
    sales.see("10 in stock")
    keyboard.press("Enter")
    choose("Bolt")
    wait_for_price(1)
    keyboard.type("2")
    keyboard.press("Enter")
    choose("Anchor")
    wait_for_price(2)
    keyboard.type("5")
    assert page.get_by_text("Only 10 in stock, 13 asked for").count() == 2  # both lines of the product together
    sales.picture("34-shortage-while-typing")
    keyboard.press("Backspace")
    keyboard.type("2")
    assert page.get_by_text("asked for").count() == 0
    assert not Order.objects.exists()  # Enter has not saved the form
    page.get_by_role("button", name="Save", exact=True).focus()
    keyboard.press("Enter")
    sales.see("was added successfully")
    assert [item.quantity for item in Order.objects.get().items.all()] == [8, 2, 2]


def test_what_was_refused_is_not_lost_by_confirming(desk):
    order = make_order((make_product(name="Anchor"), 1))
    admin = desk()
    admin.sign_in(make_user("ADMIN"))
    page = admin.open(f"/admin/sales/order/{order.pk}/change/")
    page.fill("#id_items-0-unit_price", "12.50 $")
    page.get_by_role("button", name="Save", exact=True).click()
    admin.see("This is not a number.")
    warned = []
    page.on("dialog", lambda dialog: (warned.append(dialog.message), dialog.accept()))
    page.get_by_role("link", name="Confirm").click()
    page.wait_for_timeout(300)
    assert "Please save your changes first" in warned[0]
    assert page.input_value("#id_items-0-unit_price") == "12.50 $"
    order.refresh_from_db()
    assert order.status == "PENDING"


def hold(page):
    """The questions about products from now on, in a list; each is answered when it is continued."""
    held = []
    page.route("**/product-info/**", lambda route: held.append(route))
    return held


def test_an_answer_that_comes_late_takes_nothing_away_and_names_no_other_products_price(desk):
    make_customer(first_name="Maria")
    make_product(name="Anchor", selling_price=500, stock=5)
    make_product(name="Bolt", selling_price=1, stock=900)
    sales = desk()
    sales.sign_in(make_sales())
    page = sales.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    held = hold(page)
    pick(page, "#id_items-0-product", "Anchor")
    page.fill("#id_items-0-quantity", "8")
    page.fill("#id_items-0-unit_price", "7.50")
    held[0].continue_()
    sales.see("Only 5 in stock, 8 asked for")
    assert page.input_value("#id_items-0-unit_price") == "7.50"

    pick(page, "#id_items-0-product", "Bolt")
    pick(page, "#id_items-0-product", "Anchor")
    pick(page, "#id_items-0-product", "Bolt")
    held[2].continue_()
    page.wait_for_timeout(300)
    assert page.input_value("#id_items-0-unit_price") == ""  # that was the Anchor's
    held[3].abort()
    page.wait_for_timeout(300)
    page.get_by_role("button", name="Save", exact=True).click()
    sales.see("was added successfully")
    sales.wrong.clear()  # the answer that never came
    assert str(Order.objects.get().total_amount) == "8.00"
