"""Products and the stock changes in the admin."""

from inventory.admin import products, stock_changes  # noqa: F401  (each registers its pages)
