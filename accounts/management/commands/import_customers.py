"""`manage.py import_customers FILE`: the same import as in the admin, from the command line."""

from accounts.resources import CustomerResource
from core.imports.command import ImportCommand


class Command(ImportCommand):
    help = (
        "Create and update customers by code or e-mail from a CSV, TSV, XLSX or ODS file. Writes all of it or nothing."
    )
    resource = CustomerResource
