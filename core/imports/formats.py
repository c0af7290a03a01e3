"""How a column writes its numbers: decided once, from all of its values, and never guessed value by value."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, time, timedelta
from decimal import Decimal
from functools import cache

from django.utils.translation import gettext

from core.imports.currencies import CURRENCIES, PIECES, WITH_A_POINT, WITHOUT_CENTS

Cell = str | int | float | Decimal | date | bool | None
EXAMPLES = 5

NOT_ZERO, DIGIT, LONG = re.compile("[1-9]"), re.compile("[0-9]"), re.compile("1{5,}")
PLAIN = re.compile(r"(-?)([0-9][0-9.,]*)", re.ASCII)
AS_IT_IS = re.compile(r"-?[0-9]+(\.[0-9]+)?", re.ASCII)
MARKS = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # seen by nobody: RTL marks and such
ALIKE = {**dict.fromkeys("’‘ʼ′`´＇", "'"), **dict.fromkeys("−‐‑‒–—﹣－", "-"), "،": ",", "，": ",", "．": "."}
ALIKE |= {"（": "(", "）": ")", "＋": "+", "￥": "¥", "＄": "$"}
NO_CENTS = re.compile(r"(?<=[0-9])[.,] ?-{1,2}(?=[^0-9]*$)")  # 12,- and 12.--
BRACKETED = re.compile(r"([^0-9()]*)\(([^()]*[0-9][^()]*)\)([^0-9()]*)")
DEBIT_OR_CREDIT = re.compile(r"(?<=[0-9 ])(S|H|DR|CR|Dr|Cr)$")
CREDIT = {"H", "CR", "Cr"}  # Haben: what a customer has paid or is owed; Soll is what the customer owes
SIGNED = re.compile(r"[^0-9+-]*[+-][^0-9+-]*[0-9][^+-]*|[^+-]*[0-9][^0-9+-]*-[^0-9+-]*")  # -1, +1 or 1-
# A sign that begins a fraction (.50) stands after nothing or a currency's symbol; in `Rs.500` it ends an abbreviation.
PARTS = re.compile(r"([^0-9]*?)((?:(?:(?<=[ $€£¥₹₽₺])|^)[.,])?[0-9](?:[0-9.,' ٫٬]*[0-9])?)([^0-9]*)")


@dataclass(frozen=True)
class NumberFormat:
    """How a number is written; `currency` is the one that the column names, an ISO code where that is certain."""

    decimal: str = "."
    thousands: str = ""
    currency: str = ""


# Of those that read a column alike, the first is taken.
FORMATS = [
    *(NumberFormat(decimal) for decimal in ".,"),
    *(NumberFormat(".", thousands) for thousands in ", '"),
    *(NumberFormat(",", thousands) for thousands in ". '"),
]


@dataclass(frozen=True)
class Undecided:
    """A column that can be read in more than one way, or in none throughout: somebody has to say which it is.

    `candidates` are the formats worth choosing from, the likeliest first. `examples` are values of the column with
    what each format reads there; where it reads no number, it is missing.
    """

    candidates: list[NumberFormat]
    examples: list[tuple[str, dict[NumberFormat, Decimal]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it is written: its digits and separators, its sign, and the currency beside it."""

    digits: str
    negative: bool = False
    currency: str = ""


def settle(values: Iterable[Cell]) -> NumberFormat | Undecided:
    """The format in which this column's texts are numbers.

    Formats that read every value alike are as good as one. Two that read a value differently (`1.234` alone) and none
    that reads them all (`12,50` beside `12.50`) leave it Undecided. Cells that are numbers already need no format, and
    what is no number in any format is no evidence.
    """
    shapes, currencies = dict[str, str](), Counter[str]()
    for text in dict.fromkeys(value for value in values if isinstance(value, str)):
        if written := take_apart(text):
            shapes.setdefault(shape_of(written), text)
            currencies[written.currency] += 1
    del currencies[""]
    currency = currencies.most_common(1)[0][0] if currencies else ""
    shapes = {shape: text for shape, text in shapes.items() if any(readings(shape))}
    fits = [n for n in range(len(FORMATS)) if all(readings(shape)[n] for shape in shapes)]
    meanings = {meaning_of(n, shapes): n for n in reversed(fits or range(len(FORMATS)))}
    if fits and len(meanings) == 1:
        return replace(FORMATS[fits[0]], currency=currency)
    return undecided(meanings, shapes, currency)


def undecided(meanings: dict[tuple[str, ...], int], shapes: dict[str, str], currency: str) -> Undecided:
    """The question which of these formats it is, without those that read less than another and nothing differently."""
    best = [meaning for meaning in meanings if not any(extends(other, meaning) for other in meanings)]
    best.sort(key=lambda meaning: (-sum(map(bool, meaning)), meanings[meaning]))
    candidates = [replace(FORMATS[meanings[meaning]], currency=currency) for meaning in best]
    telling = [text for n, text in enumerate(shapes.values()) if len({meaning[n] for meaning in best}) > 1]
    return Undecided(candidates, [(text, read_in_each(text, candidates)) for text in telling[:EXAMPLES]])


def extends(more: tuple[str, ...], less: tuple[str, ...]) -> bool:
    """Whether one way of reading reads all that the other does, likewise, and more."""
    return more != less and all(theirs in ("", ours) for ours, theirs in zip(more, less, strict=True))


def read_in_each(text: str, formats: Iterable[NumberFormat]) -> dict[NumberFormat, Decimal]:
    found = {}
    for format in formats:
        try:
            found[format] = read_number(text, format)
        except ValueError:
            continue
    return found


def before_after(values: Iterable[Cell], format: NumberFormat, count: int = EXAMPLES) -> list[tuple[str, Decimal]]:
    """Some texts of the column and the numbers that they are, those first that are written in different ways."""
    firsts: list[tuple[str, Decimal]] = []
    others: list[tuple[str, Decimal]] = []
    seen = set()
    for text in dict.fromkeys(value for value in values if isinstance(value, str)):
        written, read = take_apart(text), read_in_each(text, [format])
        if not written or not read or len(firsts) == count:
            continue
        shape = (shape_of(written), written.negative, written.currency)
        (others if shape in seen else firsts).append((text, read[format]))
        seen.add(shape)
    return [*firsts, *others][:count]


def read_number(cell: Cell, format: NumberFormat) -> Decimal:
    """The number in a cell of a column with this format. Raises ValueError with a sentence if there is none."""
    if not isinstance(cell, str):
        return native_number(cell)
    if format.decimal == "." and AS_IT_IS.fullmatch(cell):  # most numbers of most lists
        return Decimal(cell)
    written = take_apart(cell)
    if written is None:
        if "%" in cell or "٪" in cell:
            raise ValueError(gettext("This is a percentage, not an amount."))
        raise ValueError(gettext("This is not a number."))
    if format.currency and written.currency not in ("", format.currency):
        sentence = gettext("This is in %(currency)s, but most of the column is in %(usual)s.")
        raise ValueError(sentence % {"currency": written.currency, "usual": format.currency})
    plain = read_digits(written.digits, format.decimal, format.thousands)
    if not plain:
        if not any(readings(shape_of(written))):
            raise ValueError(gettext("This is not a number."))
        sentence = gettext("This is not written like the other numbers of its column, for example %(example)s.")
        raise ValueError(sentence % {"example": f"1{format.thousands}234{format.decimal}50"})
    number = Decimal(plain)
    return -number if written.negative else number


def native_number(cell: Cell) -> Decimal:
    """The number that a spreadsheet's cell is, rather than shows."""
    if cell is None or isinstance(cell, bool | date | time | timedelta):
        raise ValueError(gettext("This is not a number."))
    number = Decimal(repr(cell)) if isinstance(cell, float) else Decimal(cell)
    if not number.is_finite():
        raise ValueError(gettext("This is not a number."))
    return number


# The separators


def shape_of(written: Written) -> str:
    """What of a number decides how it can be read: its separators, the lengths between them, a zero in front.

    Also whether its currency has no smaller unit (marked by a `!`): `1,200円` are no thousandths of a yen; and whether
    nobody writes a decimal comma where it is at home (marked by a `.`): nor is `¥1,200` one and a fifth of any ¥.
    """
    shape = LONG.sub("1111", NOT_ZERO.sub("1", written.digits[:1]) + DIGIT.sub("1", written.digits[1:]))
    if written.currency in WITHOUT_CENTS:
        return shape + "!"
    return shape + "." if written.currency in WITH_A_POINT else shape


@cache
def readings(shape: str) -> tuple[str, ...]:
    """What each of the FORMATS makes of numbers of this shape."""
    found = [read_digits(shape.rstrip("!."), format.decimal, format.thousands) for format in FORMATS]
    decimals = {"!": ".,", ".": ","}.get(shape[-1:], "")  # those that three digits cannot follow
    return tuple(
        "" if decimals and format.decimal in decimals and plain[-4:-3] == "." else plain
        for format, plain in zip(FORMATS, found, strict=True)
    )


def meaning_of(n: int, shapes: Iterable[str]) -> tuple[str, ...]:
    return tuple(readings(shape)[n] for shape in shapes)


def read_digits(digits: str, decimal: str, thousands: str) -> str:
    """The digits with a point before the fraction and nothing else between them; nothing if they cannot be read so."""
    if "٫" in digits or "٬" in digits:  # these say themselves what they are, in any format
        decimal, thousands = "٫", "٬"
    whole, *fraction = digits.split(decimal)
    if len(fraction) > 1 or (fraction and not fraction[0].isdigit()):
        return ""
    groups = whole.split(thousands) if thousands else [whole]
    if len(groups) > 1 and not are_thousands(groups, thousands):
        return ""
    whole = "".join(groups) or "0"
    return ".".join([whole, *fraction]) if whole.isdigit() else ""


def are_thousands(groups: list[str], sign: str) -> bool:
    """Whether digits are set in threes: `1,234,567`; with commas also in the Indian way: `12,34,567`."""
    first, *others = map(len, groups)
    if groups[0].startswith("0") or not first:
        return False
    indian = sign == "," and first <= 2 and set(others[:-1]) == {2} and others[-1] == 3
    return indian or (first <= 3 and set(others) == {3})


# What stands around the digits


def take_apart(text: str) -> Written | None:
    """A number's digits, its sign and its currency; None if this is no number, whatever the format."""
    if plain := PLAIN.fullmatch(text):
        return Written(plain[2].rstrip(".,"), bool(plain[1]))
    text = "".join(map(as_typed, MARKS.sub("", text))).strip()
    text, negative = take_sign(NO_CENTS.sub("", text))
    match = PARTS.fullmatch(text)
    if not match or negative is None:
        return None
    before, digits, after = match.groups()
    beside = [currency_of(before), currency_of(after.lstrip(".,"))]
    named = {currency for currency in beside if currency}
    named = {currency for currency in named if currency.isupper()} or named  # `$12.50 USD` says which dollars
    if None in beside or len(named) > 1:
        return None
    return Written(digits, negative, named.pop() if named else "")


@cache
def as_typed(char: str) -> str:
    """A digit, sign or space of any script and kind as the one on a keyboard."""
    if char.isspace():
        return " "
    digit = unicodedata.decimal(char, None)
    return ALIKE.get(char, char) if digit is None else str(digit)


def take_sign(text: str) -> tuple[str, bool | None]:
    """The text without whatever makes its number negative, and whether it is; None if two signs contradict."""
    signs = []
    if posted := DEBIT_OR_CREDIT.search(text):
        text = text[: posted.start()].strip()
        signs.append(posted[1] in CREDIT)
    if bracketed := BRACKETED.fullmatch(text):
        text = "".join(bracketed.groups()).strip()
        signs.append(True)
    if signed := SIGNED.fullmatch(text):
        text = text.replace("-", "").replace("+", "").strip()
        signs.append(signed[0].count("-") == 1)
    return text, (signs == [True]) if len(signs) < 2 else None


def currency_of(text: str) -> str | None:
    """The currency that this names; nothing for nothing and for pieces, None for anything else."""
    name = text.strip().casefold()
    return "" if not name or name in PIECES else CURRENCIES.get(name)
