"""What the import commands have in common: the same import as in the admin, from the command line."""

from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError
from tqdm import tqdm

from core.imports.resource import ImportResource
from core.spreadsheets.reading import DELIMITERS, ENCODINGS, UnreadableFile, read_table

SHOWN_ERRORS = 50


class ImportCommand(BaseCommand):
    """Reads a file into a `resource`, and says what that did line by line. Exit status 1 if nothing was imported."""

    resource: type[ImportResource]

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--encoding", choices=[name for name in ENCODINGS if name], default="", help="of a text file"
        )
        parser.add_argument(
            "--delimiter", choices=[sign for sign in DELIMITERS if sign], default="", help="of a text file"
        )
        parser.add_argument(
            "--leave-out-errors", action="store_true", help="pass over the lines with errors and import the others"
        )
        parser.add_argument("--user", metavar="EMAIL", help="whom the history shall name")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        for option in self.resource.options:
            parser.add_argument(
                option.flag,
                dest=option.name,
                choices=option.choices.values,
                default=option.default,
                help=option.command_help,
            )

    def handle(self, *, file: Path, encoding, delimiter, leave_out_errors, user, dry_run, **options):
        resource = self.resource(
            user=self.find_user(user),
            reference=file.name.encode(errors="replace").decode(),
            leave_out_errors=leave_out_errors,
            **{option.name: options[option.name] for option in self.resource.options},
        )
        try:
            table = read_table(
                file.name, file.read_bytes(), keys=self.resource.keys, encoding=encoding, delimiter=delimiter
            )
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        with tqdm(total=len(table), unit=" rows", file=self.stderr, disable=not self.stderr.isatty()) as bar:
            resource.after_each_row = bar.update
            try:
                resource.import_data(table, dry_run=dry_run)
            except OperationalError as error:
                raise CommandError(f"Nothing was imported, because the database was busy: {error}") from error
        self.report_outcome(resource, dry_run)

    def find_user(self, email: str | None) -> AbstractBaseUser | None:
        if email is None:
            return None
        User = get_user_model()
        try:
            found = User.objects.get_by_natural_key(email)
        except User.DoesNotExist:
            found = None
        if found is None or not (found.is_staff and found.is_active):
            raise CommandError(f"There is no active member of staff with the e-mail {email}.")
        return found

    def report_outcome(self, resource: ImportResource, dry_run: bool) -> None:
        report = resource.report
        if report.problem:
            raise CommandError(f"Nothing was imported. {report.problem}")
        for row in report.error_rows[:SHOWN_ERRORS]:
            for column, value, reason in row.errors:
                self.stderr.write(f"Line {row.line}, {column}: {reason}" + (f" It says “{value}”." if value else ""))
        if len(report.error_rows) > SHOWN_ERRORS:
            self.stderr.write(f"… and {len(report.error_rows) - SHOWN_ERRORS} more lines with errors.")
        for note in report.notes:
            self.stdout.write(note)
        self.stdout.write(f"{report.summary}.")
        if not report.is_clean and not resource.leave_out_errors:
            raise CommandError("Nothing was imported. Correct the lines above and try again.")
        if report.counts["error"] and not report.counts["unchanged"] and not report.changes_something:
            raise CommandError("Nothing was imported: every line has errors.")
        self.stdout.write("Nothing was written: this was a dry run." if dry_run else "Done.")
