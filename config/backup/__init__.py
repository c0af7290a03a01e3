"""One file with everything that an installation knows, and the way back.

The file is a ZIP: its parts can be written one after the other although nobody knows their size beforehand (a TAR wants
that first), each carries a checksum, a truncated file is noticed at once, and any computer can look into it:

    tables/NAME.jsonl   a row per line, a JSON array in the order of the columns that the manifest names
    media/…             the uploaded files
    manifest.json       version, migrations, columns, rows and SHA-256 of every part, the last id of every table

Rows are written in a form that no database owns: decimals as text, times in ISO 8601 with offset. So it needs no
program but Python, the versions of the servers need not agree, and a firm can move from SQLite to PostgreSQL. The
price: it is slower than `pg_dump`, and knows the tables of the installed apps only, nothing that was added by hand.
"""

from typing import NamedTuple

from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Model

from accounts.account_models import ACCOUNT_CHAIN, AccountEntry
from core.exceptions import BusinessError
from core.hash_chain import HashChain
from inventory.models import STOCK_CHAIN, StockChange

FORMAT = 1
MANIFEST = "manifest.json"
# People sign in again after a restore, and failed sign-ins are forgotten. Tokens are kept: ended ones stay ended.
LEFT_OUT = {
    "sessions.Session",
    "axes.AccessAttempt",
    "axes.AccessAttemptExpiration",
    "axes.AccessFailureLog",
    "axes.AccessLog",
}
# What `migrate` itself puts into an empty database.
BUILT_IN = {"auth.Permission", "contenttypes.ContentType"}

Migrations = set[tuple[str, str]]


class Ledger(NamedTuple):
    """A table whose rows prove each other, and the command that says where they do not."""

    model: type[Model]
    chain: HashChain
    command: str


# By the name of its head in the manifest.
LEDGERS = {
    "stock_log_head": Ledger(StockChange, STOCK_CHAIN, "check_stock"),
    "accounts_head": Ledger(AccountEntry, ACCOUNT_CHAIN, "check_accounts"),
}


class BackupError(BusinessError):
    """A backup that cannot be made or brought back, and why."""


def applied_migrations(connection) -> Migrations:
    return set(MigrationRecorder(connection).applied_migrations())


def unknown_migrations(connection, migrations: Migrations) -> list[str]:
    """Those of which this version of the program has never heard."""
    known = MigrationLoader(connection).disk_migrations
    return sorted(f"{app}.{name}" for app, name in migrations - set(known))


def last_of_each_app(connection, migrations: Migrations) -> Migrations:
    nodes = MigrationLoader(connection).graph.node_map
    followed = {parent.key for key in migrations for parent in nodes[key].parents if parent.key[0] == key[0]}
    return migrations - followed


def models_at(connection, migrations: Migrations) -> list[type[Model]]:
    """Every table as it is after these migrations, which need not be the latest."""
    state = MigrationLoader(connection).project_state(list(last_of_each_app(connection, migrations)))
    models = state.apps.get_models(include_auto_created=True)
    kept = [model for model in models if model._meta.managed and not model._meta.proxy]
    return sorted((model for model in kept if model._meta.label not in LEFT_OUT), key=lambda m: m._meta.db_table)


def columns_of(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def ledger_heads(models) -> dict[str, str | None]:
    """What tells later whether the ledgers are still the same; None where a table is not there yet or has no hashes."""
    heads: dict[str, str | None] = {}
    for name, ledger in LEDGERS.items():
        there = [model for model in models if model._meta.label == ledger.model._meta.label]
        hashed = there and "row_hash" in columns_of(there[0])
        heads[name] = ledger.chain.heads(there[0]).head() if hashed else None
    return heads
