"""`check_stock --fix` logs a stock that was written past the service, and never touches what is logged already."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from inventory.models import Product, StockChange
from inventory.services.stock import adjust_stock
from inventory.stock_check import correct_log_of
from tests.factories import make_product
from tests.ledger import without_triggers

pytestmark = pytest.mark.django_db


def in_sql(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def tamper_with_stock(product, stock):
    in_sql("UPDATE inventory_product SET stock_qty = %s WHERE id = %s", stock, product.pk)


def tamper_with_log(statement, *parameters):
    with without_triggers():
        in_sql(statement, *parameters)


def rows() -> list:
    return list(StockChange.objects.order_by("pk").values())


@pytest.mark.parametrize("stock", [7, 3, 0])
def test_a_stock_written_past_the_log_is_logged_and_stays_as_it_is(capsys, stock):
    sound, product = make_product(stock=2), make_product(stock=5, name="Chai", sku="NW-1", category="Drinks")
    before = rows()
    tamper_with_stock(product, stock)

    call_command("check_stock", fix=True)

    *kept, added = rows()
    assert kept == before
    assert (added["previous_qty"], added["new_qty"], added["kind"]) == (5, stock, "ADJUSTMENT")
    assert (added["product_name"], added["product_sku"], added["product_category"]) == ("Chai", "NW-1", "Drinks")
    assert added["change_reason"] == f"Correction: the stock was {stock}, its log said 5 (check_stock --fix)"
    product.refresh_from_db()
    assert product.stock_qty == stock
    told = capsys.readouterr().out
    assert f"Added stock change {added['id']}: Chai (NW-1): 5 → {stock}. Correction: the stock was {stock}" in told
    assert "Stock is proved" in told
    assert sound.stock_changes.count() == 1
    adjust_stock(product, user=None, new_qty=9, reason="Counted")  # work goes on from there
    call_command("check_stock")


def test_a_product_that_was_never_logged_is_logged_from_nothing():
    product = make_product(stock=0)
    tamper_with_stock(product, 4)
    call_command("check_stock", fix=True)
    row = product.stock_changes.get()
    assert (row.previous_qty, row.new_qty) == (0, 4)


def test_a_last_row_that_was_deleted_is_logged_anew():
    product = make_product(stock=5)
    adjust_stock(product, user=None, change=-2, reason="Broken")
    tamper_with_log("DELETE FROM inventory_stockchange WHERE id = %s", product.stock_changes.first().pk)
    for _ in range(2):
        with pytest.raises(CommandError, match="one before it has been erased"):  # which stays so for good
            call_command("check_stock", fix=True)
    assert product.stock_changes.count() == 2
    assert str(product.stock_changes.first()).endswith("5 → 3")


def test_a_log_broken_in_the_middle_is_left_alone_and_said(capsys):
    broken, mendable = make_product(stock=5), make_product(stock=5)
    middle = adjust_stock(broken, user=None, change=+4, reason="Found").stock_changes.first()
    adjust_stock(broken, user=None, change=-2, reason="Broken")
    tamper_with_log("UPDATE inventory_stockchange SET new_qty = 8 WHERE id = %s", middle.pk)
    tamper_with_stock(mendable, 6)
    before = rows()

    with pytest.raises(CommandError, match="(?s)starts at 9, but the stock was 8 then.*can mend that"):
        call_command("check_stock", fix=True)

    *kept, added = rows()
    assert kept == before
    assert (added["product_id"], added["new_qty"]) == (mendable.pk, 6)
    assert capsys.readouterr().out.count("Added") == 1
    with pytest.raises(CommandError):
        call_command("check_stock", fix=True)
    assert len(rows()) == len(before) + 1


def test_a_log_broken_in_the_middle_is_not_covered_up_by_a_sum_that_is_right():
    product = make_product(stock=5)
    adjust_stock(product, user=None, change=+4, reason="Found")
    tamper_with_log("UPDATE inventory_stockchange SET previous_qty = 6, new_qty = 10 WHERE previous_qty = 5")
    before = rows()
    with pytest.raises(CommandError, match="starts at 6, but the stock was 5"):
        call_command("check_stock", fix=True)
    assert rows() == before


def test_nothing_is_written_where_nothing_is_wrong(capsys):
    product = make_product(stock=5)
    call_command("check_stock", fix=True)
    assert (len(rows()), "Added" in capsys.readouterr().out) == (1, False)
    Product.objects.filter(pk=product.pk).update(name="Gone")
    assert correct_log_of(product) is None
    assert correct_log_of(Product(pk=0)) is None
