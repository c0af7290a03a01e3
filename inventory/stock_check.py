"""The proof that the stock of every product is what its stock changes say."""

from django.utils.translation import gettext_lazy as _

from accounts.languages import in_firms_language
from inventory.models import Product, StockChange, StockCheck

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
