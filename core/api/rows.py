"""Answers without records: rows go from the database into JSON, by statements that are written once.

The schemas still describe these answers; tests compare the two (tests/api/test_rows.py).
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property, wraps
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from ninja import FilterSchema
from ninja.responses import NinjaJSONEncoder

from core.api.types import MAX_ID
from core.prepared import Slot, Statement, Statements
from core.search_index import SHORTEST, is_plain
from core.text_search import MAX_WORDS


class Kind:
    """A kind of record in answers: what of it is read, in a queryset made by `queryset`, and how a row is shown.

    `sought`: what the statement that finds some words depends on, beside their lengths.
    """

    def __init__(
        self,
        queryset: Callable[[], QuerySet],
        columns: tuple[str, ...],
        show: Callable[..., dict],
        sought: Callable[[list[str]], tuple] = lambda words: (),
    ):
        self.queryset, self.columns, self.show, self.sought = queryset, columns, show, sought
        self.statements = Statements()

    @cached_property
    def model(self) -> Any:
        return self.queryset().model

    def find(
        self,
        shape,
        arrange: Callable[[QuerySet, Mapping], QuerySet],
        values: Mapping[str, Any],
        *,
        planned_once: bool = False,
    ) -> list[tuple]:
        """The rows of the queryset that `arrange` makes of ours with these values; `shape`: what else it depends on.

        Where Django does something to a value that a slot cannot stand, the statement is written anew.
        `planned_once`: see core/prepared.py.
        """
        slots: dict[str, Any] = {name: Slot(name, value) for name, value in values.items()}
        shape = (shape, tuple(values))
        statement = self.statements.get(shape, lambda: self.tuples(arrange, slots), planned_once=planned_once)
        if {param.name for param in statement.params if isinstance(param, Slot)} == slots.keys():
            return statement.rows(values)
        return Statement(self.tuples(arrange, values)).rows({})

    def tuples(self, arrange, values: Mapping[str, Any]) -> QuerySet:
        return arrange(self.queryset(), values).values_list(*self.columns)

    def get(self, request, pk: int, **only) -> dict:
        """The record with this id, as it is shown; 404 if there is none (or none with these values)."""
        if pk > MAX_ID or not (rows := self.by_keys(pk=pk, **only)):
            raise Http404
        return self.show(rows[0], request)

    def by_keys(self, **keys) -> list[tuple]:
        """The rows with these keys, by ascending id."""
        return self.find("keys", lambda found, keys: found.filter(**keys).order_by("id"), keys, planned_once=True)


class Rows:
    """Rows of a kind for a list: those with the values in `only`, that pass the filters."""

    def __init__(self, kind: Kind, filters: FilterSchema | None = None, *, shape=None, **only):
        self.kind, self.only, self.filters = kind, only, filters
        given = {} if filters is None else filters.model_dump(exclude_none=True)
        self.text = given.pop("search", None)
        # What a function of the schema makes a filter of is written into the statement.
        self.fixed = {name: given.pop(name) for name in tuple(given) if hasattr(filters, f"filter_{name}")}
        self.shape = (shape, *self.fixed.items())
        self.values: dict[str, Any] = {f"only {name}": value for name, value in only.items()}
        self.values |= {f"filter {name}": value for name, value in given.items()}
        self.values |= {f"word {number}": word for number, word in enumerate(self.words)}

    @property
    def model(self) -> Any:
        return self.kind.model

    @property
    def words(self) -> list[str]:
        return (self.text or "").split()[:MAX_WORDS]

    @cached_property
    def shape_of_words(self) -> tuple | None:
        lengths = ((len(word) >= SHORTEST, is_plain(word)) for word in self.words)
        return (self.kind.sought(self.words), *lengths) if self.words else None

    def find(self, shape, arrange: Callable[[QuerySet, Mapping], QuerySet], values: Mapping[str, Any]) -> list[tuple]:
        """As `Kind.find`, of these rows."""

        def of_these(found: QuerySet, values: Mapping) -> QuerySet:
            only = {name: values[f"only {name}"] for name in self.only}
            return arrange(self.filtered(found.filter(**only), values), values)

        shape, is_whole = (shape, self.shape, self.shape_of_words), not self.values and not self.fixed
        return self.kind.find(shape, of_these, {**self.values, **values}, planned_once=is_whole)

    def filtered(self, found: QuerySet, values: Mapping) -> QuerySet:
        if self.filters is None:
            return found
        given = {name.removeprefix("filter "): value for name, value in values.items() if name.startswith("filter ")}
        words = [value for name, value in values.items() if name.startswith("word ")]
        return type(self.filters).model_construct(**given, **self.fixed, search=Words(words)).filter(found)


class Words(list):
    """A text that is in words already, or in slots for them."""

    def split(self) -> list:
        return self


def answer(value, status: int = 200) -> HttpResponse:
    """As ninja writes it."""
    body = json.dumps(value, cls=NinjaJSONEncoder)
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


def answered(view):
    """Answer with what the route returns as it stands: nothing is left for its schema to do."""

    @wraps(view)
    def as_it_stands(request, *args, **kwargs) -> HttpResponse:
        return answer(view(request, *args, **kwargs))

    return as_it_stands


def moment(value: datetime) -> str:
    """As Django writes moments in JSON: to the millisecond."""
    text = value.isoformat()
    if value.microsecond:
        text = text[:23] + text[26:]
    return f"{text[:-6]}Z" if text.endswith("+00:00") else text
