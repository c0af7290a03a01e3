"""`manage.py import_products FILE`: the same import as in the admin, from the command line."""

from core.imports.command import ImportCommand
from inventory.resources import ProductResource, StockMode


class Command(ImportCommand):
    help = "Create and update products by SKU from a CSV, TSV, XLSX or ODS file. Writes all of it or nothing."
    resource = ProductResource

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument(
            "--stock",
            choices=StockMode.values,
            default=StockMode.KEEP,
            help="what the stock column means for products that exist already (default: keep what they have)",
        )

    def resource_options(self, options):
        return {"stock_mode": options["stock"]}
