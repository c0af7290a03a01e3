"""The rows of a table by field: numbers where a field is one, read a column at a time."""

import logging
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

from core.imports.formats import NumberFormat, Undecided, read_number
from core.imports.sentences import mistake_sentence, ragged_sentence, undecided_sentence
from core.imports.widgets import Row
from core.spreadsheets.cells import is_blank
from core.spreadsheets.sheet import Cell

logger = logging.getLogger(__name__)


@dataclass
class MappedTable:
    """What `ImportResource.import_data` takes: rows of cells by field; the numbers among them are numbers."""

    fields: list[str]
    rows: list[Row]
    notes: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.rows)


class Numbers(dict):
    """The number in each cell of a field's column; equal texts are read once.

    What is none stays as it is, and `wrong` has (field, reason) for it, by its type and itself: True is no 1.
    """

    def __init__(self, name: str, chosen: NumberFormat | Undecided):
        super().__init__({None: None})
        self.name, self.chosen = name, chosen
        self.wrong: dict[tuple[type, Cell], tuple[str, str]] = {}

    def __missing__(self, cell: Cell) -> Any:
        number = cell
        try:
            if not is_blank(cell):
                number = self.read(cell)
        except ValueError as error:
            self.wrong[type(cell), cell] = (self.name, str(error))
        except Exception:
            logger.exception("A cell of a list could not be read: %r", cell)
            self.wrong[type(cell), cell] = ("", mistake_sentence())
        if isinstance(cell, str):
            self[cell] = number
        return number

    def read(self, cell: Cell) -> Any:
        if isinstance(self.chosen, Undecided):
            raise ValueError(undecided_sentence())
        return read_number(cell, self.chosen)


def rows_of(columns: dict[str, list[Cell]], numbers: dict[str, Numbers], lines: dict[int, str | None]) -> list[Row]:
    """The rows of these columns, by field; `lines` may say what is wrong with a whole row, as a code.

    What cannot be read is noted on its row.
    """
    read = [[*map(numbers[name].__getitem__, cells)] if name in numbers else cells for name, cells in columns.items()]
    by_row = zip(*read, strict=True) if read else repeat(())
    rows = [Row(zip(columns, cells, strict=True), line=line) for line, cells in zip(lines, by_row, strict=False)]
    if any(lines.values()):
        for row in rows:
            if code := lines[row.line]:
                row.errors[""] = ragged_sentence(code)
    for name, column in numbers.items():
        for row, cell in zip(rows, columns[name], strict=True) if column.wrong else ():
            if found := column.wrong.get((type(cell), cell)):
                row.errors.update([found])
    return rows
