"""How fast an import writes and is undone, beside two others; printed, not judged.

    DATABASE_URL=postgres://… python -m tests.bench.import_products [ROWS]

(a) is a plain ModelResource of django-import-export with its default settings (5,000 rows), (b) the bare
bulk_create or bulk_update of the same rows, without history, stock log, checks or reading a file. Products are made
in a database of its own, which is thrown away.
"""

import resource as process
import sys
import time

from tests.bench.database import own_database  # first: it sets Django up

from django.db import connection, transaction  # isort: skip
from import_export.resources import ModelResource  # isort: skip

from core.spreadsheets.reading import read_table  # isort: skip
from inventory.models import Product

from core.imports.models import ImportRecord  # isort: skip
from inventory.resources import ProductResource  # isort: skip
from core.imports.registry import undo_import  # isort: skip

FEW = 5_000


class PlainResource(ModelResource):
    class Meta:
        model = Product
        import_id_fields = ("sku",)
        fields = ("sku", "name", "category", "cost_price", "selling_price", "stock_qty")


def catalogue(rows: int, price: str, stock: int, prefix: str = "BENCH") -> bytes:
    lines = "".join(f"{prefix}-{n},Product {n},Bench,1.00,{price},{stock}\n" for n in range(rows))
    return f"sku,name,category,cost_price,selling_price,stock_qty\n{lines}".encode()


def timed(function) -> tuple[float, int]:
    """Seconds, and the number of queries; counted, not kept, since keeping them takes time of its own."""
    queries = 0

    def count(execute, *args):
        nonlocal queries
        queries += 1
        return execute(*args)

    start = time.perf_counter()
    with connection.execute_wrapper(count):
        function()
    return time.perf_counter() - start, queries


def ours(data: bytes):
    resource = ProductResource(reference="bench.csv", stock_mode="set")
    with transaction.atomic():
        resource.import_data(read_table("bench.csv", data))
    assert resource.report.is_clean, resource.report.problem


def plain(data: bytes):
    result = PlainResource().import_data(read_table("plain.csv", data), raise_errors=True)
    assert not result.has_errors()


def bare_create(rows: int):
    products = [Product(sku=f"BARE-{n}", name=f"Product {n}", selling_price=2, cost_price=1) for n in range(rows)]
    Product.objects.bulk_create(products, batch_size=1000)


def bare_update():
    products = list(Product.objects.filter(sku__startswith="BARE-"))
    for product in products:
        product.selling_price = 3
    Product.objects.bulk_update(products, ["selling_price"], batch_size=1000)


def main(rows: int) -> None:
    bare = {"new": timed(lambda: bare_create(rows))[0], "changed": timed(bare_update)[0]}
    library = {
        "new": timed(lambda: plain(catalogue(FEW, "2.00", 0, "PLAIN")))[0] / FEW,
        "changed": timed(lambda: plain(catalogue(FEW, "3.00", 0, "PLAIN")))[0] / FEW,
    }
    print(f"{connection.vendor}, {rows:,} rows with stock; so many × as fast as (a), so many × the time of (b)")
    for name, price, stock in (("new", "2.00", 5), ("changed", "3.00", 6)):
        seconds, queries = timed(lambda price=price, stock=stock: ours(catalogue(rows, price, stock)))
        faster, slower = library[name] * rows / seconds, seconds / bare[name]
        print(
            f"{name:>12}: {rows / seconds:>6,.0f} rows/s, {queries:>6,} queries, (a) {faster:.1f} ×, (b) {slower:.1f} ×"
        )
    for name in ("undo changed", "undo new"):
        record = ImportRecord.objects.filter(undone_at=None).first()
        seconds, queries = timed(lambda record=record: undo_import(record, user=None))
        print(f"{name:>12}: {rows / seconds:>6,.0f} rows/s, {queries:>6,} queries")
    assert not Product.objects.filter(sku__startswith="BENCH-").exists()
    print(f"most memory ever held: {process.getrusage(process.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")


if __name__ == "__main__":
    with own_database():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
