"""What each step of an order did to the stock, in the order's history."""

from inventory.models import StockChange
from sales.models import Order

MOVED = {Order.Status.CONFIRMED: StockChange.Kind.SALE, Order.Status.CANCELLED: StockChange.Kind.CANCELLATION}


def add_stock_changes(versions) -> None:
    """Beneath an order's confirmation and cancellation add the stock before and after, to what the versions changed."""
    steps = {
        MOVED[version.status]: version
        for version in versions
        if version.status in MOVED and any(change["name"] == "status" for change in version.history_delta_changes)
    }
    if not steps:
        return
    number = next(iter(steps.values())).order_number
    for row in StockChange.objects.filter(reference=number, kind__in=steps).order_by("product_name", "id"):
        steps[row.kind].history_delta_changes.append(
            {"name": "stock", "field": row.product_name, "old": row.previous_qty, "new": row.new_qty}
        )
