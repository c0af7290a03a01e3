"""Orders: what a create, edit, confirm, cancel and delete promise."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from core.exceptions import RecordChanged
from inventory.exceptions import InsufficientStock
from inventory.models import MAX_QUANTITY, Product, StockChange
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from sales.exceptions import CustomerInactive, InvalidOrder, InvalidTransition
from sales.models import Order, OrderItem
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order, delete_order, edit_order
from tests.factories import make_customer, make_order, make_product, make_sales, make_user

pytestmark = pytest.mark.django_db


def stock(product) -> int:
    return Product.objects.values_list("stock_qty", flat=True).get(pk=product.pk)


# Creating


def test_an_order_remembers_products_prices_and_total():
    user, customer = make_sales(), make_customer()
    laptop = make_product(name="Laptop", sku="PROD-001", selling_price=Decimal("1200.00"))
    mouse = make_product(selling_price=Decimal("500.00"))
    order = make_order((laptop, 2), (mouse, 1, Decimal("499.99")), customer=customer, user=user)

    order.refresh_from_db()
    assert (order.status, order.total_amount, order.created_by) == ("PENDING", Decimal("2899.99"), user)
    first = order.items.first()
    assert (first.product_name, first.product_sku, first.unit_price, first.total_price) == (
        "Laptop",
        "PROD-001",
        Decimal("1200.00"),
        Decimal("2400.00"),
    )
    assert stock(laptop) == 10  # an order reserves nothing


def test_a_price_with_more_than_two_decimals_is_rounded_half_up():
    order = make_order((make_product(), 3, Decimal("1.005")))
    assert order.total_amount == Decimal("3.03")


def test_lines_of_one_product_are_summed_before_the_stock_is_checked():
    product = make_product(stock=5, name="Chai", sku="NW-1")
    with pytest.raises(InsufficientStock, match=r"^Chai \(NW-1\): 6 ordered, 5 in stock\.$"):
        make_order((product, 3), (product, 3))
    assert make_order((product, 2), (product, 3)).items.count() == 2


def test_every_short_product_gets_a_line():
    first, second = make_product(stock=1, name="A", sku="A"), make_product(stock=2, name="B", sku="B")
    with pytest.raises(InsufficientStock) as refusal:
        make_order((first, 2), (second, 3))
    assert str(refusal.value) == "A (A): 2 ordered, 1 in stock.\nB (B): 3 ordered, 2 in stock."
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "at least one line"),
        ([(0, None)], "Line 1: quantity must be at least 1"),
        ([(1, None), (-2, None)], "Line 2: quantity must be at least 1"),
        ([(MAX_QUANTITY + 1, None)], "Line 1: quantity"),
        ([(1, Decimal("-0.01"))], "Line 1: the price must be between 0"),
        ([(1, Decimal("100000000"))], "Line 1: the price must be between 0"),
    ],
)
def test_impossible_lines_are_named(lines, message):
    product, customer = make_product(), make_customer()
    with pytest.raises(InvalidOrder, match=message):
        create_order(customer=customer, lines=[NewItem(product, *line) for line in lines], user=None)
    assert not Order.objects.exists()


def test_a_total_beyond_all_bounds_is_refused():
    product = make_product(stock=MAX_QUANTITY)
    with pytest.raises(InvalidOrder, match="total must not exceed"):
        make_order((product, MAX_QUANTITY, Decimal("99999999.99")))


def test_only_active_customers_order():
    product = make_product()
    with pytest.raises(CustomerInactive):
        make_order((product, 1), customer=make_customer(is_active=False))
    with pytest.raises(CustomerInactive):
        make_order((product, 1), customer=make_user("CUSTOMER", is_active=False))


# Confirming


def test_confirming_takes_every_line_out_of_stock_and_logs_it():
    user, first, second = make_sales(), make_product(stock=10), make_product(stock=4)
    order = make_order((first, 3), (second, 4), (first, 2))
    confirm_order(order, user=user)

    order.refresh_from_db()
    assert (order.status, order.confirmed_by) == ("CONFIRMED", user)
    assert (stock(first), stock(second)) == (5, 0)
    row = StockChange.objects.get(product=first, kind="SALE")
    assert (row.reference, row.customer_id, row.quantity_change, row.created_by) == (
        order.order_number,
        order.customer_id,
        -5,
        user,
    )


def test_one_short_line_leaves_all_stock_untouched():
    plenty, scarce = make_product(stock=10), make_product(stock=2)
    order = make_order((plenty, 4), (scarce, 2))
    adjust_stock(scarce, user=None, new_qty=1, reason="Broken")

    with pytest.raises(InsufficientStock, match="2 ordered, 1 in stock"):
        confirm_order(order, user=make_sales())

    order.refresh_from_db()
    assert (stock(plenty), stock(scarce), order.status) == (10, 1, "PENDING")


def test_a_second_confirm_changes_nothing_and_says_who_did_it_and_when():
    order, product = make_order((product := make_product(stock=9), 3)), product
    confirm_order(
        order, user=make_sales(first_name="Sara", last_name="Lee"), at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    )
    with pytest.raises(InvalidTransition, match=r"it was confirmed by Sara Lee on March 1, 2026, 09:30"):
        confirm_order(order, user=make_sales())
    assert stock(product) == 6
    assert StockChange.objects.filter(kind="SALE").count() == 1


# Cancelling


def test_cancelling_a_confirmed_order_gives_back_exactly_what_it_took():
    product = make_product(stock=10)
    order = make_order((product, 3), (product, 1))
    confirm_order(order, user=None)
    OrderItem.objects.filter(order=order).update(quantity=9)  # whatever the lines say by now
    _, lost = cancel_order(order, user=make_sales())
    assert (stock(product), lost) == (10, [])
    assert list(product.stock_changes.order_by("pk").values_list("kind", flat=True)) == [
        "INITIAL",
        "SALE",
        "CANCELLATION",
    ]


def test_cancelling_a_pending_order_moves_no_stock():
    product = make_product(stock=10)
    order, _ = cancel_order(make_order((product, 3)), user=None)
    assert (order.status, stock(product), product.stock_changes.count()) == ("CANCELLED", 10, 1)


def test_a_cancelled_order_stays_cancelled():
    order, _ = cancel_order(make_order((make_product(), 1)), user=make_sales(first_name="Tom", last_name=""))
    for step in (confirm_order, cancel_order):
        with pytest.raises(InvalidTransition, match="it was cancelled by Tom on"):
            step(order, user=None)


def test_cancelling_says_what_could_not_be_put_back_because_its_product_is_gone():
    kept, gone = make_product(stock=5), make_product(stock=5, name="Chai", sku="NW-1")
    order = make_order((kept, 2), (gone, 3))
    confirm_order(order, user=None)
    delete_product(gone, user=None)
    order, lost = cancel_order(order, user=None)
    assert order.status == "CANCELLED"
    assert stock(kept) == 5
    assert [(gone.sku, gone.pieces) for gone in lost] == [("NW-1", 3)]


# Editing and deleting


def test_editing_replaces_customer_and_lines_and_adds_up_again():
    old, new, customer = make_product(), make_product(selling_price=Decimal("2.50")), make_customer()
    order = make_order((old, 1))
    edit_order(order, customer=customer, lines=[NewItem(new, 4)], user=make_sales())
    order.refresh_from_db()
    assert (order.customer, order.total_amount) == (customer, Decimal("10.00"))
    assert list(order.items.values_list("product", "quantity")) == [(new.pk, 4)]


def test_an_edit_of_what_somebody_else_has_changed_meanwhile_is_refused():
    product = make_product()
    order = make_order((product, 1))
    opened = order.modified_at
    edit = {"customer": order.customer, "lines": [NewItem(product, 2)], "last_seen": opened}
    edit_order(order, user=make_sales(first_name="Sara", last_name=""), **edit)
    with pytest.raises(RecordChanged, match="Sara has changed ORD-.* in the meantime"):
        edit_order(order, user=None, **edit)


@pytest.mark.parametrize("step", [confirm_order, cancel_order])
def test_only_pending_orders_are_edited_or_deleted(step):
    product = make_product()
    order = make_order((product, 1))
    step(order, user=None)
    with pytest.raises(InvalidTransition, match="cannot be edited"):
        edit_order(order, customer=order.customer, lines=[NewItem(product, 2)], user=None)
    with pytest.raises(InvalidTransition, match="cannot be deleted"):
        delete_order(order, user=None)
    assert order.items.get().quantity == 1


def test_an_edit_that_asks_for_too_much_leaves_the_order_as_it_was():
    product = make_product(stock=5)
    order = make_order((product, 1))
    with pytest.raises(InsufficientStock):
        edit_order(order, customer=order.customer, lines=[NewItem(product, 6)], user=None)
    assert order.items.get().quantity == 1


def test_a_deleted_order_leaves_its_history():
    user = make_sales()
    order = make_order((make_product(), 1))
    number = order.order_number
    delete_order(order, user=user)
    last = Order.history.filter(order_number=number).first()
    assert (last.history_type, last.history_user) == ("-", user)


# What the database itself refuses


@pytest.mark.parametrize(
    "change", [{"status": "SHIPPED"}, {"total_amount": -1}, {"status": "CONFIRMED"}, {"status": "CANCELLED"}]
)
def test_the_database_refuses_orders_that_cannot_be(change):
    order = make_order((make_product(), 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(**change)


@pytest.mark.parametrize("change", [{"quantity": 0}, {"unit_price": -1}, {"total_price": -1}])
def test_the_database_refuses_lines_that_cannot_be(change):
    order = make_order((make_product(), 1))
    with pytest.raises(IntegrityError), transaction.atomic():
        order.items.update(**change)


# What it costs


@pytest.mark.parametrize("lines", [1, 50])
def test_the_number_of_queries_does_not_grow_with_the_lines(lines, django_assert_max_num_queries):
    products, customer, user = [make_product() for _ in range(lines)], make_customer(), make_sales()
    make_order((products[0], 1))  # the first order of a day sets up the counter
    with django_assert_max_num_queries(13):
        order = make_order(*[(product, 1) for product in products], customer=customer, user=user)
    with django_assert_max_num_queries(17):  # four of them post the total to the customer's account
        confirm_order(order, user=user)
    with django_assert_max_num_queries(17):
        cancel_order(order, user=user)
