"""Payments: what they are for, what is open then, and taking them back."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.account_models import AccountEntry
from accounts.models import Customer
from accounts.services.account import NewEntry, post_entries
from core.exceptions import RecordChanged
from inventory.exceptions import ReasonMissing
from sales.exceptions import InvalidPayment
from sales.merging import merge_customers
from sales.models import Order
from sales.open_items import open_items
from sales.payment_models import Payment, PaymentAllocation
from sales.services.allocations import Allocation
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order, confirm_order
from sales.services.payments import (
    account_seen,
    credit_customer,
    reallocate_payment,
    record_payment,
    refund,
    reverse_payment,
)
from sales.services.returns import ReturnedGoods, return_goods
from sales.statement import statement_of
from tests.accounts.balances import prove_accounts
from tests.clients import Caller
from tests.factories import make_confirmed_order, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate
YEAR = TODAY().year


@pytest.fixture
def clerk():
    return make_sales()


@pytest.fixture
def acme():
    return make_customer(company="Acme", opening_balance=Decimal("100.00"))


@pytest.fixture
def product():
    return make_product(stock=1000, selling_price=Decimal("10.00"))


def sell(customer, product, quantity, price=None) -> Order:
    return make_confirmed_order((product, quantity, price), customer=customer)


def pay(customer, amount, *parts, **more) -> Payment:
    """A transfer; `parts`: (order, amount), or nothing for oldest first."""
    allocations = [Allocation(order and order.pk, Decimal(part)) for order, part in parts] or None
    return record_payment(customer, Decimal(amount), "TRANSFER", **{"allocations": allocations, "user": None, **more})


def balance(customer) -> Decimal:
    return Customer.objects.get(pk=customer.pk).balance


def open_of(order) -> Decimal:
    return Order.objects.with_open().get(pk=order.pk).open


def parts_of(payment) -> list[tuple]:
    return list(payment.allocations.values_list("order", "amount"))


def test_the_spec_s_account_from_opening_balance_to_refund(acme, product, clerk):
    order = sell(acme, product, 25)
    assert balance(acme) == Decimal("350.00")

    payment = pay(acme, "300.00", user=clerk)
    assert parts_of(payment) == [(None, Decimal("100.00")), (order.pk, Decimal("200.00"))]
    assert (payment.number, open_of(order)) == (f"PAY-{YEAR}-0001", Decimal("50.00"))

    amend_order(order, lines=[NewItem(product, 22)], reason="They rang", user=None)
    assert open_of(order) == Decimal("20.00")
    return_goods(order, [ReturnedGoods(product.pk, 4)], reason="WRONG", user=None)
    assert open_of(order) == Decimal("-20.00")
    back = refund(acme, Decimal("20.00"), "CASH", user=clerk)

    assert parts_of(back) == [(order.pk, Decimal("-20.00"))]
    assert open_of(order) == 0 and open_items([acme.pk]) == []
    found = statement_of(acme, TODAY(), TODAY())
    assert [row.balance for row in found.rows] == [100, 350, 50, 20, -20, 0]
    assert [row.entry.kind for row in found.rows] == ["OPENING", "SALE", "PAYMENT", "AMENDMENT", "RETURN", "REFUND"]
    prove_accounts()


def test_what_is_due_first_is_paid_first_and_a_rest_stays_on_the_account(product):
    customer = make_customer(payment_days=30)
    late = sell(customer, product, 1)
    Customer.objects.filter(pk=customer.pk).update(payment_days=3)
    soon = sell(customer, product, 2)

    payment = pay(customer, "35.00")

    assert parts_of(payment) == [(soon.pk, Decimal("20.00")), (late.pk, Decimal("10.00"))]
    assert Payment.objects.with_unallocated().get().unallocated == Decimal("5.00")
    assert balance(customer) == Decimal("-5.00")
    prove_accounts()


def test_300_put_on_order_2_by_hand_leave_order_1_open_and_a_bounced_payment_opens_both(product):
    customer = make_customer()
    first, second = sell(customer, product, 30), sell(customer, product, 30)

    payment = pay(customer, "300.00", (second, "300.00"))

    assert (open_of(first), open_of(second)) == (Decimal("300.00"), 0)
    overdue = TODAY() + timedelta(days=15)
    assert list(Order.objects.unpaid(due_before=overdue)) == [first]
    reversal = reverse_payment(payment, "The transfer bounced", user=None)
    assert (open_of(first), open_of(second)) == (Decimal("300.00"), Decimal("300.00"))
    assert set(Order.objects.unpaid(due_before=overdue)) == {first, second}
    rows = statement_of(customer, TODAY(), TODAY()).rows
    assert [(row.entry.kind, row.entry.reference, row.balance) for row in rows[-2:]] == [
        ("PAYMENT", payment.number, Decimal("300.00")),
        ("REVERSAL", reversal.number, Decimal("600.00")),
    ]
    assert rows[-1].entry.text == f"{payment.number} reversed: The transfer bounced"
    assert (reversal.direction, reversal.reverses) == ("OUT", payment)
    prove_accounts()


def test_a_payment_is_reversed_only_once_and_for_a_reason(acme, clerk):
    payment = pay(acme, "10.00")
    with pytest.raises(ReasonMissing):
        reverse_payment(payment, " ", user=clerk)
    reversal = reverse_payment(payment, "Bounced", user=clerk)
    with pytest.raises(InvalidPayment, match=f"{payment} was reversed with {reversal} by {clerk}"):
        reverse_payment(payment, "Bounced", user=clerk)
    with pytest.raises(InvalidPayment, match=f"{reversal} reverses a payment itself"):
        reverse_payment(reversal, "Bounced", user=clerk)
    assert balance(acme) == Decimal("100.00")
    prove_accounts()


def test_a_refund_can_be_reversed_too(acme):
    pay(acme, "130.00")
    back = refund(acme, Decimal("30.00"), "TRANSFER", user=None)
    assert balance(acme) == 0
    reverse_payment(back, "The account was closed", user=None)
    assert balance(acme) == Decimal("-30.00")
    prove_accounts()


@pytest.mark.parametrize("amount", ["0.00", "-1.00", "0.004", "1000000000000.00"])
def test_an_amount_that_cannot_be_is_refused(acme, amount):
    with pytest.raises(InvalidPayment):
        pay(acme, amount)
    assert not Payment.objects.exists()


def test_a_colleague_pays_nothing_and_a_deactivated_customer_does(acme, clerk):
    with pytest.raises(InvalidPayment, match="is a member of staff, not a customer"):
        pay(Customer(pk=clerk.pk), "1.00")
    Customer.objects.filter(pk=acme.pk).update(is_active=False)
    pay(acme, "100.00")
    assert balance(acme) == 0


def test_a_record_that_was_merged_away_pays_nothing(acme):
    other = make_customer()
    Customer.objects.filter(pk=acme.pk).update(is_active=False, merged_into=other)
    with pytest.raises(InvalidPayment, match="Acme has been merged into"):
        pay(acme, "1.00")


def test_no_more_is_allocated_than_is_open_or_was_paid(acme, product):
    order, pending = sell(acme, product, 5), make_order((product, 1), customer=acme)
    of_another = sell(make_customer(), product, 5)
    for parts, sentence in [
        ([(order, "50.01")], f"Line 1: {order}: 50.00 is open."),
        ([(None, "100.00"), (None, "0.01")], "Line 2: The opening balance: 100.00 is open."),
        ([(pending, "1.00")], f"Line 1: {pending} is not confirmed, so nothing is owed for it."),
        ([(of_another, "1.00")], f"Line 1: Acme has no order {of_another.pk}."),
        ([(order, "-1.00")], "Line 1"),
        ([(None, "100.00"), (order, "50.00")], "150.00 is put on orders, but only 120.00 was paid."),
    ]:
        with pytest.raises(InvalidPayment, match=sentence):
            pay(acme, "120.00", *parts)
    assert not Payment.objects.exists() and balance(acme) == Decimal("150.00")


def test_a_refund_never_exceeds_the_credit(acme):
    with pytest.raises(InvalidPayment, match="Acme has a credit of 0.00"):
        refund(acme, Decimal("1.00"), "CASH", user=None)
    pay(acme, "110.00")
    with pytest.raises(InvalidPayment, match="Acme has a credit of 10.00"):
        refund(acme, Decimal("10.01"), "CASH", user=None)
    refund(acme, Decimal("10.00"), "CASH", user=None)
    assert balance(acme) == 0
    prove_accounts()


def test_a_credit_needs_a_reason_and_no_payment(acme):
    with pytest.raises(ReasonMissing):
        credit_customer(acme, Decimal("30.00"), " ", user=None)
    entry = credit_customer(acme, Decimal("30.00"), "Late delivery", user=None)
    assert (entry.kind, entry.amount, entry.text) == ("CREDIT", Decimal("-30.00"), "Late delivery")
    assert balance(acme) == Decimal("70.00") and not Payment.objects.exists()
    prove_accounts()


def test_a_payment_is_put_on_something_else_by_rows_of_the_opposite_sign(product):
    customer = make_customer()
    payment = pay(customer, "50.00")
    first, second = sell(customer, product, 4), sell(customer, product, 4)

    reallocate_payment(payment, [Allocation(first.pk, Decimal("40.00"))], user=None)
    reallocate_payment(payment, [Allocation(second.pk, Decimal("30.00"))], user=None)

    assert parts_of(payment) == [(first.pk, 40), (first.pk, -40), (second.pk, 30)]
    assert (open_of(first), open_of(second)) == (Decimal("40.00"), Decimal("10.00"))
    assert AccountEntry.objects.filter(kind="PAYMENT").count() == 1
    with pytest.raises(InvalidPayment, match="40.00 is open"):
        reallocate_payment(payment, [Allocation(first.pk, Decimal("40.01"))], user=None)
    prove_accounts()


def test_cancelling_a_paid_order_leaves_its_money_to_the_customer_s_credit(product):
    customer = make_customer()
    order = sell(customer, product, 5)
    pay(customer, "50.00")

    cancel_order(order, user=None)

    assert (balance(customer), open_of(order)) == (Decimal("-50.00"), Decimal("-50.00"))
    refund(customer, Decimal("50.00"), "CARD", user=None)
    assert (balance(customer), open_of(order)) == (0, 0)
    prove_accounts()


def test_whoever_saw_an_older_account_is_told(acme):
    seen = account_seen(acme)
    pay(acme, "10.00")
    with pytest.raises(RecordChanged, match="changed the account of Acme"):
        pay(acme, "10.00", last_seen=seen)


def test_whoever_saw_the_payment_of_a_merged_record_put_elsewhere_is_told(acme):
    payment = pay(acme, "10.00")
    other = make_customer(company="Acme & Co")
    merge_customers(acme, other, user=None)
    seen = account_seen(Customer.objects.get(pk=other.pk))
    reallocate_payment(payment, [], user=None, last_seen=seen)
    with pytest.raises(RecordChanged, match="changed the account of Acme & Co"):
        reallocate_payment(payment, [Allocation(None, Decimal("5.00"))], user=None, last_seen=seen)


def test_payments_and_allocations_are_never_changed_or_deleted(acme):
    pay(acme, "10.00")
    for table in (Payment, PaymentAllocation):
        for sql in (f"UPDATE {table._meta.db_table} SET amount = 1", f"DELETE FROM {table._meta.db_table}"):
            with pytest.raises(DatabaseError, match="never changed or deleted"), transaction.atomic():
                connection.cursor().execute(sql)


def test_the_moment_counts_and_the_day_it_was_paid_on_is_a_label(acme):
    long_ago = TODAY() - timedelta(days=400)
    payment = pay(acme, "10.00", paid_on=long_ago, note=" Invoice 4711 ")
    entry = AccountEntry.objects.latest("pk")
    assert payment.paid_on == long_ago and timezone.localdate(entry.created_at) == TODAY()
    assert (payment.note, entry.text) == ("Invoice 4711", "Transfer")


def test_the_note_on_a_payment_does_not_reach_the_customer_and_the_reason_of_a_reversal_does(acme):
    payment = pay(acme, "10.00", note="Third reminder, watch them")
    pay(acme, "10.00")
    refund(make_customer(opening_balance=Decimal(-5)), Decimal(5), "CASH", note="Threatened to sue", user=None)
    reverse_payment(payment, "The transfer bounced", user=None)
    told = Caller(acme).get("/auth/me/account/").text
    assert "reminder" not in told and "The transfer bounced" in told
    assert not AccountEntry.objects.filter(text__contains="sue").exists()


@pytest.mark.parametrize(
    ("amount", "said"),
    [("0", "must be more than 0"), ("-1", "must be more than 0"), ("1000000000000", "not exceed 999,999,999,999.99")],
)
def test_an_amount_that_cannot_be_paid_is_refused_in_words(acme, amount, said):
    with pytest.raises(InvalidPayment, match=said):
        pay(acme, amount)


def test_numbers_go_on_without_gaps_when_one_is_refused(acme):
    pay(acme, "1.00")
    with pytest.raises(InvalidPayment):
        pay(acme, "1.00", (None, "500.00"))
    assert pay(acme, "1.00").number == f"PAY-{YEAR}-0002"


def test_confirming_again_after_a_payment_in_advance_leaves_the_order_open_until_it_is_allocated(product):
    customer = make_customer()
    pay(customer, "100.00")
    order = confirm_order(make_order((product, 10), customer=customer), user=None)
    assert (balance(customer), open_of(order)) == (0, Decimal("100.00"))
    prove_accounts()


def test_only_what_an_order_has_posted_itself_counts_as_owed_for_it(acme, product):
    """At every door: an entry of another kind that bears its number is not the order's."""
    order = sell(acme, product, 3)
    entry = NewEntry(acme.pk, "CREDIT", Decimal("-30.00"), order.order_number, "Late", TODAY() - timedelta(days=9))
    post_entries([entry], user=None)

    assert open_of(order) == 30
    assert [item.amount for item in open_items([acme.pk]) if item.order_number] == [30]
    assert Order.objects.unpaid().get() == order and not Order.objects.unpaid(due_before=TODAY()).exists()
    prove_accounts()


def test_what_a_merged_record_paid_counts_for_the_one_that_stays(acme, product):
    other, order = make_customer(), sell(acme, product, 5)
    payment = pay(acme, "120.00")
    merge_customers(acme, other, user=None)
    assert (balance(acme), balance(other), open_of(order)) == (0, Decimal("30.00"), Decimal("30.00"))
    prove_accounts()

    reallocate_payment(payment, [Allocation(order.pk, Decimal("50.00"))], user=None)
    assert {item.order_number: item.amount for item in open_items([other.pk])} == {"": Decimal("100.00")}
    reversal = reverse_payment(payment, "Bounced", user=None)

    assert reversal.customer_id == other.pk
    assert (balance(acme), balance(other), open_of(order)) == (0, Decimal("150.00"), Decimal("50.00"))
    prove_accounts()


def test_what_is_open_is_known_on_the_29th_of_february_too(acme, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2028, 2, 29, 12, tzinfo=UTC))
    assert [item.amount for item in open_items([acme.pk])] == [100]
