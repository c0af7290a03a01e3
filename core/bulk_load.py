"""Very many new rows at once, for data that is made up or brought along: COPY on PostgreSQL, executemany on SQLite.

Values are written as they stand: nothing is computed on saving and no signal is sent. The database checks all the same.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from operator import attrgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models

from core.channels import current_channel
from core.models import AuditedModel

CHUNK = 10_000


class Table:
    """Rows for the table of a model, written by the thousand. `ids`: the records bring their own."""

    def __init__(self, model: type[models.Model], *, ids: bool = False):
        self.model = model
        self.fields: list[Any] = [field for field in model._meta.concrete_fields if ids or not field.primary_key]
        self.values = attrgetter(*(field.attname for field in self.fields))
        self.waiting: list[tuple] = []

    def add(self, records: Iterable[models.Model]) -> None:
        self.waiting += map(self.values, records)
        if len(self.waiting) >= CHUNK:
            self.write()

    def write(self) -> None:
        """Write what waits to be written."""
        write_rows(self.model, self.fields, self.waiting)
        self.waiting = []


class Versions(Table):
    """Rows for the history of a model, as saving a record leaves one: what it was, when, by whom and why."""

    NOTES = ("history_date", "history_user", "history_change_reason", "history_type", "channel")

    def __init__(self, model: type[AuditedModel]):
        super().__init__(model)
        history = self.model = model.history.model
        self.fields = [model._meta.get_field(field.name) for field in history.tracked_fields]
        self.values = attrgetter(*(field.attname for field in self.fields))
        self.fields += [history._meta.get_field(name) for name in self.NOTES]
        self.channel = str(current_channel())

    def note(self, records: Iterable[models.Model], kind: str, *, at: datetime, user: Any, reason: str) -> None:
        """Remember the records as they are now; `kind` is + for new ones, ~ for changed ones."""
        notes = (at, user and user.pk, reason, kind, self.channel)
        self.waiting += [(*self.values(record), *notes) for record in records]
        if len(self.waiting) >= CHUNK:
            self.write()


def write_rows(model: type[models.Model], fields: list, rows: list[tuple]) -> None:
    converters = {place: convert for place, field in enumerate(fields) if (convert := converter_of(field))}
    if converters:
        rows = [tuple(converted(row, converters)) for row in rows]
    table, columns = model._meta.db_table, ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            marks = ", ".join(["%s"] * len(fields))
            cursor.executemany(f'INSERT INTO "{table}" ({columns}) VALUES ({marks})', rows)
            return
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)


def converted(row: tuple, converters: dict[int, Callable]) -> list:
    values: list = list(row)
    for place, convert in converters.items():
        values[place] = convert(values[place])
    return values


def converter_of(field) -> Callable | None:
    """What makes a value of this field one that the database's driver takes; None if it does so by itself."""
    if isinstance(field, models.FileField) or field.choices:
        return str
    if connection.vendor == "sqlite" and isinstance(
        field, models.DateTimeField | models.DateField | models.DecimalField
    ):
        return lambda value: field.get_db_prep_value(value, connection)
    return None


def go_on_counting(*written: type[models.Model]) -> None:
    """Let the next id of these tables be the one after the highest that is there."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), written):
            cursor.execute(statement)
