"""Reversing a stock change: the opposite move, once, linked, and only while the pieces are there."""

import pytest
from django.db import IntegrityError, connection, transaction

from core.exceptions import RecordChanged
from inventory.exceptions import CannotReverse, InvalidQuantity, ReasonMissing
from inventory.models import MAX_QUANTITY, StockChange
from inventory.services.products import delete_product
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from inventory.stock_check import stock_problem
from sales.services.orders import confirm_order
from tests.factories import make_order, make_product, make_sales
from tests.ledger import prove, without_triggers

pytestmark = pytest.mark.django_db


def adjusted(product, **how):
    adjust_stock(product, user=None, reason="Counted", **how)
    return product.stock_changes.latest("pk")


def sell(product, pieces):
    confirm_order(make_order((product, pieces)), user=None)


def refusal(row, **how):
    before = StockChange.objects.count()
    with pytest.raises(CannotReverse) as refused:
        reverse_change(row, reason="Wrong product", user=None, **how)
    assert StockChange.objects.count() == before
    return str(refused.value)


def test_a_mistake_is_taken_back_although_some_were_sold_and_the_two_rows_are_linked():
    product, user = make_product(stock=7), make_sales()
    mistake = adjusted(product, new_qty=70)
    sell(product, 3)
    row = reverse_change(mistake, reason=" Wrong product ", user=user)
    product.refresh_from_db()
    assert product.stock_qty == 4
    assert (row.kind, row.previous_qty, row.new_qty, row.reverses) == ("REVERSAL", 67, 4, mistake)
    assert (row.change_reason, row.created_by, row.reference) == ("Wrong product", user, mistake.reference)
    assert list(mistake.reversed_by.all()) == [row]
    latest = product.history.latest()
    assert (latest.stock_qty, latest.history_user, latest.history_change_reason) == (4, user, "Wrong product")
    prove()


def test_reversing_again_is_refused_and_says_who_did_it_and_when():
    product, user = make_product(stock=7), make_sales()
    mistake = adjusted(product, new_qty=70)
    row = reverse_change(mistake, reason="Wrong product", user=user)
    sentence = refusal(mistake)
    assert f"reversed by {user} on " in sentence and str(row.created_at.year) in sentence


def test_it_is_refused_where_more_came_in_than_are_left():
    product = make_product(stock=7)
    mistake = adjusted(product, new_qty=70)
    sell(product, 10)
    assert refusal(mistake) == "63 came in by it, only 60 are left."
    product.refresh_from_db()
    assert product.stock_qty == 60


def test_what_was_taken_out_comes_back_in():
    product = make_product(stock=7)
    row = reverse_change(adjusted(product, change=-3), reason="Found again", user=None)
    assert (row.previous_qty, row.new_qty) == (4, 7)


def test_a_stock_that_would_be_too_large_is_refused():
    product = make_product(stock=7)
    gone = adjusted(product, change=-3)
    adjusted(product, new_qty=MAX_QUANTITY)
    with pytest.raises(InvalidQuantity):
        reverse_change(gone, reason="Found again", user=None)


def test_only_adjustments_are_reversed_and_no_reversal():
    product = make_product(stock=7)
    assert "Initial stock" in refusal(product.stock_changes.get())
    sell(product, 1)
    assert "Sale" in refusal(product.stock_changes.latest("pk"))
    reversal = reverse_change(adjusted(product, change=1), reason="Wrong product", user=None)
    assert refusal(reversal).startswith("A reversal cannot be reversed.")


def test_a_deleted_product_has_no_stock_to_be_changed():
    product = make_product(stock=7, name="Chai", sku="NW-1")
    mistake = adjusted(product, change=1)
    delete_product(product, user=None)
    assert refusal(StockChange.objects.get(pk=mistake.pk)).startswith("Chai (NW-1) has been deleted")
    assert refusal(mistake).startswith("Chai (NW-1) has been deleted")  # as somebody has it on the screen


def test_it_needs_a_reason_and_the_stock_that_was_seen():
    product = make_product(stock=7)
    mistake = adjusted(product, change=1)
    with pytest.raises(ReasonMissing):
        reverse_change(mistake, reason="  ", user=None)
    with pytest.raises(RecordChanged, match="changed from 7 to 8"):
        reverse_change(mistake, reason="Wrong product", user=None, last_seen=7)


def test_the_database_knows_one_reversal_of_a_row():
    product = make_product(stock=7)
    mistake = adjusted(product, change=1)
    row = reverse_change(mistake, reason="Wrong product", user=None)
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [
        "reverses_id = NULL WHERE id = {reversal}",
        "new_qty = new_qty - 1 WHERE id = {mistake}",
        "kind = 'ADJUSTMENT' WHERE id = {reversal}",
    ],
)
def test_the_proof_finds_a_reversal_that_does_not_negate_one_row(change):
    product = make_product(stock=7)
    mistake = adjusted(product, change=3)
    reversal = reverse_change(mistake, reason="Wrong product", user=None)
    assert not stock_problem()
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stockchange SET " + change.format(mistake=mistake.pk, reversal=reversal.pk))
    assert StockChange.objects.wrong_reversals().exists() and stock_problem()


def test_the_proof_names_the_reversal():
    product = make_product(stock=7, name="Chai", sku="NW-1")
    reversal = reverse_change(adjusted(product, change=3), reason="Wrong product", user=None)
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stockchange SET reverses_id = NULL WHERE id = %s", [reversal.pk])
    assert stock_problem().startswith(f"Chai (NW-1): stock change {reversal.pk} of ")
    assert stock_problem().endswith("does not take back exactly what it reverses.")
