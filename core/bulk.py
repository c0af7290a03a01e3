"""Many records at once, in a number of queries that does not grow with theirs: locked, made, changed, deleted.

What is written here leaves its versions in the history, with who and why, as `save()` would.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.utils import timezone

from core.channels import current_channel
from core.concurrency import Record, lock_records
from core.models import AuditedModel

BATCH = 1000


def batches(items: Iterable) -> Iterator[list]:
    """The items, a thousand at a time."""
    items = iter(items)
    while batch := list(islice(items, BATCH)):
        yield batch


def find_all(queryset: models.QuerySet, column: str, values: Iterable) -> list:
    """The records with these values in this column."""
    return [record for batch in batches(sorted(values)) for record in queryset.filter(**{f"{column}__in": batch})]


def lock_all(model: type[Record], ids: Iterable[int]) -> dict[int, Record]:
    """The records with these ids, locked in ascending order until the transaction ends. Deleted ones are missing."""
    found: dict[int, Record] = {}
    for batch in batches(sorted(set(ids))):
        found |= {record.pk: record for record in lock_records(model, batch)}
    return found


def lock_unread(model: type[AuditedModel], ids: Iterable[int]) -> dict[int, datetime]:
    """Lock the records with these ids as `lock_all` does; says when each was last changed, without reading it."""
    found: dict[int, datetime] = {}
    for batch in batches(sorted(set(ids))):
        locked = model._base_manager.select_for_update(no_key=True).filter(pk__in=batch)
        found |= dict(locked.order_by("pk").values_list("pk", "modified_at"))
    return found


def create_all(model: type[AuditedModel], records: list, *, reason: str, user: Any) -> None:
    """Save new records."""
    now = timezone.now()
    for record in records:
        record.stamp(user, reason, at=now)
    insert_all(model, records)
    add_versions(model, records, "+", reason=reason, user=user, at=now)


def update_all(
    model: type[AuditedModel],
    records: list,
    fields: list[str],
    *,
    reason: str,
    user: Any,
    at: datetime | None = None,
) -> None:
    """Write these fields of locked records."""
    at = at or timezone.now()
    for record in records:
        record.stamp(user, reason, at=at)
    update_fields(model, records, [*fields, "modified_at", "modified_by"])
    add_versions(model, records, "~", reason=reason, user=user, at=at)


def delete_all(model: type[AuditedModel], records: list, *, reason: str, user: Any) -> None:
    """Delete locked records that nothing refers to."""
    add_versions(model, records, "-", reason=reason, user=user)
    for batch in batches(record.pk for record in records):
        gone = model._base_manager.filter(pk__in=batch)
        gone._raw_delete(using=gone.db)


def add_versions(
    model: type[AuditedModel], records: list, kind: str, *, reason: str, user: Any, at: datetime | None = None
) -> None:
    """Copy the records, as the database has them by now, into their history; `kind` is `+`, `~` or `-`."""
    history = model.history.model._meta
    copied = [field.column for field in history.concrete_fields if not field.name.startswith("history_")]
    copied.remove("channel")
    said = {
        "history_date": at or timezone.now(),
        "history_change_reason": reason,
        "history_type": kind,
        "history_user_id": user and user.pk,
        "channel": current_channel(),
    }
    fields = [history.get_field(name.removesuffix("_id")) for name in said]
    given = [field.get_db_prep_save(value, connection) for field, value in zip(fields, said.values(), strict=True)]
    into, source = ", ".join([*copied, *said]), ", ".join([*copied, *["%s"] * len(said)])
    with connection.cursor() as cursor:
        for batch in batches(record.pk for record in records):
            ids = ", ".join(["%s"] * len(batch))
            cursor.execute(
                f"INSERT INTO {history.db_table} ({into}) SELECT {source} FROM {model._meta.db_table} "
                f"WHERE id IN ({ids}) ORDER BY id",
                [*given, *batch],
            )


def insert_all(model: type[models.Model], records: Iterable) -> None:
    """Save new records, each with its id from now on.

    What `bulk_create` does, in a fraction of the time: it asks every field of every record how to write its value.
    """
    columns = [Column(field) for field in model._meta.concrete_fields]
    for batch in batches(records):
        for record, key in zip(batch, reserve_ids(model, len(batch)), strict=True):
            record.pk = key
        insert(
            model,
            columns,
            zip(*([column.value_of(record, True) for record in batch] for column in columns), strict=True),
        )
        for record in batch:
            record._state.adding, record._state.db = False, connection.alias


def insert_rows(model: type[models.Model], names: list[str], rows: Iterable[tuple]) -> None:
    """Add rows of these fields' values; their ids are nobody's business."""
    columns = [Column(model._meta.get_field(name)) for name in names]
    for batch in batches(rows):
        values = zip(columns, zip(*batch, strict=True), strict=True)
        insert(model, columns, zip(*(map(column.stored, given) for column, given in values), strict=True))


def insert(model: type[models.Model], columns: list["Column"], rows: Iterable[tuple]) -> None:
    names = ", ".join(column.name for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            statement = f"COPY {model._meta.db_table} ({names}) FROM STDIN"
            with connection.wrap_database_errors, cursor.copy(statement) as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {model._meta.db_table} ({names}) VALUES ({places})", list(rows))


def reserve_ids(model: type[models.Model], number: int) -> list[int]:
    """So many ids that nobody else gets, as long as this transaction is the one that writes."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            query = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(query, [table, number])
            return [key for (key,) in cursor.fetchall()]
        cursor.execute("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = %s", [table])
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + 1 + number))


def update_fields(model: type[models.Model], records: list, fields: list[str]) -> None:
    """Write these fields of records that exist, and nothing else."""
    columns = [Column(model._meta.get_field(name)) for name in [*fields, "id"]]
    table, names = model._meta.db_table, [column.name for column in columns[:-1]]
    for batch in batches(records):
        values = [[column.value_of(record, False) for record in batch] for column in columns]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                arrays = ", ".join(f"%s::{column.array_type}[]" for column in columns)
                setting = ", ".join(f"{name} = given.{name}" for name in names)
                cursor.execute(
                    f"UPDATE {table} SET {setting} FROM unnest({arrays}) AS given({', '.join([*names, 'id'])}) "
                    f"WHERE {table}.id = given.id",
                    values,
                )
            else:
                setting = ", ".join(f"{name} = %s" for name in names)
                cursor.executemany(f"UPDATE {table} SET {setting} WHERE id = %s", list(zip(*values, strict=True)))


class Column:
    """How one field of many records is written: only what needs a conversion is converted, equal values once."""

    def __init__(self, field: Any):
        self.field, self.name, self.attname = field, field.column, field.attname
        self.is_computed = type(field).pre_save is not models.Field.pre_save
        self.is_moment = getattr(field, "auto_now", False)
        self.is_file = isinstance(field, models.FileField)
        self.as_it_is = () if isinstance(field, models.JSONField) else (str, int, bool, type(None))
        self.connection, self.now = connections[DEFAULT_DB_ALIAS], timezone.now()
        self.converted: dict[Any, Any] = {}

    @property
    def array_type(self) -> str:
        """The type on PostgreSQL, without a length: a cast to one would cut silently what is too long."""
        return re.sub(r"\(.*\)", "", self.field.rel_db_type(self.connection)).replace("varchar", "text")

    def value_of(self, record: Any, add: bool) -> Any:
        """What is stored of a record's value."""
        if self.is_moment:
            setattr(record, self.attname, self.now)
            value: Any = self.now
        elif self.is_computed and not (self.is_file and not record.__dict__[self.attname]):
            value = self.field.pre_save(record, add)
        else:
            value = record.__dict__[self.attname]
        if value is None and self.field.is_relation and (related := self.field.get_cached_value(record, None)):
            value = related.pk  # it was given its id since
        return self.stored(value)

    def stored(self, value: Any) -> Any:
        if type(value) in self.as_it_is:
            return value
        if not isinstance(value, Decimal | datetime):
            return self.field.get_db_prep_save(value, self.connection)
        if value not in self.converted:
            self.converted[value] = self.field.get_db_prep_save(value, self.connection)
        return self.converted[value]
