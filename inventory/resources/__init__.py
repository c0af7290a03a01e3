"""Products and stock changes from and to files."""

from inventory.resources.products import REASON_COLUMN, ProductResource, StockMode
from inventory.resources.stock_changes import StockChangeResource

__all__ = ["REASON_COLUMN", "ProductResource", "StockChangeResource", "StockMode"]
