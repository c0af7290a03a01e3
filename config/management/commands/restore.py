"""`manage.py restore FILE`: a backup into an empty installation."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from config.backup import BackupError
from config.backup.restoring import restore_backup


class Command(BaseCommand):
    help = (
        "Fill an empty database (it is migrated if it has no tables yet) and the folder of uploads with a backup. "
        "All of it or nothing; exit status 1 and the reason if it cannot be."
    )

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        try:
            manifest = restore_backup(file)
        except BackupError as error:
            raise CommandError(str(error)) from error
        tables, left_out = manifest["tables"].values(), sorted(manifest["no_pictures"])
        self.stdout.write(
            f"Restored {sum(table['rows'] for table in tables)} rows of {len(tables)} tables and "
            f"{len(manifest['media']) - len(left_out)} uploaded files. "
            f"The backup is of {manifest['created_at']}, from {manifest['vendor']}, version {manifest['version']}."
        )
        if left_out:
            raise CommandError(f"Left out, because these uploaded files are no pictures: {', '.join(left_out)}.")
