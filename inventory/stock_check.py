"""The proof that the stock of every product is what its stock changes say."""

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
    return (
        f"{broken.product_name} ({broken.product_sku}): stock change {broken.pk} of {broken.created_at:%Y-%m-%d} "
        f"starts at {broken.previous_qty}, but the stock was {broken.expected_qty} then."
    )


def wrong_sum() -> str:
    wrong = Product.objects.disagreeing_with_ledger().first()
    if wrong is None:
        return ""
    return f"{wrong}: stock is {wrong.stock_qty}, but its stock changes add up to {wrong.ledger_qty}."
