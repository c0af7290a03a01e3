"""Several people at one customer's account: the chain unbroken, every sum right, nobody stuck."""

from decimal import Decimal

import pytest
from django.core.management import call_command
from django.db.models import Sum

from accounts.account_models import AccountEntry
from accounts.models import Customer
from sales.models import Order
from sales.payment_models import Payment
from sales.services.payments import record_payment
from tests.accounts.balances import prove_accounts
from tests.factories import make_confirmed_order, make_customer, make_order, make_product
from tests.race import race
from tests.sales.steps import amend, bounce, cancel, confirm, outcomes, pay, pay_back, sell

pytestmark = pytest.mark.usefixtures("committed_db")


def test_8_payments_and_8_confirmations_of_one_customer_at_once():
    customer, product = make_customer(opening_balance=Decimal("100.00")), make_product(stock=100)
    orders = [make_order((product, 2), customer=customer) for _ in range(8)]

    jobs = [job for order in orders for job in ((confirm, order.pk), (pay, customer.pk, "30.00"))]
    results = race(*jobs)

    assert outcomes(results) == {"done": 16}, results
    assert Customer.objects.get().balance == Decimal("20.00")
    assert AccountEntry.objects.filter(kind="PAYMENT").aggregate(Sum("amount")) == {"amount__sum": Decimal(-240)}
    assert len({payment.number for payment in Payment.objects.all()}) == 8
    prove_accounts()
    call_command("check_accounts")


def test_what_is_open_is_paid_only_once():
    order = make_confirmed_order((make_product(), 3))

    results = race(*[(pay, order.customer_id, "30.00") for _ in range(8)])

    assert outcomes(results) == {"done": 8}, results
    assert Order.objects.with_open().get().open == 0
    assert sorted(Payment.objects.with_unallocated().values_list("unallocated", flat=True)) == [0, *[30] * 7]
    prove_accounts()


def test_a_payment_bounces_once_and_a_credit_is_paid_back_once():
    customer = make_customer()
    payment = record_payment(customer, Decimal("30.00"), "CARD", user=None)
    results = race(*[(pay_back, customer.pk, "30.00") for _ in range(4)])
    assert outcomes(results) == {"done": 1, "InvalidPayment": 3}, results
    results = race(*[(bounce, payment.pk) for _ in range(4)])
    assert outcomes(results) == {"done": 1, "InvalidPayment": 3}, results
    assert Customer.objects.get().balance == Decimal("30.00")
    prove_accounts()


def test_counter_sales_amendments_cancellations_and_payments_at_once_leave_nobody_stuck():
    customer, product = make_customer(), make_product(stock=1000)
    pending = [make_order((product, 2), customer=customer) for _ in range(4)]
    sold = [make_confirmed_order((product, 3), customer=customer) for _ in range(4)]

    jobs = [(sell, order.pk) for order in pending] + [(pay, customer.pk, "20.00") for _ in range(4)]
    jobs += [(amend, order.pk, 5) for order in sold[:2]] + [(cancel, order.pk) for order in sold[2:]]
    results = race(*jobs)

    assert outcomes(results) == {"done": 12}, results
    prove_accounts()
    call_command("check_accounts")
    call_command("check_stock")
