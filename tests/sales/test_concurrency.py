"""Several people at once: nothing oversold, nothing done twice, nobody stuck, no crash."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.models import Customer
from inventory.models import Product, StockChange
from sales.models import Order, OrderItem
from sales.return_models import OrderReturn
from sales.services.orders import NewItem, confirm_order, create_order
from tests.factories import make_confirmed_order, make_customer, make_order, make_product
from tests.ledger import prove
from tests.race import race
from tests.sales.steps import (
    add_product,
    adjust,
    amend,
    cancel,
    confirm,
    create,
    delete,
    delete_customer,
    delete_pending,
    edit,
    enter_opening_balance,
    give_order_to,
    import_new,
    merge,
    outcomes,
    return_one,
    reverse,
    take_what_is_there,
)

pytestmark = pytest.mark.usefixtures("committed_db")


def test_sixteen_confirmations_of_five_pieces_sell_five():
    product = make_product(stock=5)
    orders = [make_order((product, 1)) for _ in range(16)]

    results = race(*[(confirm, order.pk) for order in orders])

    assert outcomes(results) == {"done": 5, "InsufficientStock": 11}, results
    product.refresh_from_db()
    assert product.stock_qty == 0
    assert Order.objects.filter(status="CONFIRMED").count() == 5
    call_command("check_stock")


def test_amending_and_cancelling_at_once_leaves_the_ledger_right():
    product = make_product(stock=100)
    orders = [confirm_order(make_order((product, 5)), user=None) for _ in range(8)]

    results = race(*[job for order in orders for job in ((amend, order.pk, 9), (cancel, order.pk))])

    assert not {outcome for outcome, _ in results} - {"done", "InvalidTransition"}, results
    refused = [sentence for outcome, sentence in results if outcome == "InvalidTransition"]
    assert all("cannot be amended: it was cancelled by" in sentence for sentence in refused)
    product.refresh_from_db()
    assert product.stock_qty == 100
    prove()


def test_two_amendments_of_what_is_seen_are_one():
    product = make_product(stock=100)
    order = confirm_order(make_order((product, 5)), user=None)

    results = race(*[(amend, order.pk, 6 + place) for place in range(8)])

    assert outcomes(results)["done"] >= 1 and not {outcome for outcome, _ in results} - {"done"}, results
    order.refresh_from_db()
    product.refresh_from_db()
    assert (order.revision, order.revisions.count()) == (8, 8)
    assert product.stock_qty == 100 - order.items.get().quantity
    prove()


def test_eight_people_who_take_what_is_there_take_it_once():
    product, customer = make_product(stock=12), make_customer()
    lines = [NewItem(product, 5)]
    orders = [create_order(customer=customer, lines=lines, user=None, beyond_stock=True) for _ in range(8)]

    results = race(*[(take_what_is_there, order.pk) for order in orders])

    assert not {outcome for outcome, _ in results} - {"done", "InsufficientStock"}, results
    pieces = OrderItem.objects.values_list("order__status").annotate(Sum("quantity"))
    assert dict(pieces) == {"CONFIRMED": 12, "PENDING": 28}
    prove()


def test_one_order_confirmed_by_eight_people_is_confirmed_once():
    product = make_product(stock=50)
    order = make_order((product, 3))

    results = race(*[(confirm, order.pk)] * 8)

    assert outcomes(results) == {"done": 1, "InvalidTransition": 7}, results
    product.refresh_from_db()
    assert product.stock_qty == 47


def test_confirming_and_cancelling_at_once_ends_cancelled_with_all_stock_back():
    product = make_product(stock=50)
    orders = [make_order((product, 2)) for _ in range(6)]

    results = race(*[(step, order.pk) for order in orders for step in (confirm, cancel)])

    assert not {outcome for outcome, _ in results} - {"done", "InvalidTransition"}, results
    assert set(Order.objects.values_list("status", flat=True)) == {"CANCELLED"}
    product.refresh_from_db()
    assert product.stock_qty == 50
    call_command("check_stock")


def test_orders_with_the_same_products_in_opposite_order_never_deadlock():
    first, second = make_product(stock=100), make_product(stock=100)
    orders = [make_order(*lines) for _ in range(6) for lines in ([(first, 1), (second, 1)], [(second, 1), (first, 1)])]

    results = race(*[(confirm, order.pk) for order in orders])

    assert outcomes(results) == {"done": 12}, results
    assert set(Product.objects.values_list("stock_qty", flat=True)) == {88}


def test_simultaneous_orders_get_numbers_of_their_own():
    customer, product = make_customer(), make_product(stock=100)

    results = race(*[(create, customer.pk, product.pk)] * 16)

    assert outcomes(results) == {"done": 16}, results
    assert len({number for _, number in results}) == 16
    assert {number[-4:] for _, number in results} == {f"{n:04d}" for n in range(1, 17)}


def test_everything_at_once_keeps_every_promise():
    first, second = make_product(stock=30), make_product(stock=30)
    orders = [make_order((first, 2), (second, 1)) for _ in range(6)]
    customer = make_customer()

    results = race(
        *[(confirm, order.pk) for order in orders],
        *[(cancel, order.pk) for order in orders[:2]],
        *[(edit, order.pk, 3) for order in orders[2:4]],
        *[(adjust, product.pk) for product in (first, second)],
        *[(create, customer.pk, second.pk, first.pk)] * 2,
    )

    crashes = [result for result in results if result[0].startswith("CRASH")]
    assert not crashes
    call_command("check_stock")
    for order in Order.objects.filter(status="CONFIRMED"):
        sold = StockChange.objects.filter(reference=order.order_number, kind="SALE")
        assert {row.product_id: -row.quantity_change for row in sold} == order.quantities()


def test_a_product_deleted_while_it_is_ordered_is_either_gone_or_ordered():
    customer, product = make_customer(), make_product(stock=5)

    results = race((delete, product.pk), *[(create, customer.pk, product.pk)] * 4)

    assert not [result for result in results if result[0].startswith("CRASH")], results
    exists = Product.objects.filter(pk=product.pk).exists()
    assert exists == Order.objects.filter(items__product=product.pk).exists()
    call_command("check_stock")


def test_an_order_deleted_while_it_is_confirmed_is_one_or_the_other():
    product = make_product(stock=20)
    orders = [make_order((product, 1)) for _ in range(6)]

    results = race(*[(step, order.pk) for order in orders for step in (confirm, delete_pending)])

    allowed = {"done", "InvalidTransition", "RecordGone", "CRASH DoesNotExist"}  # the last: gone before it was opened
    assert not {outcome for outcome, _ in results} - allowed, results
    assert not Order.objects.exclude(status="CONFIRMED").exists()
    product.refresh_from_db()
    assert product.stock_qty == 20 - Order.objects.count()
    call_command("check_stock")


def test_a_sku_entered_by_four_people_at_once_is_one_product():
    results = race(*[(add_product, "NEW-1")] * 4)

    assert outcomes(results) == {"done": 1, "SkuTaken": 3}, results
    assert Product.objects.get().stock_qty == 1


def test_imports_of_the_same_new_products_in_opposite_order_never_deadlock():
    skus = [f"NEW-{number:04d}" for number in range(2000)]

    results = race((import_new, skus), (import_new, skus[::-1]))

    # whoever comes second finds them there already, or is refused as a whole
    assert not {outcome for outcome, _ in results} - {"done", "ImportOutdated"}, results
    assert "deadlock" not in str(results)
    assert Product.objects.count() == 2000
    call_command("check_stock")


def test_a_customer_deleted_while_they_order_is_either_gone_or_has_the_order():
    customer, product = make_customer(), make_product(stock=5)

    results = race((delete_customer, customer.pk), *[(create, customer.pk, product.pk)] * 3)

    allowed = {"done", "UserInUse", "RecordGone", "CRASH DoesNotExist"}  # the last: gone before they were looked up
    assert not {outcome for outcome, _ in results} - allowed, results
    assert Customer.objects.filter(pk=customer.pk).exists() == Order.objects.exists()


def test_a_product_deleted_by_two_people_is_deleted_once():
    product = make_product(stock=5)

    results = race((delete, product.pk), (delete, product.pk))

    assert not {outcome for outcome, _ in results} - {"done", "RecordGone", "CRASH DoesNotExist"}, results
    assert StockChange.objects.filter(kind="DELETION").count() == 1


def test_a_customer_is_merged_while_colleagues_take_edit_and_confirm_their_orders():
    """Whatever comes first: no order is lost or left with the record that is gone, and nobody is stuck."""
    source, target, other = make_customer(), make_customer(), make_customer()
    product = make_product(stock=100)
    orders = [make_order((product, 1), customer=source) for _ in range(4)]
    foreign = make_order((product, 1), customer=other)

    results = race(
        (merge, source.pk, target.pk),
        (merge, source.pk, other.pk),
        *[(create, source.pk, product.pk)] * 3,
        (confirm, orders[0].pk),
        (edit, orders[1].pk, 2),
        (give_order_to, foreign.pk, source.pk),
    )

    fair = {"done", "CannotMerge", "CustomerInactive", "RecordChanged"}
    assert set(outcomes(results)) <= fair, results
    merged = outcomes(results[:2])["done"]
    assert merged <= 1
    source.refresh_from_db()
    assert source.is_active == (not merged)
    placed = outcomes(results[2:5])["done"]
    assert Order.objects.count() == 5 + placed
    if merged:
        assert not Order.objects.filter(customer=source).exists()
    call_command("check_stock")


def test_goods_returned_while_the_order_is_cancelled_come_back_once():
    product = make_product(stock=10)
    order = make_confirmed_order((product, 5))

    results = race(*[(return_one, order.pk, product.pk)] * 8, *[(cancel, order.pk)] * 2)

    fair = {"done", "InvalidTransition", "InvalidReturn"}
    assert set(outcomes(results)) <= fair, results
    returned = outcomes(results[:8])["done"]
    assert returned == OrderReturn.objects.count() <= 5
    assert sorted(number[-4:] for outcome, number in results[:8] if outcome == "done") == [
        f"{number:04d}" for number in range(1, returned + 1)
    ]
    status, product.stock_qty = Order.objects.get().status, Product.objects.get().stock_qty
    assert status == ("CONFIRMED" if returned == 5 else "CANCELLED")
    assert product.stock_qty == 10 - returned  # what came back was broken
    prove()


def test_eight_people_take_back_no_more_than_was_sold():
    product = make_product(stock=10)
    order = make_confirmed_order((product, 5))

    results = race(*[(return_one, order.pk, product.pk)] * 8)

    assert outcomes(results) == {"done": 5, "InvalidReturn": 3}, results
    assert {message for outcome, message in results if outcome == "InvalidReturn"} == {
        f"Line 1: {product}: 0 may come back."
    }
    prove()


def test_a_stock_change_reversed_by_eight_people_is_reversed_once():
    product = make_product(stock=7)
    adjust(product.pk)
    row = product.stock_changes.latest("pk")

    results = race(*[(reverse, row.pk)] * 8, *[(adjust, product.pk)] * 2)

    assert outcomes(results[:8]) == {"done": 1, "CannotReverse": 7}, results
    assert all("was reversed by the system on" in said for outcome, said in results if outcome == "CannotReverse")
    product.refresh_from_db()
    assert product.stock_qty == 9
    prove()


def test_eight_steps_of_orders_of_one_customer_at_once_leave_their_account_right():
    tea, customer = make_product(stock=1000), make_customer()
    confirmed = [make_confirmed_order((tea, 5), customer=customer) for _ in range(6)]
    pending = [make_order((tea, 3), customer=customer) for _ in range(8)]

    results = race(
        *[(confirm, order.pk) for order in pending],
        *[(amend, order.pk, 7) for order in confirmed[:2]],
        *[(cancel, order.pk) for order in confirmed[2:4]],
        *[(return_one, order.pk, tea.pk) for order in confirmed[4:]],
        *[(enter_opening_balance, customer.pk, Decimal(amount)) for amount in (10, 20)],
    )

    assert outcomes(results) == {"done": 16}, results
    customer.refresh_from_db()
    orders = 8 * 30 + 2 * 70 + 2 * 40
    assert customer.balance - customer.opening_balance == orders and customer.opening_balance in (10, 20)
    call_command("check_accounts")
    prove()


def test_two_orders_at_once_cannot_both_use_what_is_left_of_the_limit():
    tea = make_product(stock=100)
    customers = [make_customer(credit_limit=100) for _ in range(4)]
    orders = [make_order((tea, 8), customer=customer) for customer in customers for _ in range(2)]

    results = race(*[(confirm, order.pk) for order in orders])

    assert outcomes(results) == {"done": 4, "CreditLimitExceeded": 4}, results
    assert set(Customer.objects.values_list("balance", flat=True)) == {Decimal("80.00")}
    prove()


def test_confirming_while_the_customer_is_merged_loses_nothing_that_is_owed():
    tea, source, target = make_product(stock=100), make_customer(opening_balance=5), make_customer()
    orders = [make_order((tea, 1), customer=source) for _ in range(6)]

    results = race((merge, source.pk, target.pk), *[(confirm, order.pk) for order in orders])

    assert not {outcome for outcome, _ in results} - {"done", "RecordChanged", "CustomerInactive"}, results
    owed = sum(customer.balance for customer in Customer.objects.all())
    assert owed == 5 + 10 * Order.objects.filter(status="CONFIRMED").count()
    prove()
