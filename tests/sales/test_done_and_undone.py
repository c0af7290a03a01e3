"""Whatever is done and taken back at once leaves pieces, stock values and balances as they were, to the cent."""

import random
from decimal import Decimal

import pytest

from accounts.account_models import AccountEntry
from accounts.models import Customer
from core.imports.registry import undo_import
from inventory.models import Product, StockChange
from inventory.services.count_posting import post_count, reverse_count
from inventory.services.deliveries import reverse_delivery
from inventory.services.revaluation import revalue_stock
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order, confirm_order
from sales.services.payments import record_payment, refund, reverse_payment
from tests.accounts.balances import prove_accounts
from tests.counting import found, make_count
from tests.factories import make_customer, make_customer_import, make_delivery, make_import, make_order, make_product
from tests.ledger import prove

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def adjust_and_reverse(chance, product, order):
    adjust_stock(product, user=None, change=chance.choice([-1, 1]) * chance.randint(1, 20), reason="Counted")
    reverse_change(StockChange.objects.latest("pk"), reason="Wrong product", user=None)


def sell_and_cancel(chance, product, order):
    sold = make_order((product, chance.randint(1, 30)), customer=order.customer)
    cancel_order(confirm_order(sold, user=None), user=None)


def amend_and_amend_back(chance, product, order):
    had = [NewItem(item.product, item.quantity, item.unit_price) for item in order.items.select_related("product")]
    wanted = [NewItem(product, chance.randint(6, 30))]
    for lines in (wanted, had):
        amend_order(order, lines=lines, reason="They rang", user=None)


def deliver_and_reverse(chance, product, order):
    cost = Decimal(chance.randint(0, 99_999)) / 10_000
    delivery = make_delivery((product, chance.randint(1, 30), cost), set_cost=False)
    reverse_delivery(delivery, reason="Wrong goods", user=None)


def count_and_reverse(chance, product, order):
    count = make_count(product)
    found(count, product, chance.choice([n for n in range(130) if n != product.stock_qty]))
    reverse_count(post_count(count, user=None), reason="Wrong shelf", user=None)


def revalue_and_reverse(chance, product, order):
    revalue_stock(product, new_value=Decimal(chance.randint(100_001, 200_000)) / 100, reason="Damp", user=None)
    reverse_change(StockChange.objects.latest("pk"), reason="Wrong product", user=None)


def pay_and_reverse(chance, product, order):
    payment = record_payment(order.customer, Decimal(chance.randint(1, 30_000)) / 100, "TRANSFER", user=None)
    reverse_payment(payment, "Bounced", user=None)


def pay_back_and_reverse(chance, product, order):
    in_credit = Customer.objects.get(balance__lt=0)
    paid_back = refund(in_credit, Decimal(chance.randint(1, 4000)) / 100, "CASH", user=None)
    reverse_payment(paid_back, "Wrong account", user=None)


def import_and_undo(chance, product, order):
    cost, pieces = Decimal(chance.randint(0, 999)) / 100, chance.randint(0, 200)
    rows = f"{product.sku},Other,20,{cost},{pieces}\nNEW,New,20,{cost},7\n"
    record = make_import(f"sku,name,selling_price,cost_price,stock_qty\n{rows}", stock_mode="set")
    undo_import(record, user=None)


def import_openings_and_undo(chance, product, order):
    opening = Decimal(chance.randint(-9999, 9999)) / 100
    record = make_customer_import(f"email,opening_balance\n{order.customer.email},{opening}\n")
    undo_import(record, user=None)


KINDS = [
    adjust_and_reverse,
    sell_and_cancel,
    amend_and_amend_back,
    deliver_and_reverse,
    count_and_reverse,
    revalue_and_reverse,
    pay_and_reverse,
    pay_back_and_reverse,
    import_and_undo,
    import_openings_and_undo,
]


def standing() -> tuple[list, list]:
    products = Product.objects.order_by("pk").values_list("pk", "stock_qty", "stock_value", "cost_price")
    return list(products), list(Customer.objects.order_by("pk").values_list("pk", "balance", "opening_balance"))


@pytest.mark.parametrize("quarter", range(4))
def test_a_thousand_times_over(quarter):
    chance = random.Random(20261128 + quarter)
    even, *uneven = (make_product(stock=100, cost_price=Decimal("5.00")) for _ in range(3))
    for product in uneven:  # an average that no cent is; what is amended up and back has one that never moves
        revalue_stock(product, new_value=Decimal("333.37"), reason="Market", user=None)
    make_customer(opening_balance=Decimal("-50.00"))
    customer = make_customer(opening_balance=Decimal("70.00"))
    order = confirm_order(make_order((even, 5), customer=customer), user=None)
    before = standing()
    for number in range(250):
        step, product = KINDS[number % len(KINDS)], Product.objects.get(pk=chance.choice([even, *uneven]).pk)
        step(chance, product, order)
        assert standing() == before, (number, step.__name__, product)
    moved = {*StockChange.objects.values_list("kind", flat=True)}
    assert moved >= {"ADJUSTMENT", "SALE", "CANCELLATION", "AMENDMENT", "DELIVERY", "COUNT", "REVALUATION", "IMPORT"}
    owed = {*AccountEntry.objects.values_list("kind", flat=True)}
    assert owed == {"OPENING", "SALE", "CANCELLATION", "AMENDMENT", "PAYMENT", "REFUND", "REVERSAL"}
    prove()
    prove_accounts()
