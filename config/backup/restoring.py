"""Bringing a backup back into an empty installation."""

import hashlib
import json
import zipfile
import zlib
from collections.abc import Collection, Iterator
from itertools import islice
from pathlib import Path, PurePosixPath

from django.contrib.contenttypes.models import ContentType
from django.core.files import File
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from packaging.version import Version

from config import __version__
from config.backup import (
    BUILT_IN,
    FORMAT,
    LEDGERS,
    MANIFEST,
    BackupError,
    Migrations,
    applied_migrations,
    columns_of,
    last_of_each_app,
    ledger_heads,
    models_at,
    unknown_migrations,
)
from config.backup.from_1_0 import Converted, is_from_1_0
from config.backup.sequences import set_last_ids
from config.backup.values import parameter
from core.images import is_picture

ROWS = 1000  # written at a time
CHUNK = 1024 * 1024
MALFORMED = (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, LookupError, RecursionError)
UNREADABLE = (zlib.error, EOFError, KeyError, TypeError, ValueError, NotImplementedError)


def restore_backup(path: Path) -> dict:
    """Fill an empty installation with this backup; returns the backup's manifest.

    Everything about the file is checked before anything is written; rows come in one transaction, and uploaded files
    as its last step. A database without tables is migrated to where the backup was, filled, and migrated on: so a
    backup of an older version can be restored.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = read_whole(archive)
            backup = Converted(archive, manifest) if is_from_1_0(manifest) else AsMade(archive, manifest)
            wanted = {(app, name) for app, name in backup.manifest["migrations"]}
            no_pictures = set(find_no_pictures(archive, manifest))
            prepare(wanted)
            models = models_at(connection, wanted)
            load(archive, backup, models, leave_out=no_pictures)
            heads = ledger_heads(models)  # as they were backed up: migrating may add rows
    except zipfile.BadZipFile as error:
        raise BackupError(f"{path} is damaged, or no backup: {error}. Nothing was restored.") from error
    except OSError as error:
        raise BackupError(f"{path} cannot be restored: {error}.") from error
    except MALFORMED as error:
        raise BackupError(f"{path} is not as a backup should be: {describe(error)}. Nothing was restored.") from error
    call_command("migrate", verbosity=0)
    ContentType.objects.clear_cache()
    check_ledgers(manifest, heads)
    return manifest | {"no_pictures": no_pictures}


def describe(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()


def check_ledgers(manifest: dict, heads: dict[str, str | None]) -> None:
    """Raise BackupError unless the ledgers have the heads that they had in the backup."""
    for name, ledger in LEDGERS.items():
        if (wanted := manifest.get(name)) not in (None, heads[name]):
            rows = ledger.model._meta.verbose_name_plural
            raise BackupError(
                f"All was restored, but the {rows} are not those that were backed up: the head is {heads[name]}, and "
                f"should be {wanted}. Run `manage.py {ledger.command}`."
            )


class AsMade:
    """A backup whose parts are what this version reads."""

    def __init__(self, archive: zipfile.ZipFile, manifest: dict):
        self.archive, self.manifest = archive, manifest

    def rows(self, table: str, columns: list[str]) -> Iterator[list]:
        """The rows of a table, in the order of these columns, which the manifest has too."""
        with self.archive.open(f"tables/{table}.jsonl") as lines:
            yield from map(json.loads, lines)


def read_whole(archive: zipfile.ZipFile) -> dict:
    """The manifest, once every part is what it says. Raises BadZipFile or BackupError."""
    try:
        manifest = read_manifest(archive)
        verify(archive, manifest)
    except UNREADABLE as error:
        raise zipfile.BadZipFile(str(error)) from error
    return manifest


def read_manifest(archive: zipfile.ZipFile) -> dict:
    manifest = json.loads(archive.read(MANIFEST))
    check_shape(manifest)
    if manifest["format"] > FORMAT or Version(manifest["version"]) > Version(__version__):
        raise BackupError(
            f"The backup was made by version {manifest['version']}, this is {__version__}. Install the newer one first."
        )
    for name in manifest["media"]:
        check_is_inside(name)
    return manifest


def check_shape(manifest) -> None:
    """Raise ValueError unless every part of the manifest is of its kind: some are made by hand."""
    kinds = {"format": int, "version": str, "created_at": str, "vendor": str, "migrations": list, "tables": dict}
    kinds |= {"media": dict, "last_ids": dict}
    if not isinstance(manifest, dict):
        raise ValueError("its manifest is no object")
    for name, kind in kinds.items():
        if type(manifest.get(name)) is not kind:
            raise ValueError(f"{name!r} of its manifest is missing, or of the wrong kind")
    parts = [*manifest["tables"].values(), *manifest["media"].values()]
    if not all(isinstance(part, dict) and isinstance(part.get("sha256"), str) for part in parts):
        raise ValueError("a part of its manifest has no checksum")
    if not all(isinstance(part.get("rows"), int) for part in manifest["tables"].values()):
        raise ValueError("a table of its manifest has no number of rows")
    pairs = all(isinstance(one, list) and [type(part) for part in one] == [str, str] for one in manifest["migrations"])
    if not pairs or not all(type(last) is int for last in manifest["last_ids"].values()):
        raise ValueError("its migrations or last ids are not as they should be")


def check_is_inside(name: str) -> None:
    """Raise BackupError for the name of an upload that would lead out of the folder of uploads."""
    parts = PurePosixPath(name).parts
    if not parts or ".." in parts or parts[0] == "/" or "\\" in name or "\0" in name or ":" in parts[0]:
        raise BackupError(f"The backup has a file with a name that is not allowed: {name!r}. Nothing was restored.")


def verify(archive: zipfile.ZipFile, manifest: dict) -> None:
    """Raise BackupError unless every part is there and is what the manifest says."""
    parts = {f"tables/{table}.jsonl": described for table, described in manifest["tables"].items()}
    parts |= {f"media/{name}": described for name, described in manifest["media"].items()}
    for name, described in parts.items():
        digest = hashlib.sha256()
        with archive.open(name) as source:
            while chunk := source.read(CHUNK):
                digest.update(chunk)
        if digest.hexdigest() != described["sha256"]:
            raise BackupError(f"The backup is damaged: {name} is not what was written. Nothing was restored.")


def prepare(wanted: Migrations) -> None:
    """See to it that the database has the tables that the backup had, and no others."""
    if unknown := unknown_migrations(connection, wanted):
        raise BackupError(f"The backup was made by a version that knows more: {', '.join(unknown)}.")
    applied = applied_migrations(connection)
    if applied == wanted:
        return
    if applied:
        raise BackupError(
            "The backup is of another state of the tables than this database. Restore it into a new database, without "
            "`migrate` before: it is migrated on the way."
        )
    if connection.introspection.table_names():
        raise BackupError("The database has tables that are not ours. Restore into an empty one.")
    executor = MigrationExecutor(connection)
    executor.migrate(sorted(last_of_each_app(connection, wanted)))


def find_no_pictures(archive: zipfile.ZipFile, manifest: dict) -> Iterator[str]:
    """Uploads that nobody could have uploaded: they are left out, because a browser might run them."""
    for name in manifest["media"]:
        with archive.open(f"media/{name}") as source:
            if not is_picture(name, source):
                yield name


def load(
    archive: zipfile.ZipFile, backup: AsMade | Converted, models: list, *, leave_out: Collection[str] = ()
) -> None:
    manifest = backup.manifest
    if not same_tables(manifest["tables"], models):
        raise BackupError("The backup's tables are not those that its migrations make. Nothing was restored.")
    added = []
    try:
        with transaction.atomic():
            refuse_if_used(models)
            write_tables(backup, models)
            compare_counts(manifest, models)
            set_last_ids(connection, models, manifest["last_ids"])
            for name, described in manifest["media"].items():
                if name not in leave_out and add_file(archive, name, described["sha256"]):
                    added.append(name)
    except BaseException as error:
        for name in added:
            default_storage.delete(name)
        if isinstance(error, DatabaseError):
            raise BackupError(f"The database refused the backup: {error}. Nothing was restored.") from error
        raise


def same_tables(tables: dict, models: list) -> bool:
    """Whether the backup has the tables of these models, with the same columns (None: they are found by name)."""
    expected = {model._meta.db_table: columns_of(model) for model in models}
    return expected.keys() == tables.keys() and all(
        described["columns"] in (None, expected[table]) for table, described in tables.items()
    )


def write_tables(backup: AsMade | Converted, models: list) -> None:
    for model in models:
        if model._meta.label in BUILT_IN:  # in the order of their names, which suits their foreign keys
            model._base_manager.all()._raw_delete(connection.alias)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        for model in models:
            write_rows(cursor, model, backup.rows(model._meta.db_table, columns_of(model)))
    connection.check_constraints()


def refuse_if_used(models: list) -> None:
    for model in models:
        if model._meta.label not in BUILT_IN and model._base_manager.exists():
            raise BackupError(
                f"This installation is not empty ({model._meta.db_table} has rows). Restore into an empty one."
            )


def write_rows(cursor, model, values: Iterator[list]) -> None:
    quote = connection.ops.quote_name
    fields = model._meta.concrete_fields
    table, columns = quote(model._meta.db_table), ", ".join(quote(field.column) for field in fields)
    convert = [parameter(field, connection) for field in fields]
    rows = (tuple(make(value) for make, value in zip(convert, row, strict=True)) for row in values)
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        return
    insert = f"INSERT INTO {table} ({columns}) VALUES ({', '.join(['%s'] * len(fields))})"
    while batch := list(islice(rows, ROWS)):
        cursor.executemany(insert, batch)


def compare_counts(manifest: dict, models: list) -> None:
    for model in models:
        table = model._meta.db_table
        rows, wanted = model._base_manager.count(), manifest["tables"][table]["rows"]
        if rows != wanted:
            raise BackupError(f"{table} has {rows} rows, the backup {wanted}. Nothing was restored.")


def add_file(archive: zipfile.ZipFile, name: str, sha256: str) -> bool:
    """Put an upload in its place; False if it is there already. Raises BackupError if another one is."""
    if default_storage.exists(name):
        with default_storage.open(name) as present:
            if hashlib.file_digest(present.file, "sha256").hexdigest() == sha256:
                return False
        raise BackupError(f"Among the uploads there is another file called {name} already. Nothing was restored.")
    try:
        with archive.open(f"media/{name}") as source:
            default_storage.save(name, File(source))
    except BaseException:
        default_storage.delete(name)  # half of it, when the disk is full
        raise
    return True
