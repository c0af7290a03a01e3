"""`manage.py import_deliveries FILE`: the same import as in the admin, from the command line."""

from core.imports.command import ImportCommand
from inventory.delivery_note_resource import DeliveryNoteResource


class Command(ImportCommand):
    help = "Book the goods of one delivery note from a CSV, TSV, XLSX or ODS file. Writes all of it or nothing."
    resource = DeliveryNoteResource
