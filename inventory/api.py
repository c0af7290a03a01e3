"""Products and the stock change log over the API."""

from django.conf import settings
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from ninja import File, Query, Router, Status, UploadedFile
from ninja.pagination import paginate
from pydantic import Field

from accounts.roles import require
from accounts.tokens import requires
from core.api.pagination import KeysetPagination
from core.api.rows import Rows, answer, answered
from core.api.schemas import apply_values
from core.api.throttling import UploadThrottle
from core.api.types import MAX_ID, Money
from core.concurrency import check_last_seen
from core.dates import end_of_day
from core.i18n import in_firms_language
from core.images import clean_image_field
from inventory.models import Product, StockChange
from inventory.rows import CHANGES, PRODUCTS, show_held
from inventory.schemas import (
    ProductChanges,
    ProductFilters,
    ProductIn,
    ProductOut,
    StockAtDay,
    StockChangeFilters,
    StockChangeOut,
    StockHeldOut,
)
from inventory.services.imports import IMPORTED_FIELDS
from inventory.services.products import delete_product, save_product
from inventory.services.stock import adjust_stock, lock_products
from inventory.visibility import may_see

products = Router(tags=["Products"])


class StockAtPages(KeysetPagination):
    """Pages of what there was, each with the sums of all."""

    class Output(KeysetPagination.Output):
        date: str
        pieces: int
        value: Money | None = Field(None, description="For those who may see costs.")

    def paginate_queryset(self, queryset, pagination, request, **params):
        found, worth = super().paginate_queryset(queryset, pagination, request, **params), queryset.worth()
        with_value = may_see(request.user, "stock_value")
        return {
            "date": params["filters"].date.isoformat(),
            "pieces": worth["pieces"],
            **({"value": f"{worth['value']:.2f}"} if with_value else {}),
            **found,
            "results": [show_held(row, with_value=with_value) for row in found["results"]],
        }


CHANGE = requires("inventory.change_product")
EDITED = ["sku", *IMPORTED_FIELDS]


@products.get(
    "/",
    auth=requires("inventory.view_product"),
    response=list[ProductOut],
    summary="List products",
    operation_id="inventory_list_products_get",
)
@answered
@paginate(KeysetPagination, orderings=("id", "sku", "name", "category", "selling_price", "created_at"))
def list_products(request, filters: Query[ProductFilters]):
    """Products, the newest first."""
    return Rows(PRODUCTS, filters, shape=filters.stock_status and settings.LOW_STOCK_THRESHOLD)


@products.post(
    "/",
    auth=requires("inventory.add_product"),
    response={201: ProductOut},
    summary="Create a product",
    operation_id="inventory_create_product_post",
)
def create_product(request, payload: ProductIn):
    """Add a product with its initial stock."""
    product = Product(created_by=request.user, modified_by=request.user)
    apply_values(product, payload.provided(*EDITED))
    save_product(product, user=request.user, initial_stock=payload.stock_qty or 0)
    return answer(PRODUCTS.get(request, product.pk), 201)


@products.get(
    "/stock-changes/",
    auth=requires("inventory.view_stockchange"),
    response=list[StockChangeOut],
    summary="Stock change log",
    operation_id="inventory_list_stock_changes_get",
)
@products.get(
    "/stock-history/",
    auth=requires("inventory.view_stockchange"),
    response=list[StockChangeOut],
    summary="Stock change log (another name)",
    operation_id="inventory_list_stock_changes_get_alias",
)
@answered
@paginate(KeysetPagination, orderings=("id", "created_at"))
def list_stock_changes(request, filters: Query[StockChangeFilters]):
    """Every piece that came in or went out, the latest first; deleted products included."""
    return Rows(CHANGES, filters)


@products.get(
    "/stock-at/",
    auth=requires("inventory.view_stockchange"),
    response=list[StockHeldOut],
    summary="Stock at a date",
    operation_id="inventory_stock_at_get",
)
@answered
@paginate(StockAtPages, orderings=("id",), default="id")
def stock_at(request, filters: Query[StockAtDay]):
    """What there was of each product at the end of a day, and what it was worth; products deleted since included."""
    return StockChange.objects.latest_before(end_of_day(filters.date))


@products.get(
    "/{int:id}/",
    auth=requires("inventory.view_product"),
    response=ProductOut,
    summary="Get a product",
    operation_id="inventory_get_product_get",
)
def get_product(request, id: int):
    """One product."""
    return answer(PRODUCTS.get(request, id))


@products.put(
    "/{int:id}/",
    auth=CHANGE,
    response=ProductOut,
    summary="Change a product",
    operation_id="inventory_change_product_put",
)
@products.patch(
    "/{int:id}/",
    auth=CHANGE,
    response=ProductOut,
    summary="Change a product",
    operation_id="inventory_change_product_patch",
)
@transaction.atomic
def change_product(request, id: int, payload: ProductChanges):
    """Change a product; what is left out stays. A different `stock_qty` is logged as an adjustment."""
    product = lock_product_or_404(id)
    check_last_seen(product, payload.modified_at)
    values, stock = payload.provided(*EDITED), payload.stock_qty
    if values:
        priced = {"cost_price", "selling_price"}.intersection(values)
        save_product(apply_values(product, values, together=bool(priced)), user=request.user)
    if stock is not None and stock != product.stock_qty:
        require(request, "inventory.adjust_stock")
        reason = (payload.change_reason or "").strip()
        otherwise = _("Corrected with the product's other data")
        adjust_stock(product, new_qty=stock, reason=reason or in_firms_language(otherwise), user=request.user)
    return get_product(request, id)


@products.delete(
    "/{int:id}/",
    auth=requires("inventory.delete_product"),
    response={204: None},
    summary="Delete a product",
    operation_id="inventory_remove_product_delete",
)
def remove_product(request, id: int):
    """Delete a product; 409 if pending orders ask for it. Past orders and stock changes keep its name and SKU."""
    delete_product(get_object_or_404(Product, pk=id), user=request.user)
    return Status(204, None)


@products.put(
    "/{int:id}/image/",
    auth=CHANGE,
    throttle=[UploadThrottle()],
    response=ProductOut,
    summary="Set a product's picture",
    operation_id="inventory_set_image_put",
)
def set_image(request, id: int, image: UploadedFile = File(...)):  # noqa: B008 (ninja's way to declare a parameter)
    """Upload a JPEG, PNG or WebP file."""
    picture = clean_image_field("image", image)  # which takes its time: before anything is locked
    with transaction.atomic():
        product = lock_product_or_404(id)
        product.image = picture
        save_product(product, user=request.user)
    return get_product(request, id)


@products.delete(
    "/{int:id}/image/",
    auth=CHANGE,
    response={204: None},
    summary="Remove a product's picture",
    operation_id="inventory_remove_image_delete",
)
@transaction.atomic
def remove_image(request, id: int):
    """Delete the picture; without one this does nothing."""
    product = lock_product_or_404(id)
    if product.image:
        product.image = ""
        save_product(product, user=request.user)
    return Status(204, None)


def lock_product_or_404(pk: int) -> Product:
    """The product as it is now, locked until the transaction ends; 404 if there is none."""
    product = lock_products([pk]).get(pk) if pk <= MAX_ID else None
    if product is None:
        raise Http404
    return product
