"""How long what customers owe has been due: now, or at the end of any day in TIME_ZONE."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.account_models import AccountEntry
from core.dates import end_of_day
from core.money import NOTHING, round_money
from sales.open_items import OpenItem, family_of, owed_by_age

# Each with the most days overdue that it holds. What is not assigned to anything, or more than was owed, is credit.
AGES = {"not_due": 0, "30": 30, "60": 60, "90": 90, "older": 10**6}
LABELS = {
    "not_due": _("Not due"),
    "30": _("1–30 days"),
    "60": _("31–60 days"),
    "90": _("61–90 days"),
    "older": _("Over 90 days"),
    "credit": pgettext_lazy("of a balance", "In credit"),
}


def age_of(item: OpenItem, day: date) -> str:
    """Which column of an aging the item stands in on this day."""
    if item.amount < 0:
        return "credit"
    overdue = item.days_overdue(day)
    return next(age for age, most in AGES.items() if overdue <= most)


@dataclass
class Aging:
    """What somebody owes by age; the amounts add up to the balance."""

    amounts: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(LABELS, NOTHING))

    @property
    def balance(self) -> Decimal:
        return sum(self.amounts.values(), NOTHING)

    @property
    def overdue(self) -> Decimal:
        return self.balance - self.amounts["not_due"] - self.amounts["credit"]

    def add(self, other: "Aging") -> None:
        for age, amount in other.amounts.items():
            self.amounts[age] += amount


def balances_at(day: date, customers: Iterable[int] | None = None) -> dict[int, Decimal]:
    """What each customer (of these, or of all) owed at the end of the day, by id; merged records as one."""
    entries = AccountEntry.objects.filter(created_at__lt=end_of_day(day)).order_by()
    if customers is not None:
        entries = entries.filter(customer__in=family_of(customers))
    found = entries.values_list(Coalesce("customer__merged_into", "customer")).annotate(Sum("amount"))
    return {customer: round_money(balance) for customer, balance in found}


def agings_at(day: date, customers: Iterable[int] | None = None) -> dict[int, Aging]:
    """The aging at the end of the day of each customer who owes or is owed something, by id."""
    agings: dict[int, Aging] = {}
    ages = list(AGES)
    for customer, age, amount in owed_by_age(day, list(AGES.values()), customers):
        agings.setdefault(customer, Aging()).amounts[ages[age]] = amount
    for customer, balance in balances_at(day, customers).items():
        if customer in agings or balance:
            aging = agings.setdefault(customer, Aging())
            aging.amounts["credit"] = balance - aging.balance
    return agings
