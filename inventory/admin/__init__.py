"""Products, stock changes, suppliers, deliveries and counts in the admin."""

from inventory.admin import (  # noqa: F401  (each registers its pages)
    counts,
    deliveries,
    products,
    stock_changes,
    suppliers,
)
