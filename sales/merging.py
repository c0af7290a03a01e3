"""Two records of one customer become one.

The source's orders are locked first, by ascending id, then the people, as everywhere. Nobody orders for the source
meanwhile: whoever creates an order locks its customer, and sees then that they are deactivated.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.account_models import AccountEntry
from accounts.exceptions import CannotMerge
from accounts.models import Customer, User
from accounts.services.account import NewEntry, post_entries
from accounts.services.people import lock_people, save_user
from core.bulk import lock_all, update_all
from core.concurrency import check_last_seen, fingerprint, lock_record
from core.i18n import in_firms_language
from core.money import format_money
from sales.models import Order

# What the record that stays is given if it has none.
FILLED_IN = [
    "customer_code",
    "email",
    "phone",
    "address",
    "delivery_address",
    "tax_id",
    "payment_days",
    "credit_limit",
    "avatar",
]
UNIQUE = {"customer_code": None, "email": None, "avatar": ""}  # and the merged record has no longer


@dataclass(frozen=True)
class Merge:
    """What merging `source` into `target` comes to."""

    source: Customer
    target: Customer
    orders: int
    filled_in: dict[str, Any] = field(default_factory=dict)

    @property
    def fingerprint(self) -> str:
        """What somebody who decides on it has seen."""
        both = [(one.pk, one.modified_at) for one in (self.source, self.target)]
        return fingerprint([self.orders, self.source.balance, *both])

    @property
    def shown_values(self) -> list[tuple[str, str]]:
        """The values that the record that stays is given, by what they are called."""
        values = [
            (label_of(name), gettext("a picture") if name == "avatar" else str(value))
            for name, value in self.filled_in.items()
        ]
        if self.source.opening_balance:
            total = format_money(self.target.opening_balance + self.source.opening_balance)
            values.append((label_of("opening_balance"), total))
        if self.source.balance:
            values.append((label_of("balance"), format_money(self.target.balance + self.source.balance)))
        return values


def label_of(name: str) -> str:
    field: Any = Customer._meta.get_field(name)
    return str(field.verbose_name)


def plan_merge(source: Customer, target: Customer) -> Merge:
    """What merging them comes to. Raises CannotMerge if they cannot be."""
    check_may_merge(source, target)
    filled_in = {
        name: getattr(source, name)
        for name in FILLED_IN
        if getattr(source, name) not in (None, "") and getattr(target, name) in (None, "")
    }
    return Merge(source, target, Order.objects.filter(customer=source).count(), filled_in)


def check_may_merge(source: Customer, target: Customer) -> None:
    if source.pk == target.pk:
        raise CannotMerge(gettext("Please choose another record of this customer."))
    for customer in (source, target):
        if customer.role != User.Role.CUSTOMER:
            raise CannotMerge(gettext("%(person)s is a member of staff, not a customer.") % {"person": customer})
    if source.merged_into_id:
        sentence = gettext("%(person)s has been merged into %(other)s.")
        raise CannotMerge(sentence % {"person": source, "other": source.merged_into})
    if not target.is_active:
        raise CannotMerge(gettext("%(customer)s is deactivated, so nothing can move there.") % {"customer": target})
    limit = Customer._meta.get_field("opening_balance")
    if abs(source.opening_balance + target.opening_balance) >= 10 ** (limit.max_digits - limit.decimal_places):
        raise CannotMerge(gettext("The opening balances together are more than an amount may be."))


@transaction.atomic
def merge_customers(source: Customer, target: Customer, *, user: User | None, last_seen: str = "") -> Customer:
    """Move to `target` the orders, the opening balance, whatever else is owed and what it lacks; the source is
    deactivated and says so.

    Stock changes and account entries are never changed, so they name whom they named. Returns the record that stays.
    Raises CannotMerge, RecordGone, BalanceTooLarge, or RecordChanged if anything is not what `last_seen` (a merge's
    `fingerprint`) showed.
    """
    keys = set(Order.objects.filter(customer=source.pk).values_list("pk", flat=True))
    orders = lock_all(Order, keys)
    earlier = list(Customer.objects.filter(merged_into=source.pk))
    lock_people(source, target, user, *earlier)
    source, target = lock_record(source), lock_record(target)
    merge = plan_merge(source, target)
    changed = gettext("Somebody has changed these customers or their orders in the meantime. Please look again.")
    check_last_seen(source, last_seen, merge.fingerprint, message=changed)
    check_last_seen(source, keys, set(Order.objects.filter(customer=source).values_list("pk", flat=True)))
    reason = in_firms_language(_("%(source)s merged into %(target)s"))
    reason %= {"source": called(source), "target": called(target)}
    for order in orders.values():
        order.customer = target
    update_all(Order, list(orders.values()), ["customer"], reason=reason, user=user)
    for customer in earlier:
        customer.merged_into = target
    update_all(Customer, earlier, ["merged_into"], reason=reason, user=user)
    move_values(merge)
    User.objects.filter(pk=source.pk).update(avatar=source.avatar)  # else its file would be taken for a replaced one
    save_user(source, by=user, reason=reason)
    save_user(target, by=user, reason=reason)
    move_balance(merge, reason=reason, user=user)
    return target


def move_values(merge: Merge) -> None:
    source, target = merge.source, merge.target
    for name, value in merge.filled_in.items():
        setattr(target, name, value)
        if name in UNIQUE:
            setattr(source, name, UNIQUE[name])
    target.opening_balance += source.opening_balance
    source.opening_balance = Customer._meta.get_field("opening_balance").get_default()
    source.is_active, source.merged_into = False, target


def move_balance(merge: Merge, *, reason: str, user: User | None) -> None:
    """What the source owes besides its opening balance, which has moved by now: one entry there, one here.

    They have no reference. What an order comes to goes on being the sum of the entries under its number, whoever's
    account those are on; what comes of it from now on is posted to the target, whose order it is.
    """
    moved = merge.source.balance
    amounts = {merge.source: -moved, merge.target: moved}
    entries = [NewEntry(one.pk, AccountEntry.Kind.TRANSFER, amount, "", reason) for one, amount in amounts.items()]
    for row in post_entries(entries, user=user):
        (merge.source if row.customer_id == merge.source.pk else merge.target).balance = row.balance_after


def called(customer: Customer) -> str:
    """`Acme GmbH (C-7)`"""
    return f"{customer} ({customer.customer_code})" if customer.customer_code else str(customer)
