"""Files that people take away hold all rows, however many, as they were at one moment."""

import io
from concurrent.futures import ThreadPoolExecutor

import openpyxl
import pytest
from django.db import connections

from core.admin import export
from core.spreadsheets import writing
from inventory.models import Product, StockChange
from inventory.resources import ProductResource, StockChangeResource
from tests.factories import make_product, make_sales


@pytest.mark.parametrize("rows, sheets", [(0, 1), (3, 1), (4, 2), (7, 3)])
def test_what_a_sheet_cannot_hold_goes_on_to_the_next(monkeypatch, rows, sheets):
    monkeypatch.setattr(writing, "SHEET_ROWS", 3)
    data = b"".join(writing.FormulaSafeXLSX().stream(["number"], ([number] for number in range(rows))))
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = [[value for (value,) in sheet.iter_rows(values_only=True)] for sheet in book]
    assert len(found) == sheets and all(values[0] == "number" and len(values) <= 4 for values in found)
    assert [value for values in found for value in values[1:]] == list(range(rows))


def rename_all() -> None:
    Product.objects.update(name="Renamed")
    connections.close_all()


def test_a_file_is_of_one_moment_and_keeps_nobody_from_writing(committed_db, monkeypatch):
    monkeypatch.setattr(export, "CHUNK", 1)
    for _ in range(3):
        make_product(name="Hammer")
    resource = ProductResource()
    place = resource.get_export_headers().index("name")
    rows = export.exported(resource, Product.objects.order_by("pk"))
    names = [next(rows)[place]]
    with ThreadPoolExecutor(1) as pool:
        pool.submit(rename_all).result(30)
    names += [row[place] for row in rows]
    assert names == ["Hammer"] * 3 and set(Product.objects.values_list("name", flat=True)) == {"Renamed"}


def test_a_long_list_costs_as_many_queries_as_a_short_one(db, django_assert_num_queries):
    user = make_sales()
    for _ in range(120):  # more than the library would read at a time
        make_product(user=user)
    changes = StockChange.objects.prefetch_related("created_by")
    with django_assert_num_queries(2):
        rows = list(export.exported(StockChangeResource(user=user), changes))
    assert len(rows) == 120
