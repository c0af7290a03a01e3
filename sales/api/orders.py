"""Orders over the API: listing, placing, changing and deleting them."""

from collections.abc import Sequence
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Status
from ninja.pagination import paginate

from accounts.models import Customer
from accounts.roles import require
from accounts.tokens import requires
from core.api.idempotency import idempotent
from core.api.pagination import KeysetPagination
from core.api.rows import Rows, answer, answered
from core.concurrency import check_last_seen
from core.exceptions import RecordGone
from core.prepared import records
from inventory.exceptions import InsufficientStock
from inventory.models import Product
from inventory.services.stock import LostPieces, Shortage
from inventory.visibility import may_see
from sales.exceptions import CustomerInactive, InvalidOrder
from sales.models import Order
from sales.rights import may_change, may_delete
from sales.rows import ITEMS, ORDERS, order_with_items
from sales.schemas import (
    MAX_OWN_LINES,
    SEES_NOTES,
    LineIn,
    OrderChanges,
    OrderFilters,
    OrderIn,
    OrderItemOut,
    OrderOut,
    OrderRowOut,
    OrderStepOut,
    TermsIn,
)
from sales.services.line_checks import below_cost, raise_for_lines
from sales.services.orders import (
    NewItem,
    cancel_order,
    confirm_order,
    create_order,
    delete_order,
    describe_lost,
    edit_order,
    lock_order,
)
from sales.services.terms import annotate_order

orders = Router(tags=["Orders"])

OWN = requires("sales.view_own_order")


@orders.get("/", auth=OWN, response=list[OrderRowOut], summary="List orders", operation_id="sales_list_orders_get")
@answered
@paginate(KeysetPagination, orderings=("id", "order_number", "order_date", "total_amount", "created_at"))
def list_orders(request, filters: Query[OrderFilters]):
    """Orders, the newest first; customers see their own."""
    return Rows(ORDERS, filters, **visible(request))


@orders.post(
    "/",
    auth=requires("sales.add_own_order"),
    response={201: OrderOut},
    summary="Place an order",
    operation_id="sales_place_order_post",
)
@idempotent(201)
def place_order(request, payload: OrderIn):
    """Place a pending order. It reserves nothing, but cannot ask for more than there is today, unless staff take it
    with `beyond_stock`; then it waits.

    Staff order for any active customer at any price, customers for themselves at list price.
    """
    for_anybody = request.user.has_perm("sales.add_order")
    customer_id = payload.customer_id or (None if for_anybody else request.user.pk)
    if customer_id is None:
        raise ValidationError({"customer_id": _("This field is required.")})
    if not for_anybody and customer_id != request.user.pk:
        raise PermissionDenied(_("You can only order for yourself."))
    if not for_anybody and len(payload.items) > MAX_OWN_LINES:
        raise ValidationError({"items": _("An order has at most %(limit)s lines.") % {"limit": MAX_OWN_LINES}})
    if not for_anybody and payload.beyond_stock:
        raise PermissionDenied(_("Only staff take orders beyond today's stock."))
    lines = read_lines(request, payload.items)
    if not for_anybody:
        check_list_prices(lines)
    asked = {"customer": Customer(pk=customer_id), "lines": lines, "beyond_stock": payload.beyond_stock}
    with errors_at_fields(request):
        order = create_order(user=request.user, **asked, **terms_of(request, payload))
    return order_with_items(request, order.pk)


@orders.get("/{int:id}/", auth=OWN, response=OrderOut, summary="Get an order", operation_id="sales_get_order_get")
def get_order(request, id: int):
    """One order with its lines."""
    return answer(order_with_items(request, id, **visible(request)))


@orders.get(
    "/{int:id}/items/",
    auth=OWN,
    response=list[OrderItemOut],
    summary="List an order's lines",
    operation_id="sales_list_items_get",
)
@answered
@paginate(KeysetPagination, orderings=("id",), default="id")
def list_items(request, id: int):
    """The lines of one order, as they were entered."""
    return Rows(ITEMS, order_id=ORDERS.get(request, id, **visible(request))["id"])


STEP = requires(
    "sales.change_order",
    "sales.change_own_order",
    "sales.confirm_order",
    "sales.cancel_order",
    "sales.annotate_order",
)
ANNOTATIONS = {"note", "wanted_on"}


@orders.put(
    "/{int:id}/", auth=STEP, response=OrderStepOut, summary="Change an order", operation_id="sales_change_order_put"
)
@orders.patch(
    "/{int:id}/", auth=STEP, response=OrderStepOut, summary="Change an order", operation_id="sales_change_order_patch"
)
@transaction.atomic
def change_order(request, id: int, payload: OrderChanges):
    """Give a pending order new lines, terms or another customer, or move an order on: `{"status": "CONFIRMED"}`.

    Sales people change only orders that they have entered, but `note` and `wanted_on` of any order in any status.
    """
    order, lost = lock_order(get_object_or_404(visible_orders(request), pk=id)), []
    check_last_seen(order, payload.modified_at)
    drop_unchanged(order, payload)
    terms = {name: value for name, value in terms_of(request, payload).items() if value != getattr(order, name)}
    wants_edit = bool(payload.customer_id or payload.items or terms.keys() - ANNOTATIONS)
    if terms and not wants_edit and request.user.has_perm("sales.annotate_order"):
        order = annotate_order(order, user=request.user, **{name: getattr(order, name) for name in ANNOTATIONS} | terms)
    elif wants_edit or terms or not payload.status:
        if not may_change(request.user, order):
            raise PermissionDenied
        order = edit(request, order, payload, terms)
    if payload.status == Order.Status.CONFIRMED:
        require(request, "sales.confirm_order")
        order = confirm_order(order, user=request.user)
    elif payload.status == Order.Status.CANCELLED:
        require(request, "sales.cancel_order")
        order, lost = cancel_order(order, user=request.user)
    elif payload.status and not order.is_pending:
        order.check_can_become(payload.status)
    return answer(step_out(request, order, lost))


@orders.delete(
    "/{int:id}/",
    auth=requires("sales.delete_order", "sales.delete_own_order"),
    response={204: None},
    summary="Delete an order",
    operation_id="sales_remove_order_delete",
)
def remove_order(request, id: int):
    """Delete a pending order; 409 for others. Sales people delete only those that they have entered."""
    order = get_object_or_404(visible_orders(request), pk=id)
    if not may_delete(request.user, order):
        raise PermissionDenied
    delete_order(order, user=request.user)
    return Status(204, None)


def visible(request) -> dict:
    """What the orders that the asker may see have in common: nothing, or (customers) that they are their own."""
    return {} if request.user.has_perm("sales.view_order") else {"customer_id": request.user.pk}


def visible_orders(request):
    return Order.objects.filter(**visible(request))


def terms_of(request, payload: TermsIn) -> dict:
    """What the payload says besides customer and lines; a note only from those who see it."""
    terms = payload.terms()
    if not request.user.has_perm(SEES_NOTES):
        terms.pop("note", None)
    return terms


def edit(request, order: Order, payload: OrderChanges, terms: dict) -> Order:
    """The order with these terms and what the payload says of customer and lines; what it leaves out stays."""
    if not (payload.customer_id or payload.items or terms):
        return order
    customer = Customer(pk=payload.customer_id) if payload.customer_id else order.customer
    if payload.items:
        lines = read_lines(request, payload.items)
    else:
        lines = [
            NewItem(item.product, item.quantity, item.unit_price) for item in order.items.select_related("product")
        ]
    with errors_at_fields(request):
        return edit_order(order, customer=customer, lines=lines, user=request.user, **terms)


def drop_unchanged(order: Order, payload: OrderChanges) -> None:
    """A frontend that sends the whole order back to move it on asks for no new lines and no other customer."""
    if payload.customer_id == order.customer_id:
        payload.customer_id = None
    if payload.items:
        asked = [(item.product_id, item.quantity, item.asked_price) for item in payload.items]
        if asked == list(order.items.values_list("product_id", "quantity", "unit_price")):
            payload.items = None


def read_lines(request, items: Sequence[LineIn]) -> list[NewItem]:
    """The lines with their products, found in one query. Raises ValidationError naming the lines without one, and
    those below cost if these staff may not sell so."""
    ids = sorted({item.product_id for item in items})
    found = records(Product, "by id", lambda slots: Product.objects.order_by().filter(pk__in=slots), ids)
    products = {product.pk: product for product in found}
    missing = [
        _("Line %(line)s: there is no product %(id)s.") % {"line": number, "id": item.product_id}
        for number, item in enumerate(items, 1)
        if item.product_id not in products
    ]
    if missing:
        raise ValidationError({"items": missing})
    lines = [NewItem(products[item.product_id], item.quantity, item.asked_price) for item in items]
    if request.user.has_perm("sales.add_order") and not request.user.has_perm("sales.sell_below_cost"):
        with errors_at_fields(request):
            raise_for_lines(below_cost(lines))
    return lines


def check_list_prices(lines: Sequence[NewItem]) -> None:
    """Raise ValidationError for each line that asks for another price than the product's."""
    wrong = [
        _("Line %(line)s: the price of %(product)s is %(price)s.")
        % {"line": number, "product": line.product, "price": line.product.selling_price}
        for number, line in enumerate(lines, 1)
        if line.unit_price not in (None, line.product.selling_price)
    ]
    if wrong:
        raise ValidationError({"items": wrong})


@contextmanager
def errors_at_fields(request):
    """What a service says of an order's lines or customer belongs to that field of the request (400, not 409)."""
    exactly = may_see(request.user, "stock_qty")
    try:
        yield
    except InsufficientStock as error:
        describe = str if exactly else describe_without_stock
        refusal: Any = ValidationError({"items": [describe(short) for short in error.shortages]})
        refusal.shortages = error.shortages if exactly else []
        raise refusal from error
    except InvalidOrder as error:
        raise ValidationError({"items": str(error).splitlines()}) from error
    except CustomerInactive as error:
        raise ValidationError({"customer_id": str(error)}) from error
    except RecordGone as error:
        if not isinstance(error.record, Customer):
            raise
        raise ValidationError({"customer_id": _("There is no such customer.")}) from error


def describe_without_stock(short: Shortage) -> str:
    """For whoever may not know how many there are."""
    return _("%(product)s: %(ordered)s ordered, not enough in stock.") % {
        "product": short.product,
        "ordered": short.ordered,
    }


def step_out(request, order: Order, lost: Sequence[LostPieces]) -> dict:
    """The order, and what its cancellation could not give back: what OrderStepOut says."""
    warning = "\n".join(map(describe_lost, lost)) or None
    return {**order_with_items(request, order.pk), "warning": warning}
