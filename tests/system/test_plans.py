"""No list, search or filter makes the database read a large table from one end to the other."""

import pytest
from django.urls import reverse

from core.admin.base import BackOfficeAdmin
from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.clients import Caller, signed_in
from tests.factories import make_admin, make_customer, make_order, make_product
from tests.plans import asked_by, scanned

pytestmark = pytest.mark.django_db

ORDERS, PRODUCTS, CHANGES, CUSTOMERS = (
    reverse(f"admin:{name}_changelist")
    for name in ("sales_order", "inventory_product", "inventory_stockchange", "accounts_customer")
)
ENTRIES = reverse("admin:accounts_accountentry_changelist")
PATHS = [
    ORDERS,
    *(f"{ORDERS}?o={sign}{column}" for sign in ("", "-") for column in (1, 3, 5)),
    f"{ORDERS}?status__exact=CONFIRMED",
    f"{ORDERS}?confirmable=yes",
    f"{ORDERS}?customer__id__exact={{customer}}",
    f"{ORDERS}?created_by={{admin}}",
    f"{ORDERS}?order_date_period=this_month",
    f"{ORDERS}?confirmed_at_from=2026-01-01&status__exact=CONFIRMED",
    f"{ORDERS}?total_amount_from=10&total_amount_to=20",
    f"{ORDERS}?q=ORD-2026",
    f"{ORDERS}?q=Nia",
    f"{ORDERS}?q=Meyer+hammer",
    PRODUCTS,
    *(f"{PRODUCTS}?o={sign}{column}" for sign in ("", "-") for column in (1, 2, 7)),
    f"{PRODUCTS}?category=Tools",
    f"{PRODUCTS}?stock_status=LOW_STOCK",
    f"{PRODUCTS}?stock_status=OUT_OF_STOCK",
    f"{PRODUCTS}?selling_price_from=3",
    f"{PRODUCTS}?q=hammer",
    f"{PRODUCTS}?q=blue+hammer",
    CHANGES,
    f"{CHANGES}?kind__exact=SALE",
    f"{CHANGES}?product__id__exact={{product}}",
    f"{CHANGES}?created_at_period=today",
    f"{CHANGES}?created_by={{admin}}",
    f"{CHANGES}?q=hammer",
    f"{CHANGES}?q=hammer+Nia",
    CUSTOMERS,
    f"{CUSTOMERS}?is_active__exact=0",
    f"{CUSTOMERS}?waiting=yes",
    f"{CUSTOMERS}?q=Nia",
    f"{CUSTOMERS}?q=%2B1202555",
    ENTRIES,
    f"{ENTRIES}?q=ORD-2026",
    "/api/v1/products/?search=hammer",
    "/api/v1/products/?stock_status=LOW_STOCK",
    "/api/v1/products/stock-changes/?search=hammer",
    "/api/v1/orders/?search=Nia",
    "/api/v1/orders/?ordering=total_amount",
    "/api/v1/customers/?search=Nia",
    "/api/v1/customers/?search=5550123&ordering=-company",
    "/api/v1/dashboard/",
    "/admin/",
    "/admin/?days=90",
]
ALLOWED = (  # of the products, few beside the rest; at most every DASHBOARD_SECONDS, or by an index alone
    'SELECT DISTINCT "inventory_product"."category"',
    'SUM("inventory_product"."stock_value")',
    'WHERE "inventory_product"."is_active" LIMIT',  # until the LIMIT
    '"inventory_product"."is_active" AS "is_active", COUNT(',
)


@pytest.mark.parametrize("path", PATHS)
def test_no_large_table_is_read_whole(path, monkeypatch):
    monkeypatch.setattr(BackOfficeAdmin, "list_per_page", 1)  # else a list of one page has no LIMIT
    admin, customer = make_admin(), make_customer(first_name="Nia", last_name="Meyer")
    product = make_product(name="Blue hammer", category="Tools", stock=9)
    adjust_stock(product, user=admin, change=1, reason="Found")
    _, *others = [make_order((product, 1), (make_product(stock=9), 1), customer=customer, user=admin) for _ in range(3)]
    for order in others:
        confirm_order(order, user=admin)
    path = path.format(customer=customer.pk, admin=admin.pk, product=product.pk)
    asked = asked_by(Caller(admin) if path.startswith("/api/") else signed_in(admin), path)
    for sql, params in asked:
        if not any(part in sql for part in ALLOWED):
            assert not scanned(sql, params), (scanned(sql, params), sql)
