"""Which column of a file is which of our fields: a guess from its header, with its values as the second witness."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from itertools import groupby
from typing import NamedTuple

from core.imports.currencies import CURRENCIES
from core.imports.evidence import NUMERIC, FieldKind, guess_by_values, is_blank, is_plausible
from core.imports.formats import Cell
from core.imports.synonyms.customers import CUSTOMER
from core.imports.synonyms.products import PRODUCT
from core.imports.synonyms.words import GROSS, NOUNS, ONLY_BESIDE, OTHERS, TAX, UNITS

CAMEL_CASE = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
BRACKETS = re.compile(r"[(\[{（【][^)\]}）】]*[)\]}）】]?")
SEPARATORS = re.compile(r"[/|\n:;,·•]| [-–—] ")
OF_ANOTHER_SCRIPT = re.compile(r"[a-z0-9&.' _-]+|[^a-z]+", re.IGNORECASE)
NO_ASCII_LETTERS = re.compile("[^a-z0-9]+")
UNSPACED = re.compile("(税込み?|税抜き?|税別|不含税|未税|含税|円|元)")


ORDER = {field: number for number, field in enumerate([*PRODUCT, *CUSTOMER])}


class Name(NamedTuple):
    """A name in the table: of which field, whether only for want of a better one, and how likely among its names."""

    field: str
    weak: bool
    position: int


# Headers


def words_of(header: str) -> list[str]:
    """The words of a header without capitals, accents and punctuation; `UnitPrice` and `unit_price` have the same."""
    text = CAMEL_CASE.sub(" ", unicodedata.normalize("NFKC", header)).replace("#", " no ").casefold()
    text = UNSPACED.sub(r" \1 ", text)
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return [fold_arabic(word) for word in re.findall(r"[^\W_]+", plain.replace("ـ", ""))]


def fold_arabic(word: str) -> str:
    """An Arabic word without its article, and in the spelling that hurried people use."""
    word = word.translate(str.maketrans("ةىٱ", "هيا"))
    return word[2:] if word.startswith("ال") and len(word) > 4 else word


def normalise(header: object) -> str:
    """What of a header counts when it is compared: its letters and digits."""
    text = "" if header is None else str(header)
    if text.isascii():
        return NO_ASCII_LETTERS.sub("", text.replace("#", "no").lower())
    return "".join(words_of(text))


def column_keys(headers: list[str]) -> list[str]:
    """A name for each column that stays its own when columns change places: of equal ones the second is `price 2`."""
    seen = Counter[str]()
    keys = []
    for number, header in enumerate(headers, 1):
        name = normalise(header) or f"column {number}"
        seen[name] += 1
        keys.append(f"{name} {seen[name]}" if seen[name] > 1 else name)
    return keys


def fingerprint(headers: list[str]) -> str:
    """The same for files with the same columns, in whatever order they stand; see `column_keys`."""
    return hashlib.sha256("\n".join(sorted(column_keys(headers))).encode()).hexdigest()


# The table


@cache
def table() -> tuple[dict[str, list[Name]], dict[str, Name]]:
    """All names, as they are compared, and the beginnings of names."""
    names: dict[str, list[Name]] = {}
    beginnings: dict[str, Name] = {}
    for fields, nouns in ((PRODUCT, NOUNS["product"]), (CUSTOMER, NOUNS["customer"])):
        for field, lines in fields.items():
            for position, (tag, name) in enumerate(names_in(lines, nouns)):
                found = Name(field, tag == "else", position)
                if tag == "begin":
                    beginnings.setdefault(normalise(name), found)
                else:
                    names.setdefault(normalise(name), []).append(found)
    return names, beginnings


def names_in(lines: str, nouns: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The names of one field with the tags of their lines; those after `+` joined to every noun of their language."""
    for line in lines.strip().splitlines():
        tag, _, names = line.strip().partition(" ")
        alone, _, joined = f" {names}".partition(" + ")
        yield from ((tag, name) for name in split(alone))
        for pattern in split(nouns.get(tag, "")):
            yield from ((tag, pattern.replace("{}", name)) for name in split(joined))


def split(names: str) -> list[str]:
    return [name.strip() for name in names.split("|") if name.strip()]


@cache
def known_names(fields: Collection[str]) -> frozenset[str]:
    """Everything that a header may say, normalised, to be one of these fields."""
    names, beginnings = table()
    known = {name for name, meant in names.items() if any(found.field in fields for found in meant)}
    known |= {name for name, found in beginnings.items() if found.field in fields}
    return frozenset(known | {normalise(field) for field in fields})


@cache
def folded(words: str) -> frozenset[str]:
    return frozenset(normalise(word) for word in words.split())


# Guessing


class Candidate(NamedTuple):
    """A column that may be a field's. The smallest is the best; what comes first weighs most."""

    is_empty: bool
    weak: bool
    distance: int  # between what the header says and the name in the table
    is_gross: bool
    is_foreign: bool  # another currency than ours
    order: int  # of the fields in the table
    position: int  # of the name among its field's
    column: int
    field: str


def guess_columns(
    headers: list[str], samples: list[list[Cell]], fields: Mapping[str, FieldKind], *, currency: str = ""
) -> dict[int, str]:
    """Which columns are which of these fields; one for each at most, and none where nothing or too much speaks for it.

    `samples` are rows of the table. Where no column has a header, only what the values alone make certain is taken.
    Of prices in several currencies it is the one in ours (`currency`), else none.
    """
    columns = [[row[n] for row in samples if n < len(row) and not is_blank(row[n])] for n in range(len(headers))]
    if not any(map(normalise, headers)):
        return guess_by_values(columns, fields)
    candidates = [
        candidate
        for n, header in enumerate(headers)
        for candidate in candidates_of(n, header, columns[n], fields, currency)
    ]
    return assign(known_by_barcodes(without_contested(candidates, headers, currency)))


def candidates_of(
    n: int, header: str, values: list[Cell], fields: Mapping[str, FieldKind], currency: str
) -> Iterator[Candidate]:
    """What this column may be, each field once."""
    done = set()
    several = fields_joined_in(header, fields)
    is_gross, theirs = bool(folded(GROSS).intersection(words_of(header))), currency_in(header)
    for distance, name in meanings_of(header, fields):
        kind = fields[name.field]
        if distance > 2 and len(several) > 1 and name.field in several:
            continue
        is_own = normalise(header) == normalise(name.field)  # then strange values are mistakes, to be named as such
        if (name.field, name.weak) in done or not (is_own or is_plausible(values, kind, weak=name.weak)):
            continue
        done.add((name.field, name.weak))
        if kind in NUMERIC and header.rstrip().endswith(("?", "؟", "？")):
            continue
        is_foreign = bool(currency and theirs and theirs != currency)
        yield Candidate(
            not values,
            name.weak,
            distance,
            is_gross,
            is_foreign,
            ORDER.get(name.field, 0),
            name.position,
            n,
            name.field,
        )


def fields_joined_in(header: str, fields: Mapping[str, FieldKind]) -> set[str]:
    """The fields whose names are the parts of a header: `PLZ/Ort` is a column of two."""
    names = table()[0]
    parts = [names.get(normalise(part), []) for part in SEPARATORS.split(BRACKETS.sub(" ", header))]
    firm = [{name.field for name in found if name.field in fields and not name.weak} for found in parts]
    firm = [found for found in firm if found]
    return set().union(*firm) if len(firm) > 1 and not set.intersection(*firm) else set()


def assign(candidates: list[Candidate]) -> dict[int, str]:
    """The best candidates, so that no column and no field is taken twice."""
    found: dict[int, str] = {}
    firm = {candidate.field for candidate in candidates if not candidate.weak}
    for candidate in sorted(candidates):
        beside = ONLY_BESIDE.get(candidate.field)
        if candidate.weak and beside and (beside not in firm):
            continue
        if candidate.column not in found and candidate.field not in found.values():
            found[candidate.column] = candidate.field
    return dict(sorted(found.items()))


def known_by_barcodes(candidates: list[Candidate]) -> list[Candidate]:
    """The barcodes of a list without codes of its own are what its products are known by."""
    best = min((candidate for candidate in candidates if candidate.field == "sku"), default=None)
    if best is None or not best.weak:
        return candidates
    return [found for found in candidates if (found.column, found.field) != (best.column, "barcode")]


def without_contested(candidates: list[Candidate], headers: list[str], currency: str) -> list[Candidate]:
    """Without the fields for which several columns differ in nothing but a currency, none of them ours."""
    contested = set()
    for field, group in groupby(sorted(candidates, key=lambda it: (it.field, *it)), key=lambda it: it.field):
        best, *others = group
        rivals = [best, *(other for other in others if other[:7] == best[:7])]
        currencies = {currency_in(headers[rival.column]) for rival in rivals}
        if len(currencies) > 1 and currency not in currencies:
            contested.add(field)
    return [candidate for candidate in candidates if candidate.field not in contested]


def meanings_of(header: str, fields: Mapping[str, FieldKind]) -> Iterator[tuple[int, Name]]:
    """The names that a header may be, the closest first, with their distance from what it says."""
    names, beginnings = table()
    for distance, spelling, among in spellings_of(header):
        own = [Name(field, False, 0) for field in fields if field not in ORDER and normalise(field) == spelling]
        for name in [*names.get(spelling, []), *own]:
            if name.field in fields and (among is None or (fields[name.field] in NUMERIC) == among):
                yield distance, name
    whole = normalise(header)
    yield from ((4, name) for start, name in beginnings.items() if whole.startswith(start) and name.field in fields)
    for part in loose_parts(words_of(header)):
        yield from ((6, name) for name in names.get(part, []) if name.field in fields and not name.weak)


def spellings_of(header: str) -> Iterator[tuple[int, str, bool | None]]:
    """A header, its parts, and what is left of them without brackets, tax, currency, unit and number.

    Each with its distance, and whether it can only mean (True) or cannot mean (False) an amount.
    """
    bare = BRACKETS.sub(" ", header)
    yield 0, normalise(header), None
    yield 1, normalise(bare), None
    yield 2, "".join(without_asides(words_of(bare))), True
    parts = [*SEPARATORS.split(bare), *OF_ANOTHER_SCRIPT.findall(bare)]
    for part in parts:
        yield 3, normalise(part), None
        yield 3, "".join(without_asides(words_of(part))), True
    yield 5, re.sub(r"(?<!\d)1$", "", normalise(bare)), None
    for content in BRACKETS.findall(header):
        yield 5, normalise(content), None


def without_asides(words: list[str]) -> list[str]:
    """The words of an amount's header that are not about tax, currency or unit."""
    asides = folded(TAX) | folded(GROSS) | folded(UNITS)
    return [word for word in words if word not in asides and word not in CURRENCIES]


def loose_parts(words: list[str]) -> Iterator[str]:
    """The longest ends and beginnings of a header of several words, unless it speaks of something else."""
    if folded(OTHERS).intersection(words) or any(map(str.isdecimal, words)):
        return
    for length in range(len(words) - 1, 0, -1):
        for part in ("".join(words[-length:]), "".join(words[:length])):
            if len(part) > (3 if part.isascii() else 2):
                yield part


def currency_in(header: str) -> str:
    """The currency that a header names, if any."""
    signs = re.findall(r"[€£$¥₹₽]", header)
    return next((CURRENCIES[word] for word in [*words_of(header), *signs] if word in CURRENCIES), "")
