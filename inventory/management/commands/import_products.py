"""`manage.py import_products FILE`: the same import as in the admin, from the command line."""

from core.imports.command import ImportCommand
from inventory.resources import ProductResource


class Command(ImportCommand):
    help = "Create and update products by SKU from a CSV, TSV, XLSX or ODS file. Writes all of it or nothing."
    resource = ProductResource
