"""gunicorn with several workers over a database of its own, asked by several clients at once, and shot at."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.conf import settings

from tests.environment import POSTGRESQL

ROOT = Path(settings.BASE_DIR)
LOST = "no answer"  # in place of a status: the connection broke, and nobody knows what was done


class Server:
    def __init__(self, folder: Path, database_url: str, *, workers=4):
        self.folder, self.workers, self.port, self.process = folder, workers, free_port(), None
        self.token = None
        self.environment = os.environ | {
            "DATABASE_URL": database_url,
            "DEBUG": "0",
            "HTTPS": "0",
            "NUM_PROXIES": "0",
            "SECRET_KEY": "only-for-the-minutes-that-this-database-lives",
            "API_RATE": "1000000/s",
            "LOG_LEVEL": "WARNING",
            "MEDIA_ROOT": str(folder / "media"),
            "IMPORT_ROOT": str(folder / "imports"),
        }

    def manage(self, *arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [sys.executable, ROOT / "manage.py", *arguments],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
        )

    def call(self, function: str, *arguments):
        """What a function of the tests ("module.name") returns in a process that works on the server's database."""
        module, name = function.rsplit(".", 1)
        code = f"import json; from {module} import {name}; print(json.dumps({name}(*{arguments!r})))"
        done = self.manage("shell", "--verbosity", "0", "--command", code)
        assert done.returncode == 0, done.stderr[-3000:]
        return json.loads(done.stdout.splitlines()[-1])

    def start(self) -> None:
        arguments = ["config.wsgi", f"--workers={self.workers}", f"--bind=127.0.0.1:{self.port}", "--timeout=120"]
        with open(self.folder / "server.log", "ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *arguments, "--log-level=warning"],
                env=self.environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_until(lambda: self.ask("GET", "/healthz/")[0] == 200, "the server does not answer")

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def kill_workers(self) -> None:
        for pid in children(self.process.pid):
            kill(pid)

    def kill(self) -> None:
        """Master and workers: nobody says goodbye to anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(30)

    def ask(self, method: str, path: str, body=None) -> tuple[int | str, dict, dict]:
        """Status, JSON and headers of the answer."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        try:
            connection = HTTPConnection("127.0.0.1", self.port, timeout=90)
            connection.request(method, path, body and json.dumps(body), headers)
            response = connection.getresponse()
            data = response.read()
        except (OSError, HTTPException):
            return LOST, {}, {}
        finally:
            connection.close()
        is_json = response.headers.get("Content-Type", "").startswith("application/json")
        return response.status, json.loads(data) if is_json and data else {}, dict(response.headers)

    def api(self, method: str, path: str, body=None):
        return self.ask(method, f"/api/v1{path}", body)


def at_once(function, jobs, clients=16) -> list:
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(function, jobs))


def wait_until(true, otherwise: str, seconds=60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.1)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def database_of_its_own(folder: Path):
    """The address of a new database: on the server that DATABASE_URL names, or a file."""
    if not POSTGRESQL:
        yield f"sqlite:///{folder / 'shop.sqlite3'}"
        return
    address, name = urlsplit(os.environ["DATABASE_URL"]), f"minierp_server_{os.getpid()}"
    with psycopg.connect(address.geturl(), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield address._replace(path=f"/{name}").geturl()
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(folder: Path, database_url: str, *, orders: int, workers=4):
    """A running server with a small shop; yields it and what `open_shop` tells."""
    server = Server(folder, database_url, workers=workers)
    shop = server.call("tests.server.open_shop", orders)
    server.token = shop["token"]
    try:
        server.start()
        yield server, shop
    finally:
        server.stop()
        if server.process and server.process.poll() is None:
            server.kill()


def open_shop(orders: int) -> dict:
    """Migrate; make people, few products and pending orders of two of them each."""
    from django.core.management import call_command

    from accounts.tokens import issue_tokens
    from tests.factories import make_admin, make_customer, make_order, make_product

    call_command("migrate", verbosity=0)
    admin, customer = make_admin(), make_customer()
    products = [make_product(sku=f"P-{number}", stock=150) for number in range(4)]
    made = []
    for number in range(orders):
        first, second = products[number % 4], products[(number + 1 + number // 4 % 3) % 4]
        made.append(make_order((first, 1), (second, 2), customer=customer).pk)
    return {
        "token": issue_tokens(admin)["access"],
        "customer": customer.pk,
        "products": [product.pk for product in products],
        "orders": made,
    }


def tell_shop() -> dict:
    """Everything that is wrong with the shop, how its orders stand and what is in stock."""
    from inventory.models import Product
    from inventory.stock_check import check_stock
    from sales.models import Order
    from tests.ledger import broken_promises

    return {
        "wrong": [*filter(None, [check_stock().problem]), *broken_promises()],
        "orders": {
            pk: [number, status] for pk, number, status in Order.objects.values_list("pk", "order_number", "status")
        },
        "stock": dict(Product.objects.values_list("pk", "stock_qty")),
    }
