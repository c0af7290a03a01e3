"""Several workers doing something at the same moment, each with a database connection of its own.

Threads on PostgreSQL; processes on SQLite, whose locks are between processes.
"""

import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

from django.db import connection, connections

from core.exceptions import BusinessError


def race(*jobs) -> list[tuple[str, str]]:
    """Run every job, (function, *arguments), at once. One (outcome, message) each: "done" or the error's class name."""
    connections.close_all()
    start = time.time() + 0.3
    if connection.vendor == "postgresql":
        pool = ThreadPoolExecutor(len(jobs))
    else:
        pool = ProcessPoolExecutor(len(jobs), mp_context=multiprocessing.get_context("fork"))
    with pool:
        futures = [pool.submit(run, start, function, *arguments) for function, *arguments in jobs]
        return [future.result(timeout=120) for future in futures]


def run(start: float, function, *arguments) -> tuple[str, str]:
    time.sleep(max(0, start - time.time()))
    try:
        return "done", str(function(*arguments))
    except BusinessError as error:
        return type(error).__name__, str(error)
    except Exception as error:
        return f"CRASH {type(error).__name__}", str(error)
    finally:
        connections.close_all()
