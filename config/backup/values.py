"""A value of the database as JSON has it, and back again, exactly."""

import base64
import json
from datetime import date, datetime
from decimal import Decimal

# By the kind of field. A kind that is missing here is refused, so that nothing is ever kept inexactly.
PARSERS = {
    "BinaryField": base64.b64decode,
    "DateField": date.fromisoformat,
    "DateTimeField": datetime.fromisoformat,
    "DecimalField": Decimal,
}
SAME_IN_JSON = {
    "AutoField",
    "BigAutoField",
    "BigIntegerField",
    "BooleanField",
    "CharField",
    "FileField",
    "ImageField",
    "IntegerField",
    "JSONField",
    "PositiveBigIntegerField",
    "PositiveIntegerField",
    "PositiveSmallIntegerField",
    "SmallIntegerField",
    "TextField",
}


def kind_of(field) -> str:
    while field.remote_field:
        field = field.target_field
    kind = field.get_internal_type()
    kind = {"EmailField": "CharField", "SlugField": "CharField", "URLField": "CharField"}.get(kind, kind)
    if kind not in SAME_IN_JSON and kind not in PARSERS:
        raise NotImplementedError(f"Backups do not know {kind} yet ({field}).")
    return kind


def as_json(row: tuple) -> bytes:
    return json.dumps(row, default=encode, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def encode(value) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"{value!r} is of a kind that backups do not know.")


def parameter(field, connection):
    """The function that makes of a value in JSON what this database takes for this field."""
    kind = kind_of(field)
    parse = PARSERS.get(kind, lambda value: value)
    if connection.vendor == "postgresql":  # COPY reads text and knows the column's type
        parse = {"JSONField": json.dumps, "BinaryField": parse}.get(kind, lambda value: value)
        return lambda value: None if value is None else parse(value)
    return lambda value: (
        None if value is None else field.get_db_prep_value(parse(value), connection=connection, prepared=True)
    )
