"""Products, their imports and the stock changes in the admin."""

from inventory.admin.imports import ProductImportAdmin
from inventory.admin.products import ProductAdmin
from inventory.admin.stock_changes import StockChangeAdmin

__all__ = ["ProductAdmin", "ProductImportAdmin", "StockChangeAdmin"]
