"""Import in two steps, in the admin."""

import csv
import io
import os
import time
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.storage import storages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.urls import reverse

from inventory.models import Product
from inventory.services.stock import adjust_stock
from tests.clients import said
from tests.factories import make_admin, make_product
from tests.forms import confirm_import, upload


def test_an_import_shows_what_will_happen_and_does_it_when_confirmed(as_admin):
    old = make_product(sku="A-1", name="Chai", stock=8)
    preview = upload(as_admin, "sku,name,selling_price,stock_qty\nA-1,,12.00,5\nB-1,Cup,3,4\n", stock_mode="set")
    page = preview.content.decode()
    assert "selling price 10.00 → 12.00" in page and "stock 8 → 5 (−3)" in page and "Cup" in page
    assert Product.objects.count() == 1

    response = confirm_import(as_admin, preview)
    assert said(response) == ["list.csv has been imported: 1 new, 1 changed, 0 unchanged, 0 errors."]
    old.refresh_from_db()
    assert (old.stock_qty, old.selling_price) == (5, 12)
    row = old.stock_changes.first()
    assert (row.kind, row.reference, row.created_by) == ("IMPORT", "list.csv", as_admin.user)
    assert storages["imports"].listdir("")[1] == []


def test_a_preview_is_confirmed_only_once(as_admin):
    preview = upload(as_admin, "sku,name,selling_price,stock_qty\nB-1,Cup,3,4\n")
    confirm_import(as_admin, preview)
    assert "has expired" in said(confirm_import(as_admin, preview))[-1]
    assert Product.objects.get().stock_qty == 4


def test_errors_are_shown_by_line_and_nothing_can_be_confirmed(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,cheap\n")
    page = preview.content.decode()
    assert "This is not a number." in page and "cheap" in page and "Import now" not in page
    confirm_import(as_admin, preview)
    assert not Product.objects.exists()


def download_errors(client, preview) -> bytes:
    return client.get(reverse("admin:inventory_product_import"), {"errors": preview.context["token"]})


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_bad_lines_are_downloaded_mended_and_brought_back_while_the_others_are_in_already(as_admin, delimiter):
    price = "4.79" if delimiter == "," else "4,79"
    lines = ["sku,name,selling_price,extra", f"A,Chai,{price},x", f"B,,{price},y", "=C,Cup,cheap,z", f"=C,Cup,{price},"]
    text = "\n".join(
        line.replace(",", delimiter) if price == "4.79" else line.replace(",", delimiter, 2) for line in lines
    )
    if price == "4,79":
        text = "\n".join(
            delimiter.join(line.replace("4,79", "4;79").split(",")).replace("4;79", "4,79") for line in lines
        )
    preview = upload(as_admin, text)
    page = preview.content.decode()
    assert "Import the other 1 line" in page and "Download the lines with errors" in page
    response = confirm_import(as_admin, preview, leave_out_errors="1")
    assert said(response) == ["list.csv has been imported: 1 new, 0 changed, 0 unchanged, 3 errors."]
    assert [str(product) for product in Product.objects.all()] == ["Chai (A)"]

    again = upload(as_admin, text)
    answer = download_errors(as_admin, again)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="list-errors.csv"'
    bad = answer.content.decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(bad), delimiter=delimiter))
    assert table[0] == ["sku", "name", "selling_price", "extra", "what_is_wrong"]
    assert [row[0] for row in table[1:]] == ["B", "'=C", "'=C"]
    assert "A new product needs a name." in table[1][-1]
    assert "Lines 4 and 5 have the same SKU." in table[2][-1] and "This is not a number." in table[2][-1]

    table[1][1], table[2][0], table[2][2], table[3][0] = "Cup", "C", price, "D"
    mended = io.StringIO()
    csv.writer(mended, delimiter=delimiter).writerows(table)
    preview = upload(as_admin, mended.getvalue().encode("utf-8-sig"), name="list-errors.csv")
    assert preview.context["report"].unknown_columns == ["extra"]
    message = said(confirm_import(as_admin, preview))[-1]
    assert message == "list-errors.csv has been imported: 3 new, 0 changed, 0 unchanged, 0 errors."
    assert Product.objects.count() == 4


def test_a_download_keeps_its_columns_and_can_come_back_as_often_as_it_takes(as_admin):
    """Columns without a name or with the same one stay where they are, and the old reason goes when a new one comes."""
    text = "sku,name,selling_price,,,note,note,stock_qty,=x\nA-1,Chai,cheap,,,one,two,3,z\n"
    for _ in range(3):
        text = download_errors(as_admin, upload(as_admin, text)).content.decode("utf-8-sig")
        header, row = csv.reader(io.StringIO(text))
        assert header == ["sku", "name", "selling_price", "", "", "note", "note", "stock_qty", "'=x", "what_is_wrong"]
        assert row == ["A-1", "Chai", "cheap", "", "", "one", "two", "3", "z", "selling_price: This is not a number."]
        text = text.replace("'=x", "=x")


def test_what_a_cell_means_survives_the_download(as_admin):
    """A spreadsheet's error stays one, and a text that was made harmless before is not made so twice."""
    text = "sku,name,selling_price\nA,#N/A,1\nB,'=x,cheap\nC,=x,cheap\nD,'#N/A,cheap\n"
    for _ in range(2):
        text = download_errors(as_admin, upload(as_admin, text)).content.decode("utf-8-sig")
        rows = [row[:2] for row in csv.reader(io.StringIO(text))]
        assert rows[1:] == [["A", "#N/A"], ["B", "'=x"], ["C", "'=x"], ["D", "'#N/A"]]
    report = upload(as_admin, text.replace("cheap", "1")).context["report"]
    assert [row.key for row in report.error_rows] == ["A"]
    assert [row.name for row in report.rows_of("new")] == ["=x", "=x", "#N/A"]


@pytest.mark.parametrize("list_name", ["products", "customers"])
def test_each_list_finds_its_own_sheet(as_admin, list_name):
    book, data = openpyxl.Workbook(), io.BytesIO()
    for title, header in (("customers", ["email", "first_name"]), ("products", ["sku", "name"])):
        book.create_sheet(title).append(header)
    book.save(data)
    address = reverse(f"admin:{'inventory_product' if list_name == 'products' else 'accounts_customer'}_import")
    file = SimpleUploadedFile("book.xlsx", data.getvalue())
    report = as_admin.post(address, {"file": file, "stock_mode": "keep"}, follow=True).context["report"]
    assert f"The sheet “{list_name}” was read" in report.source and not report.problem


def test_a_download_of_a_list_with_bars_comes_back_too(as_admin):
    bad = download_errors(as_admin, upload(as_admin, "sku|name|selling_price\nA|Chai|x,5\n", delimiter="|"))
    assert upload(as_admin, bad.content).context["report"].counts["error"] == 1


def test_an_import_that_somebody_else_was_faster_with_is_not_called_done(as_admin, monkeypatch):
    def too_late(**kwargs):
        raise IntegrityError

    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    monkeypatch.setattr("inventory.resources.import_products", too_late)
    again = confirm_import(as_admin, preview)
    assert "Somebody else was writing the same products" in again.content.decode()
    assert not Product.objects.exists()
    monkeypatch.undo()
    assert said(confirm_import(as_admin, again)) == [
        "list.csv has been imported: 1 new, 0 changed, 0 unchanged, 0 errors."
    ]


def test_leaving_out_must_be_asked_for(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\nB,Cup,cheap\n")
    confirm_import(as_admin, preview)
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("show", "seen", "unseen"),
    [
        ("", ["NEW", "CHG", "BAD"], ["SAME"]),
        ("new", ["NEW"], ["CHG", "BAD", "SAME"]),
        ("changed", ["CHG"], ["NEW", "SAME"]),
    ]
    + [
        ("unchanged", ["SAME"], ["NEW", "CHG"]),
        ("error", ["BAD"], ["NEW-1", "SAME"]),
        ("nonsense", ["NEW", "BAD"], ["SAME"]),
    ],
)
def test_the_preview_shows_the_kind_one_asks_for(as_admin, show, seen, unseen):
    make_product(sku="SAME-1", name="SAME")
    make_product(sku="CHG-1", name="Old")
    text = "sku,name,selling_price\nNEW-1,NEW,1\nCHG-1,CHG,10\nSAME-1,SAME,10\nX-1,X,BAD\n"
    token = upload(as_admin, text).context["token"]
    page = as_admin.get(reverse("admin:inventory_product_import"), {"preview": token, "show": show}).content.decode()
    assert all(word in page for word in seen) and not any(word in page for word in unseen)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1256", "شاي"), ("gb18030", "茶叶"), ("shift_jis", "紅茶"), ("cp1251", "Чай"), ("utf-16", "Чай")],
)
def test_a_file_in_another_encoding_is_read_when_it_is_named(as_admin, encoding, name):
    text = f"sku|name|selling_price\nA|{name}|1\n"
    preview = upload(as_admin, text.encode(encoding), encoding=encoding, delimiter="|")
    assert name in preview.content.decode()
    confirm_import(as_admin, preview)
    assert Product.objects.get().name == name


def test_the_wrong_encoding_is_said_at_the_file(as_admin):
    answer = upload(as_admin, b"sku,name\nA,\xff\xff\n", encoding="utf-8-sig")
    assert "not text in the encoding Unicode (UTF-8)" in str(answer.context["form"].errors["file"])
    assert "form" in upload(as_admin, "sku\nA\n", encoding="rot13").context


def test_the_preview_says_what_had_to_be_guessed(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Käse,1\n".encode("cp1252"))
    assert "Western European (Windows-1252)" in preview.content.decode() and "Käse" in preview.content.decode()
    book = openpyxl.Workbook()
    book.active.title = "Notes"
    book.active.append(["nothing here"])
    sheet = book.create_sheet("Price list")
    sheet.append(["sku", "name", "selling_price"])
    sheet.append(["A", "Chai", 1])
    data = io.BytesIO()
    book.save(data)
    assert "The sheet “Price list” was read, one of 2" in upload(as_admin, data.getvalue(), "a.xlsx").content.decode()


def test_products_that_changed_since_the_preview_are_shown_anew(as_admin):
    product = make_product(sku="A-1", stock=8)
    preview = upload(as_admin, "sku,stock_qty\nA-1,5\n", stock_mode="set")
    adjust_stock(product, user=None, new_qty=7, reason="Sold by hand")
    again = confirm_import(as_admin, preview)
    assert "have changed since this preview" in again.content.decode()
    assert "stock 7 → 5 (−2)" in again.content.decode()
    assert said(confirm_import(as_admin, again)) == [
        "list.csv has been imported: 0 new, 1 changed, 0 unchanged, 0 errors."
    ]


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
    confirm_import(as_admin, upload(as_admin, buffer.getvalue(), "list.xlsx"))
    assert dict(Product.objects.values_list("sku", "selling_price")) == {"007": Decimal("4.79"), "8": Decimal("2.00")}


def test_somebody_elses_upload_cannot_be_confirmed(as_admin, client):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    client.force_login(make_admin())
    assert "has expired" in said(confirm_import(client, preview))[-1]
    assert not Product.objects.exists()


def test_a_preview_can_be_reloaded_but_not_once_its_file_is_gone(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    page = as_admin.get(preview.redirect_chain[-1][0])
    assert "Chai" in page.content.decode()
    storages["imports"].delete(preview.context["token"])
    assert "has expired" in said(confirm_import(as_admin, preview))[-1]
    assert as_admin.get(preview.redirect_chain[-1][0]).status_code == 302


def test_a_server_that_cannot_keep_the_file_says_so(as_admin, tmp_path):
    (tmp_path / "imports").write_text("a file where the folder should be")
    response = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    assert "could not store the file" in str(response.context["form"].errors["file"])


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
    assert as_admin.post(address, {"token": token, "last_seen": ""}).status_code == 302
    assert as_admin.get(address).status_code == 403
