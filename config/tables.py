"""Whether the database has what the models describe: every table, column, index, constraint and trigger."""

from collections.abc import Iterator
from itertools import chain

from django.apps import apps
from django.db import connection

from core.append_only import missing_triggers


def missing_parts() -> Iterator[str]:
    """In words: whatever the migrations have made and is not there (any more)."""
    yield from (f"trigger {name}" for name in missing_triggers(connection))
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            if not model._meta.managed or model._meta.proxy:
                continue
            if table not in tables:
                yield f"table {table}"
                continue
            yield from missing_of(cursor, model, table)


def missing_of(cursor, model, table: str) -> Iterator[str]:
    columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
    there = connection.introspection.get_constraints(cursor, table)
    for field in model._meta.concrete_fields:
        if field.column not in columns:
            yield f"column {table}.{field.column}"
        elif (field.unique or field.db_index) and not any(
            found["columns"][:1] == [field.column] for found in there.values() if found["columns"]
        ):
            yield f"index of {table}.{field.column}"
    for named in chain(model._meta.constraints, model._meta.indexes):
        if named.name not in there:
            yield f"{named.name} of {table}"
