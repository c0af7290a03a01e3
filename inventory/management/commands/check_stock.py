"""`manage.py check_stock`: prove that the stock of every product is what its stock changes say."""

from django.core.management.base import BaseCommand, CommandError

from inventory.stock_check import check_stock


class Command(BaseCommand):
    help = (
        "Check for every product that its stock is the sum of its stock changes and that each change starts "
        "where the one before it ended. Exit status 1 and the first bad row otherwise. The dashboard shows the outcome."
    )

    def handle(self, **options):
        check = check_stock()
        if check.problem:
            raise CommandError(check.problem)
        self.stdout.write(f"Stock is proved: {check.products} products, {check.stock_changes} stock changes.")
