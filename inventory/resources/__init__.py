"""Products and stock changes from and to files."""

from inventory.resources.products import ProductResource, StockMode
from inventory.resources.stock_changes import StockChangeResource

__all__ = ["ProductResource", "StockChangeResource", "StockMode"]
