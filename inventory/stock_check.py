"""The proof that the stock of every product is what its stock changes say."""

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.exceptions import RecordGone
from core.i18n import in_firms_language
from inventory.models import Product, StockChange, StockCheck
from inventory.services.stock import lock_record, log_moves

KEPT = 100


def check_stock() -> StockCheck:
    """Check for every product that its stock is the sum of its stock changes and that each change starts where the
    one before it ended. The answer is kept with the latest others; its `problem` names the first row that is wrong,
    or is empty.
    """
    check = StockCheck.objects.create(
        problem=broken_chain() or wrong_sum(),
        products=Product.objects.count(),
        stock_changes=StockChange.objects.count(),
    )
    latest = StockCheck.objects.values_list("pk", flat=True)[:KEPT]
    StockCheck.objects.exclude(pk__in=list(latest)).delete()
    return check


def broken_chain() -> str:
    broken = StockChange.objects.broken_links().first()
    if broken is None:
        return ""
    said = _(
        "%(name)s (%(sku)s): stock change %(number)s of %(day)s starts at %(start)s, but the stock was %(stock)s then."
    )
    return in_firms_language(said) % {
        "name": broken.product_name,
        "sku": broken.product_sku,
        "number": broken.pk,
        "day": f"{broken.created_at:%Y-%m-%d}",
        "start": broken.previous_qty,
        "stock": broken.expected_qty,
    }


def wrong_sum() -> str:
    wrong = Product.objects.disagreeing_with_ledger().first()
    if wrong is None:
        return ""
    said = _("%(product)s: stock is %(stock)s, but its stock changes add up to %(sum)s.")
    return in_firms_language(said) % {"product": wrong, "stock": wrong.stock_qty, "sum": wrong.ledger_qty}


def correct_log() -> Iterator[StockChange]:
    """Where a stock was written past the stock service, log it: a row from what the log says to what the stock is.

    The stock itself stays as it is; only counting the pieces can tell whether it is right. Products whose log is
    itself broken are left alone: rows are never changed, and none that is added would mend the ones before it.
    """
    wrong = list(Product.objects.disagreeing_with_ledger().values_list("pk", flat=True))
    for pk in wrong:
        if row := correct_log_of(Product(pk=pk)):
            yield row


@transaction.atomic
def correct_log_of(product: Product) -> StockChange | None:
    """The row that was added, if one was."""
    try:
        product = lock_record(product)
    except RecordGone:
        return None
    rows = StockChange.objects.filter(product=product)
    logged = rows.order_by("-pk").values_list("new_qty", flat=True).first() or 0
    if product.stock_qty == logged or rows.broken_links().exists():
        return None
    as_logged = Product(pk=product.pk, name=product.name, sku=product.sku, category=product.category, stock_qty=logged)
    reason = in_firms_language(_("Correction: the stock was %(stock)s, its log said %(logged)s (check_stock --fix)"))
    reason %= {"stock": product.stock_qty, "logged": logged}
    added = log_moves([(as_logged, product.stock_qty)], kind=StockChange.Kind.ADJUSTMENT, reason=reason, user=None)
    return StockChange.objects.bulk_create(added)[0]
