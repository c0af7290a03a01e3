"""`manage.py import_products FILE`: the same import as in the admin, from the command line."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.spreadsheets import UnreadableFile, read_table
from inventory.resources import ProductResource, StockMode

SHOWN_ERRORS = 50


class Command(BaseCommand):
    help = "Create and update products by SKU from a CSV, TSV, XLSX or ODS file. Writes all of it or nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--stock",
            choices=StockMode.values,
            default=StockMode.KEEP,
            help="what the stock column means for products that exist already (default: keep what they have)",
        )
        parser.add_argument("--user", metavar="EMAIL", help="whom the history shall name")
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")

    def handle(self, *, file: Path, stock, user, dry_run, **options):
        resource = ProductResource(user=self.find_user(user), stock_mode=stock, reference=file.name)
        try:
            table = read_table(file.name, file.read_bytes())
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error
        resource.import_data(table, dry_run=dry_run, rollback_on_validation_errors=True)
        self.tell(resource.report, dry_run)

    def find_user(self, email: str | None) -> User | None:
        if email is None:
            return None
        try:
            return User.objects.staff().active().get(email=email)
        except User.DoesNotExist as error:
            raise CommandError(f"There is no active member of staff with the e-mail {email}.") from error

    def tell(self, report, dry_run: bool) -> None:
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
        if not report.is_clean:
            raise CommandError("Nothing was imported. Mend the lines above and try again.")
        self.stdout.write("Nothing was written: this was a dry run." if dry_run else "Done.")
