"""What the values of a column say about which field it is."""

import re
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from core.imports.formats import Cell, take_apart

SURE = 3  # so many rows are evidence enough where there is no header


class FieldKind(StrEnum):
    """What the values of a field look like."""

    KEY = "key"
    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    EMAIL = "email"
    PHONE = "phone"
    YES_NO = "yes_no"


YES_OR_NO = {"yes", "no", "true", "false", "1", "0"}
NUMERIC = {FieldKind.NUMBER, FieldKind.COUNT}


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_number(cell: Cell) -> bool:
    return take_apart(cell) is not None if isinstance(cell, str) else not isinstance(cell, bool) and cell is not None


def share(values: Sequence[Cell], test: Callable[[Any], object]) -> float:
    return sum(bool(test(value)) for value in values) / len(values) if values else 0


def is_plausible(values: list[Cell], kind: FieldKind, *, weak: bool) -> bool:
    """Whether these can be values of such a field; a column without values can be any, in want of a better one."""
    if not values:
        return True
    texts = [str(value).strip() for value in values]
    match kind:
        case FieldKind.NUMBER | FieldKind.COUNT:
            return share(values, is_number) >= 0.5
        case FieldKind.KEY:
            return not weak or len(set(texts)) == len(texts)
        case FieldKind.EMAIL:
            return share(texts, lambda text: "@" in text) >= 0.5
        case FieldKind.PHONE:
            return share(texts, lambda text: sum(map(str.isdecimal, text)) >= 5) >= 0.5
        case FieldKind.YES_NO:
            return len(set(texts)) <= 2 and share(texts, lambda text: text.lower() in YES_OR_NO) >= 0.5
        case _:
            has_letters = share(texts, lambda text: any(map(str.isalpha, text))) >= 0.5
            return not weak or (has_letters and sum(map(len, texts)) / len(texts) <= 200)


def guess_by_values(columns: list[list[Cell]], fields: Mapping[str, FieldKind]) -> dict[int, str]:
    """What the values alone make certain: the only column of codes, of names, of e-mails, of amounts with cents."""
    rows = max(map(len, columns), default=0)
    texts = {n: [str(value).strip() for value in values] for n, values in enumerate(columns) if len(values) == rows}
    distinct = {tuple(values): n for n, values in reversed(texts.items())}  # a column that stands there twice is one
    found = {}
    for field, kind in fields.items():
        test = {
            FieldKind.KEY: are_codes,
            FieldKind.EMAIL: are_emails,
            FieldKind.NUMBER: are_amounts if field == "selling_price" else None,
            FieldKind.TEXT: are_names if field in ("name", "company") else None,
        }.get(kind)
        fitting = [n for values, n in distinct.items() if test and rows >= SURE and test(values)]
        if len(fitting) == 1 and fitting[0] not in found:
            found[fitting[0]] = field
    return dict(sorted(found.items()))


def are_codes(values: tuple[str, ...]) -> bool:
    """All different, in one word with digits, and no mere row numbers."""
    counted = (
        [str(number) for number in range(int(values[0]), int(values[0]) + len(values))] if values[0].isdecimal() else []
    )
    return (
        len(set(values)) == len(values)
        and list(values) != counted
        and all(re.fullmatch(r"[\w./#-]{2,40}", value) and re.search(r"\d", value) for value in values)
        and not are_amounts(values)
    )


def are_names(values: tuple[str, ...]) -> bool:
    """Mostly different, of letters and usually of several words, and not whole paragraphs."""
    words = share(values, lambda text: " " in text) >= 0.5
    return words and len(set(values)) >= 0.8 * len(values) and sum(map(len, values)) <= 80 * len(values)


def are_emails(values: tuple[str, ...]) -> bool:
    return all(re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", value) for value in values)


def are_amounts(values: tuple[str, ...]) -> bool:
    """Numbers, most of them with two decimals."""
    return all(map(is_number, values)) and share(values, lambda text: re.search(r"[.,٫]\d\d\b", text)) >= 0.5
