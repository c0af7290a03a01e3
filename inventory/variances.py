"""What a stocktake has found: the differences, what they are worth, and what may explain them."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Subquery

from inventory.count_models import StockCount, StockCountLine
from inventory.models import Product, StockChange
from inventory.services.valuation import value_after


@dataclass(frozen=True)
class Variance:
    """A line whose product was not there as expected.

    `has_moved`: its stock has changed since it was counted; `promised`: pieces in pending orders.
    """

    line: StockCountLine
    value: Decimal
    has_moved: bool
    promised: int


def variance_value(line: StockCountLine) -> Decimal:
    """What the pieces that were found (negative: that are missing) would bring or take if they were posted now, in the
    firm's currency to 2 places."""
    product = line.product
    if product is None or not line.difference:
        return Decimal("0.00")
    left = max(0, product.stock_qty + line.difference)
    return value_after(product, left, StockChange.Kind.COUNT) - product.stock_value


def value_of(line) -> Decimal:
    """What the pieces brought or took or, as long as they are not posted, would bring or take."""
    return variance_value(line) if line.posted is None else line.posted


def variances_of(count: StockCount) -> list[Variance]:
    """Every counted line with a difference, the one of the greatest value first."""
    posted = StockChange.objects.filter(
        reference=count.number, kind=StockChange.Kind.COUNT, product=OuterRef("product")
    )
    since = StockChange.objects.filter(product=OuterRef("product"), created_at__gt=OuterRef("counted_at"))
    lines = list(
        count.lines.with_difference()
        .exclude(pieces=0)
        .filter(product__isnull=False)
        .select_related("product", "counted_by")
        .annotate(
            has_moved=Exists(since.exclude(reference=count.number)),
            posted=Subquery(posted.values(value=F("new_value") - F("previous_value"))[:1]),
        )
    )
    Product.objects.add_free(line.product for line in lines)
    found = [Variance(line, value_of(line), line.has_moved, line.product.promised) for line in lines]
    return sorted(found, key=lambda each: (-abs(each.value), -abs(each.line.difference or 0), each.line.pk))
