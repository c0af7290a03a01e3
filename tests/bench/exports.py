"""How fast a list is exported and how much memory that takes, beside the library's own export; printed, not judged.

    DATABASE_URL=postgres://… python -m tests.bench.exports [ROWS]

The rows are stock changes, the table that only grows. The library's export holds the whole table in memory, so it is
measured on a tenth of them. Each export runs in a process of its own, whose memory is its own.
"""

import multiprocessing
import resource as process
import sys
import time

from tests.bench.database import own_database  # first: it sets Django up

from django.db import connection, connections  # isort: skip
from import_export.formats.base_formats import CSV, XLSX  # isort: skip

from core.admin.export import exported  # isort: skip
from core.spreadsheets.writing import FormulaSafeCSV, FormulaSafeXLSX  # isort: skip
from inventory.models import StockChange  # isort: skip
from inventory.resources import StockChangeResource  # isort: skip
from inventory.services.stock import adjust_stock  # isort: skip
from tests.factories import make_product  # isort: skip


def fill(rows: int) -> None:
    """As many stock changes as that: one real one, copied."""
    product = make_product(stock=5)
    adjust_stock(product, change=1, reason="Counted", user=None)
    row = StockChange.objects.first()
    copies = (
        StockChange(**{field.attname: getattr(row, field.attname) for field in row._meta.fields if field.name != "id"})
        for _ in range(rows)
    )
    StockChange.objects.bulk_create(copies, batch_size=1000)


def streamed(file_format, rows: int) -> int:
    resource = StockChangeResource()
    found = exported(resource, StockChange.objects.prefetch_related("customer", "created_by")[:rows])
    return sum(len(chunk) for chunk in file_format.stream(resource.get_export_headers(), found))


def library(file_format, rows: int) -> int:
    dataset = StockChangeResource().export(StockChange.objects.select_related("customer", "created_by")[:rows])
    return len(file_format.export_data(dataset))


def measured(export, file_format, rows: int) -> tuple[float, float]:
    """Seconds and the MB that this took, in a process of its own."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    connections.close_all()
    context = multiprocessing.get_context("fork")
    child = context.Process(target=run, args=(sender, export, file_format, rows))
    child.start()
    result = receiver.recv()
    child.join()
    return result


def run(sender, export, file_format, rows: int) -> None:
    start, before = time.perf_counter(), process.getrusage(process.RUSAGE_SELF).ru_maxrss
    assert export(file_format, rows)
    after = process.getrusage(process.RUSAGE_SELF).ru_maxrss
    sender.send((time.perf_counter() - start, (after - before) / 1024))


def main(rows: int) -> None:
    fill(rows)
    print(f"{connection.vendor}, {rows:,} stock changes")
    for ours, theirs in ((FormulaSafeCSV(), CSV()), (FormulaSafeXLSX(), XLSX())):
        seconds, memory = measured(streamed, ours, rows)
        slow, much = measured(library, theirs, rows // 10)
        print(
            f"{ours.label:>12}: {rows / seconds:>7,.0f} rows/s, {memory:>5,.0f} MB more; "
            f"{slow * 10 / seconds:.1f} × as fast as the library, which takes {much:,.0f} MB for a tenth"
        )


if __name__ == "__main__":
    with own_database():
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
