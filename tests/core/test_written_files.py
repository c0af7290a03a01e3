"""Files that people take away hold all rows, however many."""

import io

import openpyxl
import pytest

from core.spreadsheets import writing


@pytest.mark.parametrize("rows, sheets", [(0, 1), (3, 1), (4, 2), (7, 3)])
def test_what_a_sheet_cannot_hold_goes_on_to_the_next(monkeypatch, rows, sheets):
    monkeypatch.setattr(writing, "SHEET_ROWS", 3)
    data = b"".join(writing.FormulaSafeXLSX().stream(["number"], ([number] for number in range(rows))))
    book = openpyxl.load_workbook(io.BytesIO(data))
    found = [[value for (value,) in sheet.iter_rows(values_only=True)] for sheet in book]
    assert len(found) == sheets and all(values[0] == "number" and len(values) <= 4 for values in found)
    assert [value for values in found for value in values[1:]] == list(range(rows))
