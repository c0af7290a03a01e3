"""Taking goods back: what may come back, what is credited, and what stock, log and order say of it."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from core.exceptions import RecordChanged
from core.models import DocumentCounter
from inventory.models import StockChange
from inventory.services.products import delete_product
from inventory.services.reversals import reverse_change
from inventory.stock_check import stock_problem
from sales.exceptions import InvalidOrder, InvalidReturn, InvalidTransition
from sales.models import Order
from sales.order_check import disagreeing_order
from sales.return_models import OrderReturn, ReturnItem
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order
from sales.services.returns import ReturnedGoods, return_goods, sold_goods
from tests.factories import make_confirmed_order, make_order, make_product, make_sales
from tests.ledger import prove, without_triggers

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year
TEN = Decimal("10.00")


def back(order, *items, reason="UNWANTED", **how):
    """Take (product, pieces, restocked, credit) back; the last two may be left out."""
    goods = [ReturnedGoods(product.pk, *rest) for product, *rest in items]
    return return_goods(order, goods, reason=reason, **{"user": None, **how})


def refusal(order, *items, error=InvalidReturn, **how) -> str:
    before = list(StockChange.objects.values_list("pk", flat=True)), OrderReturn.objects.count()
    with pytest.raises(error) as refused:
        back(order, *items, **how)
    assert (list(StockChange.objects.values_list("pk", flat=True)), OrderReturn.objects.count()) == before
    return str(refused.value)


def rows(product, since=0):
    found = product.stock_changes.filter(pk__gt=since).order_by("pk")
    return list(found.values_list("kind", "previous_qty", "new_qty", "reference"))


def stock_of(product) -> int:
    product.refresh_from_db()
    return product.stock_qty


def test_two_come_back_one_to_the_shelf_and_one_to_the_bin_both_credited():
    chai, user = make_product(stock=10, name="Chai", sku="NW-1"), make_sales()
    order = make_confirmed_order((chai, 5, TEN))
    latest = chai.stock_changes.latest("pk").pk

    done = back(order, (chai, 1, True), (chai, 1, False), reason="DAMAGED", user=user)

    assert (done.number, done.credit, done.reason, done.created_by) == (
        f"RET-{YEAR}-0001",
        Decimal("20.00"),
        "DAMAGED",
        user,
    )
    assert rows(chai, latest) == [("RETURN", 5, 7, order.order_number), ("ADJUSTMENT", 7, 6, done.number)]
    returned, lost = chai.stock_changes.filter(pk__gt=latest).order_by("pk")
    assert returned.change_reason == f"Returned with {done.number}: Damaged"
    assert lost.change_reason == f"Damaged: {done.number}"
    assert (returned.customer_id, returned.created_by, lost.created_by) == (order.customer_id, user, user)
    assert stock_of(chai) == 6
    assert [
        (item.product_sku, item.quantity, item.restocked, item.credit, item.line_value) for item in done.items.all()
    ] == [
        ("NW-1", 1, True, TEN, TEN),
        ("NW-1", 1, False, TEN, TEN),
    ]
    assert refusal(order, (chai, 4)) == "Line 1: Chai (NW-1): 3 may come back."
    prove()
    assert not disagreeing_order()


def test_the_number_counts_on_and_a_refusal_takes_none():
    chai = make_product()
    order = make_confirmed_order((chai, 3))
    assert back(order, (chai, 1)).number == f"RET-{YEAR}-0001"
    refusal(order, (chai, 9))
    assert back(order, (chai, 1)).number == f"RET-{YEAR}-0002"
    assert DocumentCounter.objects.get().last == 2


def test_with_a_restocking_fee_and_then_the_rest_cancelled():
    """50 sold, 20 and 8 credited, and the last two pieces are given back by cancelling."""
    chai = make_product(stock=10)
    order = make_confirmed_order((chai, 5, TEN))
    back(order, (chai, 2))
    fee = back(order, (chai, 1, True, Decimal("8.00")))
    assert fee.credit == Decimal("8.00") and fee.items.get().line_value == TEN
    assert stock_of(chai) == 8
    latest = chai.stock_changes.latest("pk").pk

    order, lost = cancel_order(order, user=None)

    assert rows(chai, latest) == [("CANCELLATION", 8, 10, order.order_number)] and lost == []
    taken_back = sum(ReturnItem.objects.values_list("line_value", flat=True))
    assert order.total_amount - taken_back == Decimal("20.00")  # what cancelling credits
    credited = sum(OrderReturn.objects.values_list("credit", flat=True))
    assert order.total_amount - credited - (order.total_amount - taken_back) == Decimal("2.00")
    prove()
    assert not disagreeing_order()


def test_the_bin_counts_as_back_when_the_rest_is_cancelled():
    chai = make_product(stock=10)
    order = make_confirmed_order((chai, 5))
    back(order, (chai, 2, False))
    cancel_order(order, user=None)
    assert stock_of(chai) == 8 and not disagreeing_order()


def test_an_order_whose_goods_are_all_back_cannot_be_cancelled():
    chai, tofu = make_product(), make_product()
    order = make_confirmed_order((chai, 2), (tofu, 1), (chai, 1))
    back(order, (chai, 3), (tofu, 1, False))
    with pytest.raises(InvalidTransition, match="all of its goods have come back already"):
        cancel_order(order, user=None)
    assert Order.objects.get().status == "CONFIRMED"
    prove()


def test_only_confirmed_orders_have_something_to_be_taken_back():
    chai = make_product()
    order = make_order((chai, 2))
    assert "it is pending" in refusal(order, (chai, 1), error=InvalidTransition)
    cancel_order(order, user=None)
    assert "it was cancelled by" in refusal(order, (chai, 1), error=InvalidTransition)


def test_of_several_lines_a_piece_is_credited_at_their_average_and_the_last_takes_the_rest():
    chai = make_product()
    order = make_confirmed_order((chai, 2, Decimal("4.00")), (chai, 1, Decimal("2.00")))
    assert [str(back(order, (chai, 1)).credit) for _ in range(3)] == ["3.33", "3.33", "3.34"]


def test_lines_at_different_prices_are_averaged_and_never_more_than_they_come_to_is_credited():
    chai = make_product(name="Chai", sku="NW-1")
    order = make_confirmed_order((chai, 1, TEN), (chai, 2, Decimal("0.01")))
    assert back(order, (chai, 1)).credit == Decimal("3.34")
    assert "between 0 and 6.68" in refusal(order, (chai, 1, True, Decimal("6.69")))
    assert back(order, (chai, 1, True, Decimal("6.68"))).credit == Decimal("6.68")
    last = back(order, (chai, 1))  # nothing is left to be credited, whatever the piece is worth
    assert (last.credit, last.items.get().line_value) == (Decimal("0.00"), Decimal("3.34"))
    assert sum(ReturnItem.objects.values_list("line_value", flat=True)) == order.total_amount


def test_a_hundredth_of_a_cent_a_piece_never_comes_to_more_than_was_paid():
    chai = make_product(stock=20)
    order = make_confirmed_order((chai, 1, Decimal("0.05")), (chai, 8, Decimal("0.00")))
    credits = [back(order, (chai, 1)).credit for _ in range(9)]
    assert sum(credits) == Decimal("0.05") and min(credits) == 0


def test_at_one_price_the_credit_is_at_most_that_of_the_pieces():
    chai = make_product(name="Chai", sku="NW-1")
    order = make_confirmed_order((chai, 5, TEN))
    assert refusal(order, (chai, 2, True, Decimal("20.01"))) == (
        "Line 1: Chai (NW-1): the credit must be between 0 and 20.00."
    )
    assert "between 0 and 20.00" in refusal(order, (chai, 2, True, Decimal("-0.01")))
    assert back(order, (chai, 2, True, Decimal(0))).credit == 0


def test_each_wrong_line_is_named():
    chai, tofu = make_product(name="Chai", sku="NW-1"), make_product()
    order = make_confirmed_order((chai, 2, TEN))
    said = refusal(order, (chai, 2), (chai, 1), (tofu, 1), (chai, 0)).splitlines()
    assert said == [
        "Line 2: Chai (NW-1): 0 may come back.",
        f"Line 3: the order has no product {tofu.pk}.",
        "Line 4: quantity must be at least 1.",
    ]
    assert refusal(order) == "Please say what has come back."


def test_other_needs_words_and_the_reason_is_one_of_four():
    chai = make_product()
    order = make_confirmed_order((chai, 2))
    assert "Please say in a few words" in refusal(order, (chai, 1), reason="OTHER", details="  ")
    assert "choose a reason" in refusal(order, (chai, 1), reason="DUNNO")
    done = back(order, (chai, 1), reason="OTHER", details=" The box was wet ")
    assert done.details == "The box was wet" and done.reason_in_words == "Other: The box was wet"
    assert chai.stock_changes.latest("pk").change_reason == f"Returned with {done.number}: Other: The box was wet"


def test_who_looked_at_the_order_before_the_last_return_is_told():
    chai = make_product()
    order = make_confirmed_order((chai, 4))
    seen = Order.objects.get().modified_at
    back(order, (chai, 1), last_seen=seen)
    refusal(order, (chai, 1), last_seen=seen, error=RecordChanged)
    assert ReturnItem.objects.pieces() == 1


def test_the_orders_history_tells_what_came_back_and_who_took_it():
    chai, user = make_product(name="Chai", sku="NW-1"), make_sales()
    order = make_confirmed_order((chai, 4))
    done = back(order, (chai, 1), (chai, 2, False), user=user)
    latest = order.history.latest()
    told = f"{done.number}, taken back: 1 × Chai (NW-1); 2 × Chai (NW-1), to the bin"
    assert (latest.history_change_reason, latest.history_user) == (told, user)


def test_what_has_come_back_by_product_is_known_to_the_order():
    chai, tofu, gone = make_product(), make_product(), make_product()
    order = make_confirmed_order((chai, 4), (tofu, 1), (gone, 2))
    assert ReturnItem.objects.filter(order_return__order=order).pieces_by_product() == {}
    back(order, (chai, 1), (chai, 2, False), (gone, 1))
    delete_product(gone, user=None)
    assert ReturnItem.objects.filter(order_return__order=order).pieces_by_product() == {chai.pk: 3}
    assert {pk: goods.may_come_back for pk, goods in sold_goods(order).items()} == {chai.pk: 1, tofu.pk: 1}


def test_a_deleted_product_leaves_its_name_and_does_not_come_back():
    chai, tofu = make_product(name="Chai", sku="NW-1"), make_product()
    order = make_confirmed_order((chai, 4), (tofu, 1))
    done = back(order, (chai, 1))
    delete_product(chai, user=None)
    item = done.items.get()
    assert (item.product, item.product_name, item.product_sku) == (None, "Chai", "NW-1")
    assert "has no product" in refusal(order, (chai, 1))
    order, lost = cancel_order(order, user=None)
    assert [(gone.sku, gone.pieces) for gone in lost] == [("NW-1", 3)]
    prove()
    assert not disagreeing_order()


@pytest.mark.parametrize("table", ["sales_orderreturn", "sales_returnitem"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET credit = 0", "DELETE FROM {}", "UPDATE {} SET id = 99"])
def test_the_database_lets_returns_only_be_added(table, statement):
    chai = make_product()
    back(make_confirmed_order((chai, 2)), (chai, 1))
    refused = pytest.raises(IntegrityError, match="never changed or deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))


def test_nobody_empties_the_product_of_what_came_back_while_it_is_there():
    chai = make_product()
    back(make_confirmed_order((chai, 2)), (chai, 1))
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE sales_returnitem SET product_id = NULL")


def test_what_went_to_the_bin_by_mistake_is_reversed_like_any_adjustment():
    chai = make_product(stock=10)
    order = make_confirmed_order((chai, 5))
    done = back(order, (chai, 2, False))
    reverse_change(StockChange.objects.get(reference=done.number), reason="It was whole", user=None)
    assert stock_of(chai) == 7
    cancel_order(order, user=None)
    assert stock_of(chai) == 10
    prove()
    assert not disagreeing_order() and not stock_problem()


def test_a_return_costs_as_many_queries_for_fifty_products_as_for_two(django_assert_max_num_queries):
    products = [make_product() for _ in range(50)]
    order = make_confirmed_order(*[(product, 2) for product in products])
    with django_assert_max_num_queries(25) as few:
        back(order, *[(product, 1, False) for product in products[:2]])
    with django_assert_max_num_queries(len(few.captured_queries)):
        back(order, *[(product, 1, False) for product in products])


def test_an_amendment_leaves_the_lines_at_what_has_come_back():
    chai = make_product(name="Chai", sku="NW-1")
    order = make_confirmed_order((chai, 5, TEN))
    back(order, (chai, 2))
    amend = {"reason": "They rang", "user": None}
    with pytest.raises(InvalidOrder, match=r"Chai \(NW-1\): 20.00 of it has come back already"):
        amend_order(order, lines=[NewItem(chai, 5, Decimal("3.99"))], **amend)
    with pytest.raises(InvalidOrder, match="2 have come back already, so the order cannot have fewer"):
        amend_order(order, lines=[NewItem(chai, 1, TEN)], **amend)
    amend_order(order, lines=[NewItem(chai, 5, Decimal("4.00"))], **amend)
    assert back(order, (chai, 1)).credit == 0  # what the lines came to is credited already
    prove()
    assert not disagreeing_order()


def test_after_an_amendment_the_new_lines_say_what_may_come_back_and_for_how_much():
    chai, tofu = make_product(name="Chai", sku="NW-1"), make_product(name="Tofu", sku="NW-14")
    order = make_confirmed_order((chai, 5, TEN))
    back(order, (chai, 1))
    amend_order(order, lines=[NewItem(chai, 3, TEN), NewItem(tofu, 2, Decimal("2.50"))], reason="They rang", user=None)
    assert refusal(order, (chai, 3)) == "Line 1: Chai (NW-1): 2 may come back."
    assert back(order, (chai, 2), (tofu, 1, False)).credit == Decimal("22.50")
    cancel_order(order, user=None)
    assert (stock_of(chai), stock_of(tofu)) == (10, 9)
    prove()
    assert not disagreeing_order()


TAMPERED = {
    "a return that took nothing in": "UPDATE sales_returnitem SET quantity = 2",
    "more back than sold": "UPDATE sales_orderitem SET quantity = 1, total_price = unit_price",
    "a row that no return made": "UPDATE inventory_stockchange SET kind = 'RETURN' WHERE kind = 'INITIAL'",
}


@pytest.mark.parametrize("statement", TAMPERED.values(), ids=TAMPERED.keys())
def test_the_doctors_proof_finds_orders_that_disagree_with_their_returns(statement):
    chai = make_product()
    order = make_confirmed_order((chai, 3))
    back(order, (chai, 1))
    assert not disagreeing_order()
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert disagreeing_order() in (order.order_number, "?")
