"""What hostile files, slow clients and the hash chain cost; printed, not judged.

    python -m tests.bench.limits pictures | slow | chain [ROWS] | redis
    DATABASE_URL=postgres://… python -m tests.bench.limits chain 1000000

Each picture is read in a process of its own, whose memory is its own.
"""

import io
import multiprocessing
import resource as process
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack

from tests.bench.database import own_database  # first: it sets Django up

from django.core.files.uploadedfile import SimpleUploadedFile  # isort: skip
from django.core.exceptions import ValidationError  # isort: skip
from django.db import transaction  # isort: skip
from PIL import Image  # isort: skip

from core.cache import FallbackRedisCache  # isort: skip
from core.images import clean_image  # isort: skip
from inventory.models import STOCK_CHAIN, Product, StockChange  # isort: skip
from inventory.services import stock  # isort: skip
from inventory.stock_check import check_stock  # isort: skip
from tests.factories import make_product  # isort: skip
from tests.server import ROOT, free_port, wait_until  # isort: skip

PICTURES = [
    ("WEBP", 2645, "RGBA"),
    ("WEBP", 6324, "RGBA"),  # 1.6 kB
    ("PNG", 3872, "RGBA"),
    ("JPEG", 3872, "RGB"),
    ("progressive JPEG", 3872, "RGB"),
    ("progressive JPEG", 3872, "CMYK"),
    ("progressive JPEG", 3464, "CMYK"),
]


def picture(kind: str, side: int, mode: str) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = 6
    options = {"lossless": True} if kind == "WEBP" else {}
    if kind.startswith("progressive"):
        options = {"progressive": True, "subsampling": 0}
    buffer = io.BytesIO()
    Image.new(mode, (side, side)).save(buffer, kind.split()[-1], exif=exif, **options)
    return buffer.getvalue()


def read_picture(data: bytes, told) -> None:
    before = process.getrusage(process.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    try:
        clean_image(SimpleUploadedFile("a", data))
        outcome = "kept"
    except ValidationError as error:
        outcome = error.messages[0]
    peak = process.getrusage(process.RUSAGE_SELF).ru_maxrss
    told.put(((peak - before) // 1024, time.perf_counter() - start, outcome))


def pictures() -> None:
    context = multiprocessing.get_context("fork")
    for kind, side, mode in PICTURES:
        made, told = context.Queue(), context.Queue()
        maker = context.Process(target=lambda made=made, args=(kind, side, mode): made.put(picture(*args)))
        maker.start()
        data = made.get()
        maker.join()
        reader = context.Process(target=read_picture, args=(data, told))
        reader.start()
        memory, seconds, outcome = told.get()
        reader.join()
        print(f"{kind} {side} × {side} {mode}, {len(data):,} bytes: {memory} MB, {seconds:.2f} s: {outcome}")


def slow() -> None:
    """The sign-in page while twenty clients send half a request, with the shipped gunicorn.conf.py."""
    port = free_port()
    database = f"sqlite:///{tempfile.mkdtemp()}/slow.sqlite3"
    environment = {"DEBUG": "1", "BIND": f"127.0.0.1:{port}", "PATH": "/usr/bin:/bin", "DATABASE_URL": database}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=ROOT, env=environment, check=True)
    command = [sys.executable, "-m", "gunicorn", "config.wsgi"]
    server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: seconds_of(port) is not None, "no answer")
        print(f"sign-in page, nobody slow: {seconds_of(port):.3f} s")
        with ExitStack() as stack:
            for _ in range(20):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", port)))
                client.sendall(b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Le")
            time.sleep(1)
            print(f"with 20 slow clients: {max(seconds_of(port) for _ in range(10)):.3f} s at most")
    finally:
        server.terminate()
        server.wait()


def seconds_of(port: int) -> float | None:
    start = time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            client.sendall(b"GET /admin/login/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            if not client.recv(15).startswith(b"HTTP/1.1 200"):
                return None
    except OSError:
        return None
    return time.perf_counter() - start


def chain(rows: int = 100_000) -> None:
    """What the hashes cost when stock is written, and how long a long log takes to be verified."""
    products = [make_product(stock=0) for _ in range(100)]
    link = STOCK_CHAIN.link
    times = {"with hashes": [], "without": []}
    for _ in range(20):
        for how, function in (("with hashes", link), ("without", lambda row, previous: "1:" + "0" * 64)):
            STOCK_CHAIN.link = function
            with transaction.atomic():
                locked = stock.lock_products([product.pk for product in products])
                moves = [(product, product.stock_qty + 1) for product in locked.values()]
                start = time.process_time()
                stock.post_moves(moves, kind=StockChange.Kind.ADJUSTMENT, reason="Counted", user=None)
                times[how].append(time.process_time() - start)
                transaction.set_rollback(how == "without")
    STOCK_CHAIN.link = link
    for how, taken in times.items():
        print(f"100 stock changes, {how}: {sorted(taken)[len(taken) // 2] * 1000:.1f} ms")
    row = StockChange.objects.latest("pk")
    values = {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.name not in ("id",)}
    for start in range(0, rows, 10_000):
        batch = [StockChange(**values | {"previous_qty": row.new_qty}) for _ in range(start, min(rows, start + 10_000))]
        for copy in batch:
            copy.previous_qty = copy.new_qty = row.new_qty
            copy.row_hash = row.row_hash = STOCK_CHAIN.link(copy, row.row_hash)
        StockChange.objects.bulk_create(batch)
    Product.objects.filter(pk=row.product_id).update(ledger_head=row.row_hash)
    start, busy = time.perf_counter(), time.process_time()
    check = check_stock()
    took, busy = time.perf_counter() - start, time.process_time() - busy
    print(f"check_stock, {check.stock_changes:,} rows: {took:.1f} s ({busy:.1f} s of this process) {check.problem}")


def redis() -> None:
    """A Redis that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        cache = FallbackRedisCache(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", {})
        for turn in ("first", "second"):
            start = time.perf_counter()
            cache.add("a", 0)
            cache.incr("a")
            print(f"counting, {turn} time: {time.perf_counter() - start:.3f} s")


if __name__ == "__main__":
    what, *numbers = sys.argv[1:]
    with own_database():
        {"pictures": pictures, "slow": slow, "chain": chain, "redis": redis}[what](*map(int, numbers))
