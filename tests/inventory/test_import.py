"""Importing products: what the file means, what is written, and what is refused."""

import gc
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.db.models import Sum
from django.test.utils import CaptureQueriesContext

from core.imports.questions import questions_of
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from inventory.services.products import save_product
from inventory.services.stock import adjust_stock
from tests.factories import make_product, make_sales
from tests.imports import import_list, layout_of
from tests.real_data import FOLDER, needs_real_data

pytestmark = pytest.mark.django_db

HEADER = "sku,name,category,cost_price,selling_price,stock_qty,low_stock_threshold\n"


def run(text: str, **options):
    return import_list(text, ProductResource, **options).report


def errors_of(report) -> list[tuple]:
    return [(row.line, column, reason) for row in report.error_rows for column, _, reason in row.errors]


def test_new_products_are_added_with_their_stock_logged():
    user = make_sales()
    report = run(HEADER + " a-1 , Chai ,Tea,1.50,2.00,7,3\nA-2,Chang,,,1,,\n", user=user)
    assert report.summary == "2 new, 0 changed, 0 unchanged, 0 errors"
    chai, chang = Product.objects.get(sku="A-1"), Product.objects.get(sku="A-2")
    assert (chai.name, chai.category, chai.cost_price, chai.stock_qty, chai.low_stock_threshold) == (
        "Chai",
        "Tea",
        Decimal("1.50"),
        7,
        3,
    )
    assert (chang.cost_price, chang.stock_qty, chang.low_stock_threshold) == (0, 0, None)
    row = StockChange.objects.get()
    assert (row.kind, row.new_qty, row.reference, row.created_by) == ("IMPORT", 7, "list.csv", user)
    assert (chai.created_by, chang.history.get().history_user) == (user, user)


def test_the_same_file_twice_changes_nothing_the_second_time():
    text = HEADER + "A-1,Chai,Tea,1.50,2.00,7,3\n"
    run(text)
    assert run(text).summary == "0 new, 0 changed, 1 unchanged, 0 errors"
    assert run(text, stock_mode="set").summary == "0 new, 0 changed, 1 unchanged, 0 errors"
    assert Product.history.filter(sku="A-1").count() == 1  # made with its stock


def test_a_known_sku_is_updated_and_a_blank_cell_keeps_what_is_there():
    product = make_product(sku="A-1", name="Chai", category="Tea", cost_price=Decimal(1), stock=5)
    user = make_sales()
    report = run(HEADER + "a-1,,,,12.00,99,\n", user=user)
    assert [row.changes for row in report.rows] == [[("selling_price", "10.00", "12.00")]]
    product.refresh_from_db()
    assert (product.name, product.category, product.selling_price, product.stock_qty) == ("Chai", "Tea", 12, 5)
    latest = product.history.first()
    assert (latest.selling_price, latest.history_user, latest.history_change_reason) == (12, user, "Import list.csv")
    assert product.modified_by == user


@pytest.mark.parametrize(("mode", "stock"), [("keep", 8), ("set", 5), ("add", 13)])
def test_the_clerk_chooses_what_the_stock_column_means(mode, stock):
    product = make_product(sku="A-1", stock=8)
    report = run("sku,stock_qty\nA-1,5\n", stock_mode=mode)
    product.refresh_from_db()
    assert product.stock_qty == stock
    if mode == "set":
        assert report.rows[0].shown_changes(ProductResource.label_of) == ["In stock 8 → 5 (−3)"]
        assert product.stock_changes.first().kind == "IMPORT"


def test_prices_with_more_than_two_decimals_are_rounded_half_up_and_counted():
    report = run("sku,name,selling_price\nA,x,1.005\nB,y,2.5000\n")
    assert Product.objects.get(sku="A").selling_price == Decimal("1.01")
    assert report.notes == ["1 value in Selling price with more than two decimals: rounded."]


def test_a_file_with_semicolons_may_write_decimal_commas():
    run("sku;name;selling_price\nA;x;4,79\n")
    assert Product.objects.get().selling_price == Decimal("4.79")


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",Chai,,,1,,", "sku", "The SKU is missing"),
        ("A\u200bB,Chai,,,1,,", "sku", "A SKU cannot have"),
        ("4.01234E+12,Chai,,,1,,", "sku", "has shortened this number"),
        ("A,Chai\x01,,,1,,", "name", "control character"),
        ("A,,,,1,,", "name", "A new product needs a name"),
        ("A,Chai,,,,,", "selling_price", "A new product needs a selling price"),
        ("A,Chai,,,abc,,", "selling_price", "This is not a number"),
        ("A,Chai,,,-1,,", "selling_price", "must not be negative"),
        ("A,Chai,,,999999999,,", "selling_price", "more than an amount may be"),
        (f"A,Chai,,,{'9' * 40},,", "selling_price", "more than an amount may be"),
        ("A,Chai,,5,4,,", "selling_price", "below the cost price"),
        ("A,Chai,,,1,1.5,", "stock_qty", "whole number"),
        ("A,Chai,,,1,-1,", "stock_qty", "must not be negative"),
        ("A,Chai,,,1,99999999999,", "stock_qty", "more than"),
        ("A,Chai,,,1,,x", "low_stock_threshold", "not a number"),
        (f"A,{'x' * 300},,,1,,", "name", "at most 255 characters"),
    ],
)
def test_a_bad_row_is_named_by_line_column_and_reason_and_nothing_is_written(row, column, reason):
    report = run(HEADER + "GOOD,Fine,,,1,5,\n" + row + "\n")
    ((line, where, why),) = errors_of(report)
    assert (line, where) == (3, column)
    assert reason in why
    assert not Product.objects.exists() and not StockChange.objects.exists()


def test_a_sku_twice_in_the_file_names_both_lines():
    report = run(HEADER + "a,Chai,,,1,,\n\nA ,Chang,,,1,,\n")
    sentence = "Lines 2 and 4 have the same SKU."
    assert errors_of(report) == [(2, "sku", sentence), (4, "sku", sentence)]


def test_several_things_wrong_with_one_row_are_all_named():
    report = run(HEADER + "A,,,,abc,1.5,\n")
    assert {column for _, column, _ in errors_of(report)} == {"name", "selling_price", "stock_qty"}


def test_unknown_columns_are_left_out_and_named():
    report = run("sku,name,selling_price,colour,warehouse\nA,x,1,red,ACTIVE\n")
    assert report.notes == ["Columns left out: colour, warehouse."]
    assert report.is_clean


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("A-1,Chai,12.00\nA-2,Chang,3.00\n", "No column is taken for SKU"),
        ("name,selling_price\nChai,1\n", "No column is taken for SKU"),
        ("sku,name,selling_price\nA,Chai,1.234\n", "Selling price: it cannot be seen whether a point or a comma"),
    ],
)
def test_what_cannot_be_known_is_asked(text, question):
    assert question in questions_of(layout_of(text, ProductResource))[0].sentence


def test_adding_more_than_a_stock_can_hold_is_an_error_in_the_preview():
    make_product(sku="A-1", stock=2_147_483_000)
    report = run("sku,stock_qty\nA-1,1000\n", stock_mode="add", dry_run=True)
    assert "this would be more than" in errors_of(report)[0][2]


def test_a_product_below_cost_already_can_still_have_its_stock_imported(settings):
    settings.ALLOW_SELLING_BELOW_COST = True
    product = make_product(sku="A-1", cost_price=Decimal(20), stock=1)
    settings.ALLOW_SELLING_BELOW_COST = False
    assert run("sku,selling_price,stock_qty\nA-1,10.00,5\n", stock_mode="set").is_clean
    product.refresh_from_db()
    assert product.stock_qty == 5
    assert not run("sku,selling_price\nA-1,11.00\n").is_clean


def test_minus_nought_is_nought():
    run("sku,name,selling_price\nA,x,-0\n")
    assert str(Product.objects.get().selling_price) == "0.00"


def test_a_dry_run_writes_nothing():
    report = run(HEADER + "A-1,Chai,Tea,1.50,2.00,7,3\n", dry_run=True)
    assert report.counts["new"] == 1
    assert not Product.objects.exists() and not StockChange.objects.exists()


def test_a_preview_locks_nothing():
    make_product(sku="A-1")
    with CaptureQueriesContext(connection) as queries:
        run("sku,stock_qty\nA-1,5\n", stock_mode="set", dry_run=True)
    # no transaction either: on SQLite that would keep every other writer waiting
    assert not [query["sql"] for query in queries if "FOR NO KEY UPDATE" in query["sql"] or "SAVEPOINT" in query["sql"]]


def test_a_change_between_preview_and_confirmation_is_noticed():
    product = make_product(sku="A-1", stock=8)
    text = "sku,stock_qty\nA-1,5\n"
    preview = run(text, stock_mode="set", dry_run=True)
    adjust_stock(product, user=None, new_qty=7, reason="Sold by hand")
    refused = run(text, stock_mode="set", last_seen=preview.fingerprint)
    assert "have changed since this preview" in refused.problem
    assert refused.rows[0].shown_changes(ProductResource.label_of) == ["In stock 7 → 5 (−2)"]
    product.refresh_from_db()
    assert product.stock_qty == 7
    assert run(text, stock_mode="set", last_seen=refused.fingerprint).is_clean
    product.refresh_from_db()
    assert product.stock_qty == 5


def test_a_product_touched_elsewhere_does_not_disturb_an_import_that_does_not_speak_of_it():
    make_product(sku="A-1"), make_product(sku="B-1")
    text = "sku,name\nA-1,New name\n"
    preview = run(text, dry_run=True)
    other = Product.objects.get(sku="B-1")
    other.name = "Other"
    save_product(other, user=None)
    assert run(text, last_seen=preview.fingerprint).is_clean


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_max_num_queries):
    text = "sku,name,selling_price,stock_qty\n"
    run(text + "".join(f"OLD-{n},Name,1,5\n" for n in range(50)))
    rows = [f"OLD-{n},Renamed,2,6\n" for n in range(50)] + [f"NEW-{n},Name,1,5\n" for n in range(50)]
    with django_assert_max_num_queries(30):
        report = run(text + "".join(rows), stock_mode="set")
    assert report.summary == "50 new, 50 changed, 0 unchanged, 0 errors"


def test_a_sku_on_very_many_lines_is_told_in_few_words():
    report = run(HEADER + "".join(f"A,Chai {n},,,1,,\n" for n in range(500)))
    reasons = {error[2] for row in report.error_rows for error in row.errors}
    assert reasons == {"Lines 2, 3, 4, 5, 6, 7 and 494 more have the same SKU."}


def test_what_nobody_foresaw_stops_the_import_and_is_said(monkeypatch):
    def stumble(value):
        raise RuntimeError("a bug")

    monkeypatch.setattr("core.imports.widgets.as_decimal", stumble)
    known = make_product(sku="B")
    report = run(HEADER + "A,Chai,,,1,,\nB,Chang,,,,,\n", leave_out_errors=True)
    assert report.problem == "Nothing was imported, because a line cannot be read. It is named below."
    assert report.error_rows[0].errors[0][2].startswith("This line cannot be read.")
    assert str(Product.objects.get()) == str(known)


def test_a_row_that_is_read_with_a_mistake_of_ours_is_a_row_with_an_error(monkeypatch):
    monkeypatch.setattr("core.imports.mapped.read_number", lambda cell, format: 1 / (cell != "2"))
    report = run(HEADER + "A,Chai,,,1,,\nB,Chang,,,2,,\n")
    assert [(row.line, row.errors[0][2]) for row in report.error_rows] == [
        (3, "This line cannot be read. Please tell the person who runs the system.")
    ]


# The command


def test_the_command_reports_and_succeeds(tmp_path, capsys):
    user = make_sales()
    file = tmp_path / "list.csv"
    file.write_text("sku,name,selling_price,stock_qty\nA,x,1.0051,5\n")
    call_command("import_products", file, user=user.email.upper())
    told = capsys.readouterr().out
    assert "1 value in Selling price" in told and "1 new, 0 changed, 0 unchanged, 0 errors." in told
    assert StockChange.objects.get().created_by == user


def test_the_command_names_bad_lines_and_fails_without_writing(tmp_path):
    file, told = tmp_path / "list.csv", StringIO()
    file.write_text("sku,name,selling_price\nA,x,1\nB,y,cheap\n")
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command("import_products", file, stderr=told)
    assert "Line 3, selling_price: This is not a number. It says “cheap”." in told.getvalue()
    assert not Product.objects.exists()


@pytest.mark.parametrize(
    ("content", "options", "message"),
    [
        (None, {}, "cannot be read"),
        (b"", {}, "The file is empty"),
        (b"sku,name,selling_price\nA,x,1.234\n", {}, "--decimal"),
        (b"sku,name\n", {"user": "nobody@example.com"}, "no active member of staff"),
        (b"a,b\n1,2\n", {}, "--map sku="),
    ],
)
def test_the_command_refuses_in_words(tmp_path, content, options, message):
    file = tmp_path / "list.csv"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(CommandError, match=message):
        call_command("import_products", file, **options)


# Real lists


@needs_real_data
def test_adventureworks_comes_in_complete_and_only_once(capsys):
    call_command("import_products", FOLDER / "adventureworks_products.csv")
    told = capsys.readouterr().out
    assert "287 values in Cost price with more than two decimals: rounded." in told
    assert "504 new, 0 changed, 0 unchanged, 0 errors." in told
    assert Product.objects.aggregate(Sum("stock_qty"))["stock_qty__sum"] == 335_974
    call_command("import_products", FOLDER / "adventureworks_products.csv")
    assert "0 new, 0 changed, 504 unchanged, 0 errors." in capsys.readouterr().out
    call_command("check_stock")


@needs_real_data
def test_the_problems_of_online_retail_are_all_named():
    file = FOLDER / "online_retail_products.csv"
    report = run(file.read_text(encoding="utf-8"))
    reasons = [reason for _, _, reason in errors_of(report)]
    assert sum("have the same SKU" in reason for reason in reasons) == 2 * 112
    assert sum("needs a name" in reason for reason in reasons) == 112
    assert sum("must not be negative" in reason for reason in reasons) == 1
    assert not Product.objects.exists()


def test_the_command_can_leave_out_bad_lines_and_be_told_how_to_read(tmp_path, capsys):
    file = tmp_path / "list.txt"
    file.write_bytes("sku|name|selling_price\nA|شاي|1\nB||2\n".encode("cp1256"))
    options = {"encoding": "cp1256", "delimiter": "|", "leave_out_errors": True}
    call_command("import_products", file, **options)
    assert "1 new, 0 changed, 0 unchanged, 1 errors." in capsys.readouterr().out
    assert Product.objects.get().name == "شاي"


@needs_real_data
def test_the_good_lines_of_online_retail_come_in_when_the_bad_ones_are_left_out():
    file = FOLDER / "online_retail_products.csv"
    report = run(file.read_text(encoding="utf-8"), leave_out_errors=True)
    assert (report.counts["new"], report.counts["error"]) == (3735, 335)
    assert Product.objects.count() == 3735


def test_the_command_fails_if_every_line_was_left_out(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text("sku,name,selling_price\nA,Chai,cheap\n")
    with pytest.raises(CommandError, match="every line has errors"):
        call_command("import_products", file, leave_out_errors=True)


def test_the_garbage_collector_works_again_after_an_import(monkeypatch):
    def collector_is_paused(**kwargs):
        assert not gc.isenabled()
        raise IntegrityError

    monkeypatch.setattr("inventory.resources.import_products", collector_is_paused)
    assert "Somebody else was writing" in run(HEADER + "A,Chai,,,1,,\n").problem
    assert gc.isenabled()
