"""Queries whose SQL is written once: for what is asked all day, Django takes longer to write it than the database to
answer it.

A `Slot` stands in a queryset where a value will stand. `Statement` keeps the SQL of such a queryset, and puts the
values in each time it runs. What is asked is still said in the words of the ORM.

One that is `planned_once` is prepared on the server, too: PostgreSQL reads and plans it once per connection instead of
each time, which takes it longer than finding a record. That is for what is found by keys, or without any condition:
how to search for a word depends on the word.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, TypeVar

from django.db import connection, models
from django.db.backends.postgresql.base import ServerBindingCursor  # type: ignore[attr-defined]  # not in the stubs
from django.db.models.expressions import Expression
from psycopg.types.numeric import Int8

Model = TypeVar("Model", bound=models.Model)
KEPT = 500  # statements of one kind; their shapes are few, but whoever calls the API chooses among them


class Slot(Expression):
    """The place of a value in a query; `example` is one for which this SQL is right."""

    def __init__(self, name: str, example: Any = None):
        super().__init__(output_field=models.Field())
        self.name, self.example = name, example

    def as_sql(self, compiler, connection):
        return "%s", [self]


class Statement:
    """The SQL of a queryset of tuples (`values_list`); `planned_once`: one plan is right for all values."""

    def __init__(self, queryset: models.QuerySet, *, planned_once: bool = False):
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        columns: Any = [column for column, *_ in compiler.select]
        self.converters = compiler.get_converters(columns)
        self.compiler = compiler
        self.is_prepared = planned_once and connection.vendor == "postgresql"

    def rows(self, values: Mapping[str, Any]) -> list[tuple]:
        params = [adapted(values[param.name]) if isinstance(param, Slot) else param for param in self.params]
        with connection.cursor() as cursor:
            if self.is_prepared:
                execute_prepared(cursor, self.sql, params)
            else:
                cursor.execute(self.sql, params)
            found = cursor.fetchall()
        if self.converters:
            return [tuple(row) for row in self.compiler.apply_converters(found, self.converters)]
        return found


class Statements:
    """Statements by the shape of what is asked, each written when it is first needed."""

    def __init__(self):
        self.kept: dict[Any, Statement] = {}
        self.lock = Lock()

    def get(self, shape, queryset: Callable[[], models.QuerySet], *, planned_once: bool = False) -> Statement:
        shape = (connection.vendor, shape)
        statement = self.kept.get(shape)
        if statement is None:
            statement = Statement(queryset(), planned_once=planned_once)
            with self.lock:
                if len(self.kept) >= KEPT:
                    self.kept.clear()
                self.kept[shape] = statement
        return statement


RECORDS = Statements()


def records(model: type[Model], shape: str, queryset: Callable[..., models.QuerySet], values: Iterable) -> list[Model]:
    """The records of the queryset that these keys (as a list) make; `shape`: which of the model's it is."""
    slots = {f"value {place}": value for place, value in enumerate(values)}
    names = [field.attname for field in model._meta.concrete_fields]
    found = RECORDS.get(
        (model, shape, len(slots)),
        lambda: queryset([Slot(name) for name in slots]).values_list(*names),
        planned_once=True,
    )
    return [model.from_db(connection.alias, names, row) for row in found.rows(slots)]


def execute_prepared(cursor: Any, sql: str, params: Iterable) -> None:
    """Execute a statement on PostgreSQL that is to be planned once; `%s` may stand for an array, given as a list."""
    cursor.cursor = ServerBindingCursor(connection.connection)
    cursor.execute(sql, [list(map(sent, param)) if type(param) is list else sent(param) for param in params])


def sent(value):
    """A value as it is sent: numbers of one type, whatever their size, else each type would need a plan of its own."""
    if type(value) is int:
        return Int8(value)
    return str(value) if isinstance(value, str) else value  # a TextChoices is no str to the driver


def adapted(value):
    """A value as the database's driver takes it."""
    if connection.vendor == "postgresql":
        return value
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return connection.ops.adapt_decimalfield_value(value) if isinstance(value, Decimal) else value
