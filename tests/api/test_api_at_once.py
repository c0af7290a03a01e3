"""Requests that meet: what one of them changes, no other writes over."""

import pytest

from accounts.models import Customer, User
from inventory.models import Product
from sales.models import Order
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product
from tests.race import race

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 4


def send(user_pk: int, method: str, path: str, body: dict) -> str:
    answer = Caller(User.objects.get(pk=user_pk))(method, path, body)
    return f"{answer.status_code} {answer.content.decode()}"


def at_once(admin: User, path: str, changes: dict) -> None:
    """Every change as a request of its own, all at the same moment; each succeeds."""
    outcomes = race(*[(send, admin.pk, "PATCH", path, {field: value}) for field, value in changes.items()])
    assert all(kind == "done" and message.startswith("200") for kind, message in outcomes), outcomes


def test_changes_of_different_fields_of_a_customer_all_stay(committed_db):
    admin, customer = make_admin(), make_customer()
    for number in range(ROUNDS):
        changes = {"first_name": f"F{number}", "last_name": f"L{number}", "address": f"A{number}"}
        changes["customer_code"] = f"C{number}"
        at_once(admin, f"/customers/{customer.pk}/", changes)
        assert Customer.objects.filter(pk=customer.pk).values(*changes).get() == changes


def test_changes_of_different_fields_of_a_product_all_stay(committed_db):
    admin, product = make_admin(), make_product(stock=0)
    for number in range(1, ROUNDS + 1):
        changes = {"name": f"N{number}", "category": f"C{number}", "low_stock_threshold": number, "stock_qty": number}
        at_once(admin, f"/products/{product.pk}/", changes)
        assert Product.objects.filter(pk=product.pk).values(*changes).get() == changes


def test_new_lines_and_another_customer_for_one_order_both_stay(committed_db):
    admin, product = make_admin(), make_product(stock=50)
    order = make_order((product, 1))
    for number in range(2, ROUNDS + 2):
        buyer = make_customer()
        changes = {"customer_id": buyer.pk, "items": [{"product_id": product.pk, "quantity": number}]}
        at_once(admin, f"/orders/{order.pk}/", changes)
        stored = Order.objects.get(pk=order.pk)
        assert (stored.customer_id, stored.quantities()) == (buyer.pk, {product.pk: number})
