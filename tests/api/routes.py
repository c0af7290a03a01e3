"""Every route of the API, and whose it is."""

from config.api import api

ANYBODY = "anybody"


# Whose each route is: one of these permissions opens it. A route that is not listed here fails the tests below.
RIGHTS = {
    "POST /api/v1/auth/register/": ANYBODY,
    "POST /api/v1/auth/login/": ANYBODY,
    "POST /api/v1/auth/refresh/": ANYBODY,
    "POST /api/v1/auth/logout/": ANYBODY,
    "GET /api/v1/auth/me/": "accounts.change_own_profile",
    "GET /api/v1/auth/me/account/": "accounts.change_own_profile",
    "PUT /api/v1/auth/me/": "accounts.change_own_profile",
    "PATCH /api/v1/auth/me/": "accounts.change_own_profile",
    "POST /api/v1/auth/me/password/": "accounts.change_own_profile",
    "PUT /api/v1/auth/me/avatar/": "accounts.change_own_profile",
    "DELETE /api/v1/auth/me/avatar/": "accounts.change_own_profile",
    "GET /api/v1/customers/": "accounts.view_customer",
    "POST /api/v1/customers/": "accounts.add_customer",
    "GET /api/v1/customers/{id}/": "accounts.view_customer",
    "GET /api/v1/customers/{id}/account/": "sales.view_account",
    "PUT /api/v1/customers/{id}/": "accounts.change_customer_contact",
    "PATCH /api/v1/customers/{id}/": "accounts.change_customer_contact",
    "DELETE /api/v1/customers/{id}/": "accounts.delete_customer",
    "GET /api/v1/products/": "inventory.view_product",
    "POST /api/v1/products/": "inventory.add_product",
    "GET /api/v1/products/stock-changes/": "inventory.view_stockchange",
    "GET /api/v1/products/stock-history/": "inventory.view_stockchange",
    "GET /api/v1/products/stock-at/": "inventory.view_stockchange",
    "GET /api/v1/products/{id}/": "inventory.view_product",
    "PUT /api/v1/products/{id}/": "inventory.change_product",
    "PATCH /api/v1/products/{id}/": "inventory.change_product",
    "DELETE /api/v1/products/{id}/": "inventory.delete_product",
    "PUT /api/v1/products/{id}/image/": "inventory.change_product",
    "DELETE /api/v1/products/{id}/image/": "inventory.change_product",
    "GET /api/v1/suppliers/": "inventory.view_supplier",
    "POST /api/v1/suppliers/": "inventory.add_supplier",
    "GET /api/v1/deliveries/": "inventory.view_delivery",
    "POST /api/v1/deliveries/": "inventory.add_delivery",
    "GET /api/v1/deliveries/{id}/": "inventory.view_delivery",
    "GET /api/v1/orders/": "sales.view_own_order",
    "POST /api/v1/orders/": "sales.add_own_order",
    "GET /api/v1/orders/{id}/": "sales.view_own_order",
    "GET /api/v1/orders/{id}/items/": "sales.view_own_order",
    "PUT /api/v1/orders/{id}/": "sales.confirm_order",
    "PATCH /api/v1/orders/{id}/": "sales.confirm_order",
    "DELETE /api/v1/orders/{id}/": "sales.delete_order",
    "POST /api/v1/orders/{id}/confirm/": "sales.confirm_order",
    "POST /api/v1/orders/{id}/amend/": "sales.amend_order",
    "POST /api/v1/orders/{id}/cancel/": "sales.cancel_order",
    "GET /api/v1/orders/{id}/returns/": "sales.view_orderreturn",
    "POST /api/v1/orders/{id}/returns/": "sales.return_goods",
    "GET /api/v1/payments/": "sales.view_payment",
    "POST /api/v1/payments/": "sales.record_payment",
    "POST /api/v1/payments/{id}/reverse/": "sales.reverse_payment",
    "GET /api/v1/dashboard/": "sales.view_dashboard",
    "GET /api/v1/dashboard/insights/": "sales.view_dashboard",
}


BODIES = {"PUT /api/v1/orders/{id}/": {"status": "CONFIRMED"}, "PATCH /api/v1/orders/{id}/": {"status": "CONFIRMED"}}


OPERATIONS = [
    f"{method.upper()} {path}" for path, methods in api.get_openapi_schema()["paths"].items() for method in methods
]
