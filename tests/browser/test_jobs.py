"""The jobs of the desk, as admin and as sales, light and dark, on a screen and on a phone; pictures to look at."""

import re

import pytest
from playwright.sync_api import expect

from accounts.models import Customer, User
from inventory.models import Product
from inventory.services.stock import adjust_stock
from sales.models import Order
from tests.browser.desk import check_fits, pick, press, submit_dialog
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.browser

ADMINS = [("admin", "light", 1440), pytest.param("admin", "dark", 390, marks=pytest.mark.slow)]
SALES = [pytest.param("sales", "dark", 1440, marks=pytest.mark.slow), ("sales", "light", 390)]
BOTH = pytest.mark.parametrize(("role", "theme", "width"), [*ADMINS, *SALES])
ADMIN = pytest.mark.parametrize(("role", "theme", "width"), ADMINS)


@pytest.fixture
def clerk(desk, role, theme, width):
    make = {"admin": make_admin, "sales": make_sales}[role]
    sitting = desk(width=width, theme=theme)
    sitting.user = make(first_name="Sara", last_name="Lindqvist", password="correct horse")
    sitting.sign_in(sitting.user)
    take = sitting.picture

    def look(name):
        """A picture; nothing is wider than the screen."""
        take(f"{role}-{theme}-{width}-{name}")
        check_fits(sitting.page)

    sitting.picture = look
    return sitting


@BOTH
def test_an_order_from_the_first_key_to_the_packing_slip(clerk, role):
    make_customer(first_name="Maria", last_name="Anders")
    tea, cup = make_product(name="Tea", stock=8), make_product(name="Cup", stock=5)
    page = clerk.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    pick(page, "#id_items-0-product", "Tea")
    expect(page.locator("#id_items-0-unit_price")).to_have_value("10.00")
    page.fill("#id_items-0-quantity", "9")
    clerk.see("Only 8 in stock, 9 asked for")
    clerk.picture("10-shortage")
    page.fill("#id_items-0-quantity", "3")
    page.keyboard.press("Enter")  # on to the next line
    page.locator(".select2-search__field").last.fill("Cup")
    page.locator(".select2-results__option--highlighted", has_text="Cup").wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#id_items-1-unit_price")).to_have_value("10.00")
    page.fill("#id_items-1-quantity", "2")
    clerk.picture("11-order-form")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")
    order = Order.objects.get()
    assert order.total_amount == 50
    clerk.picture("12-order")

    press(page, "Confirm")
    page.locator("#dialog").get_by_text("−3").wait_for()
    clerk.picture("13-confirm")
    submit_dialog(page, "Confirm order")
    clerk.see(f"{order} confirmed.")
    clerk.picture("14-confirmed")
    tea.refresh_from_db()
    assert tea.stock_qty == 5

    clerk.open(f"/admin/sales/order/{order.pk}/history/")
    clerk.see("Status: Pending")
    clerk.picture("15-history")
    clerk.open(f"/admin/sales/order/{order.pk}/packing-slip/")
    clerk.picture("16-packing-slip")
    clerk.open(f"/admin/sales/order/{order.pk}/change/")
    press(page, "Duplicate")
    page.wait_for_url("**/add/**")
    expect(page.locator("#id_items-1-quantity")).to_have_value("2")
    clerk.picture("17-duplicate")
    clerk.open(f"/admin/sales/order/{order.pk}/change/")
    press(page, "Cancel order")
    page.locator("#dialog").get_by_text("+3").wait_for()
    submit_dialog(page, "Yes, cancel this order")
    clerk.see(f"{order} cancelled.")
    cup.refresh_from_db()
    assert cup.stock_qty == 5


@BOTH
def test_the_list_of_orders_is_narrowed_and_confirmed_together(clerk, role):
    tea = make_product(name="Tea", stock=4)
    orders = [make_order((tea, quantity), user=clerk.user) for quantity in (1, 2, 3)]
    page = clerk.open("/admin/sales/order/")
    clerk.picture("20-orders")
    page.get_by_role("link", name="Pending 3").click()
    page.wait_for_url("**status**")
    for box in page.get_by_label("Select record").all():
        box.check()
    page.get_by_label("Select action to run").select_option(label="Confirm selected orders")
    page.get_by_role("button", name="Run").click()
    clerk.see("Confirm 3 orders?")
    clerk.picture("21-confirm-together")
    assert not Order.objects.filter(status="CONFIRMED").exists()
    page.get_by_role("button", name="Confirm orders").click()
    clerk.see("in stock.")
    clerk.picture("21-confirmed-together")
    confirmed = Order.objects.filter(status="CONFIRMED").count()
    assert 1 <= confirmed < len(orders)
    page = clerk.open(f"/admin/sales/order/?created_by={clerk.user.pk}&total_amount_from=15")
    clerk.see("2 orders")
    clerk.picture("22-narrowed")


@BOTH
def test_a_customer_is_entered_found_and_looked_at(clerk, role, settings):
    settings.PHONENUMBER_DEFAULT_REGION = "DE"
    make_customer(first_name="Maria", last_name="Anders", phone="+4930901820", email="maria@example.com")
    page = clerk.open("/admin/accounts/customer/add/")
    assert page.input_value("#id_customer_code").startswith("CUST-")
    page.fill("#id_first_name", "Maria")
    page.fill("#id_last_name", "Anders")
    page.fill("#id_email", "other@example.com")
    page.fill("#id_phone", "030 901821")
    clerk.picture("30-customer-form")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("is also the name of")
    clerk.picture("31-namesake")
    customer = Customer.objects.get(email="other@example.com")
    assert customer.phone == "+4930901821"
    make_order((make_product(), 2), customer=customer)

    clerk.open("/admin/")
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("901821")
    page.locator("#command-results").get_by_text("Maria Anders").first.wait_for()
    clerk.picture("32-search")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customer/{customer.pk}/change/**")
    page.locator("a[href='#dataset-order']").locator("visible=true").click()
    clerk.see("20.00 USD")
    clerk.picture("33-customer-orders")


@BOTH
def test_the_dashboard_leads_to_what_it_counts_and_one_s_own_profile_is_kept(clerk, role):
    make_order((make_product(stock=3, name="Tea"), 2), user=clerk.user)
    page = clerk.open("/admin/?days=7")
    clerk.picture("40-dashboard")
    page.get_by_role("link", name=re.compile("^Low stock 1")).click()
    clerk.see("Tea")
    clerk.picture("41-low-stock")
    assert page.locator(".data-row, tr.row1").count() >= 1
    page = clerk.open("/admin/profile/")
    page.fill("#id_first_name", "Zara")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("Your profile was saved.")
    clerk.picture("42-profile")
    assert User.objects.get(pk=clerk.user.pk).first_name == "Zara"


@ADMIN
def test_a_product_is_looked_at_and_its_stock_adjusted(clerk, role):
    tea = make_product(name="Tea", category="Drinks", stock=8, cost_price=4)
    adjust_stock(tea, user=clerk.user, new_qty=6, reason="Counted")
    page = clerk.open(f"/admin/inventory/product/{tea.pk}/change/")
    clerk.picture("50-product")
    for tab, told in (("#stock_changes", "Counted"), ("#dataset-history", "In stock: 8")):
        page.locator(f"a[href='{tab}']").locator("visible=true").click()
        clerk.see(told)
        clerk.picture(f"51-product{tab.replace('#', '-')}")
    press(page, "Adjust stock")
    page.locator("#dialog").get_by_label("Pieces").fill("9")
    page.locator("#dialog").get_by_label("Reason").select_option("Counted")
    clerk.picture("52-adjust")
    submit_dialog(page, "Adjust stock")
    clerk.see("6 → 9")
    assert Product.objects.get().stock_qty == 9


@ADMIN
def test_a_colleague_joins_and_leaves(clerk, role):
    page = clerk.open("/admin/accounts/user/add/")
    page.fill("#id_first_name", "Tom")
    page.fill("#id_last_name", "Baker")
    page.fill("#id_email", "tom@example.com")
    page.select_option("#id_role", "SALES")
    page.fill("#id_password1", "horse battery staple")
    page.fill("#id_password2", "horse battery staple")
    clerk.picture("60-colleague-form")
    page.get_by_role("button", name="Save and continue editing").click()
    clerk.see("was added successfully")
    tom = User.objects.get(email="tom@example.com")
    clerk.see("Set a new password")
    clerk.picture("61-colleague")
    page.get_by_role("link", name="Set a new password").click()
    clerk.see("Password confirmation")
    clerk.picture("62-new-password")
    clerk.open(f"/admin/accounts/user/{tom.pk}/change/")
    page.locator("label[for=id_is_active], #id_is_active").last.click()
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was changed successfully")
    clerk.picture("63-colleagues")
    assert not User.objects.get(pk=tom.pk).is_active


@BOTH
def test_orders_of_a_day_are_found_with_the_calendar_and_however_the_day_is_written(clerk, role):
    make_order((make_product(), 1))
    page = clerk.open("/admin/sales/order/")
    page.get_by_role("link", name="Today", exact=True).first.click()
    clerk.see("1 order ·")
    clerk.picture("23-today")
    page.get_by_title("Remove this filter").click()
    page.wait_for_url("**/order/?")
    page.locator("#changelist a", has_text="Filters").first.click()
    field = page.locator("#id_order_date_from")
    field.click()
    page.locator(".calendarbox:visible").wait_for()
    clerk.picture("24-calendar")
    page.locator(".calendarbox:visible .calendar td a", has_text="1").first.click()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", field.input_value())
    field.fill("31.11.2026")
    page.get_by_role("button", name="Apply Filters").click()
    clerk.see("Nothing is shown. Order date: “31.11.2026”: This is not a date.")
    clerk.picture("25-no-date")
    assert field.input_value() == "31.11.2026"
