"""Products and stock changes as the API shows them, straight from the database (see core/api/rows.py)."""

from django.core.files.storage import default_storage

from accounts.names import name_columns, name_in
from core.api.rows import Kind, moment
from inventory.figures import average_cost_of, margin_of
from inventory.models import Product, StockChange
from inventory.schemas import GUARDED
from inventory.services.stock import Shortage
from inventory.stock_status import StockStatus

PRODUCT = (
    "id",
    "sku",
    "name",
    "category",
    "cost_price",
    "selling_price",
    "stock_qty",
    "low_stock_threshold",
    "barcode",
    "shelf",
    "is_active",
    "image",
    "created_at",
    "modified_at",
    "promised",
    "stock_value",
)
COLUMNS = (*PRODUCT, *name_columns("created_by"), *name_columns("modified_by"))
RIGHTS = frozenset(GUARDED.values())
MAKER, CHANGER = (COLUMNS.index(name_columns(f"{person}_by")[0]) for person in ("created", "modified"))

CHANGE = (
    "id",
    "product_id",
    "product_name",
    "product_category",
    "product_sku",
    "previous_qty",
    "new_qty",
    "change_reason",
    "kind",
    "reference",
    "created_at",
)
CHANGE_COLUMNS = (*CHANGE, *name_columns("customer"), *name_columns("created_by"))
BUYER, AUTHOR = (CHANGE_COLUMNS.index(name_columns(person)[0]) for person in ("customer", "created_by"))


def show_product(row: tuple, request) -> dict:
    """What ProductOut says to the asker."""
    pk, sku, name, category, cost, price, stock, threshold, *rest = row
    barcode, shelf, is_active, image, created_at, modified_at, promised, value, *_ = rest
    shown = {
        "id": pk,
        "sku": sku,
        "name": name,
        "category": category,
        "cost_price": f"{cost:.2f}",
        "average_cost": f"{average_cost_of(value, stock, cost):.2f}",
        "stock_value": f"{value:.2f}",
        "selling_price": f"{price:.2f}",
        "stock_qty": stock,
        "free_qty": stock - promised,
        "stock_status": StockStatus.of(stock, threshold).value,
        "profit_margin": f"{margin_of(cost, price):.2f}",
        "low_stock_threshold": threshold,
        "barcode": barcode,
        "shelf": shelf,
        "is_active": is_active,
        "image": request.build_absolute_uri(default_storage.url(image)) if image else None,
        "created_at": moment(created_at),
        "modified_at": moment(modified_at),
        "created_by": name_in(row, MAKER),
        "modified_by": name_in(row, CHANGER),
    }
    lacking = {permission for permission in RIGHTS if not request.user.has_perm(permission)}
    return {name: shown[name] for name in shown if GUARDED.get(name) not in lacking} if lacking else shown


def show_change(row: tuple, request) -> dict:
    """What StockChangeOut says."""
    return {
        "id": row[0],
        "product_id": row[1],
        "product_name": row[2],
        "product_category": row[3],
        "product_sku": row[4],
        "previous_qty": row[5],
        "new_qty": row[6],
        "quantity_change": row[6] - row[5],
        "change_reason": row[7],
        "kind": row[8],
        "reference": row[9],
        "customer": name_in(row, BUYER),
        "created_by": name_in(row, AUTHOR),
        "created_at": moment(row[10]),
    }


def show_held(row: StockChange, *, with_value: bool) -> dict:
    """What StockHeldOut says of the change that left these pieces; `null` where it is older than the valuation."""
    shown = {"product_id": row.product_id, "sku": row.product_sku, "stock_qty": row.new_qty}
    return {**shown, "stock_value": None if row.new_value is None else f"{row.new_value:.2f}"} if with_value else shown


def show_shortage(shortage: Shortage) -> dict:
    """What a refusal says, beside its sentence, of a product of which there are too few."""
    return {
        "product_id": shortage.product.pk,
        "sku": shortage.product.sku,
        "ordered": shortage.ordered,
        "available": shortage.product.stock_qty,
        "short": shortage.short,
    }


PRODUCTS = Kind(lambda: Product.objects.order_by().with_free(), COLUMNS, show_product)
CHANGES = Kind(
    lambda: StockChange.objects.order_by(),
    CHANGE_COLUMNS,
    show_change,
    lambda words: StockChange.objects.sought_by_index(words, StockChange.searched),
)
