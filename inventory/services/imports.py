"""Imports of products: what one decided is written here, all at once, and remembered so that it can be undone."""

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.bulk import batches, create_all, give_ids, insert_all, update_all
from inventory.models import Product, StockChange
from inventory.services.stock import LEDGER_FIELDS, chained, log_moves, write_rows

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
    fields: Collection[str],
    stock: Mapping[str, int],
    reason: str,
    reference: str,
    user: User | None,
) -> int:
    """Write what an import decided: new products, changed ones (locked by the caller) and the stock they get.

    `fields` are those that are changed. `stock` has the quantity, by SKU, of every product that gets another one.
    Returns the id of the last stock change that is there then: later ones were made by others.
    """
    posting: dict[str, Any] = {"kind": Kind.IMPORT, "reason": reason, "reference": reference, "user": user}
    # Two imports of the same new products meet in one order. What is written of a batch is forgotten after it.
    for batch in batches(sorted(new, key=lambda product: product.sku)):
        write_new(batch, stock, **posting)
    moves = [(product, stock[product.sku]) for product in changed if product.sku in stock]
    write_imported(changed, moves, fields=fields, **posting)
    return StockChange.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def write_new(products: list[Product], stock: Mapping[str, int], *, reason: str, user: User | None, **posting) -> None:
    """Write new products with the stock they get. Their history does not know the head of their log yet."""
    give_ids(Product, products)
    for product in products:
        product.stock_qty, product.stock_value = 0, Decimal(0)
    moves = [(product, stock[product.sku]) for product in products if product.sku in stock]
    rows = chained(log_moves(moves, reason=reason, user=user, **posting))
    create_all(Product, products, reason=reason, user=user, untold=("ledger_head",))
    insert_all(StockChange, rows)


def write_imported(
    changed: list[Product],
    moves: list[tuple[Product, int]],
    *,
    reason: str,
    user: User | None,
    fields: Collection[str] = IMPORTED_FIELDS,
    **posting,
) -> None:
    """Write these fields of locked products and new quantities, each product (and its version) once."""
    products = {product.pk: product for product in (*changed, *(product for product, new_qty in moves))}
    stock = {product.pk: new_qty for product, new_qty in moves}
    written = [name for name in IMPORTED_FIELDS if name in fields] + (LEDGER_FIELDS if moves else [])
    at = timezone.now()
    for batch in batches(products.values()):
        moved = [(product, stock[product.pk]) for product in batch if product.pk in stock]
        write_rows(log_moves(moved, reason=reason, user=user, at=at, **posting))
        update_all(Product, batch, written, reason=reason, user=user, at=at)
