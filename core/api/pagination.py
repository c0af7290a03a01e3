"""Lists in pages that stay what they are while rows arrive, and whose ten-thousandth costs what the first does."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Annotated, Any, Literal, NamedTuple

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db.models import F, Model, QuerySet
from django.db.models.fields.tuple_lookups import (
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)
from django.db.models.lookups import GreaterThanOrEqual, LessThanOrEqual
from django.utils.translation import gettext
from ninja import Schema
from ninja.pagination import PaginationBase
from pydantic import Field, create_model

from core.api.rows import Rows
from core.expressions import BlankIfNull

MAX_PAGE_SIZE = 100
BEYOND = {  # by (ascending, inclusive)
    (True, False): TupleGreaterThan,
    (True, True): TupleGreaterThanOrEqual,
    (False, False): TupleLessThan,
    (False, True): TupleLessThanOrEqual,
}


class Cursor(NamedTuple):
    """Where a page starts: after, or backwards before, the row with these values of its ordering's fields."""

    ordering: str
    backwards: bool
    inclusive: bool
    position: list[str]

    def sign(self, model: type[Model]) -> str:
        return signing.dumps(self, salt=f"cursor {model._meta.label}")

    @classmethod
    def read(cls, signed: str, model: type[Model]) -> "Cursor":
        """Raises ValidationError unless this is a cursor that we signed for a list of this model."""
        try:
            return cls(*signing.loads(signed, salt=f"cursor {model._meta.label}"))
        except (signing.BadSignature, ValueError, TypeError) as error:
            raise ValidationError(
                {"cursor": gettext("This cursor does not belong to this list. Start at the first page.")}
            ) from error

    @property
    def fields(self) -> list[str]:
        name = self.ordering.lstrip("-")
        return [name] if name == "id" else [name, "id"]

    @property
    def ascending(self) -> bool:
        """Which way the rows are read, which for a page backwards is against the ordering."""
        return self.ordering.startswith("-") == self.backwards


class KeysetPagination(PaginationBase):
    """Pages by position, not by number: a cursor says after (or before) which values of the ordering a page starts.

    ninja's CursorPagination bridges equal values by an offset of at most 100 and stumbles over cursors that were
    tampered with; here the id breaks every tie, and a cursor is signed. `orderings` are fields that have an index that
    the id ends; texts that may be NULL have one over `BlankIfNull`, and count as blank.
    """

    items_attribute = "results"

    class Output(Schema):
        next: str | None = Field(description="Where the following page is.")
        previous: str | None = Field(description="Where the page before is.")
        results: list

    def __init__(self, *, orderings: tuple[str, ...], default: str = "-id", **kwargs):
        super().__init__(**kwargs)
        self.default = default
        self.names = [name for field in orderings for name in (field, f"-{field}")]
        self.Input: Any = create_model(
            "Page",
            __base__=Schema,
            cursor=(str | None, Field(None, description="From `next` or `previous` of another page.")),
            page_size=(
                Annotated[int, Field(ge=1)] | None,
                Field(None, description=f"Rows per page; more than {MAX_PAGE_SIZE} count as {MAX_PAGE_SIZE}."),
            ),
            ordering=(
                Literal[tuple(self.names)] | None,  # type: ignore[arg-type]
                Field(None, description=f"A minus sign means descending. Usually `{default}`."),
            ),
        )

    def paginate_queryset(self, queryset: QuerySet | Rows, pagination, request, **params) -> dict:
        size = min(pagination.page_size or settings.DEFAULT_PAGINATION_PAGE_SIZE, MAX_PAGE_SIZE)
        model = queryset.model
        cursor = self.cursor(model, pagination)
        found = self.page_of(queryset, cursor, size + 1)
        rows, more = found[:size], len(found) > size
        if cursor.backwards:
            rows.reverse()

        def link(backwards: bool) -> str:
            """The page beyond our first or last row; if we have none, the one on the other side of our cursor."""
            position, inclusive = cursor.position, True
            if rows:
                row, inclusive = rows[0 if backwards else -1], False
                position = position_of(row, queryset, cursor.fields)
            query = request.GET.copy()
            query["cursor"] = Cursor(cursor.ordering, backwards, inclusive, position).sign(model)
            return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

        came_from_there = bool(cursor.position)
        before, after = (more, came_from_there) if cursor.backwards else (came_from_there, more)
        links = {"next": link(False) if after else None, "previous": link(True) if before else None}
        if isinstance(queryset, Rows):
            return {**links, "results": [queryset.kind.show(row, request) for row in rows]}
        return {**links, "results": rows}

    def cursor(self, model: type[Model], pagination) -> Cursor:
        """Where the asked page starts: at its cursor, else at the beginning."""
        ordering = pagination.ordering or self.default
        if not pagination.cursor:
            return Cursor(ordering, False, False, [])
        cursor = Cursor.read(pagination.cursor, model)
        if cursor.ordering not in self.names or (pagination.ordering and pagination.ordering != cursor.ordering):
            raise ValidationError(
                {"cursor": gettext("This cursor belongs to another ordering. Start at the first page.")}
            )
        return cursor

    def page_of(self, queryset: QuerySet | Rows, cursor: Cursor, size: int) -> list:
        """So many records or rows from the cursor on."""
        fields = [queryset.model._meta.get_field(field) for field in cursor.fields]
        start = [field.to_python(value) for field, value in zip(fields, cursor.position, strict=False)]
        if not isinstance(queryset, Rows):
            return list(self.rows_from(queryset, cursor, start)[:size])
        places = {f"start {number}": value for number, value in enumerate(start)}
        shape = (cursor.ordering, cursor.backwards, cursor.inclusive, size)

        def page(found: QuerySet, values: Mapping) -> QuerySet:
            return self.rows_from(found, cursor, [values[place] for place in places])[:size]

        return queryset.find(shape, page, places)

    def rows_from(self, queryset: QuerySet, cursor: Cursor, values: list) -> QuerySet:
        model_fields = [queryset.model._meta.get_field(field) for field in cursor.fields]
        columns = [BlankIfNull(field.name) if field.null else F(field.name) for field in model_fields]
        order = [column.asc() if cursor.ascending else column.desc() for column in columns]
        rows = queryset.order_by(*order)
        if not values:
            return rows
        beyond = BEYOND[cursor.ascending, cursor.inclusive](Tuple(*columns), values)
        # `beyond` says it all; the range of the first field lets SQLite, too, start in the middle of an index.
        first = GreaterThanOrEqual if cursor.ascending else LessThanOrEqual
        return rows.filter(beyond, first(columns[0], values[0]))


def position_of(row, queryset: QuerySet | Rows, fields: list[str]) -> list[str]:
    """The values of these fields in a record or in a row, as a cursor keeps them."""
    found: list[Any] = [queryset.model._meta.get_field(field) for field in fields]
    if isinstance(queryset, Rows):
        row = SimpleNamespace(**{field.attname: row[queryset.kind.columns.index(field.name)] for field in found})
    return ["" if field.value_from_object(row) is None else field.value_to_string(row) for field in found]
