"""The stock service: every change logged, all or nothing, and what it refuses."""

import pytest
from django.db import transaction

from core.exceptions import RecordChanged, RecordGone
from inventory.exceptions import InsufficientStock, InvalidQuantity, ReasonMissing
from inventory.models import MAX_QUANTITY, StockChange
from inventory.services.products import delete_product, save_product
from inventory.services.stock import adjust_stock, give_back_to_stock, take_from_stock
from tests.factories import make_product, make_sales

pytestmark = pytest.mark.django_db


def rows_of(product):
    return list(product.stock_changes.order_by("pk").values_list("kind", "previous_qty", "new_qty"))


def test_initial_stock_is_the_first_row_of_the_log():
    assert rows_of(make_product(stock=12)) == [("INITIAL", 0, 12)]
    assert rows_of(make_product(stock=0)) == []


def test_an_adjustment_is_logged_with_user_and_reason():
    user, product = make_sales(), make_product(stock=8)
    adjust_stock(product, user=user, new_qty=5, reason=" Counted ")
    adjust_stock(product, user=user, change=+2, reason="Found two")
    product.refresh_from_db()
    assert product.stock_qty == 7
    assert rows_of(product) == [("INITIAL", 0, 8), ("ADJUSTMENT", 8, 5), ("ADJUSTMENT", 5, 7)]
    row = product.stock_changes.first()
    assert (row.change_reason, row.created_by, row.quantity_change) == ("Found two", user, 2)


def test_history_records_stock_moves_with_user_and_reason():
    user, product = make_sales(), make_product(stock=8)
    adjust_stock(product, user=user, new_qty=5, reason="Counted")
    latest = product.history.first()
    assert (latest.stock_qty, latest.history_user, latest.history_change_reason) == (5, user, "Counted")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"new_qty": -1}, "cannot be removed"),
        ({"change": -9}, "There are 8 in stock; 9 cannot be removed"),
        ({"new_qty": 8}, "nothing would change"),
        ({"change": 0}, "nothing would change"),
        ({"new_qty": MAX_QUANTITY + 1}, "at most"),
    ],
)
def test_impossible_adjustments_are_refused_and_leave_nothing_behind(asked, message):
    product = make_product(stock=8)
    with pytest.raises(InvalidQuantity, match=message):
        adjust_stock(product, user=None, reason="Counted", **asked)
    product.refresh_from_db()
    assert product.stock_qty == 8
    assert len(rows_of(product)) == 1


def test_an_adjustment_decided_on_another_stock_is_refused():
    product = make_product(stock=35)
    with pytest.raises(RecordChanged, match="from 39 to 35"):
        adjust_stock(product, user=None, new_qty=30, reason="Counted", last_seen=39)
    assert len(rows_of(product)) == 1


def test_an_adjustment_without_a_reason_is_refused():
    with pytest.raises(ReasonMissing):
        adjust_stock(make_product(), user=None, new_qty=1, reason="  ")


def test_taking_names_every_short_product_and_takes_nothing():
    plenty, few, none = make_product(stock=10), make_product(stock=3), make_product(stock=0)
    with pytest.raises(InsufficientStock) as refusal, transaction.atomic():
        take_from_stock({plenty.pk: 4, few.pk: 5, none.pk: 1}, reference="R", reason="r", user=None)
    assert str(refusal.value).splitlines() == [f"{few}: 5 ordered, 3 in stock.", f"{none}: 1 ordered, 0 in stock."]
    assert not StockChange.objects.filter(kind="SALE").exists()


def test_giving_back_reverses_exactly_what_the_reference_took_and_only_once():
    first, second = make_product(stock=10), make_product(stock=10)
    take_from_stock({first.pk: 4, second.pk: 1}, reference="R-1", reason="sold", user=None)
    take_from_stock({first.pk: 2}, reference="R-2", reason="sold", user=None)
    assert give_back_to_stock(reference="R-1", reason="back", user=None) == []
    assert give_back_to_stock(reference="R-1", reason="back", user=None) == []
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.stock_qty, second.stock_qty) == (8, 10)
    assert rows_of(second) == [("INITIAL", 0, 10), ("SALE", 10, 9), ("CANCELLATION", 9, 10)]


@pytest.mark.parametrize(
    "step",
    [
        lambda product: adjust_stock(product, user=None, new_qty=1, reason="Counted"),
        lambda product: save_product(product, user=None),
        lambda product: delete_product(product, user=None),
        lambda product: take_from_stock({product.pk: 1}, reference="R", reason="r", user=None),
    ],
)
def test_a_product_that_somebody_else_has_deleted_is_said_to_be_gone(step):
    product = make_product()
    delete_product(product, user=None)
    with pytest.raises(RecordGone, match="deleted in the meantime"):
        step(product)
