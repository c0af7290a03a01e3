"""Taking a stock change back: by another one that says which it reverses, never by touching what is there."""

from datetime import datetime

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
REVERSIBLE = {Kind.ADJUSTMENT}  # the others are taken back by what made them: an order, an import


@transaction.atomic
def reverse_change(
    row: StockChange, *, reason: str, user: User | None, last_seen: int | None = None, at: datetime | None = None
) -> StockChange:
    """Move the stock by the opposite of what this adjustment moved it by; returns the row that says so.

    Raises ReasonMissing, RecordChanged if the stock is no longer the `last_seen` that somebody decided on,
    InvalidQuantity if it would be too large, and CannotReverse if the row is no adjustment, has been reversed already,
    its product is deleted, or more pieces came in by it than are left.
    """
    if not reason.strip():
        raise ReasonMissing(gettext("Please say why the stock changes."))
    check_is_reversible(row)
    product = lock_product_of(row)
    check_is_not_reversed(row)  # looked up under the product's lock, which every reversal of the row takes
    message = gettext("The stock of %(product)s has changed from %(before)s to %(now)s in the meantime.")
    figures = {"product": product, "before": last_seen, "now": product.stock_qty}
    check_last_seen(product, last_seen, product.stock_qty, message=message % figures)
    target = stock_without(row, product.stock_qty)
    posting = {"kind": Kind.REVERSAL, "reference": row.reference, "customer": row.customer, "reverses": row}
    post_moves([(product, target)], reason=reason.strip(), user=user, at=at, **posting)
    return StockChange.objects.get(reverses=row)


def check_can_reverse(row: StockChange) -> None:
    """Raise CannotReverse, saying what stands in the way, unless the row could be reversed as things are."""
    check_is_reversible(row)
    check_is_not_reversed(row)
    if row.product is None:
        raise CannotReverse(deleted_sentence(row))
    stock_without(row, row.product.stock_qty)


def check_is_reversible(row: StockChange) -> None:
    if row.kind == Kind.REVERSAL:
        raise CannotReverse(gettext("A reversal cannot be reversed. Please adjust the stock instead."))
    if row.kind not in REVERSIBLE:
        sentence = gettext("Only adjustments can be reversed here; this is: %(kind)s.")
        raise CannotReverse(sentence % {"kind": row.get_kind_display()})


def check_is_not_reversed(row: StockChange) -> None:
    by = StockChange.objects.filter(reverses=row).select_related("created_by").first()
    if by:
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


def deleted_sentence(row: StockChange) -> str:
    return gettext("%(name)s (%(sku)s) has been deleted, so its stock cannot change any more.") % {
        "name": row.product_name,
        "sku": row.product_sku,
    }
