"""What a page of a long list costs at its beginning, in its middle and at its end; printed, not judged.

    DATABASE_URL=postgres://… python -m tests.bench.api_pages [ROWS]

Makes ROWS stock changes (default 200,000) in a database of its own, which is thrown away.
"""

import sys
import time
from datetime import timedelta
from itertools import islice

from tests.bench.database import own_database  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.db import connection  # isort: skip
from django.utils import timezone  # isort: skip

from core.api.pagination import Cursor  # isort: skip
from inventory.models import StockChange  # isort: skip
from tests.clients import Caller  # isort: skip
from tests.factories import make_product, make_sales  # isort: skip

ORDERINGS = ["-id", "created_at"]
REPEATS = 30


def measure(rows: int) -> None:
    caller, product = Caller(make_sales()), make_product(stock=0)
    start = timezone.now()
    rows_made = (
        StockChange(
            product=product,
            product_name="x",
            product_sku="x",
            previous_qty=0,
            new_qty=0,
            kind="ADJUSTMENT",
            created_at=start + timedelta(milliseconds=number),
        )
        for number in range(rows)
    )
    while batch := list(islice(rows_made, 20_000)):
        StockChange.objects.bulk_create(batch)
    if connection.vendor == "postgresql":  # as its autovacuum does
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {rows:,} stock changes, pages of 10, best of {REPEATS}")
    for ordering in ORDERINGS:
        marks = {}
        for name, cursor in places(ordering, rows):
            path = f"/products/stock-changes/?ordering={ordering}" + (f"&cursor={cursor}" if cursor else "")
            marks[name] = min(timed(caller, path) for _ in range(REPEATS))
        shown = ", ".join(
            f"{name} {took * 1000:.1f} ms ({took / marks['first']:.2f} ×)" for name, took in marks.items()
        )
        print(f"  {ordering}: {shown}")


def places(ordering: str, rows: int):
    """A cursor for the first page (none), the middle and the end, without walking there."""
    yield "first", None
    ids = StockChange.objects.order_by("id").values_list("id", flat=True)
    for name, position in (("middle", rows // 2), ("last", rows - 20)):
        index = position if not ordering.startswith("-") else rows - position
        row = StockChange.objects.get(pk=ids[index])
        cursor = Cursor(ordering, False, False, [])
        values = [row._meta.get_field(field).value_to_string(row) for field in cursor.fields]
        yield name, cursor._replace(position=values).sign(StockChange)


def timed(caller, path: str) -> float:
    start = time.perf_counter()
    answer = caller.get(path)
    took = time.perf_counter() - start
    assert answer.status_code == 200 and len(answer.json()["results"]) == 10, answer.content
    return took


if __name__ == "__main__":
    settings.API_RATE = "1000000/s"
    with own_database():
        measure(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
