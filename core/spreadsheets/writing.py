"""Tables that people take away: cells that no spreadsheet will run."""

import codecs
import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain

import openpyxl
from import_export.formats.base_formats import CSV, XLSX
from openpyxl.cell import WriteOnlyCell

from core.spreadsheets.cells import escape_formula

CHUNK = 64 * 1024
SHEET_ROWS = (1 << 20) - 1  # that Excel has for one sheet below the headers
NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # openpyxl writes some of these


def csv_chunks(rows: Iterable[list], delimiter: str = ",") -> Iterator[bytes]:
    """A CSV file in pieces, as its rows come."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter)
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
        if buffer.tell() > CHUNK:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


class FormulaSafeCSV(CSV):
    """A CSV file with cells that no spreadsheet will run."""

    label = "CSV"

    def stream(self, headers: list[str], rows: Iterable[list]) -> Iterator[bytes]:
        return csv_chunks([escape_formula(cell) for cell in row] for row in chain([headers], rows))


class FormulaSafeXLSX(XLSX):
    """An Excel file, written row by row to the disk and sent from there, with cells that no spreadsheet will run.

    More rows than a sheet can have go on to a next one.
    """

    label = "Excel (xlsx)"

    def stream(self, headers: list[str], rows: Iterable[list]) -> Iterator[bytes]:
        book = openpyxl.Workbook(write_only=True)
        sheet = with_headers(book, "Export", headers)
        for number, row in enumerate(rows):
            page, place = divmod(number, SHEET_ROWS)
            if page and not place:
                sheet = with_headers(book, f"Export {page + 1}", headers)
            sheet.append([writable(cell, sheet) for cell in row])
        with tempfile.TemporaryFile() as file:
            book.save(file)
            file.seek(0)
            yield from iter(lambda: file.read(CHUNK), b"")


def with_headers(book, title: str, headers: list[str]):
    sheet = book.create_sheet(title)
    sheet.append(headers)
    return sheet


def writable(cell, sheet):
    """A cell as Excel's format can hold it: without what XML cannot hold, and nothing that looks like a formula.

    Money has two decimals there too.
    """
    if isinstance(cell, Decimal):
        money = WriteOnlyCell(sheet, cell)
        money.number_format = "0.00"
        return money
    if isinstance(cell, str):
        return escape_formula(NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", cell))
    return cell


def write_csv(rows: Iterable[list], *, delimiter: str = ",") -> bytes:
    """A whole CSV file that Excel reads as Unicode, its cells as they are."""
    return codecs.BOM_UTF8 + b"".join(csv_chunks(rows, delimiter))
