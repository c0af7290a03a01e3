"""The accounts of customers begin with what they owe: opening balances, and what orders have posted since.

An entry for each opening balance, confirmation, amendment, return and cancellation, in the order of time, as the
services would have posted them. Moments are those of the orders; what was due when follows the customers' present
terms.
"""

import sys
from datetime import timedelta
from decimal import Decimal
from heapq import merge

from django.conf import settings
from django.db import connection, migrations
from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.bulk_load import Table
from core.hash_chain import HashChain, write_many
from core.i18n import in_firms_language

CHAIN = HashChain(
    key="customer_id",
    versions={
        1: (
            "customer_id",
            "kind",
            "amount",
            "balance_before",
            "balance_after",
            "reference",
            "text",
            "due_on",
            "created_at",
            "created_by_id",
        )
    },
)
CHUNK = 5000


def post_what_happened(apps, schema_editor):
    entry, user = apps.get_model("accounts", "AccountEntry"), apps.get_model("accounts", "User")
    if entry._base_manager.exists():
        return  # it has run already: entries are never deleted
    table, balances, heads, number = Table(entry), {}, {}, 0
    for number, (at, _rank, _pk, customer, kind, amount, reference, text, due_on, by) in enumerate(events(apps), 1):
        before = balances.get(customer, Decimal("0.00"))
        row = entry(
            customer_id=customer,
            kind=kind,
            amount=amount,
            balance_before=before,
            balance_after=before + amount,
            reference=reference,
            text=text,
            due_on=due_on,
            created_at=at,
            created_by_id=by,
        )
        row.row_hash = heads[customer] = CHAIN.link(row, heads.get(customer))
        balances[customer] = row.balance_after
        table.add([row])
        if number % 50_000 == 0:
            print(f" {number:,} account entries", end="", file=sys.stderr, flush=True)
    table.write()
    values = [(str(balances[customer]), head, customer) for customer, head in heads.items()]
    write_many(f"UPDATE {user._meta.db_table} SET balance = %s, account_head = %s WHERE id = %s", values)
    if connection.vendor == "postgresql":
        connection.check_constraints()  # a table with deferred checks to do cannot be altered


def events(apps):
    """Moment, rank at the same moment, id, customer, kind, amount, reference, text, due day and author of each entry."""
    streams = openings(apps), sales(apps), amendments(apps), returns(apps), cancellations(apps)
    return (event for event in merge(*streams, key=lambda event: event[:3]) if event[5])


def openings(apps):
    people = apps.get_model("accounts", "User")._base_manager.exclude(opening_balance=0).order_by("created_at", "id")
    for pk, at, amount, by in stream(people, "pk", "created_at", "opening_balance", "created_by"):
        yield at, 0, pk, pk, "OPENING", amount, "", "", None, by


def sales(apps):
    """What an order came to when it was confirmed: before its first amendment."""
    amended = apps.get_model("sales", "OrderRevision")._base_manager.filter(order=OuterRef("pk")).order_by("revision")
    orders = apps.get_model("sales", "Order")._base_manager.filter(confirmed_at__isnull=False)
    orders = orders.annotate(first=Subquery(amended.values("total_before")[:1])).order_by("confirmed_at", "id")
    names = ("pk", "confirmed_at", "customer", "total_amount", "first", "order_number", "customer_reference")
    for pk, at, customer, total, first, number, text, days, by in stream(
        orders, *names, "customer__payment_days", "confirmed_by"
    ):
        amount = total if first is None else first
        yield at, 1, pk, customer, "SALE", amount, number, text, due_day(at, days), by


def amendments(apps):
    revisions = apps.get_model("sales", "OrderRevision")._base_manager.order_by("created_at", "id")
    names = ("pk", "created_at", "total_before", "total_after", "revision", "created_by")
    said = in_firms_language(_("Revision %(n)s"))
    for pk, at, before, after, n, by, *of_order in stream(
        revisions,
        *names,
        "order__customer",
        "order__order_number",
        "order__confirmed_at",
        "order__customer__payment_days",
    ):
        customer, number, confirmed, days = of_order
        yield at, 2, pk, customer, "AMENDMENT", after - before, number, said % {"n": n}, due_day(confirmed, days), by


def returns(apps):
    done = apps.get_model("sales", "OrderReturn")._base_manager.order_by("created_at", "id")
    names = ("pk", "created_at", "order__customer", "credit", "order__order_number", "number", "created_by")
    for pk, at, customer, credit, number, text, by in stream(done, *names):
        yield at, 3, pk, customer, "RETURN", -credit, number, text, None, by


def cancellations(apps):
    """Of what was confirmed: all of it goes back but the share that returns have taken back."""
    goods = apps.get_model("sales", "ReturnItem")._base_manager.filter(order_return__order=OuterRef("pk")).order_by()
    back = goods.values("order_return__order").annotate(value=Sum("line_value")).values("value")
    orders = apps.get_model("sales", "Order")._base_manager.filter(status="CANCELLED", confirmed_at__isnull=False)
    orders = orders.annotate(back=Subquery(back)).order_by("cancelled_at", "id")
    for pk, at, customer, total, back, number, by in stream(
        orders, "pk", "cancelled_at", "customer", "total_amount", "back", "order_number", "cancelled_by"
    ):
        yield at, 4, pk, customer, "CANCELLATION", (back or Decimal("0.00")) - total, number, "", None, by


def stream(queryset, *names):
    return queryset.values_list(*names).iterator(chunk_size=CHUNK)


def due_day(confirmed_at, days):
    return timezone.localdate(confirmed_at) + timedelta(days=settings.PAYMENT_DAYS if days is None else days)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_account_ledger'),
        ('sales', '0006_account_checks'),
    ]

    operations = [migrations.RunPython(post_what_happened, migrations.RunPython.noop)]
