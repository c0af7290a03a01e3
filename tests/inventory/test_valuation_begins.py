"""When the database is migrated, the valuation begins with a row for each product that has stock, at its cost price."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from inventory.models import Product, StockChange
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock, take_from_stock
from tests.factories import make_product

pytestmark = pytest.mark.usefixtures("committed_db")
MOST = Decimal("9999999999999.99")
LEDGER = ("kind", "previous_qty", "new_qty", "previous_value", "new_value", "change_reason", "reference", "created_by")


def standing(product) -> tuple:
    return Product.objects.values_list("stock_qty", "stock_value").get(pk=product.pk)


def test_each_product_with_stock_gets_one_row_and_the_others_none():
    tea = make_product(stock=12, cost_price=Decimal("3.33"), name="Tea", sku="T", category="Drinks")
    free, empty, sold = make_product(stock=4, cost_price=0), make_product(stock=0), make_product(stock=2)
    dear, gone = make_product(stock=2_000_000, cost_price=1), make_product(stock=3)
    Product.objects.filter(pk=dear.pk).update(cost_price=Decimal("99999999.00"), selling_price=Decimal("99999999.00"))
    adjust_stock(tea, user=None, change=-2, reason="Broken")
    take_from_stock({sold.pk: 2}, reference="ORD-1", reason="Sold", user=None)
    delete_product(gone, user=None)
    before = list(StockChange.objects.order_by("pk").values_list("pk", *LEDGER[:3]))

    MigrationExecutor(connection).migrate([("inventory", "0001_initial")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())

    rows = StockChange.objects.order_by("pk")
    assert list(rows.values_list("pk", *LEDGER[:3]))[: len(before)] == before
    begun = {row.product_id: row for row in rows[len(before) :]}
    assert len(begun) == rows.count() - len(before)
    assert {pk: [getattr(row, name) for name in LEDGER] for pk, row in begun.items()} == {
        product.pk: ["REVALUATION", pieces, pieces, Decimal(0), Decimal(worth), "Valuation begins", "", None]
        for product, pieces, worth in ((tea, 10, "33.30"), (free, 4, "0"), (dear, 2_000_000, MOST))
    }
    row = begun[tea.pk]
    assert (row.product_key, row.product_name, row.product_sku, row.product_category) == (tea.pk, "Tea", "T", "Drinks")
    assert [standing(product) for product in (tea, free, dear, empty, sold)] == [
        (10, Decimal("33.30")),
        (4, Decimal("0.00")),
        (2_000_000, MOST),
        (0, Decimal("0.00")),
        (0, Decimal("0.00")),
    ]
    call_command("check_stock")
    take_from_stock({tea.pk: 3}, reference="ORD-2", reason="Sold", user=None)
    assert standing(tea) == (7, Decimal("23.31"))
    call_command("check_stock")
