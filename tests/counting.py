"""Stocktakes for tests: a count of these products, and what was found of each."""

from datetime import datetime, timedelta

from django.utils import timezone

from inventory.count_models import StockCount, StockCountLine
from inventory.models import Product, StockChange
from inventory.services.counts import enter_count, open_count


def make_count(*products: Product, at: datetime | None = None, **fields) -> StockCount:
    """An open count of these products."""
    ids = [product.pk for product in products]
    return open_count(**{"scope": "CHOSEN", "products": ids, "user": None, "at": at, **fields})


def line_of(count: StockCount, product: Product) -> StockCountLine:
    return count.lines.get(product=product)


def found(count: StockCount, product: Product, counted: int | None, *, user=None, at=None) -> StockCountLine:
    return enter_count(line_of(count, product), counted, user=user, at=at)


def clock(hour: int, minute: int = 0) -> datetime:
    """A moment of yesterday."""
    day = timezone.localtime() - timedelta(days=1)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def stock_of(product: Product) -> int:
    return Product.objects.get(pk=product.pk).stock_qty


def moves_of(count: StockCount) -> list[tuple[str, int, int]]:
    rows = StockChange.objects.filter(reference=count.number).order_by("pk")
    return [(row.kind, row.previous_qty, row.new_qty) for row in rows]
