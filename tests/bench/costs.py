"""What the API's requests and the admin's lists cost: processor time, queries, kB; printed, not judged.

    DATABASE_URL=… python -m tests.bench.costs [--keep FILE] [--compare FILE]

On the database that DATABASE_URL names, filled by `load_demo` with the sizes of one's choice. It signs in as the demo's
admin and only reads. Processor time is the best of several rounds, so that it means something on a busy machine too;
what the database's own processes take is not in it. `--compare` prints the ratio to an earlier run.
"""

import argparse
import json
import os
import time
from unittest import mock

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from accounts.tokens import issue_tokens  # noqa: E402
from inventory.models import Product  # noqa: E402
from sales.models import Order  # noqa: E402

ROUNDS, REPEATS = 5, 10


def requests() -> dict[str, str]:
    order = Order.objects.order_by("-pk")[Order.objects.count() // 2]
    product = Product.objects.order_by("-pk")[5]
    word, api, lists = product.name.split()[0], "/api/v1", "/admin"
    return {
        "constant view": "/healthz/",
        "API: products": f"{api}/products/",
        "API: products of a category": f"{api}/products/?category={product.category}",
        "API: products by word": f"{api}/products/?search={word}",
        "API: products by SKU": f"{api}/products/?search={product.sku}",
        "API: a product": f"{api}/products/{product.pk}/",
        "API: orders": f"{api}/orders/",
        "API: pending orders": f"{api}/orders/?status=PENDING",
        "API: orders by number": f"{api}/orders/?search={order.order_number}",
        "API: an order": f"{api}/orders/{order.pk}/",
        "API: dashboard": f"{api}/dashboard/",
        "API: stock changes": f"{api}/products/stock-changes/",
        "API: customers": f"{api}/customers/",
        "admin: dashboard": f"{lists}/",
        "admin: orders": f"{lists}/sales/order/",
        "admin: orders by number": f"{lists}/sales/order/?q={order.order_number}",
        "admin: orders by customer": f"{lists}/sales/order/?q={order.customer.last_name}",
        "admin: confirmed orders": f"{lists}/sales/order/?status__exact=CONFIRMED",
        "admin: products": f"{lists}/inventory/product/",
        "admin: products by word": f"{lists}/inventory/product/?q={word}",
        "admin: stock changes": f"{lists}/inventory/stockchange/",
        "admin: customers": f"{lists}/accounts/customer/",
    }


def measure(client: Client, path: str) -> tuple[float, float, int, int]:
    """Processor milliseconds, milliseconds by the clock, queries, bytes."""
    for _ in range(2):
        response = client.get(path)
        assert response.status_code == 200, (path, response.status_code)
    repeats = REPEATS if path.startswith("/api/") else 2
    busy, waited = [], []
    for _ in range(ROUNDS):
        start, clock = time.process_time(), time.perf_counter()
        for _ in range(repeats):
            client.get(path)
        busy.append((time.process_time() - start) * 1000 / repeats)
        waited.append((time.perf_counter() - clock) * 1000 / repeats)
    with mock.patch.object(connection, "close"), CaptureQueriesContext(connection) as captured:
        client.get(path)
    return min(busy), min(waited), len(captured), len(response.content)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep")
    parser.add_argument("--compare")
    options = parser.parse_args()
    settings.API_RATE, settings.ALLOWED_HOSTS = "1000000000/s", ["*"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    admin = User.objects.admins().active().earliest("pk")
    client = Client(headers={"Authorization": f"Bearer {issue_tokens(admin)['access']}"})
    client.force_login(admin)
    earlier = {}
    if options.compare:
        with open(options.compare) as file:
            earlier = json.load(file)
    found = {}
    print(f"{connection.vendor}, {Product.objects.count():,} products, {Order.objects.count():,} orders")
    print(f"{'':28} {'CPU ms':>8} {'ms':>8} {'queries':>8} {'kB':>8} {'× before' if earlier else ''}")
    for name, path in requests().items():
        cpu, clock, queries, size = found[name] = measure(client, path)
        ratio = f"{earlier[name][0] / cpu:8.1f}" if name in earlier else ""
        print(f"{name:28} {cpu:8.1f} {clock:8.1f} {queries:8} {size / 1000:8.1f} {ratio}", flush=True)
    if options.keep:
        with open(options.keep, "w") as file:
            json.dump(found, file)


if __name__ == "__main__":
    main()
