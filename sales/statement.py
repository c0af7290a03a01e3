"""A customer's account from one day to another: what was owed before, every entry, what is owed then, since when."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from accounts.account_models import AccountEntry
from accounts.models import Customer
from core.dates import end_of_day, start_of_day
from core.money import NOTHING, round_money
from sales.aging import Aging, agings_at
from sales.open_items import family_of


@dataclass(frozen=True)
class StatementRow:
    """An entry, and what was owed after it."""

    entry: AccountEntry
    balance: Decimal


@dataclass(frozen=True)
class Statement:
    """The account of `customer`, and of records merged into them, on the days `first` to `last` in TIME_ZONE, both
    included."""

    customer: Customer
    first: date
    last: date
    before: Decimal
    rows: list[StatementRow]
    aging: Aging

    @property
    def balance(self) -> Decimal:
        return self.rows[-1].balance if self.rows else self.before


def statement_of(customer: Customer, first: date, last: date) -> Statement:
    """Of a record that has been merged: that of the one that stays. Seven queries at most, however long the account is.

    What merging moves from one record to the other stays within the account, so it is left out.
    """
    customer = customer.merged_into or customer
    whole = AccountEntry.objects.filter(customer__in=family_of([customer.pk]))
    entries = whole.exclude(kind=AccountEntry.Kind.TRANSFER)
    before = entries.filter(created_at__lt=start_of_day(first)).aggregate(sum=Sum("amount", default=NOTHING))["sum"]
    balance = before = round_money(before)
    rows = []
    for entry in entries.filter(created_at__gte=start_of_day(first), created_at__lt=end_of_day(last)).order_by(
        "created_at", "pk"
    ):
        balance += entry.amount
        rows.append(StatementRow(entry, balance))
    aging = agings_at(last, [customer.pk]).get(customer.pk, Aging())
    return Statement(customer, first, last, before, rows, aging)
