"""Judging the rows of a list: what each cell comes to, by the rules of its field, prepared once for a column."""

from collections import Counter, defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, ProhibitNullCharactersValidator

from core.fields import validate_visible
from core.imports.report import named_lines
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
        self.remembered: dict[Any, Any] = {}

    def __call__(self, cell: Any, row: Row) -> Any:
        """The cell's value; raises ValueError or ValidationError with what is wrong with it."""
        known = cell if type(cell) is str else (type(cell), cell)
        try:
            return self.remembered[known]
        except KeyError:
            return self.read_anew(cell, row, known)

    def read_anew(self, cell: Any, row: Row, known: Any) -> Any:
        noted = len(row.rounded)
        value = self.read(cell, row=row)
        if not (self.is_plain_text and len(value) <= self.field.max_length and value.isprintable() and value):
            self.field.validate(value, None)
            self.field.run_validators(value)
        if self.is_alone and len(self.remembered) < REMEMBERED and len(row.rounded) == noted:
            self.remembered[known] = value
        return value


def read_cells(row: Row, readers: dict[str, ColumnReader]) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The value of every cell that says something, and what is wrong with the others, both by field."""
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    read, noted = row.read, row.errors
    for name, cell in row.items():
        if cell is None or name not in readers or name in noted:
            continue
        try:
            if name in read:
                values[name] = read[name]
            elif not (isinstance(cell, str) and (not cell or cell.isspace())):
                values[name] = readers[name](cell, row)
        except ValidationError as error:
            errors[name] = error.messages
        except ValueError as error:
            errors[name] = [str(error)]
    return values, errors | {name: [reason] for name, reason in row.errors.items()} if row.errors else errors


def refuse_repeated(rows: list[Row], column: str, keys: dict[int, Any], sentence: str) -> None:
    """Say on every row that shares its (non-blank) key with others in a `sentence` which `lines` these are."""
    repeated = {key for key, number in Counter(keys.values()).items() if key and number > 1}
    rows_by_key = defaultdict(list)
    for row in rows if repeated else ():
        if (key := keys.get(row.line)) in repeated:
            rows_by_key[key].append(row)
    for alike in rows_by_key.values():
        reason = sentence % {"lines": named_lines([row.line for row in alike])}
        for row in alike:
            row.errors.setdefault(column, reason)
