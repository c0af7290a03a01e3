"""Tables that people bring and take away: reading CSV, TSV, XLSX and ODS files, and writing cells that do no harm."""

import codecs
import csv
import io
import re
import zipfile
from datetime import date, time
from decimal import Decimal

import openpyxl
import tablib
from import_export.formats.base_formats import CSV, XLSX

from accounts.exceptions import BusinessError

MAX_ROWS = 50_000
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
XLS_SIGNATURE = b"\xd0\xcf\x11\xe0"
ERROR_CELLS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


class UnreadableFile(BusinessError):
    """The file is not a table that we can read; the message says why."""


class Table(tablib.Dataset):
    """A dataset that knows the line of the file each row stands on, and whether the file writes 4,79 or 4.79."""

    def __init__(self, rows: list[tuple[int, list]], *, decimal_comma: bool = False):
        if not rows:
            raise UnreadableFile("The file is empty.")
        (_, headers), *body = rows
        if len(body) > MAX_ROWS:
            raise UnreadableFile(f"The file has {len(body):,} rows; at most {MAX_ROWS:,} can be read at once.")
        super().__init__(headers=[normalise_header(header) for header in headers])
        self.lines, self.decimal_comma = [line for line, _ in body], decimal_comma
        for line, cells in body:
            self.append(fit(cells, len(headers), line))


def normalise_header(header) -> str:
    """`Selling Price` and ` selling_price ` are the same column."""
    return re.sub(r"[\s_]+", "_", str(header or "").strip()).lower()


def fit(cells: list, width: int, line: int) -> list:
    """The cells of a row, made as many as the header's. Raises UnreadableFile if there are too many."""
    if any(not is_blank(cell) for cell in cells[width:]):
        raise UnreadableFile(
            f"Line {line} has {len(cells)} values, but the header has {width} columns. "
            "Is a value with a comma in it missing its quotation marks?"
        )
    return [*cells[:width], *[""] * (width - len(cells))]


def is_blank(value) -> bool:
    return value is None or str(value).strip() == ""


def read_table(name: str, data: bytes) -> Table:
    """The table in a CSV, TSV, XLSX or ODS file, whatever its name ends in. Raises UnreadableFile."""
    if data.startswith(XLS_SIGNATURE):
        raise UnreadableFile("This is an old Excel file (.xls). Please save it as .xlsx or CSV and try again.")
    if data.startswith(b"PK\x03\x04"):
        return read_zipped(data)
    if name.lower().endswith((".xlsx", ".ods")):
        raise UnreadableFile(f"{name} is not a spreadsheet, although its name says so. Please export it once more.")
    return read_text(data)


def read_zipped(data: bytes) -> Table:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile("The spreadsheet is damaged and cannot be opened.") from error
    if sum(member.file_size for member in members) > MAX_UNPACKED_BYTES:
        raise UnreadableFile("The spreadsheet is too large once unpacked. Please split it into several files.")
    names = {member.filename for member in members}
    try:
        if "xl/workbook.xml" in names:
            return Table(xlsx_rows(data))
        if "content.xml" in names:
            return Table(ods_rows(data))
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl and odfpy raise anything at all for a damaged file
        raise UnreadableFile("The spreadsheet is damaged and cannot be read.") from error
    raise UnreadableFile("This is not a table. Please choose a CSV, TSV, XLSX or ODS file.")


def xlsx_rows(data: bytes) -> list[tuple[int, list]]:
    """The rows of the first sheet with anything in it; what formulas last showed, not the formulas."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = numbered(sheet.iter_rows(values_only=True))
        if rows:
            return rows
    return []


def ods_rows(data: bytes) -> list[tuple[int, list]]:
    dataset = tablib.Dataset().load(io.BytesIO(data), format="ods")
    return numbered([dataset.headers or [], *dataset])


def read_text(data: bytes) -> Table:
    text = decode(data)
    delimiter = guess_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows, line = [], 1
    try:
        for cells in reader:
            if any(not is_blank(cell) for cell in cells):
                rows.append((line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"Line {line} cannot be read: a quotation mark is missing or too many.") from error
    return Table(rows, decimal_comma=delimiter == ";")


def numbered(rows) -> list[tuple[int, list]]:
    """The rows that have anything in them, each with its number, without the empty cells at their end."""
    found = []
    for number, row in enumerate(rows, 1):
        cells = list(row)
        while cells and is_blank(cells[-1]):
            cells.pop()
        if cells:
            found.append((number, cells))
    return found


def decode(data: bytes) -> str:
    """UTF-8, UTF-16 with its mark, else the Windows code page of Western Europe."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\x00" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile("This is not a text file. Please choose a CSV, TSV, XLSX or ODS file.")


def guess_delimiter(text: str) -> str:
    """Comma, semicolon or tab: whichever the first line with anything in it has most of."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)


def as_text(value) -> str:
    """A cell as the text a person saw in it. Raises ValueError for what a spreadsheet has made of it instead."""
    if value is None:
        return ""
    if isinstance(value, date | time):
        raise ValueError("The spreadsheet made a date of this. Format the column as text and enter it again.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if text in ERROR_CELLS:
        raise ValueError("The spreadsheet shows an error here.")
    if "\x00" in text:
        raise ValueError("This contains a character that cannot be stored.")
    return unescape_formula(text)


def as_decimal(value, *, decimal_comma: bool = False) -> Decimal:
    """A cell as a number: digits with a point, in a file with semicolons also with a comma; nothing is guessed.

    Raises ValueError with a sentence if the cell is not a number or could be two.
    """
    if isinstance(value, bool | date | time):
        raise ValueError("This is not a number.")
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise ValueError("This is not a number.")
        return number
    text = str(value).strip()
    if decimal_comma and re.fullmatch(r"-?[1-9]\d{0,2}[.,]\d{3}", text):
        raise ValueError("This could be a thousand or a fraction. Please write it without a thousands separator.")
    if decimal_comma and re.fullmatch(r"-?\d*,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text, re.ASCII):
        raise ValueError("This is not a number.")
    return Decimal(text)


def as_whole_number(value, *, decimal_comma: bool = False) -> int:
    """A cell as a number of pieces. Raises ValueError with a sentence for fractions and what is not a number."""
    number = as_decimal(value, decimal_comma=decimal_comma)
    if number != number.to_integral_value():
        raise ValueError("This must be a whole number.")
    return int(number)


RUNS_AS_FORMULA = re.compile(r"'*\s*[=+\-@\t\r\n]")
PLAIN_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?", re.ASCII)


def escape_formula(value):
    """Put an apostrophe before a text that a spreadsheet would run as a formula; numbers stay as they are."""
    if isinstance(value, str) and RUNS_AS_FORMULA.match(value) and not PLAIN_NUMBER.fullmatch(value):
        return "'" + value
    return value


def unescape_formula(text: str) -> str:
    """Take away the apostrophe that `escape_formula` put there, so that our own export comes back unchanged."""
    return text[1:] if text.startswith("'") and RUNS_AS_FORMULA.match(text) else text


class HarmlessExport:
    """An export format whose text cells no spreadsheet will run."""

    def export_data(self, dataset, **kwargs):
        harmless = tablib.Dataset(*([escape_formula(cell) for cell in row] for row in dataset), headers=dataset.headers)
        return super().export_data(harmless, **kwargs)


class HarmlessCSV(HarmlessExport, CSV):
    label = "CSV"


class HarmlessXLSX(HarmlessExport, XLSX):
    label = "Excel (xlsx)"
