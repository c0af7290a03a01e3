"""`manage.py check_stock`: prove that the stock of every product is what its stock changes say."""

from django.core.management.base import BaseCommand, CommandError

from inventory.models import Product, StockChange


class Command(BaseCommand):
    help = (
        "Check for every product that its stock is the sum of its stock changes and that each change starts "
        "where the one before it ended. Exit status 1 and the first bad row otherwise."
    )

    def handle(self, **options):
        broken = StockChange.objects.broken_links().first()
        if broken:
            raise CommandError(
                f"{broken.product_name} ({broken.product_sku}): stock change {broken.pk} "
                f"of {broken.created_at:%Y-%m-%d} starts at {broken.previous_qty}, "
                f"but the stock was {broken.expected_qty} then."
            )
        wrong = Product.objects.disagreeing_with_ledger().first()
        if wrong:
            raise CommandError(
                f"{wrong}: stock is {wrong.stock_qty}, but its stock changes add up to {wrong.ledger_qty}."
            )
        self.stdout.write(
            f"Stock is proved: {Product.objects.count()} products, {StockChange.objects.count()} stock changes."
        )
