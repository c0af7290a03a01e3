"""Several people count, post and sell at once: posted once, nothing lost, nobody stuck."""

import random

import pytest
from django.core.management import call_command

from accounts.models import User
from inventory.count_models import StockCount, StockCountLine
from inventory.models import Product, StockChange
from inventory.services.count_posting import post_count, reverse_count
from inventory.services.counts import add_to_count, cancel_count, enter_count, open_count
from inventory.services.products import delete_product
from sales.models import Order
from sales.services.orders import confirm_order
from tests.counting import found, line_of, make_count, stock_of
from tests.factories import make_admin, make_order, make_product
from tests.ledger import prove
from tests.race import race
from tests.sales.steps import outcomes

pytestmark = pytest.mark.usefixtures("committed_db")


def post(pk, user=None, rest="leave"):
    post_count(StockCount(pk=pk), rest=rest, user=User.objects.filter(pk=user).first())


def undo(pk):
    reverse_count(StockCount(pk=pk), reason="Wrong shelf", user=None)


def cancel(pk):
    cancel_count(StockCount(pk=pk), user=None)


def enter(pk, counted):
    line = StockCountLine.objects.get(pk=pk)
    enter_count(line, counted, user=None)


def scan(pk):
    add_to_count(StockCountLine.objects.get(pk=pk), 1, user=None)


def begin(products):
    return open_count(scope="CHOSEN", products=products, user=None).number


def sell(pk):
    confirm_order(Order.objects.get(pk=pk), user=None)


def delete(pk):
    delete_product(Product.objects.get(pk=pk), user=None)


def test_a_count_posted_by_eight_people_at_once_is_posted_once_and_the_others_are_told_who():
    product = make_product(stock=12)
    count = make_count(product)
    found(count, product, 10)
    people = [make_admin(first_name="Sara", last_name="Lee").pk for _ in range(8)]

    results = race(*[(post, count.pk, person) for person in people])

    assert outcomes(results) == {"done": 1, "CountClosed": 7}, results
    told = [sentence for outcome, sentence in results if outcome == "CountClosed"]
    assert all("is not open any more: it was posted by Sara Lee on" in sentence for sentence in told)
    assert stock_of(product) == 10
    prove()


def test_sixteen_sell_while_a_count_is_posted_and_the_sum_is_sales_and_variance():
    products = [make_product(stock=100) for _ in range(6)]
    count = make_count(*products)
    pieces = {product.pk: random.Random(product.pk).randint(90, 110) for product in products}
    for product in products:
        found(count, product, pieces[product.pk])
    orders = [make_order(*[(product, 2) for product in products]) for _ in range(16)]

    results = race(*[(sell, order.pk) for order in orders], (post, count.pk))

    assert outcomes(results) == {"done": 17}, results
    for product in products:
        assert stock_of(product) == pieces[product.pk] - 32
    rows = StockChange.objects.filter(kind="COUNT")
    assert sum(row.quantity_change for row in rows) == sum(pieces.values()) - 600
    call_command("check_stock")
    prove()


def test_sixteen_sell_while_others_count_and_every_line_knows_what_was_there():
    product = make_product(stock=100)
    count = make_count(product)
    line = line_of(count, product)
    orders = [make_order((product, 1)) for _ in range(16)]

    results = race(*[(sell, order.pk) for order in orders], *[(enter, line.pk, number) for number in (70, 80, 90)])

    assert outcomes(results) == {"done": 19}, results
    line.refresh_from_db()
    rows = product.stock_changes.filter(created_at__lte=line.counted_at)
    assert line.expected == rows.order_by("-pk").first().new_qty
    post(count.pk)
    assert stock_of(product) == 84 + line.counted - line.expected
    prove()


def test_pieces_scanned_by_several_people_are_all_counted():
    product = make_product(stock=100)
    line = line_of(make_count(product), product)
    assert outcomes(race(*[(scan, line.pk)] * 8)) == {"done": 8}
    line.refresh_from_db()
    assert line.counted == 8


def test_counts_of_the_same_products_are_opened_once():
    products = [make_product().pk for _ in range(4)]

    results = race((begin, products), (begin, products[::-1]), (begin, products[:2]), (begin, products[2:]))

    assert "done" in outcomes(results) and not set(outcomes(results)) - {"done", "InvalidCount"}, results
    assert StockCountLine.objects.filter(outcome="OPEN").count() <= 4


def test_entering_posting_cancelling_reversing_and_deleting_at_once_end_in_one_of_them():
    products = [make_product(stock=5) for _ in range(3)]
    count = make_count(*products)
    lines = [found(count, product, 4) for product in products]

    jobs = [(enter, lines[0].pk, 3), (post, count.pk), (cancel, count.pk), (undo, count.pk), (delete, products[2].pk)]
    results = race(*jobs, *[(enter, line.pk, 5) for line in lines])

    allowed = {"done", "CountClosed", "CannotReverse", "RecordGone"}
    assert not set(outcomes(results)) - allowed, results
    call_command("check_stock")
    prove()
