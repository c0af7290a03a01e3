"""A year and a half of somebody's real trade, replayed through the services and counted again independently."""

import csv
from collections import defaultdict
from decimal import Decimal

import pytest
from django.core.management import call_command

from inventory.exceptions import InsufficientStock
from inventory.models import Product, StockChange
from sales.models import Order
from sales.services.orders import NewItem, confirm_order, create_order
from tests.factories import make_customer, make_sales
from tests.real_data import FOLDER, needs_real_data

pytestmark = [pytest.mark.django_db, needs_real_data]


def rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def test_northwind_replayed_agrees_with_an_independent_count(capsys):
    call_command("import_products", FOLDER / "northwind_products.csv")
    assert "77 new, 0 changed, 0 unchanged, 0 errors." in capsys.readouterr().out
    count = {row["sku"]: int(row["stock_qty"]) for row in rows("northwind_products.csv")}
    assert sum(count.values()) == 3119

    products = {product.sku: product for product in Product.objects.all()}
    customers = {row["customer_id"]: make_customer() for row in rows("northwind_customers.csv")}
    user, details, totals = make_sales(), defaultdict(list), {}
    for row in rows("northwind_order_details.csv"):
        details[row["order_id"]].append((row["product_id"], int(row["quantity"]), Decimal(row["unit_price"])))

    refused = 0
    for row in sorted(rows("northwind_orders.csv"), key=lambda row: int(row["order_id"])):
        wanted = details[row["order_id"]]
        enough = all(
            sum(quantity for sku, quantity, _ in wanted if sku == product) <= count[product]
            for product in {sku for sku, _, _ in wanted}
        )
        lines = [NewItem(products[sku], quantity, price) for sku, quantity, price in wanted]
        try:
            order = create_order(customer=customers[row["customer_id"]], lines=lines, user=user)
            confirm_order(order, user=user)
        except InsufficientStock:
            assert not enough, row["order_id"]
            refused += 1
            continue
        assert enough, row["order_id"]
        totals[order.order_number] = sum(quantity * price for _, quantity, price in wanted)
        for sku, quantity, _ in wanted:
            count[sku] -= quantity

    assert refused and totals
    assert dict(Product.objects.values_list("sku", "stock_qty")) == count
    assert dict(Order.objects.filter(status="CONFIRMED").values_list("order_number", "total_amount")) == totals
    sold = defaultdict(int)
    for change in StockChange.objects.filter(kind="SALE"):
        sold[change.product_sku] += change.previous_qty - change.new_qty
    opening = {row["sku"]: int(row["stock_qty"]) for row in rows("northwind_products.csv")}
    assert {sku: opening[sku] - sold[sku] for sku in opening} == count
    call_command("check_stock")
