"""Returns of orders over the API."""

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.shortcuts import get_object_or_404
from ninja.pagination import paginate

from accounts.tokens import requires
from core.api.idempotency import idempotent
from core.api.pagination import KeysetPagination
from sales.api.orders import orders
from sales.api.steps import missing_is_404
from sales.exceptions import InvalidReturn
from sales.models import Order
from sales.return_models import OrderReturn
from sales.schemas import ReturnIn, ReturnOut
from sales.services.returns import ReturnedGoods, return_goods


@orders.get(
    "/{int:id}/returns/",
    auth=requires("sales.view_orderreturn"),
    response=list[ReturnOut],
    summary="List an order's returns",
    operation_id="sales_list_returns_get",
)
@paginate(KeysetPagination, orderings=("id",))
def list_returns(request, id: int):
    """What has come back of one order, the latest return first."""
    order = get_object_or_404(Order, pk=id)
    return OrderReturn.objects.filter(order=order).select_related("created_by").prefetch_related("items")


@orders.post(
    "/{int:id}/returns/",
    auth=requires("sales.return_goods"),
    response={201: ReturnOut},
    summary="Take goods of an order back",
    operation_id="sales_take_back_post",
)
@idempotent(201)
def take_back(request, id: int, payload: ReturnIn):
    """Take goods of a confirmed order back, to the shelf or to the bin; 409 if its status forbids it.

    Of each product at most as many pieces come back as were sold and are not back yet.
    """
    goods = [ReturnedGoods(item.product_id, item.quantity, item.restocked, item.credit) for item in payload.items]
    try:
        with missing_is_404():
            done = return_goods(Order(pk=id), goods, reason=payload.reason, details=payload.details, user=request.user)
    except InvalidReturn as error:
        raise ValidationError({error.field: str(error).splitlines()}) from error
    prefetch_related_objects([done], "items")
    return ReturnOut.from_orm(done).model_dump()
