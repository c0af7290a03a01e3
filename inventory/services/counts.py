"""Stocktakes: opening one, entering what was counted, and cancelling it, while others go on selling."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.bulk import insert_all, update_fields
from core.concurrency import check_last_seen, lock_record
from core.document_numbers import next_document_number
from core.exceptions import RecordChanged, RecordGone
from core.i18n import format_count, in_firms_language
from inventory.count_models import SERIES, StockCount, StockCountLine
from inventory.exceptions import InvalidCount
from inventory.models import MAX_QUANTITY, Product
from inventory.services.stock import lock_products

Scope, Status, Outcome = StockCount.Scope, StockCount.Status, StockCountLine.Outcome
WRITTEN = ["counted", "expected", "counted_at", "counted_by"]
NAMED = 3  # of many products, so many are named


@transaction.atomic
def open_count(
    *,
    scope: str,
    place: str = "",
    products: Iterable[int] = (),
    title: str = "",
    blind: bool = False,
    user: User | None,
    at: datetime | None = None,
) -> StockCount:
    """Begin to count the products of a scope: those of the category or shelf `place`, or those with the ids `products`.

    What is archived and not there any more is left out, unless it was chosen. Raises InvalidCount if nothing is left to
    count, or a product stands in another open count.
    """
    count = StockCount(scope=scope, place=place.strip(), title=title, blind=blind)
    locked = lock_products(in_scope(count, products).values_list("pk", flat=True))
    if not locked:
        raise InvalidCount(gettext("There is no product to count."))
    check_not_in_open_count(locked)
    count.number = next_document_number(SERIES, at=at)
    count.stamp(user, in_firms_language(_("Opened")), at=at)
    count.save()
    insert_all(
        StockCountLine,
        [
            StockCountLine(
                count=count,
                product=product,
                product_name=product.name,
                product_sku=product.sku,
                product_shelf=product.shelf,
            )
            for product in locked.values()
        ],
    )
    return count


def in_scope(count: StockCount, chosen: Iterable[int] = ()):
    """The products that the count is about; those `chosen` (by id) for one of chosen products."""
    if count.scope == Scope.CHOSEN:
        return Product.objects.filter(pk__in=list(chosen)).order_by("pk")
    products = Product.objects.filter(Q(is_active=True) | Q(stock_qty__gt=0)).order_by("pk")
    narrowed = {Scope.CATEGORY: Q(category=count.place), Scope.SHELF: Q(shelf=count.place)}
    return products.filter(narrowed.get(Scope(count.scope), Q()))


def check_not_in_open_count(products: Collection[int]) -> None:
    """Raise InvalidCount, naming some, if one of these products (by id) stands in an open count; they are locked."""
    taken = StockCountLine.objects.filter(outcome=Outcome.OPEN, product__in=products).select_related("count")
    lines = list(taken[: NAMED + 1])
    if lines:
        said = gettext("%(product)s is being counted already, in %(count)s.")
        named = [said % {"product": line, "count": line.count} for line in lines[:NAMED]]
        raise InvalidCount("\n".join([*named, "…"] if len(lines) > NAMED else named))


@transaction.atomic
def enter_count(
    line: StockCountLine,
    counted: int | None,
    *,
    user: User | None,
    at: datetime | None = None,
    last_seen: str | None = None,
) -> StockCountLine:
    """Note that so many pieces were there at the moment `at` (None: now); None pieces: nobody has counted it.

    `last_seen` is the line's `standing` when somebody counted; what they sent already, and send again because no answer
    came, changes nothing. Raises CountClosed, RecordGone if the product has been
    deleted, RecordChanged if somebody else has counted it meanwhile, and InvalidCount: a number that no stock can be, a
    moment to come or before the count was opened.
    """
    line, product = lock_line(line)
    if last_seen not in (None, line.standing) and is_noted(line, counted, user):
        return line
    check_last_seen(line, last_seen, line.standing, message=counted_sentence(line))
    note(line, product, counted, user=user, at=at)
    line.save(update_fields=WRITTEN)
    return line


def is_noted(line: StockCountLine, counted: int | None, user: User | None) -> bool:
    """Whether this user has counted so many already, or nobody has counted anything and that is what is said."""
    by = None if counted is None or user is None else user.pk
    return line.counted == counted and line.counted_by_id == by


@transaction.atomic
def add_to_count(line: StockCountLine, pieces: int, *, user: User | None) -> StockCountLine:
    """Note that so many pieces more are there now, as a scanner finds them one by one. Raises as `enter_count` does."""
    line, product = lock_line(line)
    note(line, product, (line.counted or 0) + pieces, user=user)
    line.save(update_fields=WRITTEN)
    return line


@dataclass(frozen=True)
class Entry:
    """What a file says of the line with this id: so many pieces at that moment; `standing` as `last_seen` above."""

    line: int
    counted: int
    at: datetime | None
    standing: str


@transaction.atomic
def enter_counts(count: StockCount, entries: Sequence[Entry], *, user: User | None) -> int:
    """Note what a whole file says, or nothing of it; returns how many lines that were.

    Raises CountClosed, and InvalidCount naming each line that `enter_count` would refuse.
    """
    count = lock_record(count)
    count.check_is_open()
    lines = {line.pk: line for line in count.lines.select_related("count", "counted_by") if line.product_id}
    entered = [(lines[entry.line], entry) for entry in entries if entry.line in lines]
    products, wrong = lock_products(cast(int, line.product_id) for line, entry in entered), []
    entered = [(line, entry) for line, entry in entered if line.product_id in products]  # the others were just deleted
    for line, entry in entered:
        try:
            check_last_seen(line, entry.standing, line.standing, message=counted_sentence(line))
            note(line, products[cast(int, line.product_id)], entry.counted, user=user, at=entry.at)
        except InvalidCount as error:
            wrong.append(f"{line}: {error}")
        except RecordChanged as error:
            wrong.append(str(error))
    if wrong:
        raise InvalidCount("\n".join(wrong))
    update_fields(StockCountLine, [line for line, entry in entered], WRITTEN)
    return len(entered)


def lock_line(line: StockCountLine) -> tuple[StockCountLine, Product]:
    """The line of an open count and its product, locked."""
    lock_record(StockCount(pk=line.count_id)).check_is_open()
    line = StockCountLine.objects.select_related("count", "counted_by").get(pk=line.pk)
    if line.product_id is None:
        raise RecordGone(gettext("%(record)s has been deleted in the meantime.") % {"record": line}, line)
    return line, lock_record(Product(pk=line.product_id))


def note(
    line: StockCountLine, product: Product, counted: int | None, *, user: User | None, at: datetime | None = None
) -> None:
    """Put it beside what the ledger says of that moment, still to be saved; count and product are locked."""
    if counted is not None and not 0 <= counted <= MAX_QUANTITY:
        raise InvalidCount(
            gettext("Please count between 0 and %(most)s pieces.") % {"most": format_count(MAX_QUANTITY)}
        )
    if at is not None:
        check_moment(line.count, at)
    line.counted, line.counted_by = counted, None if counted is None else user
    line.counted_at = None if counted is None else at or timezone.now()
    line.expected = None if counted is None else product.stock_qty if at is None else stock_at(product, at)


def check_moment(count: StockCount, at: datetime) -> None:
    if at > timezone.now():
        raise InvalidCount(gettext("Nothing can have been counted in the future."))
    if at < count.created_at:
        raise InvalidCount(gettext("Nothing can have been counted before the count was opened."))


def within_minute(count: StockCount, at: datetime) -> datetime:
    """A moment that is known to the minute: the minute in which the count was opened is not before that."""
    opened = timezone.localtime(count.created_at).replace(second=0, microsecond=0)
    return max(at, count.created_at) if at == opened else at


def stock_at(product: Product, moment: datetime) -> int:
    """What the ledger says was in stock then; the product is locked, so no row of that moment is still to come."""
    rows = product.stock_changes.filter(created_at__lte=moment).order_by("-pk")
    return rows.values_list("new_qty", flat=True).first() or 0


def counted_sentence(line: StockCountLine) -> str:
    if line.counted is None:
        return gettext("%(line)s: the number was taken away in the meantime.") % {"line": line}
    moment = f"{timezone.localtime(line.counted_at):%H:%M}"
    figures = {"line": line, "by": line.counted_by or gettext("the system"), "at": moment}
    return gettext("%(line)s: %(by)s counted %(n)s at %(at)s.") % {**figures, "n": format_count(line.counted)}


def close_lines(count: StockCount, posted: Collection[StockCountLine] = ()) -> None:
    """What was posted is marked so; what was not stays as the sheet that it is."""
    count.lines.update(outcome=Outcome.LEFT)
    for line in posted:
        line.outcome = Outcome.POSTED
    update_fields(StockCountLine, list(posted), ["outcome"])


@transaction.atomic
def cancel_count(count: StockCount, *, user: User | None, at: datetime | None = None) -> StockCount:
    """End an open count without posting anything; what was counted can still be read. Raises CountClosed."""
    count = lock_record(count)
    count.check_is_open()
    close_lines(count)
    count.status = Status.CANCELLED
    count.stamp(user, in_firms_language(_("Cancelled")), at=at)
    count.save()
    return count
