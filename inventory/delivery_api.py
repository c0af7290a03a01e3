"""Suppliers and deliveries over the API."""

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext
from ninja import Query, Router, Status
from ninja.pagination import paginate

from accounts.tokens import requires
from core.api.idempotency import idempotent
from core.api.pagination import KeysetPagination
from core.api.schemas import apply_values
from core.exceptions import RecordGone
from inventory.delivery_models import Delivery, Supplier
from inventory.delivery_schemas import (
    DeliveryFilters,
    DeliveryIn,
    DeliveryOut,
    DeliveryReceivedOut,
    SupplierFilters,
    SupplierIn,
    SupplierOut,
)
from inventory.exceptions import InvalidDelivery
from inventory.services.deliveries import DeliveredGoods, left_cost_sentence, receive_delivery
from inventory.services.suppliers import save_supplier
from inventory.visibility import VIEW_COST

suppliers = Router(tags=["Suppliers"])
deliveries = Router(tags=["Deliveries"])


@suppliers.get(
    "/",
    auth=requires("inventory.view_supplier"),
    response=list[SupplierOut],
    summary="List suppliers",
    operation_id="inventory_list_suppliers_get",
)
@paginate(KeysetPagination, orderings=("id", "name"))
def list_suppliers(request, filters: Query[SupplierFilters]):
    """Suppliers, the newest first."""
    return filters.filter(Supplier.objects.select_related("created_by", "modified_by"))


@suppliers.post(
    "/",
    auth=requires("inventory.add_supplier"),
    response={201: SupplierOut},
    summary="Create a supplier",
    operation_id="inventory_create_supplier_post",
)
def create_supplier(request, payload: SupplierIn):
    """Add a supplier; 400 at `name` if another one has it, in whatever spelling."""
    supplier = Supplier(created_by=request.user, modified_by=request.user)
    apply_values(supplier, payload.provided())
    return Status(201, save_supplier(supplier, user=request.user))


@deliveries.get(
    "/",
    auth=requires("inventory.view_delivery"),
    response=list[DeliveryOut],
    summary="List deliveries",
    operation_id="inventory_list_deliveries_get",
)
@paginate(KeysetPagination, orderings=("id", "received_on"))
def list_deliveries(request, filters: Query[DeliveryFilters]):
    """What has come, the latest first."""
    return filters.filter(shown_deliveries())


@deliveries.post(
    "/",
    auth=requires("inventory.add_delivery"),
    response={201: DeliveryReceivedOut},
    summary="Receive a delivery",
    operation_id="inventory_receive_post",
)
@idempotent(201)
def receive(request, payload: DeliveryIn):
    """Take goods into stock, all or none; 409 if the supplier's delivery note is booked already."""
    knows_costs = request.user.has_perm(VIEW_COST)
    lines = [
        DeliveredGoods(item.product_id, item.quantity, item.unit_cost if knows_costs else None)
        for item in payload.items
    ]
    try:
        done, left = receive_delivery(
            supplier=Supplier(pk=payload.supplier_id) if payload.supplier_id else None,
            lines=lines,
            their_reference=payload.their_reference or "",
            received_on=payload.received_on,
            set_cost=payload.set_cost,
            user=request.user,
        )
    except InvalidDelivery as error:
        raise ValidationError({"items": str(error).splitlines()}) from error
    except RecordGone as error:
        raise ValidationError({"supplier_id": gettext("There is no such supplier.")}) from error
    shown = DeliveryReceivedOut.from_orm(shown_deliveries().get(pk=done.pk), context={"request": request})
    shown.warning = "\n".join(map(left_cost_sentence, left)) or None
    return shown.model_dump(context={"request": request})


@deliveries.get(
    "/{int:id}/",
    auth=requires("inventory.view_delivery"),
    response=DeliveryOut,
    summary="Get a delivery",
    operation_id="inventory_get_delivery_get",
)
def get_delivery(request, id: int):
    """One delivery with its goods."""
    return get_object_or_404(shown_deliveries(), pk=id)


def shown_deliveries():
    found = Delivery.objects.select_related("supplier", "created_by", "reversed_by")
    return found.prefetch_related("items")
