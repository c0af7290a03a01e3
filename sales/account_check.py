"""The proof that the balance of every customer is what their account says, and the account what orders came to."""

from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.functions import Coalesce, Lag, Round
from django.utils.translation import gettext_lazy as _

from accounts.account_models import ACCOUNT_CHAIN, AccountEntry
from accounts.models import User
from core.concurrency import lock_record
from core.exceptions import RecordGone
from core.hash_chain import Found, canonical
from core.i18n import in_firms_language
from core.money import NOTHING, round_money
from inventory.models import StockCheck
from sales.account_models import AccountCheck
from sales.merging import called
from sales.models import Order
from sales.payment_check import wrong_payment
from sales.querysets import MONEY, ORDER_KINDS, entries_of_orders
from sales.return_models import ReturnItem

Kind, Status = AccountEntry.Kind, Order.Status
ZERO = Value(NOTHING, output_field=MONEY)


def check_accounts() -> AccountCheck:
    """Check for every customer that each entry is what was written and starts where the one before it ended, that the
    balance is their sum, and for every order that its entries are what it came to, less what was credited.

    The answer is kept with the latest others; its `problem` names the first customer and entry that are wrong, or is
    empty. Its `head` can be written down.
    """
    found = ACCOUNT_CHAIN.verify(AccountEntry)
    return AccountCheck.keep(
        problem=problem_of(found),
        customers=User.objects.customers().count(),
        entries=found.rows if found.broken_row is None else AccountEntry.objects.count(),
        head=found.head(),
    )


def account_problem() -> str:
    """What `check_accounts` would find, without keeping it; empty if all is well."""
    return problem_of(ACCOUNT_CHAIN.verify(AccountEntry))


def latest_checks() -> dict:
    """What the dashboard says of the latest checks of the stock and of the accounts. Two queries."""
    stock, accounts = StockCheck.objects.first(), AccountCheck.objects.first()
    proved = stock and accounts and not stock.problem and not accounts.problem
    proved_at = min(stock.checked_at, accounts.checked_at) if proved else None
    return {"stock_check": stock, "account_check": accounts, "proved_at": proved_at}


def problem_of(found: Found) -> str:
    return (
        broken_entry(found) or next(wrong_accounts(found), "") or wrong_order() or orderless_entry() or wrong_payment()
    )


def broken_entry(found: Found) -> str:
    """The first entry that does not start where the one before it ended, else that is not what was written."""
    if found.broken_row is None:
        return ""
    before = Window(Lag("balance_after", default=ZERO), partition_by="customer_id", order_by="id")
    linked = AccountEntry.objects.annotate(expected=before).exclude(balance_before=F("expected"))
    if wrong := linked.order_by("pk").first():
        said = _(
            "%(customer)s: account entry %(number)s of %(day)s starts at %(start)s, but the balance was %(balance)s "
            "then."
        )
        return describe(said, wrong, start=wrong.balance_before, balance=round_money(wrong.expected))
    said = _(
        "%(customer)s: account entry %(number)s of %(day)s is not what was written, or one before it has been erased."
    )
    return describe(said, AccountEntry.objects.get(pk=found.broken_row))


def wrong_accounts(found: Found) -> Iterator[str]:
    """People whose record does not say what their account does. Suspects are looked at again, under their lock:
    something may have been posted while the others were read."""
    opened = entry_sums(kind=Kind.OPENING)
    people = User.objects.order_by("pk").values_list("pk", "balance", "account_head", "opening_balance")
    for pk, balance, head, opening in people.iterator():
        reached = found.levels.get(pk, [0]), found.heads.get(pk), opened.get(pk, 0)
        if ([canonical(balance)], head, opening) != reached and (said := wrong_account(User(pk=pk))):
            yield said


@transaction.atomic
def wrong_account(person: User) -> str:
    try:
        person = lock_record(person)
    except RecordGone:
        return ""
    last = AccountEntry.objects.filter(customer=person.pk).order_by("-pk").first()
    total, opened = (
        entry_sums(customer=person.pk, **only).get(person.pk, NOTHING) for only in ({}, {"kind": Kind.OPENING})
    )
    if person.balance != total:
        said = _("%(customer)s: the balance is %(balance)s, but the account entries add up to %(sum)s.")
        return in_firms_language(said) % {"customer": called(person), "balance": person.balance, "sum": total}
    if person.account_head != (last and last.row_hash):
        said = _("%(customer)s: the latest account entries have been erased, or written past the program.")
        return in_firms_language(said) % {"customer": called(person)}
    if person.opening_balance != opened:
        said = _("%(customer)s: the opening balance is %(opening)s, but %(sum)s was posted for it.")
        return in_firms_language(said) % {"customer": called(person), "opening": person.opening_balance, "sum": opened}
    return ""


def entry_sums(**only) -> dict[int, Decimal]:
    """What these entries add up to, by customer."""
    sums = AccountEntry.objects.filter(**only).order_by().values_list("customer").annotate(Sum("amount"))
    return {customer: round_money(amount) for customer, amount in sums.iterator()}


def with_posted(orders: QuerySet) -> QuerySet:
    """Orders with what their entries come to (`posted`), whoever's account those are on, and should (`due`).

    That is the total less what was credited for returns; of a cancelled order what less was credited than came back.
    """
    entries = entries_of_orders()
    goods = ReturnItem.objects.filter(order_return__order=OuterRef("pk")).order_by()
    credited, taken_back = (summed(goods, "order_return__order", name) for name in ("credit", "line_value"))
    due = Case(
        When(status=Status.CONFIRMED, then=F("total_amount") - credited),
        When(status=Status.CANCELLED, then=taken_back - credited),
        default=ZERO,
        output_field=MONEY,
    )
    posted = Round(summed(entries, "reference", "amount"), 2, output_field=MONEY)
    return orders.annotate(posted=posted, due=Round(due, 2, output_field=MONEY))


def summed(rows: QuerySet, per: str, name: str) -> Coalesce:
    """The sum of the column over the rows, which are those of one `per`."""
    sums = rows.values(per).annotate(sum=Sum(name)).values("sum")
    return Coalesce(Subquery(sums, output_field=MONEY), ZERO, output_field=MONEY)


def wrong_order() -> str:
    wrong = with_posted(Order.objects.order_by("pk")).exclude(posted=F("due")).first()
    if wrong is None:
        return ""
    said = _("%(customer)s: the account entries of %(order)s come to %(sum)s, but the order to %(due)s.")
    figures = {"sum": round_money(wrong.posted), "due": round_money(wrong.due)}
    return in_firms_language(said) % {"customer": called(wrong.customer), "order": wrong, **figures}


def orderless_entry() -> str:
    """The first entry of an order that does not exist."""
    # Not "NOT IN": PostgreSQL would go through all orders for each entry.
    known = Exists(Order.objects.filter(order_number=OuterRef("reference")).order_by())
    wrong = AccountEntry.objects.filter(~known, kind__in=ORDER_KINDS).order_by("pk").first()
    said = _("%(customer)s: account entry %(number)s of %(day)s is of an order that does not exist: %(order)s.")
    return describe(said, wrong, order=wrong.reference) if wrong else ""


def describe(said, row: AccountEntry, **figures) -> str:
    named = {"customer": called(row.customer), "number": row.pk, "day": f"{row.created_at:%Y-%m-%d}"}
    return in_firms_language(said) % {**named, **figures}
