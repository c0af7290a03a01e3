"""Barcodes: one spelling, proved by the last digit, one product each; where they are found. Shelves beside them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Value
from django.urls import reverse

from inventory.barcodes import check_digit
from inventory.exceptions import BarcodeTaken
from inventory.import_undo import ProductUndo
from inventory.models import Product
from inventory.resources import ProductResource
from inventory.services.products import save_product
from tests.clients import Caller
from tests.factories import make_admin, make_import, make_product
from tests.imports import import_list

pytestmark = pytest.mark.django_db

GOOD, BAD = "4006381333931", "4006381333932"
FORM = {"name": "Pen", "sku": "PEN", "cost_price": "0", "selling_price": "2"}


@pytest.mark.parametrize("code", ["96385074", "036000291452", GOOD, "10614141000415", "ABC-1", "12345", "123456789"])
def test_a_number_of_gs1_has_the_right_last_digit_and_any_other_code_is_free(code):
    Product(sku="A", name="A", selling_price=1, barcode=code).full_clean()
    if code.isdecimal() and len(code) in (8, 12, 13, 14):
        wrong = code[:-1] + str((int(code[-1]) + 1) % 10)
        assert check_digit(code[:-1]) == int(code[-1])
        with pytest.raises(ValidationError, match="last digit would be"):
            Product(sku="A", name="A", selling_price=1, barcode=wrong).full_clean()


def test_it_is_trimmed_and_an_empty_one_is_none():
    first, second = make_product(barcode=f" {GOOD}\t"), make_product(barcode="  ")
    assert (first.barcode, second.barcode, make_product(barcode="").barcode) == (GOOD, None, None)
    with pytest.raises(IntegrityError, match="product_barcode_not_empty"), transaction.atomic():
        Product.objects.filter(pk=first.pk).update(barcode=Value(""))


def test_by_the_form_it_is_saved_refused_when_mistyped_and_refused_on_a_second_product(as_admin):
    add = reverse("admin:inventory_product_add")
    page = as_admin.post(add, {**FORM, "barcode": BAD})
    assert "last digit would be 1" in str(page.context["adminform"].form.errors["barcode"])
    assert as_admin.post(add, {**FORM, "barcode": GOOD, "shelf": " A-1 "}).status_code == 302
    pen = Product.objects.get()
    assert (pen.barcode, pen.shelf, pen.history.first().barcode) == (GOOD, "A-1", GOOD)
    page = as_admin.post(add, {**FORM, "sku": "PEN-2", "barcode": GOOD})
    assert page.context["adminform"].form.errors["barcode"] == ["Another product has this barcode."]
    assert as_admin.post(add, {**FORM, "sku": "PEN-3", "barcode": ""}).status_code == 302


def test_by_the_api_likewise():
    admin, body = Caller(make_admin()), {"sku": "PEN", "name": "Pen", "selling_price": 2}
    assert admin.post("/products/", {**body, "barcode": BAD}).json().keys() == {"barcode"}
    told = admin.post("/products/", {**body, "barcode": GOOD, "shelf": "A-1"}).json()
    assert (told["barcode"], told["shelf"], told["is_active"]) == (GOOD, "A-1", True)
    refused = admin.post("/products/", {**body, "sku": "PEN-2", "barcode": GOOD})
    assert (refused.status_code, refused.json()) == (400, {"barcode": ["Another product has this barcode."]})
    make_product(barcode="96385074")
    assert [row["sku"] for row in admin.get(f"/products/?barcode={GOOD}").json()["results"]] == ["PEN"]
    assert admin.get(f"/products/?barcode={BAD}").json()["results"] == []
    assert admin.patch(f"/products/{told['id']}/", {"barcode": None}).json()["barcode"] is None


def test_whoever_is_slower_with_a_barcode_is_told_so():
    make_product(barcode=GOOD)
    with pytest.raises(BarcodeTaken, match=f"the barcode {GOOD}"):
        save_product(Product(sku="B", name="B", selling_price=1, barcode=GOOD), user=None)


def test_a_list_brings_barcodes_shelves_and_what_is_archived_and_its_export_changes_nothing():
    done = make_import(
        f"Artikelnr.;EAN;Bezeichnung;VK;Lagerplatz;aktiv\nP-1;{GOOD};Stift;2,00;A-01;yes\nP-2;;Kreide;1,00;;no\n"
    )
    assert (done.new_count, done.left_out_count) == (2, 0)
    assert list(Product.objects.order_by("sku").values_list("barcode", "shelf", "is_active")) == [
        (GOOD, "A-01", True),
        (None, "", False),
    ]
    again = import_list(ProductResource().export().csv, ProductResource)
    assert again.report.counts["unchanged"] == 2 and not again.written


def test_a_list_is_told_of_a_mistyped_a_repeated_and_a_taken_barcode():
    holder = make_product(sku="HOLDER", barcode="96385074")
    rows = [
        f"P-1,One,{BAD}",
        f"P-2,Two,{GOOD}",
        f"P-3,Three,{GOOD}",
        "P-4,Four,96385074",
        "P-5,Five,4.00638E+12",
    ]
    report = import_list(
        "sku,name,barcode,selling_price\n" + "".join(f"{row},1\n" for row in rows), ProductResource, dry_run=True
    ).report
    reasons = {row.key: row.errors[0][2] for row in report.rows if row.errors}
    assert reasons == {
        "P-1": "This barcode has been mistyped: its last digit would be 1.",
        "P-2": "Lines 3 and 4 have the same barcode.",
        "P-3": "Lines 3 and 4 have the same barcode.",
        "P-4": f"{holder} has this barcode.",
        "P-5": "A spreadsheet has shortened this number. Format the column as text and enter it again.",
    }


def test_undoing_an_import_leaves_a_barcode_with_whoever_has_it_by_now():
    pen = make_product(sku="PEN", barcode=GOOD)
    done = make_import("sku,barcode\nPEN,96385074\n")
    make_product(sku="NEW", barcode=GOOD)
    undone = ProductUndo.run(done, user=None)
    assert "another product has the old barcode now" in undone.not_undone
    pen.refresh_from_db()
    assert pen.barcode == "96385074"


def test_search_and_boxes_find_it_before_all_and_the_list_too(as_sales):
    pen = make_product(name="Zebra pen", barcode=GOOD)
    make_product(name=f"About {GOOD}"), make_product(name="Another")
    query = {"app_label": "sales", "model_name": "orderitem", "field_name": "product", "term": GOOD}
    assert as_sales.get(reverse("admin:autocomplete"), query).json()["results"][0]["id"] == str(pen.pk)
    found = as_sales.get("/admin/search/", {"s": GOOD}).content.decode()
    assert found.index("Zebra pen") < found.index(f"About {GOOD}")
    listed = as_sales.get(reverse("admin:inventory_product_changelist"), {"q": GOOD}).context["cl"].result_list
    assert pen in listed and len(listed) == 2
