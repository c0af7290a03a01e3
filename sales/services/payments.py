"""Payments: recording what customers pay and are paid back, saying what it is for, and taking it back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.account_models import AccountEntry
from accounts.models import Customer, User
from accounts.services.account import NewEntry, lock_customers, post_entries
from core.concurrency import changed_sentence, check_last_seen, lock_record
from core.document_numbers import next_document_number
from core.exceptions import RecordChanged
from core.i18n import in_firms_language
from core.money import NOTHING, format_amount, format_money, round_money
from inventory.exceptions import ReasonMissing
from sales.exceptions import InvalidPayment
from sales.models import Order
from sales.open_items import family_of
from sales.payment_models import SERIES, Payment, PaymentAllocation
from sales.services.allocations import (
    Allocation,
    allocated,
    check_allocations,
    divide,
    oldest_first,
    still_open,
    write_allocations,
)
from sales.services.amendments import confirm_partly
from sales.services.orders import MAX_AMOUNT, confirm_order

Kind, Direction, Method = AccountEntry.Kind, Payment.Direction, Payment.Method


@transaction.atomic
def record_payment(
    customer: Customer,
    amount: Decimal,
    method: str,
    *,
    paid_on: date | None = None,
    note: str = "",
    allocations: Sequence[Allocation] | None = None,
    user: User | None,
    last_seen: str = "",
    at: datetime | None = None,
) -> Payment:
    """Record that the customer has paid so much. `allocations` says what it is for; None: what was due first. A rest
    stays on the account.

    `last_seen` is the customer's `account_seen` when somebody decided on it. Raises InvalidPayment: nothing paid, no
    such method, a colleague, or an allocation that cannot be; RecordGone; RecordChanged if somebody was faster.
    """
    customer = lock_payer(customer, last_seen)
    payment = new_payment(customer, amount, method, paid_on=paid_on, note=note, user=user, at=at)
    asked = divide(payment.amount, customer) if allocations is None else allocations
    parts = check_allocations(payment, asked, customer, still_open(customer))
    write_payment(payment, Kind.PAYMENT, parts)
    return payment


@transaction.atomic
def refund(
    customer: Customer,
    amount: Decimal,
    method: str,
    *,
    paid_on: date | None = None,
    note: str = "",
    user: User | None,
    last_seen: str = "",
    at: datetime | None = None,
) -> Payment:
    """Pay so much of their credit back to the customer: first what orders have in credit, then what was paid for none.

    Raises as record_payment, InvalidPayment also if the customer has not so much credit.
    """
    customer = lock_payer(customer, last_seen)
    payment = new_payment(customer, amount, method, paid_on=paid_on, note=note, user=user, at=at)
    payment.direction = Direction.OUT
    credit = max(NOTHING, -customer.balance)
    if payment.amount > credit:
        sentence = gettext("%(customer)s has a credit of %(amount)s, so no more can be paid back.")
        raise InvalidPayment(sentence % {"customer": customer, "amount": format_money(credit)})
    in_credit = {key: -amount for key, amount in still_open(customer).items() if amount < 0}
    parts = {key: -part for key, part in oldest_first(payment.amount, in_credit).items()}
    write_payment(payment, Kind.REFUND, parts)
    return payment


@transaction.atomic
def credit_customer(
    customer: Customer,
    amount: Decimal,
    reason: str,
    *,
    user: User | None,
    last_seen: str = "",
    at: datetime | None = None,
) -> AccountEntry:
    """Let the customer owe so much less, for a reason; no money moves. Raises InvalidPayment, ReasonMissing."""
    customer = lock_payer(customer, last_seen)
    amount = check_amount(amount)
    check_reason(reason, gettext("Please say what the credit is for."))
    (entry,) = post_entries([NewEntry(customer.pk, Kind.CREDIT, -amount, "", reason.strip())], user=user, at=at)
    return entry


@transaction.atomic
def reverse_payment(payment: Payment, reason: str, *, user: User | None, at: datetime | None = None) -> Payment:
    """Take a payment or a refund back (a transfer bounced): what it was for is open again.

    Returns the payment in the other direction that reverses it. Raises ReasonMissing; InvalidPayment if the payment is
    a reversal or has been reversed.
    """
    customer = lock_holder(payment)
    check_reason(reason, gettext("Please say why the payment is taken back."))
    check_counts(payment)
    moment = at or timezone.now()
    reversal = Payment(
        customer=customer,
        direction=Direction.OUT if payment.is_incoming else Direction.IN,
        method=payment.method,
        amount=payment.amount,
        paid_on=timezone.localdate(moment),
        note=reason.strip(),
        reverses=payment,
        created_at=moment,
        created_by=user,
    )
    write_payment(reversal, Kind.REVERSAL, {})
    return reversal


@transaction.atomic
def reallocate_payment(
    payment: Payment,
    allocations: Sequence[Allocation],
    *,
    user: User | None,
    last_seen: str = "",
    at: datetime | None = None,
) -> Payment:
    """Say anew what a payment is for: rows of the opposite sign take back what it is not for any more.

    The balance stays. Raises InvalidPayment: a refund, one that is reversed, or an allocation that cannot be.
    """
    customer = lock_payer(lock_holder(payment), last_seen)
    check_counts(payment)
    if not payment.is_incoming:
        raise InvalidPayment(gettext("%(payment)s went out; what it was for stays.") % {"payment": payment})
    now = allocated(payment)
    available = still_open(customer)
    for key, part in now.items():
        available[key] = available.get(key, NOTHING) + part
    wanted = check_allocations(payment, allocations, customer, available)
    moves = {key: wanted.get(key, NOTHING) - now.get(key, NOTHING) for key in {**now, **wanted}}
    write_allocations(payment, moves, user=user, at=at or timezone.now())
    return payment


@transaction.atomic
def sell_at_counter(
    order: Order,
    method: str,
    *,
    partly: bool = False,
    user: User | None,
    last_seen: datetime | None = None,
    at: datetime | None = None,
) -> Order:
    """Confirm an order (`partly`: with what is there) that is paid at once. Raises as confirm_order and record_payment.

    No credit is asked for: nothing more is owed afterwards.
    """
    confirm = confirm_partly if partly else confirm_order
    order = confirm(order, user=user, paid=True, last_seen=last_seen, at=at)
    if order.total_amount:
        whole = [Allocation(order.pk, order.total_amount)]
        record_payment(order.customer, order.total_amount, method, allocations=whole, user=user, at=at)
    return order


# What is checked


def lock_payer(customer: Customer, last_seen: str) -> Customer:
    """The customer, locked; deactivated ones may pay. Raises InvalidPayment, RecordChanged."""
    customer = lock_record(Customer(pk=customer.pk))
    check_is_customer(customer)
    changed = gettext("Somebody has changed the account of %(customer)s in the meantime. Please look at it again.")
    check_last_seen(customer, last_seen, account_seen(customer), message=changed % {"customer": customer})
    return customer


def lock_holder(payment: Payment) -> Customer:
    """Whose account the payment is on by now, locked: the payer, or the record that they have been merged into."""
    payer = Customer.objects.get(pk=payment.customer_id)
    locked = lock_customers([payer.pk, payer.merged_into_id or payer.pk])
    holder = locked[payer.pk].merged_into_id or payer.pk
    if holder not in locked:
        raise RecordChanged(changed_sentence(payer))  # merged just now
    return locked[holder]


def account_seen(customer: Customer) -> str:
    """What changes with every entry of the account and with every allocation of its payments; those of records that
    have been merged into this one count."""
    allocations = PaymentAllocation.objects.filter(payment__customer__in=family_of([customer.pk]))
    last = allocations.order_by("-pk").values_list("pk", flat=True).first()
    return f"{customer.account_head or ''}-{last or 0}"


def check_is_customer(customer: Customer) -> None:
    if customer.is_staff:
        sentence = gettext("%(person)s is a member of staff, not a customer.")
        raise InvalidPayment(sentence % {"person": customer}, field="customer_id")
    if customer.merged_into_id:
        sentence = gettext("%(person)s has been merged into %(other)s.")
        words = {"person": customer, "other": customer.merged_into}
        raise InvalidPayment(sentence % words, field="customer_id")


def check_amount(amount: Decimal) -> Decimal:
    amount = round_money(amount)
    if amount <= 0:
        raise InvalidPayment(gettext("The amount must be more than 0."))
    if amount > MAX_AMOUNT:
        raise InvalidPayment(gettext("The amount must not exceed %(most)s.") % {"most": format_amount(MAX_AMOUNT)})
    return amount


def check_reason(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise ReasonMissing(sentence)


def check_counts(payment: Payment) -> None:
    """Raise InvalidPayment if the payment has been reversed, or reverses one."""
    reversal = Payment.objects.filter(reverses=payment.pk).select_related("created_by").first()
    if reversal:
        sentence = gettext("%(payment)s was reversed with %(reversal)s by %(by)s.")
        words = {"payment": payment, "reversal": reversal, "by": reversal.created_by or gettext("the system")}
        raise InvalidPayment(sentence % words, field="payment")
    if payment.reverses_id:
        sentence = gettext("%(payment)s reverses a payment itself.") % {"payment": payment}
        raise InvalidPayment(sentence, field="payment")


# What is written


def new_payment(
    customer: Customer,
    amount: Decimal,
    method: str,
    *,
    paid_on: date | None,
    note: str,
    user: User | None,
    at: datetime | None,
) -> Payment:
    if method not in Method.values:
        raise InvalidPayment(gettext("Please choose how it was paid."), field="method")
    moment = at or timezone.now()
    return Payment(
        customer=customer,
        direction=Direction.IN,
        method=method,
        amount=check_amount(amount),
        paid_on=paid_on or timezone.localdate(moment),
        note=note.strip(),
        created_at=moment,
        created_by=user,
    )


def write_payment(payment: Payment, kind: str, parts: Mapping[int | None, Decimal]) -> None:
    """The payment, what it is for, and the entry of the account. Its number is taken last."""
    payment.number = next_document_number(SERIES, at=payment.created_at)
    payment.save()
    write_allocations(payment, parts, user=payment.created_by, at=payment.created_at)
    amount = -payment.amount if payment.is_incoming else payment.amount
    entry = NewEntry(payment.customer_id, kind, amount, payment.number, describe(payment))
    post_entries([entry], user=payment.created_by, at=payment.created_at)


def describe(payment: Payment) -> str:
    """`Transfer`, or `PAY-2026-0007 reversed: bounced`; in the firm's language. Customers read it: a payment's note is
    the firm's own and stays out of it, the reason of a reversal is asked for as what they are told."""
    if payment.reverses:
        words = in_firms_language(_("%(payment)s reversed: %(reason)s"))
        return words % {"payment": payment.reverses, "reason": payment.note}
    return in_firms_language(Method(payment.method).label)
