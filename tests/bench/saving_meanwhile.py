"""How long somebody who saves a product waits while a list is being written to the same SQLite file; printed.

    python -m tests.bench.saving_meanwhile [ROWS]

The list is imported by the command, in a process of its own, into a database that is thrown away: first all of its rows
are new, then all are changed. Meanwhile a product is saved again and again, and each time is measured.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = tempfile.TemporaryDirectory()
os.environ["DATABASE_URL"] = f"sqlite:///{FOLDER.name}/bench.sqlite3"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import OperationalError  # noqa: E402

from inventory.models import Product  # noqa: E402
from inventory.services.stock import adjust_stock  # noqa: E402
from tests.bench.import_products import catalogue  # noqa: E402
from tests.factories import make_admin, make_product  # noqa: E402
from tests.server import ROOT  # noqa: E402


def import_beside(file: Path, product: Product, user) -> tuple[float, list[float], int]:
    """Seconds that the import takes, and those that each save waits meanwhile; how many saves were refused."""
    start, waits, refused = time.perf_counter(), [], 0
    command = [sys.executable, "manage.py", "import_products", str(file), "--stock", "set"]
    importing = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    while importing.poll() is None:
        begun = time.perf_counter()
        try:
            adjust_stock(product, change=1, reason="Counted", user=user)
        except OperationalError:
            refused += 1
        waits.append(time.perf_counter() - begun)
        time.sleep(0.05)
    assert importing.returncode == 0
    return time.perf_counter() - start, waits, refused


def main(rows: int) -> None:
    call_command("migrate", verbosity=0)
    product, user = make_product(sku="OTHER", stock=5), make_admin()
    file = Path(FOLDER.name) / "list.csv"
    for kind, price, stock in (("new", "2.00", 5), ("changed", "3.00", 6)):
        file.write_text(catalogue(rows, price, stock))
        seconds, waits, refused = import_beside(file, product, user)
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
        print(
            f"{rows:,} {kind} rows in {seconds:.1f} s; {len(waits)} saves meanwhile, {refused} of them refused, "
            f"the longest after {max(waits):.2f} s, most after {sorted(waits)[len(waits) // 2]:.3f} s; "
            f"most memory that an import has held: {most} MB"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50_000)
    FOLDER.cleanup()
