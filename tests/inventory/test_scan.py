"""What the box for scanners is told about a code."""

import pytest
from django.urls import reverse

from inventory.services.products import set_active
from tests.clients import queries_of
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def scan(client, code: str) -> dict:
    response = client.get(reverse("admin:inventory_product_scan"), {"code": code})
    assert response.status_code == 200
    return response.json()


def test_a_barcode_or_a_sku_is_its_product_exactly(as_sales):
    pen = make_product(sku="PEN-1", barcode="4006381333931")
    make_product(sku="PEN-10")
    for code in ("4006381333931", " 4006381333931\n", "pen-1", "PEN-1"):
        assert scan(as_sales, code) == {"id": pen.pk, "text": str(pen), "pieces": 1}
    for code in ("400638133393", "PEN", "EN-1", "%", "", "x" * 500):
        assert scan(as_sales, code).keys() == {"problem"}
    assert scan(as_sales, "PEN")["problem"] == "No product has the code “PEN”."


def test_so_many_of_a_code_unless_that_is_a_code_itself(as_sales):
    pen, dozen = make_product(sku="PEN"), make_product(sku="12*BOX")
    box = make_product(sku="BOX", barcode="96385074")
    assert scan(as_sales, "12*pen") == {"id": pen.pk, "text": str(pen), "pieces": 12}
    assert scan(as_sales, "3 * 96385074")["id"] == box.pk
    assert scan(as_sales, "12*box") == {"id": dozen.pk, "text": str(dozen), "pieces": 1}
    assert scan(as_sales, "2*12*box") == {"id": dozen.pk, "text": str(dozen), "pieces": 2}
    for code in ("0*PEN", "-1*PEN", "1.5*PEN", "9999999999*PEN", "12*", "*PEN", "12*NONE"):
        assert scan(as_sales, code).keys() == {"problem"}, code


def test_a_barcode_wins_over_another_products_sku(as_sales):
    pen = make_product(name="Zebra", barcode="96385074")
    make_product(name="Abacus", sku="96385074")
    assert scan(as_sales, "96385074")["id"] == pen.pk


def test_what_is_archived_is_no_longer_sold(as_sales):
    chai = make_product(name="Chai", sku="NW-1")
    set_active([chai.pk], False, user=None)
    assert scan(as_sales, "nw-1") == scan(as_sales, "2*NW-1") == {"problem": "Chai is no longer sold."}


def test_it_costs_one_query(as_sales):
    make_product(sku="PEN")
    address = reverse("admin:inventory_product_scan")
    assert queries_of(as_sales, f"{address}?code=PEN") == queries_of(as_sales, f"{address}?code=NONE") <= 3
