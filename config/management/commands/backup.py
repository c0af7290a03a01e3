"""`manage.py backup FILE`: everything in one file, while people work."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from config import __version__
from config.backup import BackupError
from config.backup.writing import write_backup


class Command(BaseCommand):
    help = (
        "Write the database and the uploaded files into one ZIP file, as they are at one moment, while others go on "
        "working. It holds password hashes: only its owner may read it. `restore` brings it back, on SQLite or "
        "PostgreSQL, whichever it came from."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path, help="e.g. minierp-2026-11-22.zip")
        parser.add_argument("--force", action="store_true", help="overwrite the file if it is there")
        parser.add_argument(
            "--before-migrate",
            action="store_true",
            help="FILE is a folder: a file in it, but only if there are tables, and `migrate` would change them",
        )

    def handle(self, *, file, force, before_migrate, **options):
        if before_migrate:
            if not is_upgrade():
                return
            file.mkdir(mode=0o700, parents=True, exist_ok=True)
            file /= f"before-{__version__}-{timezone.localtime():%Y-%m-%d-%H%M%S}.zip"
        try:
            manifest = write_backup(file, overwrite=force)
        except BackupError as error:
            raise CommandError(str(error)) from error
        rows = sum(table["rows"] for table in manifest["tables"].values())
        self.stdout.write(
            f"{file}: {rows} rows of {len(manifest['tables'])} tables and {len(manifest['media'])} uploaded files, "
            f"{file.stat().st_size / 1_000_000:.1f} MB."
        )
        self.stdout.write(f"Head of the stock change log, to be written down elsewhere: {manifest['stock_log_head']}")
        self.stdout.write(f"Head of the accounts, likewise: {manifest['accounts_head']}")
        if manifest["vanished"]:
            self.stderr.write(f"{manifest['vanished']} uploaded files were deleted meanwhile and are not in it.")


def is_upgrade() -> bool:
    """Whether the database has been migrated before, and is to be migrated now."""
    executor = MigrationExecutor(connection)
    if not executor.loader.applied_migrations:
        return False
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
