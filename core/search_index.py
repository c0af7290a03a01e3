"""Indexes for finding a part of a text: `searched` of a model names its columns, the lookup `holds` uses them.

PostgreSQL has one trigram index (pg_trgm) for each such table, SQLite one of its full-text tables with the trigram
tokenizer, kept up to date by triggers. They hold nothing of their own, so they are no matter of single migrations:
whenever `migrate` has run, what is missing is made, also what a rebuilt table has lost. Without them everything is
found all the same, only slower.
"""

import sys

from django.db import DatabaseError, connection, models, transaction
from django.db.models.expressions import Col
from django.db.models.lookups import IContains

from core.prepared import Slot

SHORTEST = 3  # letters, which trigrams take
PENDING = 64  # the least that PostgreSQL takes
WITHOUT_EXTENSION = """\
Searching will be slow in large tables: the extension pg_trgm is missing, and this database user may not create it.
Let a superuser of PostgreSQL run CREATE EXTENSION pg_trgm; in this database, then run `manage.py migrate` again.
"""


def install_indexes(app_config, using="default", **kwargs) -> None:
    """Make what is missing of the indexes of this app's models (listens to post_migrate).

    Who has gone back to a migration that does not know all the columns yet has none until then.
    """
    for model in app_config.get_models():
        if searched(model) and model._meta.db_table in connection.introspection.table_names():
            make = install if has_columns(model) else remove
            make(model)


def has_columns(model: type[models.Model]) -> bool:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {column.name for column in found}.issuperset(searched(model))


def searched(model) -> tuple[str, ...]:
    """The columns of the model that have an index to search them."""
    return getattr(model, "searched", ()) if not model._meta.proxy and hasattr(model._meta, "db_table") else ()


def install(model: type[models.Model]) -> None:
    if connection.vendor == "sqlite":
        install_on_sqlite(model)
    elif connection.vendor == "postgresql" and has_trigrams():
        columns = ", ".join(f"UPPER({quoted(column)}::text) gin_trgm_ops" for column in searched(model))
        connection.check_constraints()  # what waits to be checked at the COMMIT would forbid it
        run(f"CREATE INDEX IF NOT EXISTS {name_of(model)} ON {quoted(model._meta.db_table)} USING gin ({columns})")
        # Entries wait in a list, which every search reads, until it is this long (kB). Rather than PostgreSQL's usual
        # 4 MB of it the planner reads all products.
        run(f"ALTER INDEX {name_of(model)} SET (gin_pending_list_limit = {PENDING})")


def remove(model: type[models.Model]) -> None:
    """Take the index away, for as long as very much is written: making it anew takes less time then."""
    if connection.vendor == "postgresql":
        connection.check_constraints()
        run(f"DROP INDEX IF EXISTS {name_of(model)}")
        return
    for event in triggers(model):
        run(f"DROP TRIGGER IF EXISTS {name_of(model)}_{event}")
    run(f"DROP TABLE IF EXISTS {name_of(model)}")


def has_trigrams() -> bool:
    try:
        with transaction.atomic():
            run("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except DatabaseError:
        sys.stderr.write(WITHOUT_EXTENSION)
        return False
    return True


def install_on_sqlite(model: type[models.Model]) -> None:
    table, index, columns = model._meta.db_table, name_of(model), ", ".join(map(quoted, searched(model)))
    found = dict(run("SELECT name, sql FROM sqlite_master WHERE name LIKE %s", [f"{index}%"]))
    wanted = {index: f"CREATE VIRTUAL TABLE {index} USING fts5({columns}, tokenize='trigram')"}
    wanted |= {f"{index}_{event}": statement for event, statement in triggers(model).items()}
    if all(found.get(name) == statement for name, statement in wanted.items()):
        return
    remove(model)
    for statement in wanted.values():
        run(statement)
    run(f"INSERT INTO {index} (rowid, {columns}) SELECT id, {columns} FROM {quoted(table)}")


def triggers(model: type[models.Model]) -> dict[str, str]:
    """What keeps SQLite's index up to date, by the event.

    The index keeps the texts that it was made of. One over the table's own would be smaller, but is damaged for good by
    a row that is changed past these triggers.
    """
    table, index, names = quoted(model._meta.db_table), name_of(model), searched(model)
    columns, new = (", ".join(f"{of}{quoted(name)}" for name in names) for of in ("", "NEW."))
    learn = f"DELETE FROM {index} WHERE rowid = NEW.id; INSERT INTO {index} (rowid, {columns}) VALUES (NEW.id, {new});"
    events = {"insert": ("INSERT", learn), "update": (f"UPDATE OF {columns}", learn)}
    events["delete"] = ("DELETE", f"DELETE FROM {index} WHERE rowid = OLD.id;")
    return {
        name: f"CREATE TRIGGER {index}_{name} AFTER {event} ON {table} BEGIN {steps} END"
        for name, (event, steps) in events.items()
    }


def run(statement: str, params=None) -> list:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def name_of(model: type[models.Model]) -> str:
    return f"{model._meta.db_table}_search"


@models.CharField.register_lookup
@models.TextField.register_lookup
class Holds(IContains):
    """`icontains`, by the index where there is one."""

    lookup_name = "holds"

    def as_sql(self, compiler, connection):
        return IContains(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_sqlite(self, compiler, connection):
        text = self.rhs.example if isinstance(self.rhs, Slot) else self.rhs
        column = self.lhs
        if not (isinstance(column, Col) and is_indexed(column.target) and is_plain(text)):
            return self.as_sql(compiler, connection)
        model, place = column.target.model, compiler.quote_name_unless_alias(column.alias)
        pattern, param = ("'%%' || %s || '%%'", self.rhs) if isinstance(self.rhs, Slot) else ("%s", f"%{text}%")
        found = f"SELECT rowid FROM {name_of(model)} WHERE {quoted(column.target.column)} LIKE {pattern}"
        return f'{place}."id" IN ({found})', [param]


def is_indexed(field) -> bool:
    return field.column in searched(field.model)


def is_plain(text: str) -> bool:
    """Whether SQLite's index can be asked for this text."""
    return len(text) >= SHORTEST and not set(text) & set("%_\\")
