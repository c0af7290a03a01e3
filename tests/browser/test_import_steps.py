"""Lists as they come, in a browser: from the file to the import without touching the file."""

import pytest
from playwright.sync_api import expect

from core.imports.models import ImportRecord
from inventory.models import Product
from tests.browser.desk import check_fits
from tests.factories import make_admin
from tests.files import xlsx

pytestmark = pytest.mark.browser

SHOPIFY = (
    "Handle,Title,Vendor,Type,Variant SKU,Variant Inventory Qty,Variant Price,Cost per item\n"
    "tee,Organic Tee,Acme,Shirts,TEE-S,12,24.00,11.50\nmug,Mug (large),Acme,Kitchen,MUG*1,40,12.50,4.20\n"
)
GERMAN = (
    "Meyer Großhandel GmbH;;;;\nPreisliste Herbst 2026;;;;\n;;;;\nArtikelnr.;Bezeichnung;Warengruppe;VK netto;Bestand\n"
    "4711;Käsehobel, groß;Küche;1.234,50 €;12\n4712;Öltrichter;Küche;3,90 €;150\nSumme;;;;162\n"
)
ARABIC = [
    ["شركة النور للتجارة"],
    ["رقم الصنف", "اسم الصنف", "سعر البيع", "الكمية"],
    ["N-1", "شاي أخضر", "٣٫٥٠", 12],
    ["N-2", "قهوة عربية", "١٢٫٧٥", 7],
]
FILES = {
    "shopify.csv": (SHOPIFY.encode(), {"TEE-S": "24.00", "MUG*1": "12.50"}),
    "meyer.csv": (GERMAN.encode("cp1252"), {"4711": "1234.50", "4712": "3.90"}),
    "arabic.xlsx": (xlsx(*ARABIC), {"N-1": "3.50", "N-2": "12.75"}),
}


def imported() -> dict[str, str]:
    return {sku: str(price) for sku, price in Product.objects.values_list("sku", "selling_price")}


@pytest.mark.parametrize("width", [1440, pytest.param(390, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", FILES)
def test_a_list_goes_from_the_file_to_the_import_in_three_clicks(desk, tmp_path, name, width):
    data, expected = FILES[name]
    (tmp_path / name).write_bytes(data)
    clerk = desk(width=width)
    clerk.sign_in(make_admin())
    page = clerk.open("/admin/inventory/product/import/")
    page.set_input_files("input[type=file]", tmp_path / name)
    page.get_by_role("button", name="Continue").click()
    show = page.get_by_role("button", name="Show what will happen")
    pick = page.get_by_role("button", name="Read it as Western European (Windows-1252)")
    show.or_(pick).first.wait_for()
    if pick.count():
        pick.click()
    expect(show).to_be_visible()
    clerk.picture(f"import-{name}-{width}-columns")
    check_fits(page)
    show.click()
    clerk.see("Before and after")
    clerk.picture(f"import-{name}-{width}-preview")
    check_fits(page)
    page.get_by_role("button", name="Import now").click()
    clerk.see(f"{name} has been imported: 2 new")
    clerk.picture(f"import-{name}-{width}-done")
    assert imported() == expected


def test_an_import_needs_no_mouse(desk, tmp_path):
    (tmp_path / "list.csv").write_text(SHOPIFY)
    clerk = desk()
    clerk.sign_in(make_admin())
    page = clerk.open("/admin/inventory/product/import/")
    page.set_input_files("input[type=file]", tmp_path / "list.csv")
    page.get_by_role("button", name="Continue").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show what will happen").focus()
    for _ in range(3):  # past the two other buttons to the first column
        page.keyboard.press("Tab")
    expect(page.get_by_label("Handle", exact=True)).to_be_focused()
    page.get_by_label("Vendor", exact=True).focus()
    page.keyboard.type("Category")
    page.get_by_label("Type", exact=True).focus()
    page.keyboard.press("Home")  # – leave out –
    page.get_by_role("button", name="Show what will happen").focus()
    page.keyboard.press("Enter")
    clerk.see("Before and after")
    page.get_by_role("button", name="Import now").focus()
    page.keyboard.press("Enter")
    clerk.see("has been imported: 2 new")
    assert set(Product.objects.values_list("category", flat=True)) == {"Acme"}
    assert ImportRecord.objects.get().status == "done"
