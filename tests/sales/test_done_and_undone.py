"""Whatever is done and taken back at once leaves the pieces as they were."""

import random

import pytest

from inventory.models import Product, StockChange
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order, confirm_order
from tests.factories import make_order, make_product
from tests.ledger import prove

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def adjust_and_reverse(chance, product, order):
    adjust_stock(product, user=None, change=chance.choice([-1, 1]) * chance.randint(1, 20), reason="Counted")
    reverse_change(StockChange.objects.latest("pk"), reason="Wrong product", user=None)


def sell_and_cancel(chance, product, order):
    cancel_order(confirm_order(make_order((product, chance.randint(1, 30))), user=None), user=None)


def amend_and_amend_back(chance, product, order):
    had = [NewItem(item.product, item.quantity, item.unit_price) for item in order.items.select_related("product")]
    wanted = [NewItem(product, chance.randint(6, 30))]
    for lines in (wanted, had):
        amend_order(order, lines=lines, reason="They rang", user=None)


def test_a_thousand_times_over():
    chance = random.Random(20261128)
    products = [make_product(stock=100) for _ in range(3)]
    order = confirm_order(make_order((products[0], 5)), user=None)
    pieces = dict(Product.objects.values_list("pk", "stock_qty"))
    for _ in range(1000):
        step = chance.choice([adjust_and_reverse, sell_and_cancel, amend_and_amend_back])
        step(chance, chance.choice(products), order)
        assert dict(Product.objects.values_list("pk", "stock_qty")) == pieces
    prove()
