"""An order's status in its colour."""

from core.admin.base import badge
from sales.models import Order

STATUS_COLOURS = {
    Order.Status.PENDING: "warning",
    Order.Status.CONFIRMED: "success",
    Order.Status.CANCELLED: "danger",
}


def status_badge(order: Order) -> str:
    return badge(order.get_status_display(), STATUS_COLOURS[order.status])
