"""What payments are for: the opening balance and orders, as far as these are open."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext

from accounts.models import Customer, User
from core.bulk import find_all
from core.money import NOTHING, format_amount, round_money
from sales.exceptions import InvalidPayment
from sales.models import Order
from sales.open_items import OpenItem, open_items
from sales.payment_models import Payment, PaymentAllocation


@dataclass(frozen=True)
class Allocation:
    """So much of a payment is for this order, or (None) for the opening balance."""

    order_id: int | None
    amount: Decimal


def still_open(customer: Customer) -> dict[int | None, Decimal]:
    """What is open by the order's id (None: the opening balance), what is due first at the head. Two queries."""
    return by_order(open_items([customer.pk]))


def by_order(items: Sequence[OpenItem]) -> dict[int | None, Decimal]:
    """What is open by the order's id; the opening balance, which was there before every order, first."""
    ids: dict[str, int | None] = {"": None, **order_ids(items)}
    ordered = sorted(items, key=lambda item: item.order_number != "")
    return {ids[item.order_number]: item.amount for item in ordered}


def order_ids(items: Sequence[OpenItem]) -> dict[str, int]:
    """The ids of the orders among these items, by their numbers. One query for each thousand or so."""
    orders = find_all(Order.objects.order_by(), "order_number", {item.order_number for item in items} - {""})
    return {order.order_number: order.pk for order in orders}


def divide(amount: Decimal, customer: Customer) -> list[Allocation]:
    """So much for the opening balance and the orders, what was due first first."""
    owed = {key: rest for key, rest in still_open(customer).items() if rest > 0}
    return [Allocation(key, part) for key, part in oldest_first(amount, owed).items()]


def oldest_first(amount: Decimal, owed: Mapping[int | None, Decimal]) -> dict[int | None, Decimal]:
    parts = {}
    for key, rest in owed.items():
        if part := min(rest, amount):
            parts[key] = part
            amount -= part
    return parts


def allocated(payment: Payment) -> dict[int | None, Decimal]:
    """What the payment is for by the order's id, the opposite rows counted."""
    parts: dict[int | None, Decimal] = defaultdict(Decimal)
    for order_id, part in payment.allocations.values_list("order_id", "amount"):
        parts[order_id] += part
    return {key: part for key, part in parts.items() if part}


def check_allocations(
    payment: Payment,
    allocations: Sequence[Allocation],
    customer: Customer,
    available: Mapping[int | None, Decimal],
) -> dict[int | None, Decimal]:
    """What the payment is for by the order's id. Raises InvalidPayment naming each allocation that cannot be."""
    parts: dict[int | None, Decimal] = defaultdict(Decimal)
    wrong = {}
    for place, allocation in enumerate(allocations):
        part = round_money(allocation.amount)
        parts[allocation.order_id] += part
        rest = available.get(allocation.order_id, NOTHING)
        if part < 0 or parts[allocation.order_id] > max(rest, NOTHING):
            wrong[place] = what_hinders(customer, allocation.order_id, rest)
    if wrong:
        said = gettext("Line %(line)s: %(sentence)s")
        lines = [said % {"line": place + 1, "sentence": sentence} for place, sentence in wrong.items()]
        raise InvalidPayment("\n".join(lines), field="allocations", items=wrong)
    if (total := sum(parts.values(), NOTHING)) > payment.amount:
        sentence = gettext("%(total)s is put on orders, but only %(amount)s was paid.")
        figures = {"total": format_amount(total), "amount": format_amount(payment.amount)}
        raise InvalidPayment(sentence % figures, field="allocations")
    return {key: part for key, part in parts.items() if part}


def what_hinders(customer: Customer, order_id: int | None, rest: Decimal) -> str:
    order = Order.objects.filter(pk=order_id, customer=customer).first() if order_id else None
    if order_id and order is None:
        return gettext("%(customer)s has no order %(id)s.") % {"customer": customer, "id": order_id}
    if order and order.is_pending:
        return gettext("%(order)s is not confirmed, so nothing is owed for it.") % {"order": order}
    words = {"what": order or gettext("The opening balance"), "amount": format_amount(max(rest, NOTHING))}
    return gettext("%(what)s: %(amount)s is open.") % words


def write_allocations(
    payment: Payment, parts: Mapping[int | None, Decimal], *, user: User | None, at: datetime
) -> None:
    PaymentAllocation.objects.bulk_create(
        PaymentAllocation(payment=payment, order_id=key, amount=part, created_at=at, created_by=user)
        for key, part in parts.items()
        if part
    )
