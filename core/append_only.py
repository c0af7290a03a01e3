"""Tables whose rows are only ever added: the database itself refuses to change, replace or delete one, whoever asks.

The refusals are triggers, made by operations of migrations. On SQLite they name the table's columns, and a table that
is rebuilt loses them: a migration that changes the columns of such a table, or of one that it refers to, puts
`AllowChanges` (`AllowDeletion`) first and `AppendOnly` (`RefuseDeletion`) last, over the columns as they are then. One
that rebuilds the products does so for `stockchange`, `deliveryitem` and `sales.returnitem`, which all name them in
their triggers.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation


class AppendOnly(Operation):
    """Refuse to change and delete rows of the model's table (`stockchange`; of another app: `sales.returnitem`).

    One exception is made by the database: when a record is deleted to which a foreign key in `may_be_emptied` refers,
    the column becomes NULL in the rows that refer to it. Nobody else may empty it (the record must be gone), so the
    foreign key is `DO_NOTHING` for Django.
    """

    reversible = True

    def __init__(self, model_name: str, *, may_be_emptied: tuple[str, ...] = ()):
        self.model_name, self.may_be_emptied = model_name, may_be_emptied

    def deconstruct(self):
        return type(self).__name__, [self.model_name], {"may_be_emptied": self.may_be_emptied}

    def state_forwards(self, app_label, state):
        """The models stay what they are."""

    def describe(self):
        return f"Let rows of {self.model_name} only be added"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        install(schema_editor, self.model_in(to_state.apps, app_label), self.may_be_emptied)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        remove(schema_editor, self.model_in(from_state.apps, app_label), self.may_be_emptied)

    def model_in(self, models, app_label):
        """The model as it is among these, a registry of the present or of a migration's state."""
        other, _, name = self.model_name.rpartition(".")
        return models.get_model(other or app_label, name)

    def trigger_names(self, app_label, connection) -> set[str]:
        statements = sqlite_triggers if connection.vendor == "sqlite" else postgresql_triggers
        created = statements(self.model_in(apps, app_label), self.may_be_emptied)
        return set(re.findall(r"CREATE TRIGGER (\w+)", " ".join(created)))


class AllowChanges(AppendOnly):
    """The opposite of AppendOnly, for a migration that changes the table."""

    def describe(self):
        return f"Let rows of {self.model_name} be changed"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class RefuseDeletion(Operation):
    """Refuse to delete rows of the model's table for which the SQL condition on `OLD` holds, with this message."""

    reversible = True

    def __init__(self, model_name: str, *, condition: str, message: str):
        self.model_name, self.condition, self.message = model_name, condition, message

    def deconstruct(self):
        return type(self).__name__, [self.model_name], {"condition": self.condition, "message": self.message}

    def state_forwards(self, app_label, state):
        """The models stay what they are."""

    def describe(self):
        return f"Refuse to delete rows of {self.model_name} where {self.condition}"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        table = to_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(
                f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} WHEN {self.condition} "
                f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            )
            return
        schema_editor.execute(
            f"CREATE FUNCTION {table}_not_deleted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {self.condition} THEN "
            f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; "
            "END IF; RETURN OLD; END $$"
        )
        schema_editor.execute(
            f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_not_deleted()"
        )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        table = from_state.apps.get_model(app_label, self.model_name)._meta.db_table
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {table}_not_deleted")
        else:
            schema_editor.execute(f"DROP FUNCTION {table}_not_deleted() CASCADE")

    def trigger_names(self, app_label, connection) -> set[str]:
        return {f"{apps.get_model(app_label, self.model_name)._meta.db_table}_not_deleted"}


class AllowDeletion(RefuseDeletion):
    """The opposite of RefuseDeletion, for a migration that changes the table."""

    def describe(self):
        return f"Let rows of {self.model_name} be deleted"

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)


def install(schema_editor, model, may_be_emptied: tuple[str, ...] = ()) -> None:
    """Create the triggers, over the columns that the model has."""
    statements = sqlite_triggers if schema_editor.connection.vendor == "sqlite" else postgresql_triggers
    for statement in statements(model, may_be_emptied):
        schema_editor.execute(statement)


def remove(schema_editor, model, may_be_emptied: tuple[str, ...] = ()) -> None:
    """Drop the triggers."""
    table = model._meta.db_table
    for column, referred in emptied(model, may_be_emptied):
        if schema_editor.connection.vendor == "sqlite":
            schema_editor.execute(f"DROP TRIGGER {referred}_empties_{table}")
        else:
            schema_editor.execute(f"DROP FUNCTION {table}_empty_{column}() CASCADE")
    if schema_editor.connection.vendor == "sqlite":
        for event in ("update", "delete", "replace"):
            schema_editor.execute(f"DROP TRIGGER {table}_no_{event}")
    else:
        schema_editor.execute(f"DROP FUNCTION {table}_append_only() CASCADE")


def emptied(model, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """For each of the foreign keys, its column and the table that it refers to."""
    fields = [model._meta.get_field(name) for name in names]
    return [(field.column, field.related_model._meta.db_table) for field in fields]


def refusal(model) -> str:
    return f"Rows of {model._meta.db_table} are never changed or deleted."


def sqlite_triggers(model, may_be_emptied) -> Iterator[str]:
    table, refuse = model._meta.db_table, f"BEGIN SELECT RAISE(ABORT, '{refusal(model)}'); END"
    columns = [field.column for field in model._meta.concrete_fields]
    allowed = [
        " AND ".join(
            [
                f"OLD.{column} IS NOT NULL AND NEW.{column} IS NULL",
                *(f"NEW.{other} IS OLD.{other}" for other in columns if other != column),
                f"NOT EXISTS (SELECT 1 FROM {referred} WHERE id = OLD.{column})",
            ]
        )
        for column, referred in emptied(model, may_be_emptied)
    ]
    unless = f"WHEN NOT ({' OR '.join(allowed)}) " if allowed else ""
    yield f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} {unless}{refuse}"
    yield f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} {refuse}"
    # INSERT OR REPLACE deletes without asking the trigger above.
    taken = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id)"
    yield f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {taken} {refuse}"
    for column, referred in emptied(model, may_be_emptied):
        yield (
            f"CREATE TRIGGER {referred}_empties_{table} AFTER DELETE ON {referred} "
            f"BEGIN UPDATE {table} SET {column} = NULL WHERE {column} = OLD.id; END"
        )


def postgresql_triggers(model, may_be_emptied) -> Iterator[str]:
    table = model._meta.db_table
    allowed = "".join(
        f"""
        IF TG_OP = 'UPDATE' AND OLD.{column} IS NOT NULL AND NEW.{column} IS NULL
            AND to_jsonb(NEW) - '{column}' = to_jsonb(OLD) - '{column}'
            AND NOT EXISTS (SELECT 1 FROM {referred} WHERE id = OLD.{column})
        THEN
            RETURN NEW;
        END IF;"""
        for column, referred in emptied(model, may_be_emptied)
    )
    yield f"""
    CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN{allowed}
        IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT 1 FROM {table}) THEN
            RETURN NULL;  -- nothing is lost
        END IF;
        RAISE EXCEPTION '{refusal(model)}' USING ERRCODE = 'integrity_constraint_violation';
    END $$
    """
    for name, events, each in (("change", "UPDATE OR DELETE", "ROW"), ("truncate", "TRUNCATE", "STATEMENT")):
        yield (
            f"CREATE TRIGGER {table}_no_{name} BEFORE {events} ON {table} "
            f"FOR EACH {each} EXECUTE FUNCTION {table}_append_only()"
        )
    for column, referred in emptied(model, may_be_emptied):
        yield f"""
        CREATE FUNCTION {table}_empty_{column}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE {table} SET {column} = NULL WHERE {column} = OLD.id;
            RETURN NULL;
        END $$
        """
        yield (
            f"CREATE TRIGGER {referred}_empties_{table} AFTER DELETE ON {referred} "
            f"FOR EACH ROW EXECUTE FUNCTION {table}_empty_{column}()"
        )


def missing_triggers(connection) -> list[str]:
    """Those that the migrations install and the database does not have, or not in force."""
    expected: set[str] = set()
    graph = MigrationLoader(connection).graph
    for app_label, name in graph._generate_plan(graph.leaf_nodes(), at_end=True):
        for operation in graph.nodes[app_label, name].operations:
            if isinstance(operation, AllowChanges | AllowDeletion):
                expected -= operation.trigger_names(app_label, connection)
            elif isinstance(operation, AppendOnly | RefuseDeletion):
                expected |= operation.trigger_names(app_label, connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        return sorted(expected - {name for (name,) in cursor.fetchall()})
