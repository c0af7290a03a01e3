"""`manage.py run_import ID`: what the page of an import starts; nobody else needs it."""

from django.core.management.base import BaseCommand

from core.imports.runs import run


class Command(BaseCommand):
    help = "Judge or write the list of an import that was begun in the admin. The admin starts this itself."

    def add_arguments(self, parser):
        parser.add_argument("id", type=int)

    def handle(self, *, id, **options):
        record = run(id)
        record.refresh_from_db()
        self.stdout.write(f"{record}: {record.get_status_display()} {record.problem}".strip())
