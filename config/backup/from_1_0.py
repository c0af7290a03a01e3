"""Backups of version 1.0, whose tables stood in other apps: read as if this version had made them.

Its 17 migrations were squashed into one for each app. What moved: idempotency keys and the two pairs of tables that
remembered imports, to `core`; `door` in the histories is `channel` now. Imports are numbered anew: those of customers
follow those of products.
"""

import json
from collections.abc import Iterator

from config.backup import BackupError, Migrations

LAST = {
    ("accounts", "0005_names_of_people"),
    ("inventory", "0008_names_of_imported_rows"),
    ("sales", "0004_verbose_names"),
}
SQUASHED = {(app, "0001_initial") for app in ("core", "accounts", "inventory", "sales")}
HISTORIES = {"accounts_historicaluser", "inventory_historicalproduct", "sales_historicalorder"}
MOVED = {
    "core_idempotencykey": ["accounts_idempotencykey"],
    "core_importrecord": ["inventory_productimport", "accounts_customerimport"],
    "core_importedrow": ["inventory_productimportrow", "accounts_customerimportrow"],
}
LOST_MODELS = {
    ("accounts", "idempotencykey"),
    ("accounts", "customerimport"),
    ("accounts", "customerimportrow"),
    ("inventory", "productimport"),
    ("inventory", "productimportrow"),
}


def is_from_1_0(manifest: dict) -> bool:
    return ["accounts", "0002_api_access"] in manifest["migrations"]


class Converted:
    """The backup as this version would have made it: its `manifest`, and the rows of each table."""

    def __init__(self, archive, manifest: dict):
        self.archive, self.original = archive, manifest
        migrations: Migrations = {(app, name) for app, name in manifest["migrations"]}
        if not migrations >= LAST:
            raise BackupError(
                "The backup is of a state before the last one of version 1.0. Restore it with version 1.0, run "
                "`migrate` there, and make a new backup."
            )
        kept = {(app, name) for app, name in migrations if app not in ("accounts", "inventory", "sales")}
        last = manifest["last_ids"]
        self.offsets = {table: last.get(first, 0) for table, (first, *_) in MOVED.items()}
        self.lost_types = {pk for pk, app, model in self.read("django_content_type") if (app, model) in LOST_MODELS}
        tables = manifest["tables"].keys() - {old for olds in MOVED.values() for old in olds} | MOVED.keys()
        self.manifest = manifest | {
            "migrations": sorted(map(list, kept | SQUASHED)),
            "last_ids": {table: last[table] for table in tables if table in last}
            | {table: sum(last.get(old, 0) for old in olds) for table, olds in MOVED.items()},
            "tables": {table: {"columns": None, "rows": sum(1 for _ in self.records(table))} for table in tables},
        }

    def read(self, table: str) -> Iterator[list]:
        with self.archive.open(f"tables/{table}.jsonl") as lines:
            yield from map(json.loads, lines)

    def rows(self, table: str, columns: list[str]) -> Iterator[list]:
        """The rows of one of this version's tables, in the order of its columns."""
        for record in self.records(table):
            yield [record[column] for column in columns]

    def records(self, table: str) -> Iterator[dict]:
        for old in MOVED.get(table, [table]):
            columns = self.original["tables"][old]["columns"]
            for row in self.read(old):
                record = dict(zip(columns, row, strict=True))
                if table in MOVED:
                    record = self.moved(table, old, record)
                elif table in HISTORIES:
                    record["channel"] = record.pop("door")
                type_id = record["id"] if table == "django_content_type" else record.get("content_type_id")
                if type_id not in self.lost_types:  # these and their permissions are made anew by `migrate`
                    yield record

    def moved(self, table: str, old: str, record: dict) -> dict:
        if table == "core_idempotencykey":
            return record
        of_customers = old.startswith("accounts")
        if of_customers:
            record["id"] += self.offsets[table]
        if table == "core_importrecord":
            details = {} if of_customers else {name: record.pop(name) for name in ("stock_mode", "last_stock_change")}
            return record | {"target": "accounts.customer" if of_customers else "inventory.product", "details": details}
        owner, key = ("customer", "key") if of_customers else ("product", "sku")
        parent = record.pop(f"{owner}_import_id") + (self.offsets["core_importrecord"] if of_customers else 0)
        object_id = record.pop(f"{owner}_id") or 0  # 0: whoever bears no id any more
        return record | {"record_id": parent, "object_id": object_id, "key": record.pop(key)}
