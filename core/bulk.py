"""Many records at once, in a number of queries that does not grow with theirs: locked, made, changed, deleted.

What is written here leaves its versions in the history, with who and why, as `save()` would.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.utils import timezone

from core.bulk_sql import (
    Column,
    columns_of,
    insert_statement,
    insert_with_versions,
    update_statement,
    update_with_versions,
    values_of,
    version_notes,
    version_statement,
)
from core.concurrency import Record, lock_records
from core.models import AuditedModel
from core.prepared import execute_prepared

BATCH = 1000
FEW = 100  # rows, for which an INSERT does: beyond it COPY is faster, though it takes four messages instead of one


def batches(items: Iterable) -> Iterator[list]:
    """The items, a thousand at a time."""
    items = iter(items)
    while batch := list(islice(items, BATCH)):
        yield batch


def among(values: list) -> list:
    """Values for `__in` of a column that is no relation: on PostgreSQL one parameter, as a thousand take long."""
    if connection.vendor != "postgresql":
        return values
    from django.contrib.postgres.fields import ArrayField  # which needs its driver

    kind: Any = models.BigIntegerField() if isinstance(values[0], int) else models.TextField()
    array = models.Value(values, output_field=ArrayField(kind))
    return [models.Func(array, template="SELECT unnest(%(expressions)s)")]


def find_all(queryset: models.QuerySet, column: str, values: Iterable) -> list:
    """The records with these values in this column."""
    return [record for batch in batches(sorted(values)) for record in queryset.filter(**{f"{column}__in": batch})]


def find_rows(queryset: models.QuerySet, column: str, values: Iterable, columns: Collection[str]) -> list[Any]:
    """What `find_all` finds, as named tuples of these columns: a record costs more, and most are only looked at."""
    names = [field.attname for field in queryset.model._meta.concrete_fields if field.attname in columns]
    rows = queryset.order_by().values_list(*names, named=True)
    return [row for batch in batches(sorted(values)) for row in rows.filter(**{f"{column}__in": among(batch)})]


def record_of(model: type[Record], row: Any) -> Record:
    """The record of such a row; what this leaves out is read when it is asked for."""
    return model.from_db(DEFAULT_DB_ALIAS, row._fields, row)


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
        locked = model._base_manager.select_for_update(no_key=True).filter(pk__in=among(batch))
        found |= dict(locked.order_by("pk").values_list("pk", "modified_at"))
    return found


def create_all(
    model: type[AuditedModel],
    records: list,
    *,
    reason: str,
    user: Any,
    at: datetime | None = None,
    untold: tuple[str, ...] = (),
) -> None:
    """Save new records. The history does not learn what they have in the columns `untold`."""
    at = at or timezone.now()
    for record in records:
        record.created_by_id, record.created_at = user and user.pk, at
        record.modified_by_id = record.created_by_id
    if are_few_and_new(records):
        notes = version_notes(model, "+", reason=reason, user=user, at=at)
        insert_prepared(model, records, insert_with_versions(model, untold), notes)
    else:
        insert_all(model, records)
        add_versions(model, records, "+", reason=reason, user=user, at=at, untold=untold)


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
        record.modified_by_id = user and user.pk
    fields = [*fields, "modified_at", "modified_by"]
    if connection.vendor == "postgresql":
        notes = version_notes(model, "~", reason=reason, user=user, at=at)
        update_prepared(model, records, fields, update_with_versions(model, tuple(fields)), notes)
    else:
        update_fields(model, records, fields)
        add_versions(model, records, "~", reason=reason, user=user, at=at)


def delete_all(model: type[AuditedModel], records: list, *, reason: str, user: Any) -> None:
    """Delete locked records that nothing refers to."""
    add_versions(model, records, "-", reason=reason, user=user)
    for batch in batches(record.pk for record in records):
        gone = model._base_manager.filter(pk__in=batch)
        gone._raw_delete(using=gone.db)


def add_versions(
    model: type[AuditedModel],
    records: list,
    kind: str,
    *,
    reason: str,
    user: Any,
    at: datetime | None = None,
    untold: tuple[str, ...] = (),
) -> None:
    """Copy the records, as the database has them by now, into their history; `kind` is `+`, `~` or `-`."""
    said = version_notes(model, kind, reason=reason, user=user, at=at)
    with connection.cursor() as cursor:
        for batch in batches(record.pk for record in records):
            chosen = f"FROM {model._meta.db_table} WHERE id IN ({', '.join(['%s'] * len(batch))}) ORDER BY id"
            cursor.execute(f"{version_statement(model, untold)} {chosen}", [*said, *batch])


def insert_all(model: type[models.Model], records: Iterable) -> None:
    """Save new records, each with its id from now on.

    What `bulk_create` does, in a fraction of the time: it asks every field of every record how to write its value.
    """
    for batch in batches(records):
        if are_few_and_new(batch):
            insert_prepared(model, batch, f"{insert_statement(model)} RETURNING id")
            continue
        if batch[0].pk is None:
            give_ids(model, batch)
        columns = columns_of(model._meta.concrete_fields)
        insert(model, columns, zip(*values_of(columns, batch, True), strict=True))
        note_saved(batch)


def are_few_and_new(records: list) -> bool:
    """Whether one INSERT is best: on PostgreSQL, for few records that have no ids yet."""
    return connection.vendor == "postgresql" and 0 < len(records) <= FEW and records[0].pk is None


def note_saved(records: list) -> None:
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def insert_prepared(model: type[models.Model], records: list, statement: str, notes: Iterable = ()) -> None:
    """Execute such a statement for these records, each of which has its id from then on."""
    columns = columns_of(field for field in model._meta.concrete_fields if not field.primary_key)
    with connection.cursor() as cursor:
        execute_prepared(cursor, statement, [*values_of(columns, records, True), *notes])
        for record, (pk,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = pk
    note_saved(records)


def give_ids(model: type[models.Model], records: list) -> None:
    """Tell new records, which are inserted next, their ids: for whoever must know these before."""
    for record, key in zip(records, reserve_ids(model, len(records)), strict=True):
        record.pk = key


def insert_rows(model: type[models.Model], names: list[str], rows: Iterable[tuple]) -> None:
    """Add rows of these fields' values; their ids are nobody's business."""
    columns = columns_of(map(model._meta.get_field, names))
    for batch in batches(rows):
        values = zip(columns, zip(*batch, strict=True), strict=True)
        insert(model, columns, zip(*(column.stored(given) for column, given in values), strict=True))


def insert(model: type[models.Model], columns: list[Column], rows: Iterable[tuple]) -> None:
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
    if connection.vendor == "postgresql":
        update_prepared(model, records, fields, update_statement(model, tuple(fields)))
        return
    columns = columns_of(map(model._meta.get_field, [*fields, "id"]))
    setting = ", ".join(f"{column.name} = %s" for column in columns[:-1])
    for batch in batches(records):
        with connection.cursor() as cursor:
            values = list(zip(*values_of(columns, batch, False), strict=True))
            cursor.executemany(f"UPDATE {model._meta.db_table} SET {setting} WHERE id = %s", values)


def update_prepared(
    model: type[models.Model], records: list, fields: list[str], statement: str, notes: Iterable = ()
) -> None:
    """Execute such a statement for these records."""
    columns = columns_of(map(model._meta.get_field, [*fields, "id"]))
    for batch in batches(records):
        with connection.cursor() as cursor:
            execute_prepared(cursor, statement, [*values_of(columns, batch, False), *notes])
