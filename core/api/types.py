"""How values travel over the API: money as text with two decimals, choices in upper case, no surprises in between.

What comes in is checked twice: its shape here, its meaning by the models (see `fill`), so that every rule stands once.
"""

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.db import models
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    PlainSerializer,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

MAX_ID = 2**63 - 1
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
PLAIN_NUMBER = re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,20})?")


# Text


UNSTORABLE = re.compile("[\0\ud800-\udfff\ufffe\uffff]")


def storable(value: str) -> str:
    """PostgreSQL knows no NUL, no database half a surrogate pair, and no spreadsheet what is no character."""
    if UNSTORABLE.search(value):
        raise PydanticCustomError("text_unstorable", "must not contain characters that cannot be stored")
    return value


def present(value):
    """A field that must be there is neither null nor blank."""
    if value is None or value == "":
        raise PydanticCustomError("missing", "is required")
    return value


def text_type(max_length: int, *, required: bool = False, **described: Any):
    """A text of at most so many characters; `required` ones are not blank. `described`: more for the document."""
    limits: dict[str, Any] = {"min_length": 1, "pattern": r"\S"} if required else {}
    field: Any = Field(max_length=max_length, json_schema_extra=described, **limits)
    kind = Annotated[str, field, AfterValidator(storable)]
    return Annotated[kind, BeforeValidator(present)] if required else kind


# Numbers


def plain_number(value):
    """Digits with a decimal point, as JSON text or number: no exponents, blanks or digits of other scripts.

    A number loses the noise that JavaScript's arithmetic puts at its end: 0.1 + 0.2 is 0.30000000000000004 there.
    """
    if isinstance(value, bool) or (isinstance(value, str) and not PLAIN_NUMBER.fullmatch(value)):
        raise PydanticCustomError("decimal_parsing", "must be a number")
    if isinstance(value, Decimal) and -7 < value.adjusted() < 14:
        return round(value, 10)
    return value


def whole_number(value):
    """Digits, as JSON text or number. 1e60000000 is not even tried: as an integer it would fill the memory."""
    if isinstance(value, Decimal) and -20 < value.adjusted() < 20 and value == value.to_integral_value():
        return int(value)
    if isinstance(value, bool | Decimal) or (isinstance(value, str) and not re.fullmatch("-?[0-9]+", value)):
        raise PydanticCustomError("int_parsing", "must be a whole number")
    return value


def iso_day(value):
    is_day = isinstance(value, date | None) or (isinstance(value, str) and ISO_DAY.fullmatch(value))
    if not is_day:  # pydantic would read 0 and "0" as a day in 1970
        raise PydanticCustomError("date_parsing", "must be a date")
    return value


def iso_moment(value):
    if not isinstance(value, str | None):
        raise PydanticCustomError("datetime_type", "must be a moment")
    return value


def blank_is_none(value):
    return None if value == "" else value


def money(digits: int = 10, *, decimals: int = 2, minimum: int | None = 0, optional: bool = False):
    """An amount in the firm's currency, at most 2 decimals, as JSON text or number; `optional` may be empty."""
    smallest_part = Decimal(10) ** -decimals
    largest = Decimal(10) ** (digits - decimals) - smallest_part
    sign, smallest = ("", minimum) if minimum is not None else ("-?", -largest)
    kinds: list[dict] = [
        {"type": "string", "pattern": rf"^{sign}[0-9]{{1,{digits - decimals}}}(\.[0-9]{{1,{decimals}}})?$"},
        {"type": "number", "minimum": float(smallest), "maximum": float(largest)},
    ]
    amount = Annotated[
        Decimal,
        Field(decimal_places=decimals, ge=smallest, le=largest),
        BeforeValidator(plain_number),
        AfterValidator(lambda amount: amount.quantize(smallest_part) + 0),  # + 0: there is a -0
    ]
    return either_kind(amount, kinds, optional)


def whole(minimum: int, maximum: int, *, optional: bool = False):
    """A whole number, taken as JSON number or as text of digits; `optional` may be empty."""
    kinds: list[dict] = [
        {"type": "integer", "minimum": minimum, "maximum": maximum},
        {"type": "string", "pattern": "^[0-9]{1,10}$"},
    ]
    number = Annotated[int, Field(ge=minimum, le=maximum), BeforeValidator(whole_number)]
    return either_kind(number, kinds, optional)


def either_kind(kind, described: list[dict], optional: bool):
    """The kind as the document describes it; `optional`: or null, or a blank text, which is the same."""
    if not optional:
        return Annotated[kind, BeforeValidator(present), WithJsonSchema({"anyOf": described})]
    blank = [{"type": "null"}, {"const": ""}]
    return Annotated[kind | None, BeforeValidator(blank_is_none), WithJsonSchema({"anyOf": described + blank})]


Day = Annotated[date, BeforeValidator(iso_day)]
Id = Annotated[int, Field(ge=1, le=MAX_ID), BeforeValidator(whole_number)]
Seen = Annotated[
    AwareDatetime | None,
    BeforeValidator(iso_moment),
    Field(description="As you were given it: if somebody has changed the record since, the answer is 409."),
]
Money = Annotated[Decimal, PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str)]


def choice(choices: type[models.TextChoices]):
    """One of the values of these choices, in any case."""
    upper = BeforeValidator(lambda value: value.upper() if isinstance(value, str) else value)
    return Annotated[Literal[tuple(choices.values)], upper]


def full_name(user) -> str | None:
    return str(user) if user else None


def absolute_url(file, request) -> str | None:
    """Where a frontend on another host finds the file."""
    return request.build_absolute_uri(file.url) if file else None
