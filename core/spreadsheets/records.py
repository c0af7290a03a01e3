"""The records of a text file: values between separators, with or without quotation marks, one bad line at a time."""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from core.spreadsheets.sheet import MAX_CELL_LENGTH

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_LINES = 200
MAX_LINES_OF_A_CELL = 2000
DECLARED = re.compile(r'"?sep=([^\w"\r\n])"?\n')


class Record(NamedTuple):
    """`line` is the first of its `lines`; `problem` is "quotes" if a quotation mark is missing or too many."""

    line: int
    lines: int
    cells: list[str]
    problem: str


def split_records(text: str, delimiter: str = "") -> tuple[str, Iterator[Record]]:
    """The separator (found, unless it is given), and the records one after the other."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first_line = 1
    if declared := DECLARED.match(text):  # Excel's own way of naming the separator
        delimiter, text, first_line = delimiter or declared[1], text[declared.end() :], 2
    lines = text.split("\n")
    if not delimiter:
        delimiter = guess_delimiter(lines[:SAMPLE_LINES])
    width, _ = usual_width(lines[:SAMPLE_LINES], delimiter)
    return delimiter, records(lines, delimiter, width, first_line)


def guess_delimiter(lines: list[str]) -> str:
    """What splits most lines into equally many values, and these into most."""
    rated = []
    for delimiter in DELIMITERS:
        width, times = usual_width(lines, delimiter)
        rated.append(((width - 1) * times, times, delimiter))
    best = max(rated, key=lambda rating: rating[:2])
    return best[2] if best[0] else ","


def usual_width(lines: list[str], delimiter: str) -> tuple[int, int]:
    """How many values most records have (of those with several), and how many records these are."""
    widths = Counter(len(record.cells) for record in records(lines, delimiter, 0) if len(record.cells) > 1)
    return max(widths.items(), key=lambda found: (found[1] * (found[0] - 1), found[0]), default=(1, 0))


def records(lines: list[str], delimiter: str, width: int, first_line: int = 1) -> Iterator[Record]:
    """One record after the other; `width` is how many values most of them have, or 0."""
    csv.field_size_limit(MAX_CELL_LENGTH)
    place = 0
    while place < len(lines):
        line, span, problem = lines[place], 1, ""
        if '"' not in line:
            cells = line.split(delimiter)
        else:
            parsed = parse(line, delimiter)
            if parsed is None:
                span, parsed = parse_several(lines, place, delimiter, width)
            if parsed is None:
                span, problem = 1, "quotes"
            cells = parsed if parsed is not None else parse_leniently(line, delimiter)
        yield Record(first_line + place, span, cells, problem)
        place += span


def parse(line: str, delimiter: str) -> list[str] | None:
    """The values of a record whose quotation marks are in order; None if they are not."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def parse_leniently(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])
    except csv.Error:  # a value beyond all measure
        return [line[:MAX_CELL_LENGTH]]


def parse_several(lines: list[str], place: int, delimiter: str, width: int) -> tuple[int, list[str] | None]:
    """A record with ends of lines in its values, as (number of lines, values); (0, None) if it is none.

    A quotation mark that is one too many must not swallow the lines up to the next one.
    """
    marks, length = lines[place].count('"'), len(lines[place])
    for end in range(place + 1, min(len(lines), place + MAX_LINES_OF_A_CELL)):
        length += len(lines[end])
        if length > 4 * MAX_CELL_LENGTH:
            break
        if '"' not in lines[end]:
            continue
        marks += lines[end].count('"')
        if marks % 2 == 0:
            cells = parse("\n".join(lines[place : end + 1]), delimiter)
            if cells is None or swallows(lines[place : end + 1], cells, delimiter, width):
                return 0, None
            return end + 1 - place, cells
    return 0, None


def swallows(lines: list[str], cells: list[str], delimiter: str, width: int) -> bool:
    """Whether a record of several lines is rather several records with a stray quotation mark."""
    if width < 2:
        return False
    if all(len(line.split(delimiter)) == width for line in lines):
        return True
    return len(cells) != width and len(parse_leniently(lines[0], delimiter)) == width
