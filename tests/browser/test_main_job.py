"""The day's work in a browser: catalogue in, order out, stock proved."""

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import Customer, User
from inventory.models import Product
from sales.models import Order
from tests.browser.desk import CATALOGUE, pick, press, submit_dialog
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.browser


def test_an_admin_imports_sells_and_takes_back(desk, tmp_path):
    make_customer(first_name="Maria", last_name="Anders")
    admin = desk()
    admin.type_password(make_admin(first_name="Sara", last_name="Lindqvist"))
    page = admin.page
    admin.picture("01-dashboard")

    # Import the catalogue in two steps
    file = tmp_path / "catalogue.csv"
    file.write_text(CATALOGUE)
    admin.open("/admin/inventory/product/")
    page.locator("a[href='/admin/inventory/product/import/']").click()
    page.set_input_files("input[type=file]", file)
    admin.picture("02-import")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show what will happen").click()
    admin.see("1 value in Cost price with more than two decimals")
    admin.picture("03-preview")
    assert Product.objects.count() == 0
    page.get_by_role("button", name="Import now").click()
    admin.see("catalogue.csv has been imported: 3 new")
    admin.picture("04-products")
    chai = Product.objects.get(sku="NW-1")
    assert chai.stock_qty == 39

    # Take an order with two lines
    admin.open("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    pick(page, "#id_items-0-product", "Chai")
    expect(page.locator("#id_items-0-unit_price")).to_have_value("18.00")
    page.fill("#id_items-0-quantity", "4")
    page.get_by_text("Add another Line").click()
    pick(page, "#id_items-1-product", "Chang")
    expect(page.locator("#id_items-1-unit_price")).to_have_value("19.00")
    page.fill("#id_items-1-quantity", "2")
    assert page.locator("#order-total-live").inner_text() == "110.00 USD"
    admin.picture("05-order-form")
    page.get_by_role("button", name="Save", exact=True).click()
    admin.see("was added successfully")
    order = Order.objects.get()
    assert order.items.count() == 2 and str(order.total_amount) == "110.00"
    admin.picture("06-order")

    # Confirm it and see the stock fall
    page.get_by_role("link", name="Confirm").click()
    page.locator("#dialog").get_by_text("35", exact=True).wait_for()
    admin.picture("07-confirm-dialog")
    submit_dialog(page, "Confirm order")
    admin.see(f"{order} confirmed.")
    admin.picture("08-confirmed")
    chai.refresh_from_db()
    assert chai.stock_qty == 35
    admin.open("/admin/inventory/stockchange/")
    admin.see(f"Order {order.order_number} confirmed")
    admin.see("−4")
    assert page.get_by_role("row").filter(has_text="Chai").filter(has_text="Sara Lindqvist").count() == 2
    admin.picture("09-stock-changes")

    # Cancel it and see the stock return
    admin.open(f"/admin/sales/order/{order.pk}/change/")
    press(page, "Cancel order")
    page.locator("#dialog").get_by_text("+4").wait_for()
    admin.picture("10-cancel-dialog")
    submit_dialog(page, "Yes, cancel this order")
    admin.see(f"{order} cancelled.")
    admin.picture("11-cancelled")
    chai.refresh_from_db()
    assert chai.stock_qty == 39

    # Adjust the stock by hand
    admin.open(f"/admin/inventory/product/{chai.pk}/change/")
    page.get_by_role("link", name="Adjust stock").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Pieces").fill("30")
    submit_dialog(page, "Adjust stock")
    dialog.get_by_text("This field is required").wait_for()
    admin.picture("12-adjust-refused")
    dialog.get_by_label("Reason").select_option("Counted")
    dialog.get_by_label("Details").fill("in the store")
    submit_dialog(page, "Adjust stock")
    admin.see("stock 39 → 30")
    page.locator("a[href='#stock_changes']").click()
    admin.see("Counted: in the store")
    admin.picture("13-product")
    admin.open(f"/admin/inventory/product/{chai.pk}/history/")
    admin.see("In stock: 39 →")
    admin.picture("14-history")
    call_command("check_stock")


def test_a_salesperson_confirms_but_changes_no_product_and_sees_no_staff(desk):
    product = make_product(name="Chai", sku="NW-1", stock=10)
    order = make_order((product, 3))
    sales = desk()
    sales.sign_in(make_sales(first_name="Tom", last_name="Baker"))
    page = sales.open("/admin/")
    sales.picture("20-sales-dashboard")
    assert page.get_by_role("link", name="Staff users").count() == 0

    sales.open(f"/admin/inventory/product/{product.pk}/change/")
    sales.see("Chai")
    assert page.get_by_role("button", name="Save").count() == 0
    assert page.get_by_role("link", name="Adjust stock").count() == 0
    sales.picture("21-sales-product")

    sales.open("/admin/sales/order/")
    page.get_by_label("Select record").first.check()
    page.get_by_label("Select action to run").select_option(label="Confirm selected orders")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Confirm orders").click()
    sales.see("1 order confirmed.")
    sales.picture("22-sales-orders")
    product.refresh_from_db()
    assert product.stock_qty == 7
    sales.open(f"/admin/sales/order/{order.pk}/change/")
    sales.see("It was confirmed by Tom Baker")
    assert page.get_by_role("button", name="Save").count() == 0
    sales.picture("23-sales-order")

    response = page.goto(sales.address + "/admin/accounts/user/")
    assert response.status == 403
    sales.wrong = [line for line in sales.wrong if "403" not in line]  # the browser notes the refusal we asked for
    assert User.objects.filter(role="ADMIN").count() == 0


def test_an_admin_brings_a_bad_german_list_mends_it_and_takes_it_back(desk, tmp_path):
    make_product(sku="NW-1", name="Tee", stock=5)
    admin = desk()
    admin.sign_in(make_admin())
    page = admin.open("/admin/")

    def bring(file):
        admin.open("/admin/inventory/product/import/")
        page.set_input_files("input[type=file]", file)
        page.get_by_role("button", name="Continue").click()
        page.get_by_text("Set the stock of existing products").click()
        page.get_by_role("button", name="Show what will happen").click()

    file = tmp_path / "liste.csv"
    lines = ["SKU;Name;Selling Price;Stock Qty", "nw-1;Tee;1.012,00;9", "nw-2;Käse;teuer;1", "nw-3;Öl;3,50;4"]
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    bring(file)
    admin.see("This is not a number.")
    admin.picture("10-import-with-errors")
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    bad = download.value.path().read_text(encoding="utf-8-sig")
    assert "nw-2;Käse;teuer;1;3;Selling Price: This is not a number." in bad
    page.get_by_role("link", name="Changed 1").click()
    admin.see("stock 5 → 9 (+4)")
    page.get_by_role("button", name="Import the other 2 lines").click()
    admin.see("liste.csv has been imported: 1 new, 1 changed, 0 unchanged, 1 errors.")
    admin.picture("11-import")
    first = page.url
    assert Product.objects.get(sku="NW-1").selling_price == 1012

    mended = tmp_path / "liste-errors.csv"
    mended.write_text(bad.replace("teuer", "4,79"), encoding="utf-8-sig")
    bring(mended)
    admin.picture("12-mended-lines")
    page.get_by_role("button", name="Import now").click()
    admin.see("liste-errors.csv has been imported: 1 new, 0 changed, 0 unchanged, 0 errors.")
    assert str(Product.objects.get(sku="NW-2")) == "Käse (NW-2)"

    page.goto(first)
    page.get_by_text("Undo this import").click()
    submit_dialog(page, "Undo the import")
    admin.see("The import of liste.csv has been undone.")
    admin.picture("13-import-undone")
    tea = Product.objects.get(sku="NW-1")
    assert (tea.stock_qty, tea.selling_price) == (5, 10)
    assert not Product.objects.filter(sku="NW-3").exists()
    call_command("check_stock")


def test_an_admin_brings_customers_and_takes_them_back(desk, tmp_path):
    make_customer(email="ann@example.com", first_name="Ann", last_name="Lee")
    admin = desk()
    admin.sign_in(make_admin())
    page = admin.open("/admin/")
    admin.open("/admin/accounts/customer/")
    page.locator("a[href$='/accounts/customer/import/']").click()
    file = tmp_path / "customers.csv"
    file.write_text("email,first_name,phone\nann@example.com,Anna,+49 30 1111111\nbob@example.com,Bob,\n")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show what will happen").click()
    admin.see("first name Ann → Anna")
    admin.picture("14-customer-import")
    page.get_by_role("button", name="Import now").click()
    admin.see("customers.csv has been imported: 1 new, 1 changed, 0 unchanged, 0 errors.")
    page.get_by_text("Undo this import").click()
    submit_dialog(page, "Undo the import")
    admin.see("The import of customers.csv has been undone.")
    assert [str(person) for person in Customer.objects.all()] == ["Ann Lee"]
