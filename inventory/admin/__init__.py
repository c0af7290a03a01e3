"""Products and stock changes in the admin."""

from inventory.admin.products import ProductAdmin
from inventory.admin.stock_changes import StockChangeAdmin

__all__ = ["ProductAdmin", "StockChangeAdmin"]
