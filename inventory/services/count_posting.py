"""Posting what a stocktake has found, and taking that back: differences, so what was sold meanwhile does not matter."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.bulk import update_fields
from core.concurrency import check_last_seen, fingerprint, lock_record
from core.exceptions import BusinessError
from core.i18n import format_count, in_firms_language
from inventory.count_models import StockCount, StockCountLine
from inventory.exceptions import CannotPost, CannotReverse, InvalidCount, ReasonMissing
from inventory.models import Product, StockChange
from inventory.services.counts import WRITTEN, close_lines
from inventory.services.reversals import (
    check_is_not_reversed,
    deleted_sentence,
    reversals_of,
    stock_without,
    take_back,
)
from inventory.services.stock import lock_products, post_moves

Kind, Status = StockChange.Kind, StockCount.Status


def seen_of(count: StockCount) -> str:
    """What somebody who posts the count has seen of it."""
    lines = count.lines.order_by("pk").values_list("pk", "counted", "expected")
    return fingerprint([str(count.status), *lines])


@transaction.atomic
def post_count(
    count: StockCount,
    *,
    rest: str = "leave",
    without: Collection[int] = (),
    user: User | None,
    last_seen: str | None = None,
    at: datetime | None = None,
) -> StockCount:
    """Move the stock of every counted product by what was found beyond, or less than, the stock when it was counted.

    What nobody counted is left as it is, or (`rest="zero"`) not there; lines with ids in `without` are left out.
    `last_seen` is what `seen_of` said when somebody decided on it. All or nothing: raises CountClosed, RecordChanged if
    something was counted meanwhile, InvalidCount if nothing was counted, and CannotPost naming every product of which
    more is missing than is left.
    """
    count = lock_record(count)
    count.check_is_open()
    message = gettext("Something was counted for %(count)s in the meantime. Please look at the differences again.")
    check_last_seen(count, last_seen, seen_of(count), message=message % {"count": count})
    lines = [line for line in count.lines.order_by("pk") if line.product_id]
    products = lock_products(cast(int, line.product_id) for line in lines)
    at = at or timezone.now()
    posted = [line for line in lines if line.product_id in products and line.pk not in without]
    if rest == "zero":
        count_as_nothing([line for line in posted if line.counted is None], products, user=user, at=at)
    posted = [line for line in posted if line.counted is not None]
    if not posted:
        raise InvalidCount(gettext("Nothing has been counted yet."))
    post_differences(count, posted, products, user=user, at=at)
    close_lines(count, posted)
    count.status, count.posted_at, count.posted_by = Status.POSTED, at, user
    count.stamp(user, in_firms_language(_("Posted")), at=at)
    count.save()
    return count


def post_differences(
    count: StockCount,
    lines: list[StockCountLine],
    products: Mapping[int, Product],
    *,
    user: User | None,
    at: datetime,
) -> None:
    """Move the stock of the locked products by what was different; all in one posting."""
    check_enough_is_left(lines, products)
    changed = [(products[cast(int, line.product_id)], line) for line in lines if line.difference]
    post_moves(
        [(product, product.stock_qty + cast(int, line.difference)) for product, line in changed],
        kind=Kind.COUNT,
        reason=" ".join(filter(None, [count.number, count.title])),
        reasons={product.pk: reason_of(line, at) for product, line in changed},
        reference=count.number,
        user=user,
        at=at,
    )


def count_as_nothing(lines: list[StockCountLine], products: Mapping[int, Product], *, user: User | None, at) -> None:
    """What nobody found is not there: counted as 0 at this moment; the products are locked."""
    for line in lines:
        line.expected = products[cast(int, line.product_id)].stock_qty
        line.counted, line.counted_at, line.counted_by = 0, at, user
    update_fields(StockCountLine, lines, WRITTEN)


def check_enough_is_left(lines: Iterable[StockCountLine], products: Mapping[int, Product]) -> None:
    """Raise CannotPost, naming the lines, if a stock would become negative."""
    short = {line: products[cast(int, line.product_id)].stock_qty for line in lines}
    short = {line: stock for line, stock in short.items() if stock + cast(int, line.difference) < 0}
    if short:
        raise CannotPost("\n".join(shortage(*each) for each in short.items()), [line.pk for line in short])


def shortage(line: StockCountLine, stock: int) -> str:
    sentence = ngettext(
        "%(product)s: %(missing)s missing when counted, only %(left)s left now. Count it again.",
        "%(product)s: %(missing)s missing when counted, only %(left)s left now. Count it again.",
        stock,
    )
    figures = {"missing": format_count(-cast(int, line.difference)), "left": format_count(stock)}
    return sentence % {"product": line.product_name, **figures}


def reason_of(line: StockCountLine, at: datetime) -> str:
    """For the ledger: `Counted 10, expected 12 at 10:40`; with the day, if it is another one."""
    counted_at, posted_at = timezone.localtime(line.counted_at), timezone.localtime(at)
    moment = f"{counted_at:%H:%M}" if counted_at.date() == posted_at.date() else f"{counted_at:%Y-%m-%d %H:%M}"
    said = in_firms_language(_("Counted %(counted)s, expected %(expected)s at %(at)s"))
    return said % {"counted": line.counted, "expected": line.expected, "at": moment}


@transaction.atomic
def reverse_count(
    count: StockCount, *, reason: str, user: User | None, last_seen: datetime | None = None, at: datetime | None = None
) -> StockCount:
    """Move every stock by the opposite of what posting the count moved it by, each row once.

    Raises ReasonMissing, CountClosed if it is not posted, RecordChanged if somebody was faster, and CannotReverse
    naming what stands in the way: products deleted, or fewer pieces left than came in.
    """
    if not reason.strip():
        raise ReasonMissing(gettext("Please say why the stock changes."))
    count = lock_record(count)
    check_can_reverse(count)
    check_last_seen(count, last_seen)
    rows = rows_of(count)
    products = lock_products(row.product_id for row in rows if row.product_id)
    check_nothing_hinders(rows, products)
    take_back(rows, products, reference=count.number, reason=reason.strip(), user=user, at=at)
    count.status = Status.REVERSED
    count.stamp(user, in_firms_language(_("Reversed: %(reason)s")) % {"reason": reason.strip()}, at=at)
    count.save()
    return count


def rows_of(count: StockCount) -> list[StockChange]:
    """What posting the count wrote into the ledger, one row for each product."""
    return list(StockChange.objects.filter(kind=Kind.COUNT, reference=count.number).order_by("product_id", "pk"))


def check_can_reverse(count: StockCount) -> None:
    """Raise CountClosed unless the count is posted, and CannotReverse if it changed nothing."""
    if count.status != Status.POSTED:
        count.refuse(_("%(count)s cannot be reversed: %(standing)s. Only posted counts can."))
    if not rows_of(count):
        raise CannotReverse(gettext("Nothing was different, so there is nothing to reverse."))


def check_nothing_hinders(rows: Collection[StockChange], products: Mapping[int, Product]) -> None:
    """Raise CannotReverse, saying of each row what stands in its way."""
    hindrances, reversals = [], reversals_of(rows)
    for row in rows:
        product = products.get(cast(int, row.product_id))
        if product is None:
            hindrances.append(deleted_sentence(row))
            continue
        try:
            check_is_not_reversed(row, reversals)
            stock_without(row, product.stock_qty)
        except BusinessError as error:
            hindrances.append(f"{row.product_name} ({row.product_sku}): {error}")
    if hindrances:
        raise CannotReverse("\n".join(hindrances))
