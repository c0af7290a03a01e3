"""What a cell of a table says: text, a number or nothing, and never a guess."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext

from core.fields import CONTROL_CHARACTER, INVISIBLE
from core.spreadsheets.sheet import is_error

PLAIN_TEXT = re.compile(r"[a-zA-Z0-9](?:[\w .,;/()+&-]*\w)?")  # nothing around it, no formula, no error
THOUSAND_OR_FRACTION = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")


def is_blank(value) -> bool:
    return value is None or str(value).strip() == ""


def as_text(value) -> str:
    """A cell as the text a person saw in it. Raises ValueError for what a spreadsheet has made of it instead."""
    if value is None:
        return ""
    if type(value) is str and PLAIN_TEXT.fullmatch(value):  # most texts of most lists
        return value
    if isinstance(value, bool | date | time | timedelta):
        made = gettext("a yes or no") if isinstance(value, bool) else gettext("a date or time")
        raise ValueError(
            gettext("The spreadsheet turned this into %(made)s. Format the column as text and enter it again.")
            % {"made": made}
        )
    if isinstance(value, int | float) and abs(value) >= 10**15:
        raise ValueError(
            gettext("The spreadsheet has rounded this number. Format the column as text and enter it again.")
        )
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if is_error(text):
        raise ValueError(gettext("The spreadsheet shows an error here."))
    if CONTROL_CHARACTER.search(text.replace("\r", "\n")):  # old files end their lines so
        raise ValueError(INVISIBLE)
    return unescape_formula(text)


def as_decimal(value, *, decimal_comma: bool = False) -> Decimal:
    """A cell as a number: digits with a point, or (unless commas separate the file's values) with a comma.

    Nothing is guessed: raises ValueError with a sentence if the cell is not a number or could be two.
    """
    if isinstance(value, bool | date | time | timedelta):
        raise ValueError(gettext("This is not a number."))
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise ValueError(gettext("This is not a number."))
        return number
    text = str(value).strip()
    if decimal_comma and THOUSAND_OR_FRACTION.fullmatch(text):
        raise ValueError(
            gettext("This could be thousands or a decimal fraction. Please write it without a thousands separator.")
        )
    if decimal_comma and re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "")
    if decimal_comma and re.fullmatch(r"-?\d{1,3}(,\d{3})+\.\d+", text):
        text = text.replace(",", "")
    if decimal_comma and re.fullmatch(r"-?\d*,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text, re.ASCII):
        raise ValueError(gettext("This is not a number."))
    return Decimal(text)


def as_whole_number(value, *, decimal_comma: bool = False) -> int:
    """A cell as a number of pieces. Raises ValueError with a sentence for fractions and what is not a number."""
    if THOUSAND_OR_FRACTION.fullmatch(str(value).strip()) and isinstance(value, str):
        raise ValueError(
            gettext("This could be thousands or a decimal fraction. Please write it without a thousands separator.")
        )
    number = as_decimal(value, decimal_comma=decimal_comma)
    if number != number.to_integral_value():
        raise ValueError(gettext("This must be a whole number."))
    return int(number)


# Full-width signs too: some spreadsheets take them for the others.
RUNS_AS_FORMULA = re.compile(r"'*\s*[=+\-@＝＋－＠\t\r\n]")
PLAIN_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def needs_apostrophe(text: str) -> bool:
    """Whether a spreadsheet (or we, when it comes back) would take this text for a formula or an error."""
    return RUNS_AS_FORMULA.match(text) is not None or is_error(text.lstrip("'").strip())


def escape_formula(value):
    """Put an apostrophe before a text that would be taken for a formula or an error; numbers stay as they are."""
    if isinstance(value, str) and needs_apostrophe(value) and not PLAIN_NUMBER.fullmatch(value):
        return "'" + value
    return value


def unescape_formula(text: str) -> str:
    """Take away the apostrophe that `escape_formula` put there, so that our own export comes back unchanged."""
    return text[1:] if text.startswith("'") and needs_apostrophe(text) else text


def escape_raw_formula(cell):
    """A cell of somebody's file as it can be given back: it runs no formula, and still means what it meant."""
    runs = isinstance(cell, str) and not cell.startswith("'") and RUNS_AS_FORMULA.match(cell)
    return f"'{cell}" if runs and not PLAIN_NUMBER.fullmatch(cell) else cell
