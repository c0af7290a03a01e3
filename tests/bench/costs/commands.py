"""What whole files and tables cost: exports, an import, the checks, a backup."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from inventory.models import Product
from tests.server import ROOT, Server

IMPORTED = 200
# As manage.py does it; and how much memory that took at most (in what the parent is told, its own counts too).
COMMAND = """
import os, sys
from django.core.management import execute_from_command_line
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
execute_from_command_line(["manage.py", *sys.argv[1:]])
print(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
"""


def exported(system) -> Iterator[tuple[str, dict]]:
    """All stock changes as a file."""
    for number, kind in enumerate(("XLSX", "CSV")):
        body = urlencode({"format": number, "resource": 0})
        system.forget_memory()
        start = time.perf_counter()
        asking, answer = system.caller.open(
            "POST", "/admin/inventory/stockchange/export/", body, "application/x-www-form-urlencoded"
        )
        size = len(answer.read(1))
        first = time.perf_counter() - start
        while chunk := answer.read(1 << 20):
            size += len(chunk)
        asking.close()
        figures = {"ms": (time.perf_counter() - start) * 1000, "kB": size / 1000, "MB": system.memory()}
        yield f"admin: stock changes as {kind}, the first byte", {"ms": first * 1000}
        yield f"admin: stock changes as {kind}", figures


def run(server: Server, folder: Path) -> Iterator[tuple[str, dict]]:
    prices = folder / "prices.csv"
    rows = Product.objects.order_by("pk").values_list("sku", "selling_price")[:IMPORTED]
    prices.write_text("sku,selling_price\n" + "".join(f"{sku},{price + 1}\n" for sku, price in rows))
    for name, *arguments in (
        (f"import_products, {IMPORTED} new prices", "import_products", str(prices)),
        ("check_stock", "check_stock"),
        ("check_accounts", "check_accounts"),
        ("backup", "backup", str(folder / "backup.zip")),
    ):
        start = time.perf_counter()
        command = [sys.executable, "-c", COMMAND, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=server.environment, capture_output=True, text=True)
        assert not done.returncode, f"{name}: {done.stderr[-2000:]}"
        taken = (time.perf_counter() - start) * 1000
        yield f"manage.py {name}", {"ms": taken, "MB": int(done.stdout.split()[-1]) / 1000}
