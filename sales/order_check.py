"""Whether orders, their returns and the stock change log tell the same.

Of every product that exists: what a confirmed order's lines say is what was sold and amended under its number, what its
returns say has come back, and never more than that; all rows of a cancelled order together come to nothing.
"""

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from inventory.models import StockChange
from inventory.services.stock import TAKEN_AND_BACK
from sales.models import Order, OrderItem
from sales.return_models import ReturnItem

Kind, Status = StockChange.Kind, Order.Status
WAS_SOLD = Q(order__status=Status.CONFIRMED) | Q(order__status=Status.CANCELLED, order__confirmed_at__isnull=False)
COLUMNS = ("number", "article", "pieces")
INWARD = F("new_qty") - F("previous_qty")


def disagreeing_order() -> str:
    """The number of the first order that disagrees with the log or with its returns, or nothing."""
    sold, taken = ordered(WAS_SOLD), logged([Kind.SALE, Kind.AMENDMENT], F("previous_qty") - F("new_qty"))
    returned, came_back = taken_back(), logged([Kind.RETURN], INWARD)
    cancelled = Order.objects.filter(status=Status.CANCELLED).order_by().values("order_number")
    for found in (
        sold.difference(taken),
        taken.difference(sold),
        returned.difference(came_back),
        came_back.difference(returned),
        logged([Kind.CANCELLATION], INWARD).exclude(reference__in=cancelled),
        logged(TAKEN_AND_BACK, INWARD).filter(reference__in=cancelled),
        returned.filter(pieces__gt=F("sold")),
    ):
        if row := found[:1]:
            return row[0][0] or "?"
    return ""


def without_snapshot() -> QuerySet:
    """Orders that do not know what their customer was called when they were agreed."""
    return Order.objects.filter(customer_name="").order_by("pk")


def ordered(condition: Q) -> QuerySet:
    """Order number, product and pieces of the lines of these orders, without products that are deleted."""
    lines = OrderItem.objects.filter(condition, product__isnull=False).order_by()
    lines = lines.annotate(number=F("order__order_number"), article=F("product_id")).values("number", "article")
    return lines.annotate(pieces=Sum("quantity")).values_list(*COLUMNS)


def taken_back() -> QuerySet:
    """The same of what came back by returns; `sold` is what the order's lines say of the product."""
    lines = OrderItem.objects.filter(order=OuterRef("order_return__order"), product=OuterRef("product")).order_by()
    sold = Coalesce(Subquery(lines.values("product").annotate(sum=Sum("quantity")).values("sum")), 0)
    items = ReturnItem.objects.filter(product__isnull=False).order_by()
    items = items.annotate(number=F("order_return__order__order_number"), article=F("product_id"), sold=sold)
    return items.values("number", "article", "sold").annotate(pieces=Sum("quantity")).values_list(*COLUMNS)


def logged(kinds: list[str], pieces) -> QuerySet:
    """The same of the log's rows of these kinds, where they come to anything."""
    rows = StockChange.objects.filter(kind__in=kinds, product__isnull=False).order_by()
    rows = rows.annotate(number=F("reference"), article=F("product_id")).values("number", "article")
    return rows.annotate(pieces=Sum(pieces)).exclude(pieces=0).values_list(*COLUMNS)


def past_the_history(model, field: str) -> QuerySet:
    """Records of which this field is not what their latest version says, or that have no version at all."""
    latest = model.history.filter(id=OuterRef("pk")).order_by("-history_id").values(field)[:1]
    known = model._base_manager.annotate(known=Subquery(latest))
    return known.filter(Q(known__isnull=True) | ~Q(known=F(field))).order_by("pk")
