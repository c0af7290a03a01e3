"""`manage.py check_stock`: prove that the stock of every product is what its stock changes say."""

from django.core.management.base import BaseCommand, CommandError

from inventory.stock_check import check_stock, correct_log

BROKEN = (
    "\nThe log itself was changed there. No row that is added can mend that, and rows are never rewritten: compare "
    "with a backup, and count the product."
)


class Command(BaseCommand):
    help = (
        "Check for every product that its stock is the sum of its stock changes, that each change starts where the "
        "one before it ended, and that none has been changed or erased. Prints the head of the log: whoever has "
        "written one down sees whether the log is still the same. Exit status 1 and the first bad row otherwise. "
        "The dashboard shows the outcome."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--fix",
            action="store_true",
            help="first add a stock change to the log of every product whose stock was written past it; the stock "
            "stays as it is, so count these products. A log that was itself tampered with cannot be corrected",
        )

    def handle(self, *, fix, **options):
        for row in correct_log() if fix else ():
            self.stdout.write(f"Added stock change {row.pk}: {row}. {row.change_reason}.")
        check = check_stock()
        if check.problem:
            raise CommandError(check.problem + (BROKEN if fix else ""))
        self.stdout.write(f"Stock is proved: {check.products} products, {check.stock_changes} stock changes.")
        self.stdout.write(f"Head of the log, to be written down elsewhere: {check.head}")
