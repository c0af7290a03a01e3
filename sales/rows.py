"""Orders as the API shows them, straight from the database (see core/api/rows.py)."""

from accounts.account_models import AccountEntry
from accounts.names import name_columns, name_in
from core.api.rows import Kind, moment
from sales.models import Order, OrderItem
from sales.schemas import SEES_NOTES

ORDER = (
    "id",
    "order_number",
    "customer_id",
    "order_date",
    "status",
    "total_amount",
    "created_at",
    "modified_at",
    "revision",
    "waits",
    "backorder_of_id",
    "customer_name",
    "customer_reference",
    "wanted_on",
    "text",
    "delivery_address",
    "note",
)
PEOPLE = ("created_by", "modified_by")
COLUMNS = (*ORDER, *(column for person in PEOPLE for column in name_columns(person)))
MAKER, CHANGER = (COLUMNS.index(name_columns(person)[0]) for person in PEOPLE)
ENTRY = ("id", "kind", "amount", "balance_after", "reference", "text", "due_on", "created_at")
ITEM = ("id", "product_id", "product_name", "product_sku", "quantity", "unit_price", "total_price")


def show_order(row: tuple, request) -> dict:
    """What OrderRowOut says."""
    shown = {
        "id": row[0],
        "order_number": row[1],
        "customer_id": row[2],
        "customer": row[11],
        "order_date": row[3].isoformat(),
        "status": row[4],
        "total_amount": f"{row[5]:.2f}",
        "revision": row[8],
        "waits": bool(row[9]),
        "backorder_of_id": row[10],
        "created_at": moment(row[6]),
        "modified_at": moment(row[7]),
        "created_by": name_in(row, MAKER),
        "modified_by": name_in(row, CHANGER),
        "customer_reference": row[12],
        "wanted_on": row[13] and row[13].isoformat(),
        "text": row[14],
        "delivery_address": row[15],
    }
    return {**shown, "note": row[16]} if request.user.has_perm(SEES_NOTES) else shown


def show_item(row: tuple, request=None) -> dict:
    """What OrderItemOut says."""
    price = f"{row[5]:.2f}"
    return {
        "id": row[0],
        "product_id": row[1],
        "product_name": row[2],
        "product_sku": row[3],
        "quantity": row[4],
        "unit_price": price,
        "price": price,
        "total_price": f"{row[6]:.2f}",
    }


def show_entry(row: tuple, request=None) -> dict:
    """What AccountEntryOut says."""
    shown = dict(zip(ENTRY, row, strict=True))
    money = {name: f"{shown[name]:.2f}" for name in ("amount", "balance_after")}
    return {**shown, **money, "due_on": row[6] and row[6].isoformat(), "created_at": moment(row[7])}


ENTRIES = Kind(lambda: AccountEntry.objects.order_by(), ENTRY, show_entry)
ORDERS = Kind(lambda: Order.objects.order_by(), COLUMNS, show_order)
ITEMS = Kind(lambda: OrderItem.objects.order_by(), ITEM, show_item)


def order_with_items(request, pk: int, **only) -> dict:
    """What OrderOut says of the order with this id; 404 if there is none (or none with these values)."""
    order = ORDERS.get(request, pk, **only)
    return {**order, "items": [show_item(line) for line in ITEMS.by_keys(order_id=pk)]}


def show_insights(figures: dict) -> dict:
    """What InsightsOut says of the day's figures."""
    low = [
        {"id": product.pk, "sku": product.sku, "name": product.name, "stock_qty": product.stock_qty}
        for product in figures["low_stock_products"]
    ]
    return {
        "date": figures["date"].isoformat(),
        "total_customers": figures["total_customers"],
        "total_sales_today": f"{figures['total_sales_today']:.2f}",
        "pending_orders_count": figures["pending_orders_count"],
        "low_stock_count": figures["low_stock_count"],
        "out_of_stock_count": figures["out_of_stock_count"],
        "low_stock_products": low,
    }
