"""Tables that people take away: cells that no spreadsheet will run."""

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator

import openpyxl
from import_export.formats.base_formats import CSV, XLSX
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from accounts.spreadsheets.cells import escape_formula

CHUNK = 64 * 1024


class HarmlessCSV(CSV):
    """A CSV file, row by row, with cells that no spreadsheet will run."""

    label = "CSV"

    def stream(self, headers: list[str], rows: Iterable[list]) -> Iterator[bytes]:
        buffer = io.StringIO(newline="")
        writer = csv.writer(buffer)
        writer.writerow(headers)
        for row in rows:
            writer.writerow([escape_formula("" if cell is None else cell) for cell in row])
            if buffer.tell() > CHUNK:
                yield taken_out(buffer)
        yield taken_out(buffer)


def taken_out(buffer: io.StringIO) -> bytes:
    """What has been written so far; the buffer is empty afterwards."""
    text = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return text.encode()


class HarmlessXLSX(XLSX):
    """An Excel file, written row by row to the disk and sent from there, with cells that no spreadsheet will run."""

    label = "Excel (xlsx)"

    def stream(self, headers: list[str], rows: Iterable[list]) -> Iterator[bytes]:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Export")
        sheet.append(headers)
        for row in rows:
            sheet.append([writable(cell) for cell in row])
        with tempfile.TemporaryFile() as file:
            book.save(file)
            file.seek(0)
            yield from iter(lambda: file.read(CHUNK), b"")


def writable(cell):
    """A cell as Excel's format can hold it: without control characters, and nothing that looks like a formula."""
    if isinstance(cell, str):
        return escape_formula(ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", cell))
    return cell


def write_csv(headers: list[str], rows: list[list], *, delimiter: str = ",") -> bytes:
    """A CSV file that Excel reads as Unicode, with harmless cells."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for row in [headers, *rows]:
        writer.writerow([escape_formula("" if cell is None else cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")
