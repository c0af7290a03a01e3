"""Import in two steps, in the admin."""

import csv
import io
import os
import time
from datetime import timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.storage import storages
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone

from core.imports.models import ImportRecord
from core.imports.runs import SILENCE, run
from inventory.models import Product
from inventory.services.stock import adjust_stock
from tests.clients import said
from tests.factories import make_admin, make_product
from tests.forms import choose_file, confirm_import, map_columns, shown_values, upload


def test_an_import_shows_what_will_happen_and_does_it_when_confirmed(as_admin):
    old = make_product(sku="A-1", name="Chai", stock=8)
    preview = upload(as_admin, "sku,name,selling_price,stock_qty\nA-1,,12.00,5\nB-1,Cup,3,4\n", stock_mode="set")
    page = preview.content.decode()
    assert "Selling price 10.00 → 12.00" in page and "stock 8 → 5 (−3)" in page and "Cup" in page
    assert Product.objects.count() == 1

    response = confirm_import(as_admin, preview)
    assert said(response) == ["list.csv has been imported: 1 new, 1 changed, 0 unchanged, 0 errors."]
    old.refresh_from_db()
    assert (old.stock_qty, old.selling_price) == (5, 12)
    row = old.stock_changes.first()
    assert (row.kind, row.reference, row.created_by) == ("IMPORT", "list.csv", as_admin.user)
    assert storages["imports"].listdir("")[1] == []
    record = ImportRecord.objects.get()
    assert (record.status, record.upload, record.choices["columns"]["selling_price"]) == ("done", "", "selling_price")


def test_a_preview_is_confirmed_only_once(as_admin):
    preview = upload(as_admin, "sku,name,selling_price,stock_qty\nB-1,Cup,3,4\n")
    confirm_import(as_admin, preview)
    again = confirm_import(as_admin, preview)
    assert again.redirect_chain[-1][0] == reverse(
        "admin:core_importrecord_change", args=[ImportRecord.objects.get().pk]
    )
    assert Product.objects.get().stock_qty == 4


def test_errors_are_shown_by_line_and_nothing_can_be_confirmed(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,cheap\n")
    page = preview.content.decode()
    assert "This is not a number." in page and "cheap" in page and "Import now" not in page
    confirm_import(as_admin, preview)
    assert not Product.objects.exists()


def download_errors(client, preview, kind="csv"):
    return client.get(preview.context["errors_url"], {"as": kind})


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
    assert table[0] == ["sku", "name", "selling_price", "extra", "line_of_the_file", "what_is_wrong"]
    assert [row[0] for row in table[1:]] == ["B", "'=C", "'=C"]
    assert "A new product needs a name." in table[1][-1]
    assert "Lines 4 and 5 have the same SKU." in table[2][-1] and "This is not a number." in table[2][-1]

    table[1][1], table[2][0], table[2][2], table[3][0] = "Cup", "C", price, "D"
    mended = io.StringIO()
    csv.writer(mended, delimiter=delimiter).writerows(table)
    preview = upload(as_admin, mended.getvalue().encode("utf-8-sig"), name="list-errors.csv")
    assert preview.context["report"].notes[0] == "Columns left out: extra."
    message = said(confirm_import(as_admin, preview))[-1]
    assert message == "list-errors.csv has been imported: 3 new, 0 changed, 0 unchanged, 0 errors."
    assert Product.objects.count() == 4


def test_a_download_keeps_its_columns_and_can_come_back_as_often_as_it_takes(as_admin):
    """Columns without a name or with the same one stay where they are, and the old reason goes when a new one comes."""
    text = "sku,name,selling_price,,,note,note,stock_qty,=x\nA-1,Chai,cheap,,,one,two,3,z\n"
    for _ in range(3):
        text = download_errors(as_admin, upload(as_admin, text)).content.decode("utf-8-sig")
        header, row = csv.reader(io.StringIO(text))
        added = ["line_of_the_file", "what_is_wrong"]
        assert header == ["sku", "name", "selling_price", "", "", "note", "note", "stock_qty", "'=x", *added]
        reason = "selling_price: This is not a number."
        assert row == ["A-1", "Chai", "cheap", "", "", "one", "two", "3", "z", "2", reason]
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
        sheet = book.create_sheet(title)
        sheet.append(header), sheet.append(["a@example.com", "Ann"])
    book.save(data)
    model = "inventory_product" if list_name == "products" else "accounts_customer"
    page = choose_file(as_admin, data.getvalue(), "book.xlsx", model=model)
    assert page.context["layout"].sheet.name == list_name


def test_a_download_of_a_list_with_bars_comes_back_too(as_admin):
    bad = download_errors(as_admin, upload(as_admin, "sku|name|selling_price\nA|Chai|x,5\nB|Chang|2,50\n"))
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
    preview = upload(as_admin, text)
    page = as_admin.get(preview.context["preview_url"], {"show": show}).content.decode()
    assert all(word in page for word in seen) and not any(word in page for word in unseen)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("cp1256", "شاي أخضر"), ("gb18030", "茶叶"), ("cp932", "紅茶"), ("cp1251", "Чай"), ("utf-16", "Чай")],
)
def test_a_file_in_another_encoding_is_read_when_it_is_named(as_admin, encoding, name):
    text = f"sku|name|selling_price\nA|{name}|1\n"
    preview = upload(as_admin, text.encode(encoding), encoding=encoding)
    assert name in preview.content.decode()
    confirm_import(as_admin, preview)
    assert Product.objects.get().name == name


def test_letters_that_can_be_read_in_several_ways_are_shown_in_each(as_admin):
    page = choose_file(as_admin, "sku;name;selling_price\nA;Käse;1\n".encode("cp1252"))
    if "candidates" in page.context:
        encodings = [encoding for encoding, _, _ in page.context["candidates"]]
        assert "cp1252" in encodings and "Käse" in page.content.decode()
        page = as_admin.post(page.redirect_chain[-1][0], {"encoding": "cp1252"}, follow=True)
    assert "Käse" in page.content.decode()


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
    ],
)
def test_a_file_that_is_no_table_is_refused_at_its_field(as_admin, name, data, message):
    assert message in str(upload(as_admin, data, name).context["form"].errors["file"])
    response = as_admin.post(reverse("admin:inventory_product_import"))
    assert "required" in str(response.context["form"].errors["file"])


def test_a_file_without_a_header_is_refused_in_words(as_admin):
    assert "No column is taken for SKU" in str(upload(as_admin, "A-1,Chai,3\n").context["form"].errors)


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
    assert confirm_import(client, preview).status_code == 404
    assert not Product.objects.exists()


def test_a_preview_can_be_reloaded_but_not_once_its_file_is_gone(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    page = as_admin.get(preview.redirect_chain[-1][0])
    assert "Chai" in page.content.decode()
    storages["imports"].delete(ImportRecord.objects.get().upload)
    assert as_admin.get(preview.redirect_chain[-1][0]).status_code == 302
    assert "has expired" in said(as_admin.get(preview.redirect_chain[-1][0], follow=True))[-1]


def test_a_server_that_cannot_keep_the_file_says_so(as_admin, tmp_path):
    (tmp_path / "imports").write_text("a file where the folder should be")
    response = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    assert "could not store the file" in str(response.context["form"].errors["file"])


def test_drafts_are_thrown_away_after_a_day(as_admin):
    upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    old = ImportRecord.objects.get()
    ImportRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    for name in storages["imports"].listdir("")[1]:
        yesterday = time.time() - 25 * 60 * 60
        os.utime(storages["imports"].path(name), (yesterday, yesterday))
    upload(as_admin, "sku,name,selling_price\nB,Chang,1\n")
    record = ImportRecord.objects.get()
    assert record.pk != old.pk
    assert {name.partition(".")[0] for name in storages["imports"].listdir("")[1]} == {record.upload}


def test_a_running_import_is_shown_and_not_begun_twice(as_admin, monkeypatch):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    monkeypatch.setattr("core.imports.runs.run", lambda pk: None)  # a worker that has not come to its end yet
    running = confirm_import(as_admin, preview)
    assert "Writing the rows" in running.content.decode()
    assert "Writing the rows" in confirm_import(as_admin, preview).content.decode()
    polled = as_admin.get(running.redirect_chain[-1][0], headers={"HX-Request": "true"})
    assert "hx-get" in polled.content.decode() and "<html" not in polled.content.decode()
    record = ImportRecord.objects.get()
    assert record.status == "writing"
    monkeypatch.undo()
    run(record.pk)
    done = as_admin.get(running.redirect_chain[-1][0], headers={"HX-Request": "true"})
    assert done.headers["HX-Redirect"] == running.redirect_chain[-1][0]
    assert said(as_admin.get(running.redirect_chain[-1][0], follow=True))[-1].startswith("list.csv has been imported")


def test_a_worker_that_died_is_noticed_and_has_written_nothing(as_admin, monkeypatch):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    monkeypatch.setattr("core.imports.runs.run", lambda pk: None)
    running = confirm_import(as_admin, preview)
    monkeypatch.setitem(SILENCE, "starting", -1)
    page = as_admin.get(running.redirect_chain[-1][0], follow=True).content.decode()
    assert "Nothing was written." in page and "Its process ended without a word." in page
    record = ImportRecord.objects.get()
    assert record.status == "failed" and not Product.objects.exists()
    monkeypatch.undo()
    run(record.pk)  # it was only slow
    assert not Product.objects.exists()


def test_what_fails_says_at_which_step(as_admin, monkeypatch):
    def stumble(resource):
        raise RuntimeError("a bug")

    monkeypatch.setattr("inventory.resources.product_overview", stumble)
    page = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n").content.decode()
    assert "failed while the rows were being judged. Nothing was written." in page


def test_a_layout_is_remembered_under_its_name_and_proposed_the_next_time(as_admin):
    text = "Art;Was;Wieviel;Preis\nA;Chai;3;1,50\n"
    page = choose_file(as_admin, text)
    columns = {"column-0": "sku", "column-1": "name", "column-2": "stock_qty", "column-3": "selling_price"}
    preview = map_columns(as_admin, page, **columns, mapping="Supplier Meyer")
    assert preview.context["report"].summary == "1 new, 0 changed, 0 unchanged, 0 errors"
    again = choose_file(as_admin, "Wieviel;Was;Art;Preis\n3;Chai;A;1,50\n")
    assert "As last time: Supplier Meyer." in again.content.decode()
    assert shown_values(again.context["form"])["column-2"] == "sku"
    listed = as_admin.get(reverse("admin:core_importmapping_changelist")).content.decode()
    assert "Supplier Meyer" in listed and "Art → SKU" in listed


def test_two_columns_for_one_field_are_said_once_and_can_be_joined(as_admin):
    page = choose_file(as_admin, "sku,name,size,selling_price\nA,Shirt,XL,1\n")
    refused = map_columns(as_admin, page, **{"column-2": "name"})
    assert "are all taken for Name" in str(refused.context["form"].errors["column-2"])
    joined = map_columns(as_admin, page, **{"column-2": "+name"})
    assert [row.name for row in joined.context["report"].rows] == ["Shirt XL"]


def test_a_missing_column_has_a_constant_and_a_missing_sku_a_prefix(as_admin):
    page = choose_file(as_admin, "name,selling_price\nChai,1\nChang,2\n")
    assert "No column is taken for SKU" in str(map_columns(as_admin, page).context["form"].errors["key_prefix"])
    preview = map_columns(as_admin, page, **{"key_prefix": "TEA-", "constant-category": "Drinks"})
    confirm_import(as_admin, preview)
    found = Product.objects.order_by("sku").values_list("sku", "category")
    assert list(found) == [("TEA-0001", "Drinks"), ("TEA-0002", "Drinks")]


def test_a_decimal_sign_that_cannot_be_seen_is_asked_for(as_admin):
    page = choose_file(as_admin, "sku,name,selling_price\nA,Chai,1.234\n")
    asked = map_columns(as_admin, page)
    assert "whether a point or a comma" in str(asked.context["form"].errors["format-selling_price"])
    preview = map_columns(as_admin, page, **{"format-selling_price": ",|.|"})
    confirm_import(as_admin, preview)
    assert Product.objects.get().selling_price == 1234


def test_the_rules_of_the_preview_settle_problems(as_admin):
    text = "sku,name,selling_price,stock_qty\nA,Chai,1,5\nA,Chai,1,5\nB,Cup,2,-3\nC,Pot,3,2.5\n"
    text += "D,Jug,,1\nE,Mug,1,1\nE,Mug,1,2\n"
    preview = upload(as_admin, text)
    assert {name: finding["count"] for name, finding in preview.context["report"].findings.items()} == {
        "identical": 1,
        "negative": 1,
        "fraction": 1,
        "no_price": 1,
        "differing": 1,
    }
    rules = {"negative": "zero", "fraction": "down", "no_price": "zero", "differing": "sum"}
    data = {f"rule-{name}": choice for name, choice in rules.items()}
    preview = as_admin.post(preview.context["preview_url"], data, follow=True)
    assert preview.context["report"].summary == "5 new, 0 changed, 0 unchanged, 0 errors"
    confirm_import(as_admin, preview)
    assert dict(Product.objects.values_list("sku", "stock_qty")) == {"A": 5, "B": 0, "C": 2, "D": 1, "E": 3}
    record = ImportRecord.objects.get()
    page = as_admin.get(reverse("admin:core_importrecord_change", args=[record.pk])).content.decode()
    assert "Negative numbers of pieces: Take them as 0" in page


def test_the_preview_shows_the_whole_and_every_row_can_be_found(as_admin):
    make_product(sku="OLD-1", selling_price=Decimal(10), category="Tea", cost_price=Decimal(2), stock=3), make_product()
    rows = "".join(f"N-{n},New {n},Teas,4\n" for n in range(120))
    preview = upload(as_admin, f"sku,name,category,selling_price\nOLD-1,,,20\n{rows}")
    page = preview.content.decode()
    assert "(+100 %)" in page.replace("<bdi>", "").replace("</bdi>", "") and "looks like “Tea”" in page
    assert "1 product of ours is not in this list" in page and "Page 1 of 3 (121 rows)" in page
    last = as_admin.get(preview.context["preview_url"], {"p": "3"}).content.decode()
    found = as_admin.get(preview.context["preview_url"], {"q": "new 77"}).content.decode()
    assert "N-119" in last and "N-77" in found and "N-78" not in found


def test_the_errors_come_as_an_excel_file_with_the_faulty_cell_coloured(as_admin):
    preview = upload(as_admin, "sku,name,selling_price\n007,Chai,cheap\n")
    answer = download_errors(as_admin, preview, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[2]][:4] == ["007", "Chai", "cheap", 2]
    assert [cell.fill.fgColor.rgb for cell in sheet[2]][2] == "00FFC7CE" != sheet["A2"].fill.fgColor.rgb
    again = upload(as_admin, answer.content, "errors.xlsx")
    assert again.context["report"].counts["error"] == 1


def test_the_errors_are_never_more_than_what_may_be_uploaded(as_admin, settings):
    preview = upload(as_admin, "sku,name,selling_price\n" + "".join(f"A-{n},Chai,cheap\n" for n in range(500)))
    settings.MAX_IMPORT_BYTES = 9_000
    for kind in ("csv", "xlsx"):
        assert 0 < len(download_errors(as_admin, preview, kind).content) <= 9_000


def test_a_number_that_is_typed_for_every_row_is_not_guessed_either(as_admin):
    page = choose_file(as_admin, "sku,name\nA,Chai\n")
    asked = map_columns(as_admin, page, **{"constant-selling_price": "1.234"})
    assert "whether a point or a comma" in str(asked.context["form"].errors["constant-selling_price"])
    confirm_import(as_admin, map_columns(as_admin, page, **{"constant-selling_price": "1.50"}))
    assert str(Product.objects.get().selling_price) == "1.50"
