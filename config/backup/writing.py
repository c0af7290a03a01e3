"""Writing a backup."""

import hashlib
import json
import os
import tempfile
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from config import __version__
from config.backup import (
    FORMAT,
    LEFT_OUT,
    MANIFEST,
    BackupError,
    applied_migrations,
    columns_of,
    ledger_heads,
    models_at,
    unknown_migrations,
)
from config.backup.record import keep_record
from config.backup.sequences import last_ids
from config.backup.values import as_json, kind_of
from config.uploads import stored_files
from core.snapshot import snapshot

ROWS = 2000  # read at a time
CHUNK = 1024 * 1024


def write_backup(path: Path, *, overwrite: bool = False) -> dict:
    """Write everything into this file, which appears under its name when it is complete; returns its manifest.

    It has the state of one moment, while others go on working: all tables are read in one snapshot. Pictures are
    copied right after that moment; one that somebody replaces in those seconds is missing and counted in `vanished`.
    """
    if path.resolve().is_relative_to(Path(settings.MEDIA_ROOT).resolve()):
        raise BackupError(f"{path} is among the uploads, which the web server shows to everybody.")
    if path.exists() and not overwrite:
        raise BackupError(f"{path} is there already. Choose another name, or --force to overwrite it.")
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")  # mode 0600
    except OSError as error:
        raise BackupError(f"{path.parent} cannot be written to: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                manifest = write_parts(archive)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except OSError as error:
        raise BackupError(f"The backup could not be written: {error}.") from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)
    keep_record(path, manifest)
    return manifest


def write_parts(archive: zipfile.ZipFile) -> dict:
    with snapshot():
        migrations = applied_migrations(connection)
        if unknown := unknown_migrations(connection, migrations):
            raise BackupError(f"The database belongs to another version of the program: {', '.join(unknown)}.")
        models = models_at(connection, migrations)
        manifest = {
            "format": FORMAT,
            "version": __version__,
            "vendor": connection.vendor,
            "created_at": timezone.now().isoformat(),
            "migrations": sorted(migrations),
            "left_out": sorted(LEFT_OUT),
            **write_media(archive),
            "tables": {model._meta.db_table: write_table(archive, model) for model in models},
            "last_ids": last_ids(connection, models),
            **ledger_heads(models),
        }
    archive.writestr(MANIFEST, json.dumps(manifest, indent=1))
    return manifest


def write_table(archive: zipfile.ZipFile, model) -> dict:
    fields = model._meta.concrete_fields
    for field in fields:
        kind_of(field)
    rows = model._base_manager.order_by("pk").values_list(*[field.attname for field in fields])
    with part(archive, f"tables/{model._meta.db_table}.jsonl") as described:
        described["columns"], described["rows"] = columns_of(model), 0
        for row in rows.iterator(chunk_size=ROWS):
            described["write"](as_json(row))
            described["rows"] += 1
    return described


def write_media(archive: zipfile.ZipFile) -> dict:
    media, vanished = {}, 0
    for name in stored_files():
        try:
            source = default_storage.open(name)
        except FileNotFoundError:
            vanished += 1
            continue
        # Pictures are compressed already.
        with source, part(archive, zipfile.ZipInfo(f"media/{name}")) as media[name]:
            for chunk in source.chunks(CHUNK):
                media[name]["write"](chunk)
    return {"media": media, "vanished": vanished}


@contextmanager
def part(archive: zipfile.ZipFile, name: str | zipfile.ZipInfo):
    """What the manifest says of a part; inside, its `write` fills it."""
    digest = hashlib.sha256()
    described = {}
    with archive.open(name, "w", force_zip64=True) as target:

        def write(data: bytes) -> None:
            digest.update(data)
            target.write(data)

        described["write"] = write
        yield described
    del described["write"]
    described["sha256"] = digest.hexdigest()
