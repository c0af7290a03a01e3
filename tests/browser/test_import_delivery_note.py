"""A supplier's list with a letterhead becomes a delivery without touching the file, at a desk and on a phone."""

import pytest

from inventory.delivery_models import Delivery
from inventory.models import Product
from tests.browser.desk import check_fits
from tests.factories import make_admin, make_delivery, make_product, make_supplier

pytestmark = pytest.mark.browser

NOTE = (
    "Acme Großhandel GmbH;;;;\nLieferschein Nr. 4711;;;;\n;;;;\n"
    "Pos;Artikelnr.;Bezeichnung;Menge;Einzelpreis\n1;NW-1;Käsehobel;3;12,50\n2;4711-X;Öltrichter;10;1,2550\n"
)


@pytest.mark.parametrize("width", [1366, 390])
def test_a_german_list_is_mapped_previewed_and_booked_and_leads_to_its_delivery(desk, tmp_path, width):
    acme = make_supplier(name="Acme")
    hobel = make_product(stock=1, sku="NW-1", name="Grater", selling_price="20.00")
    make_product(stock=0, supplier=acme, supplier_sku="4711-X", name="Funnel", selling_price="1.00")
    make_delivery((hobel, 1), supplier=acme, their_reference="4711")
    (tmp_path / "note.csv").write_bytes(NOTE.encode())
    clerk = desk(width=width)
    clerk.sign_in(make_admin())
    page = clerk.open("/admin/inventory/delivery/")
    page.locator('a[href$="/delivery/import/"]').first.wait_for(state="attached")  # on a phone it is in a menu
    clerk.picture(f"note-{width}-list")
    page = clerk.open("/admin/inventory/delivery/import/")
    page.set_input_files("input[type=file]", tmp_path / "note.csv")
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Supplier", exact=True).select_option("Acme")
    page.get_by_label("Delivery note").fill("4711")
    page.get_by_role("button", name="Show what will happen").click()
    clerk.see("Delivery note 4711 of Acme is booked already as DEL-")
    clerk.picture(f"note-{width}-known")
    page.get_by_label("Delivery note").fill("4712")
    check_fits(page)
    page.get_by_role("button", name="Show what will happen").click()
    clerk.see("Lines: 2, pieces: 13, total cost: 50.05.")
    clerk.picture(f"note-{width}-preview")
    check_fits(page)
    page.get_by_role("button", name="Import now").click()
    clerk.see("note.csv has been imported: 2 new")
    clerk.see("The cost price of Funnel")
    clerk.picture(f"note-{width}-done")
    check_fits(page)
    delivery = Delivery.objects.get(their_reference="4712")
    page.get_by_role("link", name=delivery.number).first.click()
    clerk.see("Grater (NW-1)")
    clerk.picture(f"note-{width}-delivery")
    assert Product.objects.get(pk=hobel.pk).stock_qty == 5 and not clerk.wrong
