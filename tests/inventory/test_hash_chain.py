"""Stock changes prove each other: what was changed or erased past the program is found, and the head tells the rest."""

import hashlib
import json
import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test.utils import CaptureQueriesContext

from core.hash_chain import HashChain, canonical
from inventory.models import STOCK_CHAIN, Product, StockChange
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from inventory.stock_check import check_stock, stock_problem
from tests.factories import make_import, make_product, make_user
from tests.ledger import without_triggers

pytestmark = pytest.mark.django_db


def tampered(statement: str, *parameters) -> None:
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def test_the_hash_is_the_same_on_every_database():
    row = StockChange(
        product_key=7,
        product_name="Café",
        product_category="",
        product_sku="A-1",
        previous_qty=1,
        new_qty=3,
        kind=StockChange.Kind.ADJUSTMENT,
        change_reason="Counted",
        created_at=datetime(2026, 11, 28, 12, 0, tzinfo=UTC),
        previous_value=Decimal("4.00"),
        new_value=Decimal("12.50"),
    )
    first = STOCK_CHAIN.link(row, None)
    values = {name: canonical(getattr(row, name)) for name in STOCK_CHAIN.versions[3]}
    known = {name: value for name, value in values.items() if value is not None}
    text = "None:" + json.dumps(known, sort_keys=True, separators=(",", ":"))
    assert first == f"3:{hashlib.sha256(text.encode()).hexdigest()}"
    assert first == "3:bc7c7f6c4b46243224b732ec434d6d41966870845836222244402f6d02253451"
    assert STOCK_CHAIN.link(row, first) != first
    row.reverses_id = 5
    assert STOCK_CHAIN.link(row, None) != first


def test_values_have_one_form():
    assert canonical(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)) == "2026-01-02T03:04:05.000000Z"
    assert (canonical(Decimal("12.50")), canonical(None), canonical(3), canonical("x")) == (1250, None, 3, "x")


def test_what_is_written_by_any_service_can_be_verified():
    product = make_product(stock=5, name="Café “ثلج” 中文")
    adjust_stock(product, user=make_user(), change=-2, reason="Broken\nin two")
    delete_product(make_product(stock=3), user=None)
    make_import("sku,name,selling_price,stock_qty\nA,Apple,1,3\nB,Pear,1,0\n")
    make_import("sku,stock_qty\nA,7\n", stock_mode="set")
    assert stock_problem() == ""
    found = STOCK_CHAIN.verify(StockChange)
    assert found.rows == StockChange.objects.count() == 6
    assert found.head() == STOCK_CHAIN.heads(StockChange).head()
    for product in Product.objects.all():
        last = product.stock_changes.order_by("-pk").first()
        assert product.ledger_head == (last and last.row_hash)


def test_the_key_outlives_the_product():
    product = make_product(stock=3)
    key = product.pk
    delete_product(product, user=None)
    assert set(StockChange.objects.values_list("product", "product_key")) == {(None, key)}


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_erased_row_is_found_wherever_it_stood(place):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    adjust_stock(product, user=None, new_qty=9, reason="Found")
    adjust_stock(product, user=None, new_qty=5, reason="Lost")
    rows = list(product.stock_changes.order_by("pk"))
    tampered("DELETE FROM inventory_stockchange WHERE id = %s", rows[place].pk)
    assert "Chai (NW-1)" in stock_problem()


def test_a_row_that_was_written_past_the_service_is_found():
    product = make_product(stock=5, name="Chai", sku="NW-1")
    StockChange.objects.create(
        product=product, product_key=product.pk, product_name="Chai", product_sku="NW-1", previous_qty=5, new_qty=5
    )
    assert "is not what was written" in stock_problem()


def test_a_row_moved_to_another_product_is_found():
    make_product(stock=5)
    other = make_product(stock=5)
    tampered("UPDATE inventory_stockchange SET product_key = 99 WHERE product_id = %s", other.pk)
    assert "is not what was written" in stock_problem()


def test_rows_that_do_not_follow_each_other_are_found_although_their_hashes_are_right():
    product = make_product(stock=5, name="Chai", sku="NW-1")
    row = adjust_stock(product, user=None, new_qty=9, reason="Found").stock_changes.first()
    tampered("UPDATE inventory_stockchange SET previous_qty = 7 WHERE id = %s", row.pk)
    tampered("UPDATE inventory_stockchange SET row_hash = ''")
    with without_triggers():
        heads = STOCK_CHAIN.hash_existing(StockChange)
    Product.objects.update(ledger_head=heads[product.pk])
    assert f"stock change {row.pk}" in stock_problem() and "starts at 7, but the stock was 5" in stock_problem()


def test_a_sound_log_is_read_once():
    adjust_stock(make_product(stock=5), user=None, change=-1, reason="Broken")
    delete_product(make_product(stock=3), user=None)
    with CaptureQueriesContext(connection) as captured:
        assert check_stock().problem == ""
    reading = [query["sql"] for query in captured if "inventory_stockchange" in query["sql"]]
    # Reversals, counts and deliveries are found by an index.
    reversals = [query for query in reading if '"reverses_id" IS NOT NULL' in query]
    counts = [query for query in reading if "inventory_stockcountline" in query]
    deliveries = [query for query in reading if "inventory_deliveryitem" in query]
    assert (len(reading), len(reversals), len(counts), len(deliveries)) == (4, 1, 1, 1), reading


def test_who_recomputes_everything_is_told_by_the_head_that_was_written_down(capsys):
    product = make_product(stock=5)
    call_command("check_stock")
    written_down = capsys.readouterr().out.splitlines()[-1]
    assert re.search(r"written down elsewhere: 1-[0-9a-f]{64}$", written_down)
    tampered("UPDATE inventory_stockchange SET change_reason = 'Forged', row_hash = ''")
    with without_triggers():
        heads = STOCK_CHAIN.hash_existing(StockChange)
    Product.objects.update(ledger_head=heads[product.pk])
    call_command("check_stock")
    assert capsys.readouterr().out.splitlines()[-1] != written_down


def test_a_stock_that_is_sold_while_it_is_checked_is_no_finding(monkeypatch):
    product = make_product(stock=5)
    verify = STOCK_CHAIN.verify

    def and_then_somebody_sells(model):
        found = verify(model)
        adjust_stock(product, user=None, change=-1, reason="Sold meanwhile")
        return found

    monkeypatch.setattr(STOCK_CHAIN, "verify", and_then_somebody_sells)
    assert check_stock().problem == ""


def test_a_later_version_of_the_scheme_goes_on_where_the_first_ended():
    product = make_product(stock=5)
    later = HashChain("product_key", {**STOCK_CHAIN.versions, 4: (*STOCK_CHAIN.versions[3], "product_id")})
    row = StockChange(
        product=product,
        product_key=product.pk,
        product_name="x",
        product_sku="X",
        previous_qty=5,
        new_qty=4,
        kind="SALE",
    )
    row.row_hash = later.link(row, Product.objects.get(pk=product.pk).ledger_head)
    row.save()
    assert row.row_hash.startswith("4:")
    assert later.verify(StockChange).broken_row is None


def test_the_migrations_give_the_rows_that_are_there_their_hashes_and_later_rows_follow_them(committed_db):
    product, gone = make_product(stock=5), make_product(stock=3)
    adjust_stock(product, user=None, change=-2, reason="Broken")
    key = gone.pk
    delete_product(gone, user=None)
    before = list(StockChange.objects.order_by("pk").values("pk", "product_key"))
    MigrationExecutor(connection).migrate([("inventory", "0001_initial")])
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())
    *rows, valued = StockChange.objects.order_by("pk")
    assert [{"pk": row.pk, "product_key": row.product_key} for row in rows] == before
    assert key in {row["product_key"] for row in before}
    assert all(row.row_hash.startswith("1:") and row.new_value is None for row in rows)
    assert (valued.product, valued.kind, valued.previous_qty, valued.new_qty) == (product, "REVALUATION", 3, 3)
    assert (valued.previous_value, valued.new_value) == (Decimal(0), 3 * product.cost_price)
    adjust_stock(Product.objects.get(pk=product.pk), user=None, change=1, reason="Found")
    latest = StockChange.objects.latest("pk")
    assert latest.row_hash.startswith("3:") and Product.objects.get(pk=product.pk).ledger_head == latest.row_hash
    assert stock_problem() == ""
