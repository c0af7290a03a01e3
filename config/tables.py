"""Whether the database has what the models describe: every table, column, index, constraint and trigger."""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import Model

from core.append_only import missing_triggers

COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns "
    "WHERE table_schema = current_schema()",
}
FIRST_OF_INDEXES = {
    "sqlite": "SELECT m.tbl_name, c.name FROM sqlite_master m, pragma_index_info(m.name) c "
    "WHERE m.type = 'index' AND c.seqno = 0",
    "postgresql": "SELECT t.relname, c.attname FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid "
    "JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = i.indkey[0]",
}
NAMES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('index', 'table')",
    "postgresql": "SELECT conname, '' FROM pg_constraint UNION SELECT relname, '' FROM pg_class WHERE relkind = 'i'",
}


def missing_parts() -> Iterator[str]:
    """In words: whatever the migrations have made and is not there (any more)."""
    yield from (f"trigger {name}" for name in missing_triggers(connection))
    columns, indexed, names = set(read(COLUMNS)), set(read(FIRST_OF_INDEXES)), set(read_names())
    tables = {table for table, _ in columns}
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.managed or model._meta.proxy:
            continue
        if (table := model._meta.db_table) not in tables:
            yield f"table {table}"
            continue
        for field in model._meta.concrete_fields:
            if (table, field.column) not in columns:
                yield f"column {table}.{field.column}"
            elif (field.unique or field.db_index) and not field.primary_key and (table, field.column) not in indexed:
                yield f"index of {table}.{field.column}"
        yield from (f"{name} of {table}" for name in named_in(model) if name not in names)


def named_in(model: type[Model]) -> list[str]:
    return [str(named.name) for named in (*model._meta.constraints, *model._meta.indexes)]


def read(statements: dict[str, str]) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
        return cursor.fetchall()


def read_names() -> Iterator[str]:
    """Indexes, and constraints, which SQLite knows only from the text of their table."""
    for name, sql in read(NAMES):
        yield name
        yield from re.findall(r'CONSTRAINT "(\w+)"', sql or "")
