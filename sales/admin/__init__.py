"""Orders, returns, payments and accounts in the admin, and what customers' pages show of them."""

from sales.admin import (  # noqa: F401  (each registers its pages)
    account_entries,
    customers,
    orders,
    payments,
    returns,
    waiting_orders,
)
