"""How fast an import writes and is undone, beside two others; printed, not judged.

    DATABASE_URL=postgres://… python -m tests.bench.import_products [ROWS]

(a) is a plain ModelResource of django-import-export with history, with its default settings (a tenth of the rows);
(b) is the bare bulk write of what the import writes too: products, their versions, stock changes and the rows of the
import's record, without checks or reading a file. Times are the processor's, the database server's included: a busy
machine is no fault of either. Products are made in a database of its own, which is thrown away.
"""

import os
import resource as process
import sys

from tests.bench.database import own_database  # first: it sets Django up

from django.db import connection, transaction  # isort: skip
from import_export.resources import ModelResource  # isort: skip

import tablib  # isort: skip
from inventory.models import Product, StockChange  # isort: skip

from core.imports.models import ImportedRow, ImportRecord  # isort: skip
from inventory.resources import ProductResource  # isort: skip
from core.imports.registry import undo_import  # isort: skip
from tests.imports import import_list  # isort: skip


class PlainResource(ModelResource):
    class Meta:
        model = Product
        import_id_fields = ("sku",)
        fields = ("sku", "name", "category", "cost_price", "selling_price", "stock_qty")


def catalogue(rows: int, price: str, stock: int, prefix: str = "BENCH") -> str:
    lines = "".join(f"{prefix}-{n},Product {n},Bench,1.00,{price},{stock}\n" for n in range(rows))
    return f"sku,name,category,cost_price,selling_price,stock_qty\n{lines}"


def processor_seconds() -> float:
    """So much time the processor has spent on us so far, in our processes and in PostgreSQL's that serves us."""
    seconds = sum(os.times()[:4])  # ours and that of the process that reads the file
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            with open(f"/proc/{cursor.fetchone()[0]}/stat") as stat:
                user, system = stat.read().rpartition(")")[2].split()[11:13]
        seconds += (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return seconds


def timed(function) -> tuple[float, int]:
    """Seconds, and the number of queries; counted, not kept, since keeping them takes time of its own."""
    queries = 0

    def count(execute, *args):
        nonlocal queries
        queries += 1
        return execute(*args)

    start = processor_seconds()
    with connection.execute_wrapper(count):
        function()
    return processor_seconds() - start, queries


def ours(text: str, **outcome):
    report = import_list(text, ProductResource, stock_mode="set").report
    assert report.is_clean, report.problem
    assert report.counts == outcome


def plain(text: str):
    result = PlainResource().import_data(tablib.Dataset().load(text, format="csv"), raise_errors=True)
    assert not result.has_errors()


@transaction.atomic
def bare_create(rows: int):
    products = [
        Product(sku=f"BARE-{n}", name=f"Product {n}", category="Bench", selling_price=2, cost_price=1, stock_qty=5)
        for n in range(rows)
    ]
    Product.objects.bulk_create(products, batch_size=1000)
    bare_records(products, 0, 5, update=False)


@transaction.atomic
def bare_update():
    products = list(Product.objects.filter(sku__startswith="BARE-"))
    for product in products:
        product.selling_price, product.stock_qty = 3, 6
    Product.objects.bulk_update(products, ["selling_price", "stock_qty"], batch_size=1000)
    bare_records(products, 5, 6, update=True)


def bare_records(products, before: int, after: int, *, update: bool):
    """The versions, stock changes and imported rows that go with the products."""
    Product.history.bulk_history_create(products, batch_size=1000, update=update)
    changes = [
        StockChange(
            product=product,
            product_name=product.name,
            product_category=product.category,
            product_sku=product.sku,
            previous_qty=before,
            new_qty=after,
            kind=StockChange.Kind.IMPORT,
            change_reason="Import",
            reference="bare.csv",
        )
        for product in products
    ]
    StockChange.objects.bulk_create(changes, batch_size=1000)
    record = ImportRecord.objects.create(target="bare", file_name="bare.csv")
    rows = [
        ImportedRow(
            record=record,
            object_id=product.pk,
            line=product.pk,
            key=product.sku,
            name=product.name,
            is_new=not update,
            changes=[("selling_price", "2.00", "3.00"), ("stock_qty", str(before), str(after))],
        )
        for product in products
    ]
    ImportedRow.objects.bulk_create(rows, batch_size=1000)


def main(rows: int) -> None:
    few = rows // 10
    bare = {"new": timed(lambda: bare_create(rows))[0], "changed": timed(bare_update)[0]}
    library = {
        "new": timed(lambda: plain(catalogue(few, "2.00", 0, "PLAIN")))[0] / few,
        "changed": timed(lambda: plain(catalogue(few, "3.00", 0, "PLAIN")))[0] / few,
    }
    print(f"{connection.vendor}, {rows:,} rows with stock; so many × as fast as (a), so many × the time of (b)")
    for kind, price, stock in (("new", "2.00", 5), ("changed", "3.00", 6), ("unchanged", "3.00", 6)):
        text = catalogue(rows, price, stock)
        seconds, queries = timed(lambda text=text, kind=kind: ours(text, **{kind: rows}))
        compared = ""
        if kind in bare:
            compared = f", (a) {library[kind] * rows / seconds:.1f} ×, (b) {seconds / bare[kind]:.1f} ×"
        print(f"{kind:>12}: {rows / seconds:>6,.0f} rows/s, {queries:>6,} queries{compared}")
    print(f"most memory held by then: {process.getrusage(process.RUSAGE_SELF).ru_maxrss / 1024:,.0f} MB")
    for name in ("undo changed", "undo new"):
        record = ImportRecord.objects.filter(target="inventory.product", undone_at=None).first()
        seconds, queries = timed(lambda record=record: undo_import(record, user=None))
        print(f"{name:>12}: {rows / seconds:>6,.0f} rows/s, {queries:>6,} queries")
    assert not Product.objects.filter(sku__startswith="BENCH-").exists()


if __name__ == "__main__":
    with own_database():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
