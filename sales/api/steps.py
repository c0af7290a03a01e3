"""The steps of an order over the API: confirming, amending and cancelling it."""

from contextlib import contextmanager

from django.http import Http404
from ninja import Body

from accounts.roles import require
from accounts.tokens import requires
from core.api.idempotency import idempotent
from core.exceptions import RecordGone
from sales.api.orders import errors_at_fields, orders, read_lines, step_out
from sales.models import Order
from sales.rows import order_with_items
from sales.schemas import AmendIn, ConfirmIn, OrderConfirmedOut, OrderOut, OrderStepOut
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import cancel_order, confirm_order


@orders.post(
    "/{int:id}/confirm/",
    auth=requires("sales.confirm_order"),
    response=OrderConfirmedOut,
    summary="Confirm an order",
    operation_id="sales_confirm_post",
)
@idempotent(200)
def confirm(request, id: int, payload: ConfirmIn | None = Body(None)):  # noqa: B008
    """Take the order's lines out of stock, all or none; 409 if its status or the stock forbids it.

    `{"partly": true}` takes what is there of each line; the rest waits as a new pending order, `backorder_id`.
    409, too, if the customer would owe more than their credit limit; who may goes beyond it with `exceed_limit`.
    """
    rest, payload = None, payload or ConfirmIn()
    how = {"user": request.user, "exceed_limit": may_exceed(request, payload)}
    with missing_is_404():
        if payload.partly:
            rest = confirm_partly(Order(pk=id), **how).backorders.values_list("pk", flat=True).first()
        else:
            confirm_order(Order(pk=id), **how)
    return {**order_with_items(request, id), "backorder_id": rest}


@orders.post(
    "/{int:id}/amend/",
    auth=requires("sales.amend_order"),
    response=OrderOut,
    summary="Amend a confirmed order",
    operation_id="sales_amend_post",
)
@idempotent(200)
def amend(request, id: int, payload: AmendIn):
    """Give a confirmed order these lines instead: what is more is taken from stock, what is less goes back.

    409 if the order is not confirmed, somebody was faster, or the customer would owe too much; 400 at `items` if there
    are too few of something.
    """
    lines = read_lines(request, payload.items)
    how = {"user": request.user, "exceed_limit": may_exceed(request, payload), "last_seen": payload.modified_at}
    with missing_is_404(), errors_at_fields(request):
        amend_order(Order(pk=id), lines=lines, reason=payload.reason, **how)
    return order_with_items(request, id)


@orders.post(
    "/{int:id}/cancel/",
    auth=requires("sales.cancel_order"),
    response=OrderStepOut,
    summary="Cancel an order",
    operation_id="sales_cancel_post",
)
@idempotent(200)
def cancel(request, id: int):
    """Cancel the order and give back what it took; 409 if it is cancelled already."""
    with missing_is_404():
        order, lost = cancel_order(Order(pk=id), user=request.user)
    return step_out(request, order, lost)


def may_exceed(request, payload: ConfirmIn | AmendIn) -> bool:
    """Whether the step goes beyond the credit limit. Raises PermissionDenied for those who may not ask for that."""
    if payload.exceed_limit:
        require(request, "sales.exceed_credit")
    return payload.exceed_limit


@contextmanager
def missing_is_404():
    """An order that is not there is none that somebody else has just deleted."""
    try:
        yield
    except RecordGone as error:
        if isinstance(error.record, Order):
            raise Http404 from error
        raise
