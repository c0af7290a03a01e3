"""Measure one running system, on the database that DATABASE_URL names; the figures as JSON on the last line.

DATABASE_URL=… python -m tests.bench.costs.measuring [NAME]
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.database import own_database  # noqa: F401  # first: it sets Django up

from django.conf import settings  # isort: skip
from django.db import connection  # isort: skip
from unittest import mock  # isort: skip

from accounts.models import User  # isort: skip
from accounts.tokens import issue_tokens  # isort: skip
from core.prepared import ServerBindingCursor, execute_prepared  # isort: skip
from tests.bench.costs import asked, commands, orders  # isort: skip
from tests.bench.costs.http import Caller, at_once  # isort: skip
from tests.clients import signed_in  # isort: skip
from tests.server import Server, children  # isort: skip

Figures = dict[str, Any]
CONSTANT = "/healthz/"
PAGES, ANSWERS = 7, 40  # times that a page of the admin, and an answer of the API, is asked for
READS = ("SELECT", "(SELECT")


class System:
    """The running system, the same in this process, and who asks."""

    def __init__(self, server: Server, user: User):
        self.server, self.user = server, user
        self.here = signed_in(user)
        self.here.defaults["HTTP_AUTHORIZATION"] = f"Bearer {issue_tokens(user)['access']}"
        self.caller = Caller(server.port, self.here)

    def figures(self, path: str) -> Figures:
        """What it costs to read this."""
        times: dict[str, list[float]] = {path: [], CONSTANT: []}
        self.forget_memory()
        size = len(self.caller.get(path))
        for _ in range(ANSWERS if path.startswith("/api/") else PAGES):
            for which, found in times.items():
                start = time.perf_counter()
                self.caller.get(which)
                found.append((time.perf_counter() - start) * 1000)
        figures = {
            "ms": statistics.median(times[path]),
            "constant": statistics.median(times[CONSTANT]),
            "kB": size / 1000,
        }
        figures |= self.queries(lambda: self.here.get(path))
        if path.startswith("/api/"):
            for clients in (1, asked.CLIENTS):
                jobs = [lambda: self.caller.get(path)] * (ANSWERS * clients)
                figures[f"{clients}/s"] = len(jobs) / at_once(jobs, clients)
        return figures | {"MB": self.memory()}

    def queries(self, ask: Callable) -> Figures:
        """How many queries this asks, and how long these take without the application around them."""
        seen: list[tuple[str, Any, bool]] = []
        writes = 0.0

        def note(execute, sql, params, many, context):
            nonlocal writes
            start = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                if sql.startswith(READS) and "FOR UPDATE" not in sql:
                    seen.append((sql, params, isinstance(context["cursor"].cursor, ServerBindingCursor)))
                else:
                    seen.append(("", None, False))
                    writes += time.perf_counter() - start

        with mock.patch.object(connection, "close"), connection.execute_wrapper(note):
            ask()
        reads = min(self.bare([query for query in seen if query[0]]) for _ in range(3))
        return {"queries": len(seen), "SQL ms": (reads + writes) * 1000}

    def bare(self, queries: list[tuple[str, Any, bool]]) -> float:
        with connection.cursor() as cursor:
            plain = cursor.cursor
            start = time.perf_counter()
            for sql, params, prepared in queries:
                if prepared:
                    execute_prepared(cursor, sql, params)
                else:
                    cursor.cursor = plain
                    cursor.execute(sql, params)
                cursor.fetchall()
            return time.perf_counter() - start

    def forget_memory(self) -> None:
        for pid in children(self.server.process.pid):
            Path(f"/proc/{pid}/clear_refs").write_text("5")  # the most that it has held is what it holds now

    def memory(self) -> float:
        """The most that one of the server's processes has held since, in MB."""
        told = [Path(f"/proc/{pid}/status").read_text() for pid in children(self.server.process.pid)]
        peaks = [int(text.split("VmHWM:")[1].split()[0]) for text in told if "VmHWM:" in text]  # else it is just ending
        return max(peaks, default=0) / 1000


def requests(user: User) -> Iterator[tuple[str, str]]:
    yield "constant view", CONSTANT
    yield from asked.api()
    yield from asked.lists(signed_in(user))
    yield from asked.pages(user)


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[System]:
    server = Server(folder, os.environ["DATABASE_URL"], workers=2)
    server.environment |= {"SECRET_KEY": settings.SECRET_KEY, **environment}
    server.manage("collectstatic", "--noinput")
    server.start()
    try:
        yield System(server, User.objects.admins().active().earliest("pk"))
    finally:
        server.stop()


def measured(folder: Path, only: str) -> Iterator[tuple[str, Figures]]:
    with running(folder) as system:
        asked_for = [(name, path) for name, path in requests(system.user) if only in name]
        for name, path in asked_for:
            yield name, system.figures(path)
        if only in "API: orders written":
            yield from orders.written(system)
        if only in "admin: exported":
            yield from commands.exported(system)
    with running(folder, DASHBOARD_SECONDS="0") as system, mock.patch.object(settings, "DASHBOARD_SECONDS", 0):
        for name, path in asked_for:
            if "dashboard" in name or "insights" in name:
                yield f"{name}, worked out anew", system.figures(path)
    if only in "manage.py":
        yield from commands.run(system.server, folder)


def main(only: str = "") -> None:
    settings.ALLOWED_HOSTS = ["*"]
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, figures in measured(Path(folder), only):
            found[name] = figures
            print(name, {key: round(value, 1) for key, value in figures.items()}, file=sys.stderr, flush=True)
    print(json.dumps(found))


if __name__ == "__main__":
    main(*sys.argv[1:])
