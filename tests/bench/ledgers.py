"""What long ledgers cost to read: the stock at a date, and a customer's statement; printed, not judged.

python -m tests.bench.ledgers stock [ROWS] | statement [ENTRIES]
DATABASE_URL=postgres://… python -m tests.bench.ledgers stock 1000000
"""

import sys
import time
from datetime import timedelta
from decimal import Decimal

from tests.bench.database import own_database  # first: it sets Django up

from django.db import connection  # isort: skip
from django.urls import reverse  # isort: skip
from django.utils import timezone  # isort: skip

from accounts.services.account import NewEntry, post_entries  # isort: skip
from core.bulk_load import Table  # isort: skip
from inventory.admin.stock_at import held_at_end_of  # isort: skip
from inventory.models import Product, StockChange  # isort: skip
from sales.statement import statement_of  # isort: skip
from tests.clients import signed_in  # isort: skip
from tests.factories import make_customer, make_sales  # isort: skip

PRODUCTS = 20_000


def timed(name: str, function):
    start = time.perf_counter()
    found = function()
    print(f"{connection.vendor}, {name}: {time.perf_counter() - start:.2f} s")
    return found


def stock(rows: int = 1_000_000) -> None:
    """So many stock changes of 20,000 products, spread over as many days as each has."""
    Product.objects.bulk_create(
        Product(sku=f"P-{number}", name=f"Product {number}", selling_price=1) for number in range(PRODUCTS)
    )
    keys, table = list(Product.objects.values_list("pk", flat=True)), Table(StockChange)
    days = rows // PRODUCTS
    for day in range(days):
        posting = {"kind": "ADJUSTMENT", "change_reason": "Counted", "row_hash": "x" * 66}
        posting |= {"created_at": timezone.now() - timedelta(days=days - day)}
        posting |= {"previous_qty": day, "new_qty": day + 1, "previous_value": day, "new_value": day + 1}
        names = {"product_name": "Product", "product_category": "Tea"}
        table.add(StockChange(product_id=pk, product_key=pk, product_sku=f"P-{pk}", **names, **posting) for pk in keys)
    table.write()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{StockChange.objects.count():,} stock changes")
    today = timezone.localdate()
    timed("stock today", lambda: held_at_end_of(today))
    timed("stock half of the time ago", lambda: held_at_end_of(today - timedelta(days=days // 2)))
    timed("its sums", lambda: StockChange.objects.latest_before(timezone.now()).worth())


def statement(entries: int = 2000) -> None:
    customer = make_customer()
    for number in range(entries // 100):
        posted = [NewEntry(customer.pk, "CREDIT", Decimal(-1), "", f"{number}") for _ in range(100)]
        post_entries(posted, user=None, at=timezone.now() - timedelta(days=300 - number))
    today, client = timezone.localdate(), signed_in(make_sales())
    url = reverse("admin:accounts_customer_statement", args=[customer.pk])
    client.get(url)  # whatever is looked up once per process
    timed(f"statement of {entries:,} entries", lambda: statement_of(customer, today - timedelta(days=365), today))
    timed("its page", lambda: client.get(url))


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    with own_database():
        {"stock": stock, "statement": statement}[what](*map(int, numbers))
