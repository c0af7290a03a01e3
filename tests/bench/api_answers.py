"""The API's answers to some hundreds of reading requests, kept in a file or compared with one: not a byte may differ.

    DATABASE_URL=… python -m tests.bench.api_answers keep FILE
    DATABASE_URL=… python -m tests.bench.api_answers compare FILE

For changes that are only to make it faster. The database is one that nobody writes to meanwhile, such as one filled by
`load_demo --products 200 --orders 2000 --customers 200`. A cursor counts as what it says: its signature has a moment.
"""

import json
import os
import re
import sys
from itertools import product as pairs
from urllib.parse import quote, unquote

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core import signing  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import Customer, User  # noqa: E402
from accounts.tokens import issue_tokens  # noqa: E402
from inventory.models import Product, StockChange  # noqa: E402
from sales.models import Order  # noqa: E402

ROLES = ["ADMIN", "SALES", "CUSTOMER"]
CURSOR = re.compile(r"cursor=([^&\"\\]+)")


def some(queryset, number: int) -> list:
    """So many records, spread over the table."""
    keys = list(queryset.order_by("pk").values_list("pk", flat=True))
    return [queryset.get(pk=pk) for pk in keys[:: max(1, len(keys) // number)][:number]]


def paths() -> list[str]:
    orders, products, customers = some(Order.objects, 12), some(Product.objects, 12), some(Customer.objects, 6)
    asked = ["/dashboard/", "/dashboard/insights/", "/auth/me/"]
    asked += [f"/orders/{order.pk}/" for order in orders] + [f"/orders/{order.pk}/items/" for order in orders[:4]]
    asked += [f"/products/{product.pk}/" for product in products]
    asked += [f"/customers/{customer.pk}/" for customer in customers]
    asked += ["/orders/99999999/", "/products/99999999/", "/orders/?cursor=x", "/orders/?page_size=0"]
    for path, names in (
        ("/orders/", "id order_number order_date total_amount created_at"),
        ("/products/", "id sku name category selling_price created_at"),
        ("/products/stock-changes/", "id created_at"),
        ("/customers/", ""),
    ):
        asked += [path, f"{path}?page_size=100"]
        asked += [f"{path}?ordering={sign}{name}&page_size=7" for sign, name in pairs(("", "-"), names.split())]
    for order in orders:
        buyer, words = order.customer, [order.order_number, order.order_number[4:], order.customer.email]
        words += [
            buyer.last_name,
            f"{buyer.first_name} {buyer.last_name}",
            f"{buyer.last_name[1:4]} {order.order_number[-4:]}",
        ]
        asked += [f"/orders/?search={quote(word)}" for word in words]
        asked += [
            f"/orders/?status={order.status}&customer={order.customer_id}",
            f"/orders/?order_date={order.order_date}",
        ]
        asked += [f"/orders/?min_total={order.total_amount}&order_date_to={order.order_date}"]
    for product in products:
        words = [product.sku, product.name, product.sku.lower()[2:6], product.name.split()[0], f"{product.category} 0"]
        asked += [f"/products/?search={quote(word)}" for word in words]
        asked += [f"/products/?category={quote(product.category)}&min_price=5", f"/products/?sku={quote(product.sku)}"]
        asked += [f"/products/stock-changes/?search={quote(word)}" for word in (product.sku, product.name)]
        asked += [
            f"/products/stock-changes/?product_id={product.pk}",
            f"/products/?stock_status={product.stock_status}",
        ]
    for change in some(StockChange.objects, 6):
        asked += [
            f"/products/stock-changes/?kind={change.kind}",
            f"/products/stock-changes/?reference={change.reference}",
        ]
        asked += [f"/products/stock-changes/?search={quote(change.reference or 'received')}"]
    for customer in customers:
        words = [customer.email, customer.customer_code, customer.last_name, customer.phone or "", customer.email[3:9]]
        asked += [f"/customers/?search={quote(word)}" for word in words]
    return asked


def answers() -> dict[str, str]:
    found = {}
    for role in ROLES:
        user = User.objects.filter(role=role, is_active=True).order_by("-last_login", "pk").first()
        client = Client(headers={"Authorization": f"Bearer {issue_tokens(user)['access']}"})
        for path in paths():
            response = client.get(f"/api/v1{path}")
            body = CURSOR.sub(opened, response.content.decode())
            found[f"{role} {path}"] = f"{response.status_code} {response['Content-Type']} {body}"
            following = json.loads(response.content).get("next")
            if following and role == "ADMIN":
                response = client.get(following)
                found[f"{role} {path} next"] = CURSOR.sub(opened, response.content.decode())
    return found


def opened(match) -> str:
    """The cursor without its signature."""
    try:
        return f"cursor={signing.b64_decode(unquote(match[1]).split(':')[0].lstrip('.').encode())!r}"
    except ValueError:
        return match[0]


def main(command: str, file: str) -> int:
    settings.API_RATE, settings.ALLOWED_HOSTS = "1000000000/s", ["*"]
    now = answers()
    if command == "keep":
        with open(file, "w") as out:
            json.dump(now, out)
        print(f"{len(now)} answers kept")
        return 0
    with open(file) as kept:
        before = json.load(kept)
    differing = [request for request in {**before, **now} if before.get(request) != now.get(request)]
    for request in differing[:20]:
        print(f"{request}\n  before {before.get(request, '')[:600]}\n  now    {now.get(request, '')[:600]}")
    print(f"{len(now)} answers, {len(differing)} differ")
    return bool(differing)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
