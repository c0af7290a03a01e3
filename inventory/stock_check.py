"""The proof that the stock of every product is what its stock changes say."""

from collections.abc import Iterator

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from core.exceptions import RecordGone
from core.hash_chain import Found
from core.i18n import in_firms_language
from inventory.models import STOCK_CHAIN, Product, StockChange, StockCheck
from inventory.services.stock import lock_record, log_moves, save_heads, write_rows

KEPT = 100


def check_stock() -> StockCheck:
    """Check for every product that its stock is the sum of its stock changes, that each change starts where the
    one before it ended, that each reversal takes back exactly one of them, and that none has been changed or erased
    since it was written. The answer is kept with the
    latest others; its `problem` names the first row that is wrong, or is empty. Its `head` can be written down.
    """
    found = STOCK_CHAIN.verify(StockChange)
    check = StockCheck.objects.create(
        problem=problem_of(found),
        products=Product.objects.count(),
        stock_changes=found.rows if found.broken_row is None else StockChange.objects.count(),
    )
    check.head = found.head()
    latest = StockCheck.objects.values_list("pk", flat=True)[:KEPT]
    StockCheck.objects.exclude(pk__in=list(latest)).delete()
    return check


def stock_problem() -> str:
    """What `check_stock` would find, without keeping it; empty if all is well."""
    return problem_of(STOCK_CHAIN.verify(StockChange))


def problem_of(found: Found) -> str:
    """What is wrong, in a sentence. Reading the log once proves a sound one; only one that is not is searched again
    for the first place where it does not add up.
    """
    if found.broken_row is not None:
        return broken_chain() or wrong_sum() or wrong_reversal() or broken_hash(found)
    return wrong_stock(found) or wrong_reversal() or broken_hash(found)


def wrong_stock(found: Found) -> str:
    """A stock that is not what its last row says. Looked at again: it may have been sold while the log was read."""
    stocks = Product.objects.order_by("pk").values_list("pk", "stock_qty")
    for pk, stock in stocks.iterator():
        if stock != found.levels.get(pk, 0) and (said := wrong_sum(pk=pk)):
            return said
    return ""


def broken_hash(found: Found) -> str:
    """The first row that is not what was written, or product whose latest rows are gone."""
    if found.broken_row is not None:
        said = _(
            "%(name)s (%(sku)s): stock change %(number)s of %(day)s is not what was written, or one before it has "
            "been erased."
        )
        return describe_row(said, StockChange.objects.get(pk=found.broken_row))
    heads = dict(found.heads)
    for pk, head in Product.objects.order_by("pk").values_list("pk", "ledger_head").iterator():
        if heads.pop(pk, None) != head and not ends_with_head(Product(pk=pk)):
            said = _("%(product)s: its latest stock changes have been erased, or written past the stock service.")
            return in_firms_language(said) % {"product": Product.objects.get(pk=pk)}
    return broken_rest(heads)


def broken_rest(heads: dict[int, str]) -> str:
    """The same for products that are deleted: their last version knows the head."""
    heads.pop(0, None)  # rows of products deleted before there were hashes, whose ids are not known
    gone = Product.history.filter(history_type="-").values_list("id", "name", "sku", "ledger_head").order_by("id")
    for pk, name, sku, head in gone.iterator():
        last = heads.pop(pk, None)
        if head is not None and head != last:
            said = _("%(name)s (%(sku)s), which is deleted: its latest stock changes have been erased.")
            return in_firms_language(said) % {"name": name, "sku": sku}
    for key in heads:
        if not Product.objects.filter(pk=key).exists():
            said = _("%(name)s (%(sku)s) has stock changes, but the product was erased past the program.")
            row = StockChange.objects.filter(product_key=key).order_by("-pk")[0]
            return in_firms_language(said) % {"name": row.product_name, "sku": row.product_sku}
    return ""


@transaction.atomic
def ends_with_head(product: Product) -> bool:
    """Looked at again under its lock: it may have been sold while the others were read."""
    try:
        product = lock_record(product)
    except RecordGone:
        return True
    latest = StockChange.objects.filter(product=product).order_by("-pk").values_list("row_hash", flat=True).first()
    return latest == product.ledger_head


def broken_chain() -> str:
    broken = StockChange.objects.broken_links().first()
    if broken is None:
        return ""
    said = _(
        "%(name)s (%(sku)s): stock change %(number)s of %(day)s starts at %(start)s, but the stock was %(stock)s then."
    )
    return describe_row(said, broken, start=broken.previous_qty, stock=broken.expected_qty)


def describe_row(said, row: StockChange, **figures) -> str:
    name, sku, day = row.product_name, row.product_sku, f"{row.created_at:%Y-%m-%d}"
    return in_firms_language(said) % {"name": name, "sku": sku, "number": row.pk, "day": day, **figures}


def wrong_sum(**only) -> str:
    wrong = Product.objects.filter(**only).disagreeing_with_ledger().first()
    if wrong is None:
        return ""
    said = _("%(product)s: stock is %(stock)s, but its stock changes add up to %(sum)s.")
    return in_firms_language(said) % {"product": wrong, "stock": wrong.stock_qty, "sum": wrong.ledger_qty}


def wrong_reversal() -> str:
    """The first reversal that does not take back exactly what one other row of its product did."""
    wrong = StockChange.objects.wrong_reversals().first()
    if wrong is None:
        return ""
    said = _("%(name)s (%(sku)s): stock change %(number)s of %(day)s does not take back exactly what it reverses.")
    return describe_row(said, wrong)


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
    as_logged.ledger_head = product.ledger_head  # if rows have been erased, the chain goes on saying so
    reason = in_firms_language(_("Correction: the stock was %(stock)s, its log said %(logged)s (check_stock --fix)"))
    reason %= {"stock": product.stock_qty, "logged": logged}
    added = log_moves([(as_logged, product.stock_qty)], kind=StockChange.Kind.ADJUSTMENT, reason=reason, user=None)
    (row,) = write_rows(added)
    save_heads([as_logged])
    return row
