"""What customers have not paid: the opening balance and each order, by when it was due; now or at any moment.

open = Σ entries of the order − Σ what payments say is for it. Two records of one customer that have been
merged count as one, the record that stays, at any moment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from accounts.account_models import AccountEntry
from accounts.models import User
from core.dates import end_of_day, start_of_day
from core.money import round_money
from sales.models import Order
from sales.payment_models import Payment, PaymentAllocation
from sales.querysets import ORDER_KINDS

Kind = AccountEntry.Kind
END_OF_TIME = datetime(9999, 1, 1, tzinfo=UTC)
OPENING_KINDS = (Kind.OPENING,)
# Both kinds of rows are added up by the database, which hands out what is left of them only.
OPEN = """
    WITH moves AS (
        SELECT customer_id, CASE kind WHEN 'OPENING' THEN '' ELSE reference END AS reference, amount, due_on, created_at
        FROM {entries}
        WHERE kind IN ({kinds}) AND created_at < {moment} {these}
        UNION ALL
        SELECT payment.customer_id, COALESCE(sold.order_number, ''), -allocation.amount, NULL, NULL
        FROM {allocations} allocation
        JOIN {payments} payment ON payment.id = allocation.payment_id
        LEFT JOIN {payments} reversal ON reversal.reverses_id = payment.id AND reversal.created_at < {moment}
        LEFT JOIN {orders} sold ON sold.id = allocation.order_id
        WHERE allocation.created_at < {moment} AND reversal.id IS NULL {paid_by_these}
    )
    SELECT COALESCE(person.merged_into_id, person.id) AS customer, moves.reference AS number,
        SUM(moves.amount) AS amount, MIN(moves.due_on) AS due_on,
        CASE WHEN MIN(moves.due_on) IS NULL THEN MIN(moves.created_at) END AS created_at
    FROM moves JOIN {people} person ON person.id = moves.customer_id
    GROUP BY COALESCE(person.merged_into_id, person.id), moves.reference
    HAVING ROUND(SUM(moves.amount), 2) <> 0
"""
# What is owed of them, by customer and by how long before a day it was due: a case for each of some spans of days.
OWED_BY_AGE = """
    SELECT customer, CASE {cases} END AS age, SUM(amount) FROM ({items}) items
    WHERE ROUND(amount, 2) > 0 GROUP BY customer, age
"""
CASE = "WHEN due_on >= %s OR created_at >= %s OR (due_on IS NULL AND created_at IS NULL) THEN {age}"


@dataclass(frozen=True)
class OpenItem:
    """What is open of an order or, without a number, of the opening balance; negative: to the customer's credit."""

    customer_id: int
    order_number: str
    amount: Decimal
    due_on: date

    def days_overdue(self, day: date) -> int:
        return max(0, (day - self.due_on).days)


def open_items(customers: Iterable[int] | None = None, *, before: datetime | None = None) -> list[OpenItem]:
    """The open items of these customers (None: of all), the one due first at the head.

    `before`: as they were just before this moment. One query.
    """
    chosen = None if customers is None else list(customers)
    if chosen == []:
        return []
    sql, params = statement(chosen, before or END_OF_TIME)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows = cursor.fetchall()
    items = [
        OpenItem(customer, number, round_money(Decimal(str(amount))), as_day(due_on) or day_of(created_at))
        for customer, number, amount, due_on, created_at in rows
    ]
    return sorted(items, key=lambda item: (item.due_on, item.order_number))


def owed_by_age(day: date, spans: Sequence[int], customers: Iterable[int] | None = None):
    """What these customers (None: all) owed at the end of the day, as (customer, place in `spans`, amount).

    A span is the most days that what stands there was overdue; the last one holds the rest. What is to somebody's
    credit is in none. One query.
    """
    chosen = None if customers is None else list(customers)
    if chosen == []:
        return []
    items, params = statement(chosen, end_of_day(day))
    cases, limits = [], []
    for age, span in enumerate(spans[:-1]):
        first = day - timedelta(days=span)
        cases.append(CASE.format(age=age))
        limits += [
            connection.ops.adapt_datefield_value(first),
            connection.ops.adapt_datetimefield_value(start_of_day(first)),
        ]
    cases.append(f"ELSE {len(cases)}")
    with connection.cursor() as cursor:
        cursor.execute(OWED_BY_AGE.format(cases=" ".join(cases), items=items), [*limits, *params])
        return [(customer, age, round_money(Decimal(str(amount)))) for customer, age, amount in cursor.fetchall()]


def statement(chosen: list[int] | None, moment: datetime) -> tuple[str, list]:
    """The SQL, and the values for it."""
    people, marks = User._meta.db_table, ", ".join(["%s"] * len(chosen or []))
    family = marks and f"SELECT id FROM {people} WHERE id IN ({marks}) OR merged_into_id IN ({marks})"
    tables = {"entries": AccountEntry, "allocations": PaymentAllocation, "payments": Payment, "orders": Order}
    sql = OPEN.format(
        kinds=", ".join(f"'{kind}'" for kind in (*OPENING_KINDS, *ORDER_KINDS)),
        moment="%s",
        these=family and f"AND customer_id IN ({family})",
        paid_by_these=family and f"AND payment.customer_id IN ({family})",
        people=people,
        **{name: model._meta.db_table for name, model in tables.items()},
    )
    at, ids = connection.ops.adapt_datetimefield_value(moment), [*(chosen or []), *(chosen or [])]
    return sql, [at, *ids, at, at, *ids]


def family_of(customers: Iterable[int]) -> list[int]:
    """Their ids, and those of the records that have been merged into them."""
    ids = list(customers)
    return list(User.objects.filter(Q(pk__in=ids) | Q(merged_into__in=ids)).values_list("pk", flat=True))


def as_day(value) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def day_of(moment) -> date:
    """The day in TIME_ZONE; without a moment (a payment for what has no entry yet) today's."""
    if isinstance(moment, str):  # SQLite's, in UTC
        moment = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    return timezone.localdate(moment)
