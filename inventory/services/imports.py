"""Imports of products: what one decided is written here, all at once, and remembered so that it can be undone."""

from typing import Any

from django.db import transaction

from accounts.models import User
from core.bulk import create_all, update_all
from inventory.models import Product, StockChange
from inventory.services.stock import log_moves, save_heads, write_rows

IMPORTED_FIELDS = [
    "name",
    "category",
    "cost_price",
    "selling_price",
    "low_stock_threshold",
    "barcode",
    "shelf",
    "is_active",
]
Kind = StockChange.Kind


@transaction.atomic
def import_products(
    *,
    new: list[Product],
    changed: list[Product],
    stock: list[tuple[Product, int]],
    reason: str,
    reference: str,
    user: User | None,
) -> int:
    """Write what an import decided: new products, changed ones (locked by the caller) and the stock they get.

    `stock` pairs products of the other two lists with the quantity they shall have. Returns the id of the last stock
    change that is there then: later ones were made by others.
    """
    posting: dict[str, Any] = {"kind": Kind.IMPORT, "reason": reason, "reference": reference, "user": user}
    for product in new:
        product.stock_qty = 0
    moves = [move for move in stock if move[0].pk]
    initial = log_moves([move for move in stock if not move[0].pk], **posting)
    new = sorted(new, key=lambda product: product.sku)  # two imports of the same new products meet in one order
    create_all(Product, new, reason=reason, user=user)
    write_rows(initial)
    save_heads(product for product in new if product.ledger_head)
    write_imported(changed, moves, **posting)
    return StockChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def write_imported(
    changed: list[Product], moves: list[tuple[Product, int]], *, reason: str, user: User | None, **posting
) -> None:
    """Write the imported fields of locked products and new quantities, each product (and its version) once."""
    write_rows(log_moves(moves, reason=reason, user=user, **posting))
    products = {product.pk: product for product in (*changed, *(product for product, new_qty in moves))}
    update_all(
        Product, list(products.values()), [*IMPORTED_FIELDS, "stock_qty", "ledger_head"], reason=reason, user=user
    )
