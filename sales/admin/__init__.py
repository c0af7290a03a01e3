"""Orders in the admin, and what customers' pages show of them."""

from sales.admin import customers, orders, returns  # noqa: F401  (each registers its pages)
