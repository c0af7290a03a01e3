"""The main pages for people who cannot see or point well: axe-core finds nothing serious or critical."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from core.imports.models import ImportRecord
from inventory.delivery_models import Delivery, Supplier
from inventory.models import Product
from inventory.services.counts import enter_count
from sales.models import Order
from sales.payment_models import Payment
from sales.return_models import OrderReturn
from tests.browser.desk import pick
from tests.counting import make_count
from tests.factories import make_admin, make_customer, make_import, make_order, make_product

pytestmark = pytest.mark.browser

PAGES = [
    "/admin/",
    "/admin/?days=1",
    "/admin/sales/order/",
    "/admin/sales/order/add/",
    "/admin/sales/order/{pending}/change/",
    "/admin/sales/order/{closed}/change/",
    "/admin/sales/order/export/",
    "/admin/sales/order/{closed}/print/",
    "/admin/inventory/product/",
    "/admin/inventory/product/{product}/change/",
    "/admin/inventory/product/{product}/history/",
    "/admin/inventory/product/import/",
    "/admin/core/importrecord/{imported}/change/",
    "/admin/inventory/stockchange/",
    "/admin/inventory/stockcount/add/",
    "/admin/inventory/stockcount/{count}/change/",
    "/admin/inventory/stockcount/{count}/count/",
    "/admin/inventory/stockcount/{count}/variances/?rest=zero",
    "/admin/inventory/stockcount/{count}/import/",
    "/admin/inventory/stockcount/{count}/print/",
    "/admin/accounts/customer/",
    "/admin/accounts/customer/add/",
    "/admin/accounts/customer/{customer}/change/",
    "/admin/accounts/user/",
    "/admin/inventory/delivery/",
    "/admin/inventory/delivery/add/",
    "/admin/inventory/delivery/{delivery}/change/",
    "/admin/inventory/supplier/{supplier}/change/",
    "/admin/stock-at/",
    "/admin/sales/order/{closed}/amend/",
    "/admin/sales/order/{closed}/return/",
    "/admin/sales/orderreturn/{returned}/change/",
    "/admin/sales/payment/",
    "/admin/sales/payment/add/?customer={customer}",
    "/admin/sales/payment/{payment}/change/",
    "/admin/accounts/accountentry/who-owes/",
    "/admin/accounts/customer/{customer}/statement/",
    "/admin/core/firm/1/change/",
    "/admin/profile/",
]


WANTED: dict[str, list] = {"resultTypes": ["violations"]}  # to describe what is right as well takes long
RULES = {"light": WANTED, "dark": {**WANTED, "runOnly": ["color-contrast"]}}  # only colours differ in the dark


@pytest.mark.slow
def test_nothing_serious_is_in_the_way(desk):
    call_command("load_demo", verbosity=0)
    make_import("sku,name,selling_price\nNEW-1,Chai,1\n")
    count = make_count(*Product.objects.all()[:5])
    enter_count(count.lines.first(), 1, user=None)
    keys = {
        "count": count.pk,
        "pending": Order.objects.pending().first().pk,
        "closed": Order.objects.filter(status="CONFIRMED").first().pk,
        "product": Product.objects.last().pk,
        "customer": Order.objects.first().customer_id,
        "imported": ImportRecord.objects.get().pk,
        "delivery": Delivery.objects.first().pk,
        "payment": Payment.objects.first().pk,
        "returned": OrderReturn.objects.first().pk,
        "supplier": Supplier.objects.first().pk,
    }
    admin = desk()
    found = []

    def look(path):
        admin.page.wait_for_load_state("networkidle")
        for scheme, rules in RULES.items():
            admin.page.emulate_media(color_scheme=scheme)
            admin.page.wait_for_timeout(200)  # what fades has its colours afterwards
            for violation in Axe().run(admin.page, options=rules).response["violations"]:
                if violation["impact"] in ("serious", "critical"):
                    nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                    found.append((scheme, path, violation["id"], nodes))

    for path in ("/admin/login/", "/admin/password-reset/"):
        admin.open(path)
        look(path)
    admin.sign_in(make_admin())
    for path in PAGES:
        address = path.format(**keys)
        assert admin.page.goto(admin.address + address).ok, address
        look(address)
    assert not found, "\n".join(map(str, found))


@pytest.mark.parametrize("scheme", RULES)
def test_nothing_serious_is_in_the_way_of_what_opens(desk, scheme, tmp_path):
    """Dialogs, the search, tabs, a shortage in the order form, an import with errors, a change of many products."""
    tea = make_product(name="Tea", stock=3)
    order = make_order((tea, 2), customer=make_customer(first_name="Maria"))
    bad = tmp_path / "list.csv"
    bad.write_text("sku,name,selling_price\nA-1,Anchor,dear\nA-2,Bolt,2\n")
    admin = desk(theme=scheme)
    admin.sign_in(make_admin())
    page, found = admin.page, []

    def look(where):
        page.wait_for_timeout(400)  # what fades in has its colours afterwards
        for violation in Axe().run(page, options=RULES[scheme]).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append((where, violation["id"], [node["html"][:120] for node in violation["nodes"][:3]]))

    admin.open(f"/admin/inventory/product/{tea.pk}/change/")
    page.locator("a[href='#dataset-history']").click()
    look("history tab")
    page.get_by_role("link", name="Adjust stock").click()
    page.locator("#dialog").wait_for()
    look("stock dialog")
    admin.open(f"/admin/sales/order/{order.pk}/change/")
    page.get_by_role("link", name="Confirm").click()
    page.locator("#dialog").wait_for()
    look("order dialog")
    admin.open("/admin/sales/order/add/")
    pick(page, "#id_items-0-product", "Tea")
    page.fill("#id_items-0-quantity", "9")
    admin.see("Only 3 in stock, 9 asked for")
    look("shortage")
    admin.open("/admin/inventory/product/import/")
    page.set_input_files("input[type=file]", bad)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show what will happen").wait_for()
    look("columns of an import")
    page.get_by_role("button", name="Show what will happen").click()
    admin.see("This is not a number.")
    look("import with errors")
    admin.open("/admin/inventory/product/")
    page.get_by_label("Select record").first.check()
    page.get_by_label("Select action to run").select_option(label="Change category of selected products")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Change", exact=True).wait_for()
    look("bulk change")
    admin.open("/admin/inventory/product/")
    page.get_by_role("button", name="Columns and views").click()
    page.get_by_label("Keep this list").wait_for()
    look("columns and views")
    admin.open("/admin/sales/order/")
    page.get_by_label("Select record").first.check()
    page.get_by_label("Select action to run").select_option(label="Confirm selected orders")
    page.get_by_role("button", name="Run").click()
    page.get_by_role("button", name="Confirm orders").wait_for()
    look("many orders at once")
    page.keyboard.press("Control+k")
    page.locator("#search-input-command").press_sequentially("Maria")
    page.locator("#command-results").get_by_text("Maria").first.wait_for()
    look("search")
    admin.open(f"/admin/sales/order/{order.pk}/packing-slip/")
    look("packing slip")
    assert not found, "\n".join(map(str, found))
