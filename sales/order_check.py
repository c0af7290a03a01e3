"""Whether orders and the stock change log tell the same: what is confirmed was sold, and nothing else was."""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum

from inventory.models import StockChange
from sales.models import Order, OrderItem

Kind, Status = StockChange.Kind, Order.Status
WAS_SOLD = Q(order__status=Status.CONFIRMED) | Q(order__status=Status.CANCELLED, order__confirmed_at__isnull=False)


def disagreeing_order() -> str:
    """The number of the first order that disagrees with the log, or nothing."""
    sold = logged(Kind.SALE, F("previous_qty") - F("new_qty"))
    given_back = logged(Kind.CANCELLATION, F("new_qty") - F("previous_qty"))
    sold_orders = ordered(WAS_SOLD)
    cancelled = ordered(WAS_SOLD & Q(order__status=Status.CANCELLED))
    for found in (
        sold_orders.difference(sold),
        sold.difference(sold_orders),
        cancelled.difference(given_back),
        given_back.difference(cancelled),
    ):
        if row := found[:1]:
            return row[0][0]
    return ""


def without_snapshot() -> QuerySet:
    """Orders that do not know what their customer was called when they were agreed."""
    return Order.objects.filter(customer_name="").order_by("pk")


def ordered(condition: Q) -> QuerySet:
    """Order number, product and pieces of the lines of these orders, without products that are deleted."""
    lines = OrderItem.objects.filter(condition, product__isnull=False).order_by()
    lines = lines.annotate(number=F("order__order_number"), article=F("product_id")).values("number", "article")
    return lines.annotate(pieces=Sum("quantity")).values_list("number", "article", "pieces")


def logged(kind: str, pieces) -> QuerySet:
    """The same of the log's rows of this kind."""
    rows = StockChange.objects.filter(kind=kind, product__isnull=False).order_by()
    rows = rows.annotate(number=F("reference"), article=F("product_id")).values("number", "article")
    return rows.annotate(pieces=Sum(pieces)).values_list("number", "article", "pieces")


def past_the_history(model, field: str) -> QuerySet:
    """Records of which this field is not what their latest version says, or that have no version at all."""
    latest = model.history.filter(id=OuterRef("pk")).order_by("-history_id").values(field)[:1]
    known = model._base_manager.annotate(known=Subquery(latest))
    return known.filter(Q(known__isnull=True) | ~Q(known=F(field))).order_by("pk")
