"""What a cell of a table says: text, a number or nothing, and never a guess."""

import re
from datetime import date, time, timedelta
from decimal import Decimal

CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
THOUSAND_OR_FRACTION = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
ERROR_CELLS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


def is_error(text: str) -> bool:
    """Whether this is what a spreadsheet shows in place of a value that it cannot compute."""
    return text in ERROR_CELLS or re.fullmatch(r"Err:\d+", text) is not None


def is_blank(value) -> bool:
    return value is None or str(value).strip() == ""


def as_text(value) -> str:
    """A cell as the text a person saw in it. Raises ValueError for what a spreadsheet has made of it instead."""
    if value is None:
        return ""
    if isinstance(value, bool | date | time | timedelta):
        made = "a yes or no" if isinstance(value, bool) else "a date or time"
        raise ValueError(f"The spreadsheet made {made} of this. Format the column as text and enter it again.")
    if isinstance(value, int | float) and abs(value) >= 10**15:
        raise ValueError("The spreadsheet has rounded this number. Format the column as text and enter it again.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if is_error(text):
        raise ValueError("The spreadsheet shows an error here.")
    if CONTROL_CHARACTER.search(text):
        raise ValueError("This contains an invisible control character. Please delete it.")
    return unescape_formula(text)


def as_decimal(value, *, decimal_comma: bool = False) -> Decimal:
    """A cell as a number: digits with a point, or (unless commas separate the file's values) with a comma.

    Nothing is guessed: raises ValueError with a sentence if the cell is not a number or could be two.
    """
    if isinstance(value, bool | date | time | timedelta):
        raise ValueError("This is not a number.")
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise ValueError("This is not a number.")
        return number
    text = str(value).strip()
    if decimal_comma and THOUSAND_OR_FRACTION.fullmatch(text):
        raise ValueError("This could be a thousand or a fraction. Please write it without a thousands separator.")
    if decimal_comma and re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "")
    if decimal_comma and re.fullmatch(r"-?\d*,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text, re.ASCII):
        raise ValueError("This is not a number.")
    return Decimal(text)


def as_whole_number(value, *, decimal_comma: bool = False) -> int:
    """A cell as a number of pieces. Raises ValueError with a sentence for fractions and what is not a number."""
    if THOUSAND_OR_FRACTION.fullmatch(str(value).strip()) and isinstance(value, str):
        raise ValueError("This could be a thousand or a fraction. Please write it without a thousands separator.")
    number = as_decimal(value, decimal_comma=decimal_comma)
    if number != number.to_integral_value():
        raise ValueError("This must be a whole number.")
    return int(number)


RUNS_AS_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n]")
PLAIN_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def escape_formula(value):
    """Put an apostrophe before a text that a spreadsheet would run as a formula; numbers stay as they are."""
    if isinstance(value, str) and RUNS_AS_FORMULA.match(value) and not PLAIN_NUMBER.fullmatch(value):
        return "'" + value
    return value


def unescape_formula(text: str) -> str:
    """Take away the apostrophe that `escape_formula` put there, so that our own export comes back unchanged."""
    return text[1:] if text.startswith("'") and RUNS_AS_FORMULA.match(text) else text
