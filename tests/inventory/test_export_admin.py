"""Export of the lists in the admin: what is filtered, harmless to a spreadsheet, sent while it is read."""

import csv
import io

import openpyxl
import pytest
from django.urls import reverse

from sales.services.orders import confirm_order
from tests.factories import make_order, make_product
from tests.forms import upload


def exported(client, model="inventory_product", **query) -> list[dict]:
    address = reverse(f"admin:{model}_export")
    query_string = "&".join(f"{key}={value}" for key, value in query.items())
    response = client.post(f"{address}?{query_string}", {"format": "1", "resource": ""})
    assert response.status_code == 200, response
    return list(csv.DictReader(io.StringIO(response.getvalue().decode("utf-8-sig"))))


def test_the_export_is_the_filtered_list_and_comes_back_unchanged(as_admin):
    make_product(sku="007", name='=1+1 "quoted", and\nbroken', category="@x", stock=5, low_stock_threshold=3)
    make_product(sku="B-1", category="Other")
    rows = exported(as_admin, category="@x")
    assert [(row["sku"], row["name"], row["stock_qty"]) for row in rows] == [
        ("007", '\'=1+1 "quoted", and\nbroken', "5")
    ]

    data = as_admin.post(reverse("admin:inventory_product_export"), {"format": "1", "resource": ""}).getvalue()
    for mode in ("keep", "set"):
        report = upload(as_admin, data, stock_mode=mode).context["report"]
        assert report.summary == "0 new, 0 changed, 2 unchanged, 0 errors"


def test_an_excel_export_has_no_formulas_and_comes_back_unchanged(as_admin):
    make_product(sku="007", name="=cmd|' /C calc'!A0", stock=5)
    data = as_admin.post(reverse("admin:inventory_product_export"), {"format": "0", "resource": ""}).getvalue()
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
    assert openpyxl.load_workbook(io.BytesIO(response.getvalue())).active.max_row == 2


def test_a_control_character_does_not_break_an_excel_export(as_admin):
    make_product(name="bell\x07", category="kept")
    data = as_admin.post(reverse("admin:inventory_product_export"), {"format": "0", "resource": ""}).getvalue()
    assert openpyxl.load_workbook(io.BytesIO(data)).active["B2"].value == "bell\N{REPLACEMENT CHARACTER}"


@pytest.mark.parametrize("file_format", ["0", "1"])
def test_an_export_is_sent_while_it_is_read(as_admin, file_format):
    for _ in range(3):
        make_product(user=as_admin.user)
    response = as_admin.post(reverse("admin:inventory_product_export"), {"format": file_format, "resource": ""})
    assert response.streaming
    make_product(sku="LAST", user=as_admin.user)  # nothing has been read yet
    assert len(response.getvalue()) > 100


@pytest.mark.parametrize(
    ("model", "numbers", "money"),
    [
        ("inventory_product", ["stock_qty", "low_stock_threshold"], ["cost_price", "selling_price"]),
        ("inventory_stockchange", ["previous_qty", "new_qty", "quantity_change"], []),
        ("sales_order", [], ["total_amount"]),
        ("accounts_customer", [], ["opening_balance"]),
    ],
)
def test_in_excel_numbers_are_numbers_with_two_decimals_where_they_are_money_and_dates_are_dates(
    as_admin, model, numbers, money
):
    product = make_product(stock=5, low_stock_threshold=3, user=as_admin.user)
    confirm_order(make_order((product, 2), user=as_admin.user), user=as_admin.user)
    data = as_admin.post(reverse(f"admin:{model}_export"), {"format": "0", "resource": ""}).getvalue()
    headers, *rows = openpyxl.load_workbook(io.BytesIO(data)).active
    cells = {header.value: rows[0][header.column - 1] for header in headers}
    assert {cells[name].data_type for name in [*numbers, *money]} == {"n"}
    assert {cells[name].number_format for name in money} <= {"0.00"}
    dates = [cell for name, cell in cells.items() if name in ("created_at", "order_date", "confirmed_at")]
    assert all(cell.is_date for cell in dates)
