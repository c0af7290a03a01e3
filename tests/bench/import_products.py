"""How fast an import writes, beside the bare bulk_create of the same products (python tests/bench/import_products.py).

Prints rows per second, queries, and the time as a multiple of the bare write. Everything is rolled back.
"""

import os
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.spreadsheets import read_table  # noqa: E402
from inventory.models import Product  # noqa: E402
from inventory.resources import ProductResource  # noqa: E402

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000


def catalogue(price: str, stock: int) -> bytes:
    lines = "".join(f"BENCH-{n},Product {n},Bench,1.00,{price},{stock}\n" for n in range(ROWS))
    return f"sku,name,category,cost_price,selling_price,stock_qty\n{lines}".encode()


def timed(function) -> tuple[float, int]:
    start = time.perf_counter()
    with CaptureQueriesContext(connection) as queries:
        function()
    return time.perf_counter() - start, len(queries)


def run(data: bytes):
    resource = ProductResource(reference="bench.csv", stock_mode="set")
    resource.import_data(read_table("bench.csv", data))
    assert resource.report.is_clean, resource.report.problem
    return resource.report.summary


def bare():
    products = (Product(sku=f"BARE-{n}", name=f"Product {n}", selling_price=2, cost_price=1) for n in range(ROWS))
    Product.objects.bulk_create(products, batch_size=1000)


def main():
    connection.queries_limit = 200_000
    with transaction.atomic():
        base, _ = timed(bare)
        print(f"{connection.vendor}, {ROWS:,} rows; bare bulk_create {base:.2f} s")
        for name, data in (
            ("new, with stock", catalogue("2.00", 5)),
            ("same file again", catalogue("2.00", 5)),
            ("all changed, with stock", catalogue("3.00", 6)),
        ):
            seconds, queries = timed(lambda data=data: run(data))
            print(f"{name:>24}: {ROWS / seconds:>7,.0f} rows/s, {queries:>6,} queries, {seconds / base:.1f} × bare")
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
