"""The main pages for people who cannot see or point well: axe-core finds nothing serious or critical."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command

from inventory.models import Product, ProductImport
from sales.models import Order
from tests.factories import make_admin, make_import

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
    "/admin/inventory/productimport/{imported}/change/",
    "/admin/inventory/stockchange/",
    "/admin/accounts/customer/",
    "/admin/accounts/customer/add/",
    "/admin/accounts/customer/{customer}/change/",
    "/admin/accounts/user/",
    "/admin/profile/",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_serious_is_in_the_way(desk, scheme):
    call_command("load_demo", verbosity=0)
    make_import("sku,name,selling_price\nNEW-1,Chai,1\n")
    keys = {
        "pending": Order.objects.pending().first().pk,
        "closed": Order.objects.filter(status="CONFIRMED").first().pk,
        "product": Product.objects.last().pk,
        "customer": Order.objects.first().customer_id,
        "imported": ProductImport.objects.get().pk,
    }
    admin = desk()
    admin.page.emulate_media(color_scheme=scheme)
    found = []

    def look(path):
        admin.page.wait_for_load_state("networkidle")
        for violation in Axe().run(admin.page).response["violations"]:
            if violation["impact"] in ("serious", "critical"):
                found.append((path, violation["id"], [node["html"][:120] for node in violation["nodes"][:3]]))

    admin.open("/admin/login/")
    look("/admin/login/")
    admin.sign_in(make_admin())
    for path in PAGES:
        address = path.format(**keys)
        admin.open(address)
        look(address)
    assert not found, "\n".join(map(str, found))
