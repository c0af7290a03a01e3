"""Judging the rows of a list: what each cell comes to, by the rules of its field, prepared once for a column."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator

from core.fields import validate_visible
from core.imports.widgets import Row

REMEMBERED = 5_000  # so many different cells of a column


class ColumnReader:
    """Reads the cells of one field as `Field.clean` of its model would, in a fraction of the time.

    Equal cells are read once; a printable text that is short enough breaks none of the rules that most texts have.
    """

    def __init__(self, widget: Any, field: Any):
        self.read, self.field = widget.clean, field
        self.is_alone = not getattr(widget, "needs_row", False)  # whether the cell alone says what it comes to
        plain = (MaxLengthValidator, ProhibitNullCharactersValidator)
        rules = [rule for rule in field.validators if not isinstance(rule, plain) and rule is not validate_visible]
        self.is_plain_text = not rules and not field.choices and field.max_length is not None
        self.remembered: dict[tuple[type, Any], Any] = {}

    def __call__(self, cell: Any, row: Row) -> Any:
        """The cell's value; raises ValueError or ValidationError with what is wrong with it."""
        known = (type(cell), cell)
        if known in self.remembered:
            return self.remembered[known]
        noted = len(row.rounded)
        value = self.read(cell, row=row)
        if not (self.is_plain_text and len(value) <= self.field.max_length and value.isprintable() and value):
            self.field.validate(value, None)
            self.field.run_validators(value)
        if self.is_alone and len(self.remembered) < REMEMBERED and len(row.rounded) == noted:
            self.remembered[known] = value
        return value


def read_cells(row: Row, readers: dict[str, ColumnReader], put: Callable[[str, Any], None]) -> dict[str, list[str]]:
    """Put the value of every cell that says something; returns what is wrong with the others, by field."""
    errors: dict[str, list[str]] = {}
    for name, cell in row.items():
        if name not in readers or name in row.errors or cell is None or (isinstance(cell, str) and not cell.strip()):
            continue
        try:
            put(name, row.read[name] if name in row.read else readers[name](cell, row))
        except ValidationError as error:
            errors[name] = error.messages
        except ValueError as error:
            errors[name] = [str(error)]
    return errors | {name: [reason] for name, reason in row.errors.items()}
