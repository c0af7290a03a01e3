"""Orders in the admin, and what customers' pages show of them."""

from sales.admin.customers import CustomerWithOrdersAdmin
from sales.admin.orders import OrderAdmin

__all__ = ["CustomerWithOrdersAdmin", "OrderAdmin"]
