"""A sheet as it stands in a file: rows of cells, with the line each of them is on there. Knows no Django."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

Cell = str | int | Decimal | date | datetime | bool | None  # None is blank

MAX_ROWS = 50_000
SPARE_ROWS = 200  # a letterhead, repeated headers and totals are no rows of the list
MAX_COLUMNS = 250
MAX_CELLS = 5_000_000
MAX_CELL_LENGTH = 131_072
ERROR_CELLS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}
MAX_TEXT = 64 * 1024 * 1024  # characters of all cells together


class Refused(Exception):
    """Why a file cannot be read, as a code that `reading.SENTENCES` has words for, and what these are about."""

    def __init__(self, code: str, **details):
        super().__init__(code)
        self.code, self.details = code, details


@dataclass(slots=True)
class SheetRow:
    """A row with something in it, without the blank cells at its end.

    `line` is the spreadsheet's row, in a text file the line that the row starts on. `width` is how many cells it had
    in a text file, blank ones too. `problem` says what kept it from being read as it should: "quotes", "encoding".
    """

    line: int
    cells: list[Cell]
    hidden: bool = False
    width: int = 0
    problem: str = ""


@dataclass(slots=True)
class SheetName:
    name: str
    hidden: bool
    is_empty: bool


@dataclass
class Sheet:
    """One sheet of a file, and the names of all. A text file has one, without a name.

    `remarks` are codes, with details, of what was left out: "columns_cut", "mixed_encoding".
    """

    kind: str  # "csv", "xlsx" or "ods"
    name: str = ""
    sheets: list[SheetName] = field(default_factory=list)
    rows: list[SheetRow] = field(default_factory=list)
    encoding: str = ""
    delimiter: str = ""
    remarks: list[tuple[str, dict]] = field(default_factory=list)


class RowCollector:
    """The rows of a sheet as a reader finds them, within the limits of what a list may hold."""

    def __init__(self):
        self.rows: list[SheetRow] = []
        self.cells = self.text = self.columns_cut = 0

    def add(self, line: int, cells: list[Cell], **marks) -> None:
        """Keep a row unless it is blank. Raises Refused when there are too many of anything."""
        for column in range(len(cells) - 1, MAX_COLUMNS - 1, -1):
            if not is_blank(cells[column]):
                self.note_column(column + 1)
                break
        cells = [None if is_blank(cell) else cell for cell in cells[:MAX_COLUMNS]]
        while cells and cells[-1] is None:
            cells.pop()
        if not cells:
            return
        if len(self.rows) >= MAX_ROWS + SPARE_ROWS:
            raise Refused("too_many_rows")
        self.cells += len(cells)
        self.text += sum([len(cell) for cell in cells if isinstance(cell, str)])
        if self.cells > MAX_CELLS or self.text > MAX_TEXT:
            raise Refused("too_much")
        self.rows.append(SheetRow(line, cells, **marks))

    def note_column(self, column: int) -> None:
        """Remember that something stands in a column beyond those that are read."""
        self.columns_cut = max(self.columns_cut, column)

    def remarks(self) -> list[tuple[str, dict]]:
        if not self.columns_cut:
            return []
        return [("columns_cut", {"columns": self.columns_cut, "limit": MAX_COLUMNS})]


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and (not cell or cell.isspace()))


def is_error(text: str) -> bool:
    """Whether this is what a spreadsheet shows in place of a value that it cannot compute."""
    return text in ERROR_CELLS or re.fullmatch(r"Err:\d+", text) is not None


def record_numbers(rows: Iterable[SheetRow]) -> dict[int, int]:
    """The number of each row of a text file, by its line: what a spreadsheet calls it that has opened the file.

    Both differ below a cell with several lines in it.
    """
    numbers, breaks = {}, 0
    for row in rows:
        numbers[row.line] = row.line - breaks
        for cell in row.cells:
            if isinstance(cell, str):
                breaks += len(cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")) - 1
    return numbers
