"""Fill two databases, measure the system on each, print one table."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).parents[3]
SIZES = {"1": (200, 2_000, 200), "100": (20_000, 200_000, 20_000)}  # per cent: products, orders, customers
SECRET_KEY = "only-for-the-minutes-that-this-takes-and-of-no-use-to-anybody"
COLUMNS = ["1 % ms", "full ms", "ratio", "× constant", "SQL ms", "queries", "kB", "MB", "1/s", "8/s"]


def address(percent: str) -> str:
    """The database for this size: a file, or one on the PostgreSQL that DATABASE_URL names, made if it is missing."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        (ROOT / "var").mkdir(exist_ok=True)
        return f"sqlite:///{ROOT}/var/bench_{percent}.sqlite3"
    name = f"minierp_bench_{percent}"
    with psycopg.connect(given, autocommit=True) as server:
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            server.execute(f"CREATE DATABASE {name}")
    return urlsplit(given)._replace(path=f"/{name}").geturl()


def measured(percent: str, only: str) -> dict:
    products, orders, customers = map(str, SIZES[percent])
    quiet = {"DEBUG": "1", "LOG_LEVEL": "ERROR", "API_RATE": "1000000000/s"}
    environment = os.environ | quiet | {"DATABASE_URL": address(percent)}
    size = ["--products", products, "--orders", orders, "--customers", customers]
    for command in (["migrate", "--verbosity", "0"], ["load_demo", "--if-empty", *size]):
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True, stdout=sys.stderr
        )
    command = [sys.executable, "-m", "tests.bench.costs.measuring", only]
    environment |= {"DEBUG": "0", "HTTPS": "0", "NUM_PROXIES": "0", "SECRET_KEY": SECRET_KEY}
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def cells(small: dict, full: dict) -> list[str]:
    shown = [small.get("ms"), full.get("ms"), ratio(full, small), None, *map(full.get, COLUMNS[4:])]
    if "constant" in full:
        shown[3] = full["ms"] / full["constant"]
    digits = [1, 1, 2, 0, 1, 0, 1, 0, 0, 0]
    return ["" if number is None else f"{number:,.{places}f}" for number, places in zip(shown, digits, strict=True)]


def ratio(figures: dict, others: dict) -> float | None:
    return figures["ms"] / others["ms"] if "ms" in figures and "ms" in others else None


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.costs")
    parser.add_argument("--only", default="", metavar="NAME", help="measure what has this in its name")
    parser.add_argument("--keep", type=Path, metavar="FILE", help="write the figures there")
    parser.add_argument("--compare", type=Path, metavar="FILE", help="the ratio of now to the figures there")
    options = parser.parse_args()
    earlier = json.loads(options.compare.read_text()) if options.compare else {}
    found = {percent: measured(percent, options.only) for percent in SIZES}
    if options.keep:
        options.keep.write_text(json.dumps(found))
    columns = ["request", *COLUMNS, *(["1 % × before", "full × before"] if earlier else [])]
    print("| " + " | ".join(columns) + " |\n|" + "---|" * len(columns))
    for name, full in found["100"].items():
        row = [name, *cells(found["1"].get(name, {}), full)]
        for percent, figures in earlier.items():
            number = ratio(found[percent].get(name, {}), figures.get(name, {}))
            row.append("" if number is None else f"{number:.2f}")
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()
