"""A counter sale: an order is confirmed and paid in one step."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.account_models import AccountEntry
from accounts.models import Customer
from sales.models import Order
from sales.payment_models import Payment
from sales.services.payments import sell_at_counter
from tests.accounts.balances import prove_accounts
from tests.clients import said, signed_in
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db


def confirm_url(order) -> str:
    return reverse("admin:sales_order_confirm_one", args=[order.pk])


def test_paid_now_confirms_and_pays_exactly_this_order():
    customer = make_customer(opening_balance=Decimal("70.00"))
    order = make_order((make_product(), 3), customer=customer)
    client = signed_in(make_sales())
    assert 'name="paid_now"' in client.get(confirm_url(order)).text

    answer = client.post(confirm_url(order), {"_form_submitted": "on", "paid_now": "CASH"})

    assert said(answer) == [f"{order} confirmed and paid."]
    payment = Payment.objects.get()
    assert (payment.method, payment.amount, payment.created_by) == ("CASH", Decimal("30.00"), client.user)
    assert list(payment.allocations.values_list("order", "amount")) == [(order.pk, Decimal("30.00"))]
    assert Customer.objects.get(pk=customer.pk).balance == Decimal("70.00")
    assert Order.objects.with_open().get().open == 0
    prove_accounts()


def test_what_cannot_be_confirmed_is_not_paid():
    order = make_order((product := make_product(stock=3), 3))
    make_order((product, 3))
    sell_at_counter(order, "CARD", user=None)
    late = Order.objects.pending().get()

    answer = signed_in(make_sales()).post(confirm_url(late), {"_form_submitted": "on", "paid_now": "CASH"})

    assert "3 ordered, 0 in stock" in said(answer)[0]
    assert Payment.objects.count() == 1 and not AccountEntry.objects.filter(customer=late.customer_id).exists()


def test_what_is_there_is_sold_and_paid_and_the_rest_waits():
    order = make_order((product := make_product(stock=5), 5))
    sell_at_counter(make_order((product, 2)), "CASH", user=None)

    data = {"_form_submitted": "on", "paid_now": "CARD", "partly": "on"}
    answer = signed_in(make_sales()).post(confirm_url(order), data)

    rest = Order.objects.pending().get()
    assert said(answer) == [f"{order}: The rest waits as {rest}.", f"{order} confirmed and paid."]
    assert Payment.objects.first().amount == Decimal("30.00")
    prove_accounts()


def test_whoever_pays_at_once_needs_no_credit():
    customer = make_customer(credit_limit=Decimal("10.00"))
    order = make_order((make_product(), 3), customer=customer)
    order = sell_at_counter(order, "CASH", user=make_admin())
    assert order.status == "CONFIRMED"
    assert "limit" not in order.history.first().history_change_reason


def test_an_order_for_nothing_asks_for_no_money():
    order = make_order((make_product(), 1, Decimal(0)))
    assert "paid_now" not in signed_in(make_sales()).get(confirm_url(order)).text
    sell_at_counter(order, "CASH", user=None)
    assert not Payment.objects.exists()
