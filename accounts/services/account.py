"""What customers owe: `post_entries` is the only writer of accounts and balances."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.account_models import ACCOUNT_CHAIN, AccountEntry
from accounts.exceptions import BalanceTooLarge
from accounts.models import ACCOUNT_FIELDS, Customer, User
from core.bulk import insert_all, lock_all, update_fields
from core.exceptions import RecordGone
from core.money import format_amount, round_money

MAX_BALANCE = Decimal("999999999999.99")


def lock_customers(ids: Iterable[int]) -> dict[int, Customer]:
    """The people with these ids, locked in ascending order until the transaction ends. Deleted ones are missing."""
    return lock_all(Customer, ids)


@dataclass(frozen=True)
class NewEntry:
    """What is to be posted to a customer's account; a positive amount is owed more."""

    customer_id: int
    kind: str
    amount: Decimal
    reference: str
    text: str
    due_on: date | None = None


@transaction.atomic(savepoint=False)  # its caller's step fails with it
def post_entries(
    entries: Sequence[NewEntry],
    *,
    user: User | None,
    at: datetime | None = None,
    locked: Mapping[int, Customer] | None = None,
) -> list[AccountEntry]:
    """Post to the accounts of customers, whom this locks by ascending id unless they are `locked` (all of them, and as
    they are in the database); amounts of 0 are left out.

    The only writer of balances. Neither the customers' history nor their `modified_at` knows of it: a form that is open
    meanwhile can still be saved. Raises RecordGone, and BalanceTooLarge if an account would come to more than it can.
    """
    entries = [entry for entry in entries if entry.amount]
    if not entries:
        return []
    customers = locked or lock_customers(entry.customer_id for entry in entries)
    rows = chain_entries(customers, entries, user=user, at=at or timezone.now())
    insert_all(AccountEntry, rows)
    update_fields(Customer, list(customers.values()), [*ACCOUNT_FIELDS])
    return rows


def chain_entries(
    customers: Mapping[int, Customer], entries: Iterable[NewEntry], *, user: User | None, at: datetime
) -> list[AccountEntry]:
    """The entries as they will be stored, each behind the customer's last one; rows and customers are to be saved."""
    rows = []
    for entry in entries:
        customer = customers.get(entry.customer_id)
        if customer is None:
            raise RecordGone(gettext("The customer has been deleted in the meantime."))
        row = AccountEntry(**vars(entry), balance_before=customer.balance, created_at=at, created_by=user)
        row.balance_after = customer.balance + entry.amount
        if abs(row.balance_after) > MAX_BALANCE:
            sentence = gettext("%(customer)s: an account cannot hold more than %(most)s.")
            raise BalanceTooLarge(sentence % {"customer": customer, "most": format_amount(MAX_BALANCE)})
        row.row_hash = ACCOUNT_CHAIN.link(row, customer.account_head)
        customer.balance, customer.account_head = row.balance_after, row.row_hash
        rows.append(row)
    return rows


def post_openings(
    people: Sequence[User], before: Mapping[int, Decimal], *, user: User | None, at: datetime | None = None
) -> None:
    """Post what the opening balances of these saved people are more (or less) than `before`, by their ids."""
    entries = [
        NewEntry(person.pk, AccountEntry.Kind.OPENING, difference, "", "")
        for person in people
        if (difference := round_money(Decimal(person.opening_balance)) - before.get(person.pk, 0))
    ]
    balances = {row.customer_id: row.balance_after for row in post_entries(entries, user=user, at=at)}
    for person in people:
        person.balance = balances.get(person.pk, person.balance)
