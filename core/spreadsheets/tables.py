"""Finding the table in a sheet: its header, its rows, and what stands around and between them. Knows no Django."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from core.spreadsheets.sheet import Cell, Sheet, SheetRow

HEADER_WITHIN = 30  # the header is among so many first rows
MOST = 0.8  # of the columns a header without a known name must fill
WIDE = 0.1  # of the rows must reach a column that no header names, or it is none of the table's
UNNAMED = 0.5  # of the rows must have a value in a column without a name beside the table
NUMBER = re.compile(
    r"\W{0,4}\d[\d.,'٫٬\s]*\W{0,4}|\d+([-/.:]\d+)+.*|\W{0,3}[A-Z]{3}\s?\d[\d.,'\s]*|\d[\d.,'\s]*[A-Z]{3}"
)
LONGEST_LABEL = 40
LABEL_END = re.compile(r"\s*(\(.*\))?\s*[:：.]?$")
PAGE = re.compile(
    r"[-–—|\s]*(page|seite|página|pagina|pág\.?|p\.|blatt|bladzijde|strona|strana|stránka|oldal|sayfa|σελίδα|страница|стр\.?|"
    r"сторінка|صفحة|الصفحة|עמוד|ページ|頁|第)\s*[:.]?\s*\d+\s*(页|頁|ページ)?\s*((of|von|de|sur|di|van|z|av|af|из|من|/|共)?"
    r"\s*\d+\s*(页|頁)?)?[-–—|\s]*|\d+\s*/\s*\d+|[-–—]\s*\d+\s*[-–—]|\d+\s*ページ",
    re.IGNORECASE,
)
TOTAL = re.compile(
    r"((grand|sub|overall)[ -]?)?totals?|total (général|general|geral|generale|ht|ttc)|(sub|sous|zwischen|gesamt)?[- ]?"
    r"(total|summe|sum|suma|soma|somme|somma)|gesamt(betrag|wert)?|insgesamt|totale|totaal|sub\s?totaal|razem|ogółem|"
    r"celkem|spolu|ukupno|összesen|toplam|genel toplam|итого|всего|разом|всього|общо|σύνολο|المجموع|(ال)?[اإ]جمالي|"
    r"סה[\"״”]כ|合計|小計|総計|総合計|合计|小计|总计|總計|합계|총계|소계|summa|yhteensä|i alt|totalt",
    re.IGNORECASE,
)


@dataclass
class Table:
    """A table in a sheet. Rows are as wide as the headers; a header may be blank.

    `header_line` is 0 if no row names the columns. `above` and `below` are what stands around the table. `skipped` has
    the lines that are no rows of the list, by kind: "repeated_header", "page", "total", "hidden", "note", "category";
    and those of rows beside which there is a note, "beside". `categories` has, by line, the single cell above a row (of
    kind "category") that may be its category. `ragged` has the lines that could not be read as they should: "too_many"
    values, "quotes", "encoding".
    """

    headers: list[str]
    header_line: int
    rows: list[SheetRow]
    above: list[SheetRow] = field(default_factory=list)
    below: list[SheetRow] = field(default_factory=list)
    skipped: dict[str, list[int]] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)
    ragged: dict[int, str] = field(default_factory=dict)


def letters_of(header: object) -> str:
    """The letters and digits of a header, without capitals and accents."""
    plain = unicodedata.normalize("NFKD", "" if header is None else str(header)).casefold()
    return "".join(re.findall(r"[^\W_]+", "".join(sign for sign in plain if not unicodedata.combining(sign))))


def find_table(
    sheet: Sheet,
    known: Collection[str],
    *,
    header_line: int | None = None,
    with_hidden_rows: bool = False,
    normalise: Callable[[str], str] = letters_of,
) -> Table:
    """The table whose header has most of the `known` names, as `normalise` makes them; see `find_header`.

    `header_line` is the line that somebody has chosen as the header, 0 for none.
    """
    rows = [row for row in sheet.rows if with_hidden_rows or not row.hidden]
    if header_line is None:
        place = find_header(rows, known, normalise)
    else:
        place = next((index for index, row in enumerate(rows) if row.line == header_line), None)
    header = None if place is None else rows[place]
    first = 0 if place is None else place + 1
    headers = headers_of(header, rows[first:], sheet.kind)
    table = Table(headers, header.line if header else 0, [], above=rows[: first - 1] if header else [])
    if hidden := [row.line for row in sheet.rows if row.hidden and not with_hidden_rows]:
        table.skipped["hidden"] = hidden
    sort_rows(table, rows[first:], is_text=sheet.kind == "csv", normalise=normalise)
    return table


# The header


def find_header(rows: list[SheetRow], known: Collection[str], normalise: Callable[[str], str]) -> int | None:
    """The index of the row among the first that names most columns; else of the first full row, if it is only text."""
    candidates = rows[:HEADER_WITHIN]
    matches = [len({normalise(text) for text in texts_of(row)} & set(known)) for row in candidates]
    best = max(range(len(candidates)), key=lambda index: (matches[index], -index), default=None)
    if best is None:
        return None
    width = usual_width(rows)
    counts = [filled(row) for row in candidates]
    if matches[best] > 1 or (matches[best] == 1 and 2 * counts[best] > width and is_naming(candidates[best])):
        return best
    full = next((index for index, count in enumerate(counts) if count >= max(1, MOST * width)), None)
    return full if full is not None and full + 1 < len(rows) and is_naming(candidates[full]) else None


def texts_of(row: SheetRow) -> list[str]:
    return [cell for cell in row.cells if isinstance(cell, str)]


def usual_width(rows: list[SheetRow]) -> int:
    """How many cells most rows fill; of equally many, the more."""
    counts = Counter(filled(row) for row in rows[:1000])
    return max(counts.items(), key=lambda count: (count[1], count[0]), default=(0, 0))[0]


def is_naming(row: SheetRow) -> bool:
    """Whether a row may be a header: texts that differ, short, and none of them a number."""
    texts = [cell for cell in row.cells if cell is not None]
    if not all(isinstance(cell, str) and len(cell) <= 100 and not NUMBER.fullmatch(cell.strip()) for cell in texts):
        return False
    return len(set(texts)) * 2 > len(texts)


def headers_of(header: SheetRow | None, rows: list[SheetRow], kind: str) -> list[str]:
    """The names of the columns, blank for those that have none and yet belong to the table.

    Beside the header's last name these are the columns that most rows fill; in a text file, those the header has too.
    """
    lengths = sorted((len(row.cells) for row in rows), reverse=True)
    if header is None:
        return [""] * (lengths[int(WIDE * len(lengths))] if lengths else 0)
    headers = ["" if cell is None else str(cell).strip() for cell in header.cells]
    reached = lengths[int(UNNAMED * len(lengths))] if lengths else 0
    if kind == "csv" and header.width > len(headers) and lengths:
        reached = max(reached, min(header.width, lengths[0]))
    return headers + [""] * (reached - len(headers))


# The rows


def sort_rows(table: Table, rows: list[SheetRow], *, is_text: bool, normalise: Callable[[str], str]) -> None:
    """Sort the rows below the header into those of the list and those that are none."""
    headers = {column: name for column, header in enumerate(table.headers) if (name := normalise(header))}
    width = len(table.headers)
    end = end_of_table(rows, width)
    table.below = rows[end:]
    category = ""
    for index, row in enumerate(rows):
        repeated = repeats(row, headers, normalise)
        kind = "repeated_header" if repeated else kind_of(row, width, is_last=index >= end)
        if kind:
            table.skipped.setdefault(kind, []).append(row.line)
            category = str(single_cell(row)).strip() if kind == "category" else category
            continue
        if category:
            table.categories[row.line] = category
        table.rows.append(fitted(table, row, is_text))


def end_of_table(rows: list[SheetRow], width: int) -> int:
    """The index behind the last row with more in it than a note, the number of a page or a total."""
    for index in range(len(rows) - 1, -1, -1):
        row = rows[index]
        if width < 3 or not (is_single(row) or PAGE.fullmatch(first_text(row)) or is_total(row)):
            return index + 1
    return 0


def kind_of(row: SheetRow, width: int, *, is_last: bool) -> str:
    """What a row is that is none of the list's; "" for one that is."""
    count = filled(row)
    if width > 1 and count <= 2 and PAGE.fullmatch(first_text(row)):
        return "page"
    if width > 1 and is_total(row):
        return "total"
    if count and all(cell is None for cell in row.cells[:width]):
        return "note"
    if width > 2 and count == 1 and is_single(row):
        return "note" if is_last else "category"
    return ""


def repeats(row: SheetRow, headers: dict[int, str], normalise: Callable[[str], str]) -> bool:
    """Whether a row is the header again (`headers`: the names there are, by column)."""
    for column, header in headers.items():
        cell = row.cells[column] if column < len(row.cells) else None
        if not isinstance(cell, str) or normalise(cell) != header:
            return False
    return bool(headers)


def filled(row: SheetRow) -> int:
    return len(row.cells) - row.cells.count(None)


def first_text(row: SheetRow) -> str:
    return next((str(cell).strip() for cell in row.cells if cell is not None), "")


def single_cell(row: SheetRow) -> Cell:
    return next((cell for cell in row.cells if cell is not None), None)


def is_single(row: SheetRow) -> bool:
    """Whether a row has one cell only, with words in it: a heading or a note, and no code without its other columns."""
    if filled(row) != 1 or row.problem:
        return False
    cell = single_cell(row)
    return isinstance(cell, str) and bool(re.search(r"[^\W\d_]", cell)) and not re.search(r"^\S*\d\S*$", cell.strip())


def is_total(row: SheetRow) -> bool:
    """Whether a row sums others up: it begins with the word for it, and all else in it are numbers."""
    cells = [cell for cell in row.cells if cell is not None]
    if len(cells) < 2 or not isinstance(cells[0], str) or len(cells[0]) > LONGEST_LABEL:
        return False
    for cell in cells[1:]:
        if isinstance(cell, str) and not NUMBER.fullmatch(cell.strip()):
            return False
    return TOTAL.fullmatch(LABEL_END.sub("", cells[0].strip())) is not None


def fitted(table: Table, row: SheetRow, is_text: bool) -> SheetRow:
    """The row as wide as the table; values beyond it are a note beside it, or (in a text file) one too many."""
    width = len(table.headers)
    if len(row.cells) == width and not row.problem:
        return row
    beside = [index for index, cell in enumerate(row.cells[width:]) if cell is not None]
    if row.problem:
        table.ragged[row.line] = row.problem
    elif beside and is_text and beside[0] == 0:
        table.ragged[row.line] = "too_many"
    elif beside:
        table.skipped.setdefault("beside", []).append(row.line)
    cells = row.cells[:width] + [None] * (width - len(row.cells))
    return SheetRow(row.line, cells, row.hidden, row.width, row.problem)
