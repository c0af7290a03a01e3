"""Taking a stock change back: by another one that says which it reverses, never by touching what is there."""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from accounts.models import User
from core.concurrency import check_last_seen, lock_record
from core.exceptions import RecordGone
from core.i18n import format_count
from inventory.exceptions import CannotReverse, ReasonMissing
from inventory.models import Product, StockChange
from inventory.services.stock import post_moves

Kind = StockChange.Kind
# The others are taken back by what made them: an order, a delivery, an import.
REVERSIBLE = {Kind.ADJUSTMENT, Kind.REVALUATION}


@transaction.atomic
def reverse_change(
    row: StockChange, *, reason: str, user: User | None, last_seen: int | None = None, at: datetime | None = None
) -> StockChange:
    """Move the stock, or its value, by the opposite of what this adjustment or revaluation did; the row that says so.

    The pieces bring or take the value that they had then; if less is left, they take the average.

    Raises ReasonMissing, RecordChanged if the stock is no longer the `last_seen` that somebody decided on,
    InvalidQuantity if it would be too large, and CannotReverse if the row is neither, has been reversed already, its
    product is deleted, or more pieces or more value came in by it than are left.
    """
    if not reason.strip():
        raise ReasonMissing(gettext("Please say why the stock changes."))
    check_is_reversible(row)
    product = lock_product_of(row)
    check_is_not_reversed(row, reversals_of([row]))  # under the product's lock, which every reversal of the row takes
    message = gettext("The stock of %(product)s has changed from %(before)s to %(now)s in the meantime.")
    figures = {"product": product, "before": last_seen, "now": product.stock_qty}
    check_last_seen(product, last_seen, product.stock_qty, message=message % figures)
    target = stock_without(row, product.stock_qty)
    check_value_is_left(row, product)
    posting: dict[str, Any] = {"kind": Kind.REVERSAL, "reference": row.reference, "customer": row.customer}
    posting |= {"reverses": {product.pk: row}, "values": values_without(row)}
    post_moves([(product, target)], reason=reason.strip(), user=user, at=at, **posting)
    return StockChange.objects.get(reverses=row)


def take_back(
    rows: Collection[StockChange],
    products: Mapping[int, Product],
    *,
    reference: str,
    reason: str,
    user: User | None,
    at: datetime | None = None,
) -> None:
    """Move the stock of these locked products by the opposite of the rows, one for each product; all in one posting."""
    values: dict[int, Decimal] = {}
    for row in rows:
        values |= values_without(row)
    moved = [(products[row.product_key], row) for row in rows]
    post_moves(
        [(product, stock_without(row, product.stock_qty)) for product, row in moved],
        kind=Kind.REVERSAL,
        reason=reason,
        reference=reference,
        user=user,
        at=at,
        reverses={product.pk: row for product, row in moved},
        values=values,
    )


def check_can_reverse(row: StockChange) -> None:
    """Raise CannotReverse, saying what stands in the way, unless the row could be reversed as things are."""
    check_is_reversible(row)
    check_is_not_reversed(row, reversals_of([row]))
    if row.product is None:
        raise CannotReverse(deleted_sentence(row))
    stock_without(row, row.product.stock_qty)
    check_value_is_left(row, row.product)


def check_is_reversible(row: StockChange) -> None:
    if row.kind == Kind.REVERSAL:
        raise CannotReverse(gettext("A reversal cannot be reversed. Please adjust the stock instead."))
    if row.kind not in REVERSIBLE:
        sentence = gettext("Only adjustments and revaluations can be reversed here; this is: %(kind)s.")
        raise CannotReverse(sentence % {"kind": row.get_kind_display()})


def reversals_of(rows: Collection[StockChange]) -> dict[int, StockChange]:
    """What has been taken back already of these rows: the row that did so, by the id of the one it reverses."""
    found = StockChange.objects.filter(reverses__in=rows).select_related("created_by")
    return {cast(int, by.reverses_id): by for by in found}


def check_is_not_reversed(row: StockChange, reversals: Mapping[int, StockChange]) -> None:
    if by := reversals.get(row.pk):
        moment = date_format(timezone.localtime(by.created_at), "DATETIME_FORMAT")
        sentence = gettext("This was reversed by %(by)s on %(at)s already.")
        raise CannotReverse(sentence % {"by": by.created_by or gettext("the system"), "at": moment})


def lock_product_of(row: StockChange) -> Product:
    try:
        return lock_record(Product(pk=row.product_id))
    except RecordGone as error:
        raise CannotReverse(deleted_sentence(row)) from error


def stock_without(row: StockChange, stock: int) -> int:
    """What `stock` becomes when the row is taken back; raises CannotReverse if there would be less than nothing."""
    if row.quantity_change > stock:
        sentence = ngettext(
            "%(came)s came in by it, only %(left)s is left.", "%(came)s came in by it, only %(left)s are left.", stock
        )
        raise CannotReverse(sentence % {"came": format_count(row.quantity_change), "left": format_count(stock)})
    return stock - row.quantity_change


def check_value_is_left(row: StockChange, product: Product) -> None:
    """Raise CannotReverse if a revaluation added more than the pieces that are left are worth."""
    added = row.value_change or Decimal(0)
    if row.kind == Kind.REVALUATION and (not product.stock_qty or added > product.stock_value):
        raise CannotReverse(gettext("Of the pieces whose value it changed, too few are left."))


def values_without(row: StockChange) -> dict[int, Decimal]:
    """What the pieces are worth that come or go when the row is taken back, by product id, if it says."""
    if row.value_change is None:
        return {}
    return {row.product_key: -row.value_change if row.kind == Kind.REVALUATION else abs(row.value_change)}


def deleted_sentence(row: StockChange) -> str:
    return gettext("%(name)s (%(sku)s) has been deleted, so its stock cannot change any more.") % {
        "name": row.product_name,
        "sku": row.product_sku,
    }
