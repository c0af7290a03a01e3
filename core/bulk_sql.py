"""How many records are written by few statements: what is stored of their values, and the SQL, written once."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.utils import timezone

from core.channels import current_channel
from core.fields import NormalisedMixin
from core.models import AuditedModel

AS_IT_IS = {str, int, bool, type(None)}  # values that the databases' drivers take in any column but one of JSON
NOTES = ("history_date", "history_change_reason", "history_type", "history_user_id", "channel")


# The history


@cache
def history_of(model: type[AuditedModel]) -> Any:
    """What Django knows of the model's history; asked for there, it would make a manager each time."""
    return model.history.model._meta


@cache
def version_statement(model: type[AuditedModel], untold: tuple[str, ...] = ()) -> str:
    """What copies records into their history, but for the columns `untold`; up to its FROM, with places for `NOTES`."""
    history = history_of(model)
    columns = [field.column for field in history.concrete_fields if not field.name.startswith("history_")]
    copied = [column for column in columns if column != "channel" and column not in untold]
    places = ["%s"] * len(NOTES)
    if connection.vendor == "postgresql":
        places = [f"%s::{column_type(history.get_field(name.removesuffix('_id')))}" for name in NOTES]
    return f"INSERT INTO {history.db_table} ({', '.join([*copied, *NOTES])}) SELECT {', '.join([*copied, *places])}"


def version_notes(model: type[AuditedModel], kind: str, *, reason: str, user: Any, at: datetime | None) -> list:
    """The values of `NOTES`."""
    said = [at or timezone.now(), reason, kind, user and user.pk, current_channel()]
    fields = [history_of(model).get_field(name.removesuffix("_id")) for name in NOTES]
    return [field.get_db_prep_save(value, connection) for field, value in zip(fields, said, strict=True)]


# The statements of PostgreSQL: an array for each column


@cache
def insert_statement(model: type[models.Model]) -> str:
    """What adds rows, in their order."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    names = ", ".join(field.column for field in fields)
    return f"INSERT INTO {model._meta.db_table} ({names}) SELECT * FROM unnest({arrays_of(fields)})"


@cache
def insert_with_versions(model: type[AuditedModel], untold: tuple[str, ...] = ()) -> str:
    """The same, and copies the new records into their history."""
    made = f"WITH made AS ({insert_statement(model)} RETURNING *)"
    return f"{made} {version_statement(model, untold)} FROM made ORDER BY id RETURNING id"


@cache
def update_statement(model: type[models.Model], names: tuple[str, ...]) -> str:
    """What writes fields of records."""
    table, fields = model._meta.db_table, [cast(Any, model._meta.get_field(name)) for name in [*names, "id"]]
    columns = [field.column for field in fields]
    setting = ", ".join(f"{name} = given.{name}" for name in columns[:-1])
    given = f"unnest({arrays_of(fields)}) AS given({', '.join(columns)})"
    return f"UPDATE {table} SET {setting} FROM {given} WHERE {table}.id = given.id"


@cache
def update_with_versions(model: type[AuditedModel], names: tuple[str, ...]) -> str:
    """The same, and copies the records as they are by then into their history."""
    changed = f"{update_statement(model, names)} RETURNING {model._meta.db_table}.*"
    return f"WITH changed AS ({changed}) {version_statement(model)} FROM changed ORDER BY id"


def arrays_of(fields: Iterable) -> str:
    """A place for an array of each field's values."""
    return ", ".join(f"%s::{column_type(field)}[]" for field in fields)


def column_type(field: Any) -> str:
    """The type on PostgreSQL, without a length: a cast to one would cut silently what is too long."""
    return re.sub(r"\(.*\)", "", field.rel_db_type(connections[DEFAULT_DB_ALIAS])).replace("varchar", "text")


# The values


def columns_of(fields: Iterable) -> list["Column"]:
    database = connections[DEFAULT_DB_ALIAS]
    return [Column(field, database) for field in fields]


def values_of(columns: list["Column"], records: list, add: bool) -> list[Sequence]:
    """What is stored of the records, by columns."""
    return [column.values_of(records, add) for column in columns]


class Column:
    """How one field of many records is written: only what needs a conversion is converted, equal values once."""

    def __init__(self, field: Any, database: Any):
        self.field, self.name, self.attname, self.database = field, field.column, field.attname, database
        self.is_computed = type(field).pre_save is not models.Field.pre_save
        self.is_moment = getattr(field, "auto_now", False)
        self.is_file = isinstance(field, models.FileField)
        self.is_json = isinstance(field, models.JSONField)
        self.now = timezone.now() if self.is_moment else None

    def values_of(self, records: list, add: bool) -> Sequence:
        """What is stored of the records' values."""
        values = [record.__dict__[self.attname] for record in records]
        if self.is_moment:
            values = [self.now] * len(records)
            self.put(records, values)
        elif isinstance(self.field, NormalisedMixin):
            spelled = {value: self.field.to_python(value) for value in {*values}}
            if any(value != spelling for value, spelling in spelled.items()):
                values = [spelled[value] for value in values]
                self.put(records, values)
        elif self.is_computed and not (self.is_file and not any(values)):
            values = [self.field.pre_save(record, add) for record in records]
        elif self.field.is_relation and None in values:  # some were given their ids since
            related = [self.field.get_cached_value(record, None) for record in records]
            pairs = zip(values, related, strict=True)
            values = [value if value is not None or other is None else other.pk for value, other in pairs]
        return self.stored(values)

    def put(self, records: list, values: list) -> None:
        for record, value in zip(records, values, strict=True):
            setattr(record, self.attname, value)

    def stored(self, values: Sequence) -> Sequence:
        """The values as the database's driver takes them."""
        if self.is_json:  # which can be no key
            return [self.field.get_db_prep_save(value, self.database) for value in values]
        if {*map(type, values)} <= AS_IT_IS:
            return values
        converted = {value: self.field.get_db_prep_save(value, self.database) for value in {*values}}
        return [converted[value] for value in values]
