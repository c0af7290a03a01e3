"""Orders taken away as files: a row for each order, or for each of their lines."""

import csv
import io
from decimal import Decimal

import openpyxl
import pytest
from django.urls import reverse

from sales.services.orders import confirm_order
from tests.factories import make_customer, make_order, make_product

ORDERS, LINES = "0", "1"


def exported(client, contents: str, query: str = "", file_format="1"):
    address = reverse("admin:sales_order_export")
    answer = client.post(f"{address}?{query}", {"format": file_format, "resource": contents})
    assert answer.status_code == 200 and answer.streaming
    return answer.getvalue()


def table(data: bytes) -> list[dict]:
    return list(csv.DictReader(io.StringIO(data.decode())))


@pytest.fixture
def two_orders(as_sales):
    customer = make_customer(customer_code="C-1", first_name="=1+1", last_name="")
    first = make_order(
        (make_product(sku="A", name="Chai"), 2), (make_product(sku="B"), 1, Decimal("0.50")), customer=customer
    )
    second = make_order((make_product(sku="C"), 3))
    confirm_order(second, user=as_sales.user)
    return first, second


def test_every_line_is_a_row_that_tells_its_order(as_sales, two_orders):
    first, second = two_orders
    rows = table(exported(as_sales, LINES))
    assert [(row["order_number"], row["product_sku"]) for row in rows] == [
        (second.order_number, "C"),
        (first.order_number, "A"),
        (first.order_number, "B"),
    ]
    chai = {key: rows[1][key] for key in ("customer", "customer_code", "product_name", "quantity", "unit_price")}
    assert chai == {
        "customer": "'=1+1",
        "customer_code": "C-1",
        "product_name": "Chai",
        "quantity": "2",
        "unit_price": "10.00",
    }
    assert [row["total_price"] for row in rows] == ["30.00", "20.00", "0.50"]


def test_the_lines_are_those_of_the_filtered_list(as_sales, two_orders):
    rows = table(exported(as_sales, LINES, "status__exact=PENDING"))
    assert {row["order_number"] for row in rows} == {two_orders[0].order_number}
    assert len(table(exported(as_sales, ORDERS, f"q={two_orders[1].order_number}"))) == 1


def test_both_formats_and_no_choice_at_all_work(as_sales, two_orders):
    book = openpyxl.load_workbook(io.BytesIO(exported(as_sales, LINES, file_format="0")))
    assert book.active.max_row == 4 and book.active["H2"].value == 3
    assert len(table(exported(as_sales, ""))) == 2
    page = as_sales.get(reverse("admin:sales_order_export")).content.decode()
    assert "Contents" in page and "Orders with their lines" in page and "product_sku" in page


def test_the_number_of_queries_does_not_grow_with_the_lines(as_sales, django_assert_max_num_queries):
    for _ in range(12):
        make_order((make_product(), 1), (make_product(), 2))
    with django_assert_max_num_queries(6):
        assert len(table(exported(as_sales, LINES))) == 24
