"""Queries whose SQL is written once: for what is asked all day, Django takes longer to write it than the database to
answer it.

A `Slot` stands in a queryset where a value will stand. `Statement` keeps the SQL of such a queryset, and puts the
values in each time it runs. What is asked is still said in the words of the ORM.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.expressions import Expression

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
    """The SQL of a queryset of tuples (`values_list`)."""

    def __init__(self, queryset: models.QuerySet):
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, self.params = compiler.as_sql()
        columns: Any = [column for column, *_ in compiler.select]
        self.converters = compiler.get_converters(columns)
        self.compiler = compiler

    def rows(self, values: Mapping[str, Any]) -> list[tuple]:
        params = [adapted(values[param.name]) if isinstance(param, Slot) else param for param in self.params]
        with connection.cursor() as cursor:
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

    def get(self, shape, queryset: Callable[[], models.QuerySet]) -> Statement:
        shape = (connection.vendor, shape)
        statement = self.kept.get(shape)
        if statement is None:
            statement = Statement(queryset())
            with self.lock:
                if len(self.kept) >= KEPT:
                    self.kept.clear()
                self.kept[shape] = statement
        return statement


RECORDS = Statements()


def records(model: type[Model], shape: str, queryset: Callable[..., models.QuerySet], values: Iterable) -> list[Model]:
    """The records of the queryset that is made of these values (as a list); `shape`: which of the model's it is."""
    slots = {f"value {place}": value for place, value in enumerate(values)}
    names = [field.attname for field in model._meta.concrete_fields]
    found = RECORDS.get(
        (model, shape, len(slots)), lambda: queryset([Slot(name) for name in slots]).values_list(*names)
    )
    return [model.from_db(connection.alias, names, row) for row in found.rows(slots)]


def adapted(value):
    """A value as the database's driver takes it."""
    if connection.vendor == "postgresql":
        return value
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return connection.ops.adapt_decimalfield_value(value) if isinstance(value, Decimal) else value
