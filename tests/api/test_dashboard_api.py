"""The dashboard's figures over the API."""

import pytest
from django.utils import timezone

from sales.services.orders import confirm_order
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def test_the_days_figures_under_both_names(sales):
    make_product(stock=50)
    low, out = make_product(stock=3, name="Low"), make_product(stock=0, name="Out")
    make_customer(is_active=False)
    sold = make_order((make_product(stock=90), 2))
    confirm_order(sold, user=None)
    make_order((low, 1))
    for path in ("/dashboard/", "/dashboard/insights/"):
        assert sales.get(path).json() == {
            "date": str(timezone.localdate()),
            "total_customers": 2,
            "total_sales_today": "20.00",
            "pending_orders_count": 1,
            "low_stock_count": 1,
            "out_of_stock_count": 1,
            "low_stock_products": [
                {"id": product.pk, "sku": product.sku, "name": product.name, "stock_qty": product.stock_qty}
                for product in (out, low)
            ],
        }


def test_of_many_low_products_the_ten_lowest_are_listed(sales):
    for stock in range(12):
        make_product(stock=stock, low_stock_threshold=20)
    told = sales.get("/dashboard/").json()
    assert [product["stock_qty"] for product in told["low_stock_products"]] == list(range(10))
    assert (told["low_stock_count"], told["out_of_stock_count"]) == (11, 1)
