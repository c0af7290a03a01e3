"""An order's history, with what each step did to the stock."""

from core.admin.history import ReadableHistoryAdmin
from inventory.models import StockChange
from sales.models import Order

MOVED = {Order.Status.CONFIRMED: StockChange.Kind.SALE, Order.Status.CANCELLED: StockChange.Kind.CANCELLATION}


class OrderHistory(ReadableHistoryAdmin):
    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        """What each version changed, and beneath its confirmation and cancellation the stock before and after."""
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs)
        steps = {
            MOVED[version.status]: version
            for version in historical_records
            if version.status in MOVED and any(change["name"] == "status" for change in version.history_delta_changes)
        }
        if not steps or not request.user.has_perm("inventory.view_stockchange"):
            return
        number = next(iter(steps.values())).order_number
        for row in StockChange.objects.filter(reference=number, kind__in=steps).order_by("product_name", "id"):
            steps[row.kind].history_delta_changes.append(
                {"name": "stock", "field": row.product_name, "old": row.previous_qty, "new": row.new_qty}
            )
