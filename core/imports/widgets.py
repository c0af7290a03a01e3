"""How the cells of a file are read: as text, as the key of a record, as an amount. `kind` names it for guesses."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext
from import_export.widgets import Widget

from core.spreadsheets.cells import as_decimal, as_text

ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class Row(dict):
    """A row of the file: its cells by field, and its line.

    `errors` (by field) are those that show before the field itself is looked at: a number that is not written like the
    others of its column, a key that another row has. `read` has the values of the keys, which are read first.
    """

    __slots__ = ("errors", "line", "read", "rounded")

    def __init__(self, cells, *, line: int):
        super().__init__(cells)
        self.line = line
        self.errors: dict[str, str] = {}
        self.rounded: list[str] = []
        self.read: dict[str, Any] = {}


class YesNoWidget(Widget):
    """Whether or not."""

    kind = "yes_no"

    def clean(self, value, row=None, **kwargs):
        try:
            return value if isinstance(value, bool) else ANSWERS[as_text(value).lower()]
        except KeyError as error:
            raise ValueError(gettext("Please write yes or no.")) from error

    def render(self, value, obj=None, **kwargs):
        return "yes" if value else "no"


class NumberWidget(Widget):
    """A number, which stays one in an export to a spreadsheet."""

    kind = "quantity"

    def render(self, value, obj=None, **kwargs):
        return value if kwargs.get("force_native_type") else super().render(value, obj, **kwargs)


class TextWidget(Widget):
    """Text as a person saw it, in the one spelling that the model's field knows (`normalise`)."""

    kind = "text"

    def __init__(self, field: models.Field | None = None, **kwargs):
        super().__init__(**kwargs)
        self.normalise = field.to_python if field else str

    def clean(self, value, row=None, **kwargs):
        return self.normalise(as_text(value))


class KeyWidget(TextWidget):
    """A text by which a record is known: a spreadsheet must not have made another one of it."""

    kind = "key"

    def clean(self, value, row=None, **kwargs):
        key = super().clean(value)
        if "E+" in key and re.fullmatch(r"\d([.,]\d+)?E\+\d+", key):
            raise ValueError(
                gettext("A spreadsheet has shortened this number. Format the column as text and enter it again.")
            )
        return key


class MoneyWidget(NumberWidget):
    """An amount with so many `places`; what has more is rounded half-up, and the row remembers that."""

    kind = "money"

    def __init__(self, *, column: str, digits: int, negative: bool = False, places: int = 2, **kwargs):
        super().__init__(**kwargs)
        self.column, self.limit, self.negative = column, Decimal(10) ** (digits - places), negative
        self.unit = Decimal(1).scaleb(-places)

    def clean(self, value, row=None, **kwargs):
        exact = as_decimal(value)
        if exact < 0 and not self.negative:
            raise ValueError(gettext("This must not be negative."))
        if abs(exact) >= self.limit:  # before rounding, which has its own limit
            raise ValueError(gettext("This is more than an amount may be."))
        amount = exact.quantize(self.unit, ROUND_HALF_UP) + 0  # + 0: there is a -0
        if amount != exact:
            row.rounded.append(self.column)
        return amount
