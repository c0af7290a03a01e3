"""Cells that are one with others: what stands in the first is the value of all."""

from bisect import bisect_left

from core.spreadsheets.sheet import MAX_CELLS, MAX_COLUMNS, Cell, Refused, SheetRow

Area = tuple[int, int, int, int]  # first and last line, first and last column


def fill_merged(rows: list[SheetRow], merged: list[Area]) -> None:
    """Give the cells of each area its value: those below the first, and those beside it where more is in the row.

    A title across a whole row stays in one cell. Areas outside the used columns and rows do not matter.
    """
    lines = [row.line for row in rows]
    used = max((len(row.cells) for row in rows), default=0)
    steps = 0
    for top, bottom, left, right in merged:
        place = bisect_left(lines, top)
        if place == len(rows) or lines[place] != top or left >= len(rows[place].cells):
            continue
        value = rows[place].cells[left]
        while value is not None and place < len(rows) and lines[place] <= bottom:
            fill_row(rows[place].cells, value, left, min(right, used - 1))
            steps += len(rows[place].cells)
            place += 1
            if steps > MAX_CELLS:
                raise Refused("too_much")


def fill_row(cells: list[Cell], value: Cell, left: int, right: int) -> None:
    """Fill the blank cells from left to right; only the first if there is nothing else in the row."""
    others = any(cell is not None for column, cell in enumerate(cells) if not left <= column <= right)
    last = min(right if others else left, MAX_COLUMNS - 1)
    cells += [None] * (last + 1 - len(cells))
    for column in range(left, last + 1):
        if cells[column] is None:
            cells[column] = value
