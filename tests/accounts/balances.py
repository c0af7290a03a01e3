"""What must hold of every customer's account, whatever was done: the spec's invariant, reckoned apart."""

from collections import defaultdict
from decimal import Decimal

from django.db.models import Sum

from accounts.account_models import AccountEntry
from accounts.models import Customer
from core.money import round_money
from sales.models import Order
from sales.payment_models import Payment, PaymentAllocation


def prove_accounts() -> None:
    """balance = Σ entries = opening part + Σ open(order) − unallocated − credits, for every customer."""
    sums: dict = defaultdict(Decimal)
    for pk, target, balance in Customer.objects.values_list("pk", "merged_into", "balance"):
        assert balance == sum_of(AccountEntry.objects.filter(customer=pk)), pk
        sums[target or pk, "balance"] += balance
    for entry in AccountEntry.objects.select_related("customer"):
        whose = entry.customer.merged_into_id or entry.customer_id
        if entry.kind in ("OPENING", "CREDIT"):
            sums[whose, "rest"] += entry.amount
    opening = PaymentAllocation.objects.live().filter(order=None).select_related("payment__customer")
    for part in opening:
        sums[part.payment.customer.merged_into_id or part.payment.customer_id, "rest"] -= part.amount
    for order in Order.objects.with_open():
        sums[order.customer_id, "rest"] += order.open
    for payment in Payment.objects.with_unallocated().select_related("customer"):
        sign = 1 if payment.is_incoming else -1
        sums[payment.customer.merged_into_id or payment.customer_id, "rest"] -= sign * payment.unallocated
        parts = sum_of(payment.allocations)
        assert 0 <= sign * parts <= payment.amount, payment
    for pk in {pk for pk, _ in sums}:
        assert sums[pk, "balance"] == sums[pk, "rest"], (pk, sums[pk, "balance"], sums[pk, "rest"])


def sum_of(rows) -> Decimal:
    return round_money(rows.aggregate(sum=Sum("amount", default=Decimal(0)))["sum"])
