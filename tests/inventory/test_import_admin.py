"""Import in two steps and export, in the admin."""

import csv
import io
import os
import time
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from inventory.models import Product
from inventory.services import adjust_stock
from tests.conftest import said
from tests.factories import make_admin, make_order, make_product

# Import in two steps


def upload(client, text, name="list.csv", stock_mode="keep"):
    file = SimpleUploadedFile(name, text if isinstance(text, bytes) else text.encode())
    return client.post(reverse("admin:inventory_product_import"), {"file": file, "stock_mode": stock_mode}, follow=True)


def confirm(client, preview):
    context = preview.context
    data = {"token": context["token"], "digest": context["report"].digest}
    return client.post(reverse("admin:inventory_product_process_import"), data)


def test_an_import_shows_what_will_happen_and_does_it_when_confirmed(as_admin):
    old = make_product(sku="A-1", name="Chai", stock=8)
    preview = upload(as_admin, "sku,name,selling_price,stock_qty\nA-1,,12.00,5\nB-1,Cup,3,4\n", stock_mode="set")
    page = preview.content.decode()
    assert "selling price 10.00 → 12.00" in page and "stock 8 → 5 (−3)" in page and "Cup" in page
    assert Product.objects.count() == 1

    response = confirm(as_admin, preview)
    assert said(response) == ["list.csv is imported: 1 new, 1 changed, 0 unchanged, 0 errors."]
    old.refresh_from_db()
    assert (old.stock_qty, old.selling_price) == (5, 12)
    row = old.stock_changes.first()
    assert (row.kind, row.reference, row.created_by) == ("IMPORT", "list.csv", as_admin.user)
    assert storages["imports"].listdir("")[1] == []


def test_a_preview_is_confirmed_only_once(as_admin):
    preview = upload(as_admin, "sku,name,selling_price,stock_qty\nB-1,Cup,3,4\n")
    confirm(as_admin, preview)
    assert "no longer at hand" in said(confirm(as_admin, preview))[-1]
    assert Product.objects.get().stock_qty == 4


def test_errors_are_shown_by_line_and_nothing_can_be_confirmed(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,cheap\n")
    page = preview.content.decode()
    assert "This is not a number." in page and "cheap" in page and "Import now" not in page
    confirm(as_admin, preview)
    assert not Product.objects.exists()


def test_products_that_changed_since_the_preview_are_shown_anew(as_admin):
    product = make_product(sku="A-1", stock=8)
    preview = upload(as_admin, "sku,stock_qty\nA-1,5\n", stock_mode="set")
    adjust_stock(product, user=None, new_qty=7, reason="Sold by hand")
    again = confirm(as_admin, preview)
    assert "have changed since this preview" in again.content.decode()
    assert "stock 7 → 5 (−2)" in again.content.decode()
    assert said(confirm(as_admin, again)) == ["list.csv is imported: 0 new, 1 changed, 0 unchanged, 0 errors."]


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("a.csv", b"", "empty"),
        ("a.xlsx", b"this is no sheet", "not a spreadsheet"),
        ("a.xlsx", b"PK\x03\x04 nor this", "damaged"),
        ("a.csv", b"x" * (10 * 1024 * 1024 + 1), "larger than 10 MB"),
        ("a.csv", b'sku,name\nA,"open\n', "quotation mark"),
    ],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(as_admin, name, data, message):
    assert message in str(upload(as_admin, data, name).context["form"].errors["file"])
    response = as_admin.post(reverse("admin:inventory_product_import"), {"stock_mode": "keep"})
    assert "required" in str(response.context["form"].errors["file"])


def test_a_file_without_a_header_is_refused_in_words(as_admin):
    assert "The first line must name the columns" in upload(as_admin, "A-1,Chai,3\n").content.decode()


def test_an_excel_file_is_imported(as_admin):
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in (["SKU", "Name", "Selling Price", "stock qty"], ["007", "Bond", 4.79, 5], [8, "Eight", 2, None]):
        book.active.append(row)
    book.save(buffer)
    confirm(as_admin, upload(as_admin, buffer.getvalue(), "list.xlsx"))
    assert dict(Product.objects.values_list("sku", "selling_price")) == {"007": Decimal("4.79"), "8": Decimal("2.00")}


def test_somebody_elses_upload_cannot_be_confirmed(as_admin, client):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    client.force_login(make_admin())
    assert "no longer at hand" in said(confirm(client, preview))[-1]
    assert not Product.objects.exists()


def test_a_preview_can_be_reloaded_but_not_once_its_file_is_gone(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    page = as_admin.get(preview.redirect_chain[-1][0])
    assert "Chai" in page.content.decode()
    storages["imports"].delete(preview.context["token"])
    assert "no longer at hand" in said(confirm(as_admin, preview))[-1]
    assert as_admin.get(preview.redirect_chain[-1][0]).status_code == 302


def test_a_server_that_cannot_keep_the_file_says_so(as_admin, tmp_path):
    (tmp_path / "imports").write_text("a file where the folder should be")
    response = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    assert "could not keep the file" in str(response.context["form"].errors["file"])


def test_what_sessions_left_behind_is_thrown_away_after_a_day(as_admin):
    upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    ((name,), storage) = storages["imports"].listdir("")[1], storages["imports"]
    yesterday = time.time() - 25 * 60 * 60
    os.utime(storage.path(name), (yesterday, yesterday))
    upload(as_admin, "sku,name,selling_price\nB,Chang,1\n")
    assert name not in storage.listdir("")[1] and len(storage.listdir("")[1]) == 1


@pytest.mark.parametrize("token", ["", "../../db.sqlite3", "/etc/passwd"])
def test_the_second_step_opens_no_other_file(as_admin, token):
    address = reverse("admin:inventory_product_process_import")
    assert as_admin.post(address, {"token": token, "digest": ""}).status_code == 302
    assert as_admin.get(address).status_code == 403


# Export


def exported(client, model="inventory_product", **query) -> list[dict]:
    address = reverse(f"admin:{model}_export")
    query_string = "&".join(f"{key}={value}" for key, value in query.items())
    response = client.post(f"{address}?{query_string}", {"format": "1", "resource": ""})
    assert response.status_code == 200, response
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


def test_the_export_is_the_filtered_list_and_comes_back_unchanged(as_admin):
    make_product(sku="007", name='=1+1 "quoted", and\nbroken', category="@x", stock=5, low_stock_threshold=3)
    make_product(sku="B-1", category="Other")
    rows = exported(as_admin, category="@x")
    assert [(row["sku"], row["name"], row["stock_qty"]) for row in rows] == [
        ("007", '\'=1+1 "quoted", and\nbroken', "5")
    ]

    response = as_admin.post(reverse("admin:inventory_product_export"), {"format": "1", "resource": ""})
    for mode in ("keep", "set"):
        report = upload(as_admin, response.content, stock_mode=mode).context["report"]
        assert report.summary == "0 new, 0 changed, 2 unchanged, 0 errors"


def test_an_excel_export_has_no_formulas_and_comes_back_unchanged(as_admin):
    make_product(sku="007", name="=cmd|' /C calc'!A0", stock=5)
    data = as_admin.post(reverse("admin:inventory_product_export"), {"format": "0", "resource": ""}).content
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert all(cell.data_type != "f" for row in sheet for cell in row)
    report = upload(as_admin, data, "export.xlsx", "set").context["report"]
    assert report.summary == "0 new, 0 changed, 1 unchanged, 0 errors"


@pytest.mark.parametrize("model", ["inventory_stockchange", "sales_order", "accounts_customer"])
def test_the_other_lists_are_exported_in_both_formats(as_sales, model):
    order = make_order((make_product(user=as_sales.user), 2), user=as_sales.user)
    assert exported(as_sales, model)
    if model == "sales_order":
        assert exported(as_sales, model)[0]["order_number"] == order.order_number
    response = as_sales.post(reverse(f"admin:{model}_export"), {"format": "0", "resource": ""})
    assert openpyxl.load_workbook(io.BytesIO(response.content)).active.max_row == 2
