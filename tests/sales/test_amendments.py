"""Amending a confirmed order, confirming one with what is there, and taking one beyond today's stock."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from core.exceptions import RecordChanged, RecordGone
from inventory.exceptions import InsufficientStock, ReasonMissing
from inventory.models import Product, StockChange
from inventory.services.products import delete_product, save_product
from inventory.services.stock import adjust_stock
from sales.exceptions import InvalidOrder, InvalidTransition
from sales.models import Order, OrderRevision
from sales.services import amendments
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order, edit_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.factories import make_customer, make_order, make_product, make_sales
from tests.ledger import prove

pytestmark = pytest.mark.django_db


def stocks(*products) -> list[int]:
    return [Product.objects.get(pk=product.pk).stock_qty for product in products]


def lines(*asked) -> list[NewItem]:
    return [NewItem(product, quantity, price and Decimal(price)) for product, quantity, price in asked]


@pytest.fixture
def shop():
    """Ten A, two B, four C; five A and two B are sold to somebody for 58.00."""
    a, b, c = (
        make_product(name=name, sku=sku, stock=stock, selling_price=Decimal(price))
        for name, sku, stock, price in (("Chai", "NW-1", 10, 10), ("Chang", "NW-2", 2, 4), ("Syrup", "NW-3", 4, "2.50"))
    )
    order = confirm_order(make_order((a, 5), (b, 2)), user=None)
    assert (order.total_amount, stocks(a, b, c)) == (Decimal("58.00"), [5, 0, 4])
    return order, a, b, c


def amended(order, a, c):
    return amend_order(order, lines=lines((a, 3, None), (c, 4, "2.50")), reason="They rang", user=None)


def test_what_is_more_is_taken_and_what_is_less_goes_back(shop):
    order, a, b, c = shop
    user = make_sales(first_name="Sara", last_name="Lee")
    order = amend_order(order, lines=lines((a, 3, None), (c, 4, "2.50")), reason="They rang", user=user)

    assert (order.total_amount, order.revision, order.status) == (Decimal("40.00"), 1, "CONFIRMED")
    assert stocks(a, b, c) == [7, 2, 0]
    rows = StockChange.objects.filter(kind="AMENDMENT").order_by("product_sku")
    assert [row.quantity_change for row in rows] == [2, 2, -4]
    assert {(row.reference, row.customer_id, row.created_by) for row in rows} == {
        (order.order_number, order.customer_id, user)
    }
    revision = order.revisions.get()
    assert (revision.total_before, revision.total_after, revision.reason, revision.created_by) == (
        Decimal("58.00"),
        Decimal("40.00"),
        "They rang",
        user,
    )
    assert order.history.latest().history_change_reason == (
        "Revision 1: 3 × Chai (NW-1) at 10.00; 4 × Syrup (NW-3) at 2.50 "
        "(was 5 × Chai (NW-1) at 10.00; 2 × Chang (NW-2) at 4.00). They rang"
    )
    prove()


def test_cancelling_an_amended_order_gives_back_all_that_it_has(shop):
    order, a, b, c = shop
    cancel_order(amended(order, a, c), user=None)
    assert stocks(a, b, c) == [10, 2, 4]
    prove()


def test_the_day_it_was_confirmed_has_the_present_total(shop):
    order, a, b, c = shop
    yesterday = timezone.localdate() - timedelta(days=1)
    Order.objects.filter(pk=order.pk).update(confirmed_at=order.confirmed_at - timedelta(days=1))
    assert Order.objects.confirmed_on(yesterday).revenue() == Decimal("58.00")
    amended(order, a, c)
    assert Order.objects.confirmed_on(yesterday).revenue() == Decimal("40.00")
    assert Order.objects.confirmed_on(timezone.localdate()).revenue() == 0


def test_an_amendment_that_is_short_changes_nothing(shop):
    order, a, b, c = shop
    order = amended(order, a, c)
    with pytest.raises(InsufficientStock) as refused:
        amend_order(order, lines=lines((a, 11, None)), reason="More", user=None)
    assert str(refused.value) == "Chai (NW-1): 11 ordered, 3 taken already, 7 in stock."
    order.refresh_from_db()
    assert (order.total_amount, order.revision, order.history.count()) == (Decimal("40.00"), 1, 3)
    assert stocks(a, b, c) == [7, 2, 0]
    prove()


def test_all_that_is_left_can_be_taken(shop):
    order, a, b, c = shop
    amend_order(order, lines=lines((a, 10, None), (b, 2, None)), reason="All of it", user=None)
    assert stocks(a, b, c) == [0, 0, 4]
    prove()


def test_a_new_price_is_an_amendment_that_moves_nothing(shop):
    order, a, b, c = shop
    order = amend_order(order, lines=lines((a, 5, "9.00"), (b, 2, None)), reason="Discount", user=None)
    assert (order.total_amount, stocks(a, b, c)) == (Decimal("53.00"), [5, 0, 4])
    assert not StockChange.objects.filter(kind="AMENDMENT").exists()
    prove()


def test_nothing_different_and_nothing_said_are_refused(shop):
    order, a, b, c = shop
    with pytest.raises(InvalidOrder, match="Nothing is different, so there is nothing to amend."):
        amend_order(order, lines=lines((b, 2, None), (a, 5, None)), reason="?", user=None)
    with pytest.raises(InvalidOrder, match="An order needs at least one line."):
        amend_order(order, lines=[], reason="?", user=None)
    with pytest.raises(ReasonMissing, match="Please say why the order changes."):
        amend_order(order, lines=lines((a, 1, None)), reason=" ", user=None)


def test_only_confirmed_orders_are_amended_and_only_as_they_were_seen(shop):
    order, a, b, c = shop
    with pytest.raises(InvalidTransition, match=r"cannot be amended: it is pending\. Only confirmed orders can\."):
        amend_order(make_order((a, 1)), lines=lines((a, 2, None)), reason="?", user=None)
    seen = Order.objects.get(pk=order.pk).modified_at
    amended(order, a, c)
    with pytest.raises(RecordChanged):
        amend_order(order, lines=lines((a, 1, None)), reason="?", user=None, last_seen=seen)


def test_lines_of_deleted_products_stay(shop):
    order, a, b, c = shop
    delete_product(b, user=None)
    order = amend_order(order, lines=lines((a, 4, None)), reason="One less", user=None)
    assert [(item.product_sku, item.quantity) for item in order.items.all()] == [("NW-2", 2), ("NW-1", 4)]
    assert order.total_amount == Decimal("48.00")
    order, lost = cancel_order(order, user=None)
    assert [(gone.sku, gone.pieces) for gone in lost] == [("NW-2", 2)]
    assert stocks(a) == [10]


def test_the_database_keeps_every_revision_as_it_is(shop):
    order, a, b, c = shop
    amended(order, a, c)
    for change in (lambda rows: rows.update(reason="another"), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
            change(OrderRevision.objects.all())


def test_an_order_keeps_what_has_come_back(shop):
    order, a, b, c = shop
    return_goods(order, [ReturnedGoods(a.pk, 2)], reason="UNWANTED", user=None)
    with pytest.raises(InvalidOrder, match="2 have come back already, so the order cannot have fewer"):
        amend_order(order, lines=lines((a, 1, None), (b, 2, None)), reason="Fewer", user=None)
    amend_order(order, lines=lines((a, 2, None), (b, 2, None)), reason="Fewer", user=None)
    assert stocks(a, b) == [10, 0]
    prove()
    cancel_order(order, user=None)
    assert stocks(a, b, c) == [10, 2, 4]
    prove()


def test_products_that_the_order_has_keep_the_names_that_they_had(shop):
    order, a, b, c = shop
    product = Product.objects.get(pk=a.pk)
    product.name, product.sku = "Tea", "T-1"
    save_product(product, user=None)
    order = amend_order(order, lines=lines((product, 4, "10.00"), (b, 2, "4.00"), (c, 1, None)), reason="?", user=None)
    assert [item.product_sku for item in order.items.all()] == ["NW-1", "NW-2", "NW-3"]


def test_with_lines_that_stay_the_total_can_be_too_large(shop):
    order, a, b, c = shop
    delete_product(b, user=None)
    adjust_stock(a, new_qty=100_000, reason="Counted", user=None)
    most = [NewItem(a, 9_999, Decimal("99999999.99")), NewItem(a, 1, Decimal("99999999.99"))]
    with pytest.raises(InvalidOrder, match="The order's total must not exceed"):
        amend_order(order, lines=[*most, NewItem(a, 1, Decimal("9999.99"))], reason="Dear", user=None)


def test_a_product_that_is_deleted_meanwhile_leaves_no_line_behind(shop, monkeypatch):
    """Deleting a product does not wait for the order."""
    order, a, b, c = shop
    build = amendments.build_items

    def slowly(asked):
        delete_product(b, user=None)
        return build(asked)

    monkeypatch.setattr(amendments, "build_items", slowly)
    with pytest.raises(RecordGone):
        amend_order(order, lines=lines((a, 3, None)), reason="Fewer", user=None)


# With what is there


def test_what_is_there_is_taken_and_the_rest_waits():
    product, customer = make_product(stock=3, name="Chai", sku="NW-1"), make_customer()
    order = confirm_partly(make_order_beyond((product, 5, Decimal("9.00")), customer=customer), user=None)
    rest = order.backorders.get()
    assert (order.status, order.total_amount, order.items.get().quantity) == ("CONFIRMED", Decimal("27.00"), 3)
    assert (rest.status, rest.total_amount, rest.customer_id, rest.waits) == (
        "PENDING",
        Decimal("18.00"),
        customer.pk,
        True,
    )
    line = rest.items.get()
    assert (line.quantity, line.unit_price, line.product_sku) == (2, Decimal("9.00"), "NW-1")
    assert int(rest.order_number[-4:]) == int(order.order_number[-4:]) + 1
    assert stocks(product) == [0]
    assert rest.history.get().history_change_reason == (f"The rest of {order.order_number}: 2 × Chai (NW-1) at 9.00")
    prove()


def make_order_beyond(*asked, customer=None) -> Order:
    return create_order(
        customer=customer or make_customer(),
        lines=[NewItem(*line) for line in asked],
        user=None,
        beyond_stock=True,
    )


def test_lines_are_served_from_the_first_to_the_last():
    scarce, plenty, none = make_product(stock=3), make_product(stock=9), make_product(stock=0)
    order = confirm_partly(make_order_beyond((scarce, 2), (none, 1), (scarce, 4), (plenty, 1)), user=None)
    rest = order.backorders.get()
    assert [(item.product_id, item.quantity) for item in order.items.all()] == [
        (scarce.pk, 2),
        (scarce.pk, 1),
        (plenty.pk, 1),
    ]
    assert [(item.product_id, item.quantity) for item in rest.items.all()] == [(none.pk, 1), (scarce.pk, 3)]
    prove()


def test_an_order_of_which_all_is_there_is_simply_confirmed():
    order = confirm_partly(make_order((make_product(stock=5), 5)), user=None)
    assert (order.status, order.backorders.count(), order.history.count()) == ("CONFIRMED", 0, 2)


def test_nothing_at_all_there_is_a_shortage():
    order = make_order_beyond((make_product(stock=0, name="Chai", sku="NW-1"), 5))
    with pytest.raises(InsufficientStock, match=r"Chai \(NW-1\): 5 ordered, 0 in stock\."):
        confirm_partly(order, user=None)
    order.refresh_from_db()
    assert (order.status, order.total_amount, Order.objects.count()) == ("PENDING", Decimal("50.00"), 1)


# Beyond today's stock


def test_an_order_beyond_the_stock_waits_and_is_not_confirmed():
    product = make_product(stock=1)
    order = make_order_beyond((product, 3))
    assert order.waits
    with pytest.raises(InsufficientStock, match="3 ordered, 1 in stock"):
        confirm_order(order, user=None)
    edit_order(order, customer=order.customer, lines=[NewItem(product, 4)], user=None)
    with pytest.raises(InsufficientStock, match="4 ordered, 1 in stock"):
        edit_order(order, customer=order.customer, lines=[NewItem(product, 4)], user=None, beyond_stock=False)
    adjust_stock(product, new_qty=4, reason="Delivery", user=None)
    assert confirm_order(order, user=None).status == "CONFIRMED"


def test_a_waiting_order_can_be_confirmed_as_soon_as_all_is_there():
    product, other = make_product(stock=1), make_product(stock=5)
    waiting, small = make_order_beyond((product, 2), (other, 1), (product, 1)), make_order((other, 5))
    confirm_order(make_order((product, 1)), user=None)
    assert list(Order.objects.confirmable()) == [small]
    adjust_stock(product, new_qty=3, reason="Delivery", user=None)
    assert list(Order.objects.confirmable()) == [small, waiting]


def test_what_pending_orders_ask_for_is_promised_and_the_rest_is_free():
    product, untouched = make_product(stock=10), make_product(stock=2)
    make_order((product, 3))
    make_order((product, 1), (product, 2))
    confirm_order(make_order((product, 1)), user=None)
    cancel_order(make_order((product, 1)), user=None)
    make_order_beyond((untouched, 5))
    found = {product.pk: (product.stock_qty, product.promised, product.free) for product in Product.objects.with_free()}
    assert found == {product.pk: (9, 6, 3), untouched.pk: (2, 5, -3)}
