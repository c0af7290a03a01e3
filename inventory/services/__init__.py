"""The stock service: the only code that writes `Product.stock_qty`, and every writer of products.

Each function is one transaction. Products are locked by ascending id before they are read, so that two of these
never wait for each other in a circle; every change of stock adds one row to the log in the same transaction.
Quantities are whole pieces. `at` is given only when data of the past is loaded.
"""

from inventory.services.imports import IMPORTED_FIELDS, import_products, write_imported
from inventory.services.products import (
    delete_product,
    fingerprint,
    save_product,
    set_category,
    set_low_stock_threshold,
)
from inventory.services.stock import (
    Shortage,
    adjust_stock,
    adjusted_quantity,
    find_shortages,
    give_back_to_stock,
    lock_and_check_stock,
    lock_product,
    lock_products,
    log_moves,
    post_moves,
    take_from_stock,
)

__all__ = [
    "IMPORTED_FIELDS",
    "Shortage",
    "adjust_stock",
    "adjusted_quantity",
    "delete_product",
    "find_shortages",
    "fingerprint",
    "give_back_to_stock",
    "import_products",
    "lock_and_check_stock",
    "lock_product",
    "lock_products",
    "log_moves",
    "post_moves",
    "save_product",
    "set_category",
    "set_low_stock_threshold",
    "take_from_stock",
    "write_imported",
]
