"""The proof that the stock of every product is what its stock changes say."""

from collections.abc import Iterator
from decimal import Decimal

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Round
from django.utils.translation import gettext_lazy as _

from core.exceptions import RecordGone
from core.hash_chain import Found, canonical
from core.i18n import in_firms_language
from core.money import round_money
from inventory.count_models import StockCountLine
from inventory.delivery_models import DeliveryItem
from inventory.models import STOCK_CHAIN, Product, StockChange, StockCheck
from inventory.services.stock import lock_record, log_moves, save_heads, write_rows

Kind = StockChange.Kind
PIECES = F("new_qty") - F("previous_qty")


def check_stock() -> StockCheck:
    """Check for every product that its stock and value are what its stock changes say, that each change starts where
    the one before it ended, that each reversal takes back exactly one of them, that what counts found and deliveries
    brought is what they posted, and that none has been changed or erased since it was written.

    The answer is kept with the latest others; its `problem` names the first row that is wrong, or is empty. Its `head`
    can be written down.
    """
    found = STOCK_CHAIN.verify(StockChange)
    return StockCheck.keep(
        problem=problem_of(found),
        products=Product.objects.count(),
        stock_changes=found.rows if found.broken_row is None else StockChange.objects.count(),
        head=found.head(),
    )


def stock_problem() -> str:
    """What `check_stock` would find, without keeping it; empty if all is well."""
    return problem_of(STOCK_CHAIN.verify(StockChange))


def problem_of(found: Found) -> str:
    """What is wrong, in a sentence. Reading the log once proves a sound one; only one that is not is searched again
    for the first place where it does not add up.
    """
    if found.broken_row is not None:
        return broken_chain() or broken_values() or wrong_sum() or wrong_reversal() or broken_hash(found)
    return wrong_stock(found) or wrong_reversal() or wrong_document() or broken_hash(found)


def wrong_stock(found: Found) -> str:
    """A stock that is not what its last row says, in pieces or in value. Looked at again: it may have been sold while
    the log was read."""
    stocks = Product.objects.order_by("pk").values_list("pk", "stock_qty", "stock_value")
    for pk, stock, value in stocks.iterator():
        differs = [stock, canonical(value)] != found.levels.get(pk, [0, 0])
        if differs and (said := wrong_sum(pk=pk) or wrong_value(pk)):
            return said
    return ""


@transaction.atomic
def wrong_value(pk: int) -> str:
    try:
        product = lock_record(Product(pk=pk))
    except RecordGone:
        return ""
    logged = latest_row(product).new_value or Decimal(0)
    if product.stock_value == logged:
        return ""
    said = _("%(product)s: stock is worth %(value)s, but according to its stock changes %(logged)s.")
    figures = {"product": product, "value": product.stock_value, "logged": logged}
    return in_firms_language(said) % figures


def latest_row(product: Product) -> StockChange:
    """The product's latest stock change; of one that has none, a change from nothing to nothing."""
    nothing = StockChange(product=product, previous_qty=0, new_qty=0)
    return StockChange.objects.filter(product=product).order_by("-pk").first() or nothing


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
    return (latest_row(product).row_hash or None) == product.ledger_head


def broken_chain() -> str:
    broken = StockChange.objects.broken_links().first()
    if broken is None:
        return ""
    said = _(
        "%(name)s (%(sku)s): stock change %(number)s of %(day)s starts at %(start)s, but the stock was %(stock)s then."
    )
    return describe_row(said, broken, start=broken.previous_qty, stock=broken.expected_qty)


def broken_values() -> str:
    broken = StockChange.objects.broken_values().first()
    if broken is None:
        return ""
    said = _(
        "%(name)s (%(sku)s): stock change %(number)s of %(day)s starts at a value of %(start)s, but the stock was "
        "worth %(value)s then."
    )
    values = {"start": round_money(broken.previous_value), "value": round_money(broken.expected_value)}
    return describe_row(said, broken, **values)


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
    """Where a stock or its value was written past the stock service, log it: from what the log says to what it is.

    The stock itself stays as it is; only counting the pieces can tell whether it is right. Products whose log is
    itself broken are left alone: rows are never changed, and none that is added would mend the ones before it.
    """
    levels = STOCK_CHAIN.verify(StockChange).levels
    stocks = Product.objects.order_by("pk").values_list("pk", "stock_qty", "stock_value")
    wrong = [pk for pk, stock, value in stocks if [stock, canonical(value)] != levels.get(pk, [0, 0])]
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
    latest = latest_row(product)
    logged, worth = latest.new_qty, latest.new_value or Decimal(0)
    agrees = (product.stock_qty, product.stock_value) == (logged, worth)
    if agrees or StockChange.objects.filter(product=product).broken_links().exists():
        return None
    names = {"name": product.name, "sku": product.sku, "category": product.category}
    as_logged = Product(pk=product.pk, stock_qty=logged, stock_value=worth, **names)
    as_logged.ledger_head = product.ledger_head  # if rows have been erased, the chain goes on saying so
    reason = in_firms_language(_("Correction: the stock was %(stock)s, its log said %(logged)s (check_stock --fix)"))
    reason %= {"stock": product.stock_qty, "logged": logged}
    kind = Kind.REVALUATION if product.stock_qty == logged else Kind.ADJUSTMENT
    (row,) = log_moves([(as_logged, product.stock_qty)], kind=kind, reason=reason, user=None)
    row.new_value = product.stock_value
    write_rows([row])
    save_heads([as_logged])
    return row


def wrong_document() -> str:
    return wrong_count() or wrong_delivery()


def wrong_count() -> str:
    """The first count whose posted lines are not the changes under its number, product by product."""
    lines = StockCountLine.objects.filter(outcome=StockCountLine.Outcome.POSTED, product__isnull=False)
    lines = lines.exclude(counted=F("expected")).order_by()
    said = lines.values_list("count__number", "product_id", F("counted") - F("expected"))
    number = disagreeing(said, logged(Kind.COUNT).values_list("reference", "product_id", PIECES))
    sentence = _("%(count)s and the stock change log disagree about what was found.")
    return in_firms_language(sentence) % {"count": number} if number else ""


def wrong_delivery() -> str:
    """The first delivery whose goods, or what they cost, are not the changes under its number, product by product."""
    goods = DeliveryItem.objects.filter(product__isnull=False).order_by().values("delivery__number", "product_id")
    goods = goods.annotate(pieces=Sum("quantity"), worth=Round(Sum("total_cost"), 2))
    said = goods.values_list("delivery__number", "product_id", "pieces", "worth")
    worth = Round(F("new_value") - F("previous_value"), 2)
    number = disagreeing(said, logged(Kind.DELIVERY).values_list("reference", "product_id", PIECES, worth))
    sentence = _("%(delivery)s and the stock change log disagree about what came.")
    return in_firms_language(sentence) % {"delivery": number} if number else ""


def logged(kind: str) -> QuerySet:
    """The changes of this kind, of products that exist; found by an index."""
    return StockChange.objects.filter(kind=kind, product__isnull=False).order_by()


def disagreeing(said: QuerySet, done: QuerySet) -> str:
    """The number of the first document of which these do not tell the same, or nothing."""
    first = said.difference(done).union(done.difference(said))[:1]
    return next((number for number, *_rest in first), "")
