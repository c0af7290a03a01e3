"""A payment that was changed past the program is found and named."""

from decimal import Decimal

import pytest
from django.db import connection

from sales.account_check import check_accounts
from sales.services.payments import record_payment
from tests.factories import make_customer
from tests.ledger import without_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def payment():
    customer = make_customer(company="Acme", customer_code="C-7", opening_balance=Decimal("100.00"))
    return record_payment(customer, Decimal("60.00"), "CASH", user=None)


@pytest.mark.parametrize(
    ("sql", "problem"),
    [
        ("UPDATE sales_payment SET amount = 70", "come to -60.00, but the payment to -70.00."),
        ("UPDATE sales_paymentallocation SET amount = 61", "of 60.00 is for 61.00."),
        ("UPDATE sales_payment SET number = 'PAY-0'", "Acme (C-7): the account entries of PAY-0 come to 0.00"),
    ],
)
def test_a_payment_that_was_changed_is_named(payment, sql, problem):
    assert check_accounts().problem == ""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert problem in check_accounts().problem
