"""Tables that people bring and take away: reading CSV, TSV, XLSX and ODS files, and writing cells that do no harm."""

import codecs
import csv
import io
import re
import zipfile
from datetime import date, time, timedelta
from decimal import Decimal

import odf.table
import openpyxl
import tablib
from import_export.formats.base_formats import CSV, XLSX
from odf import opendocument, teletype

from accounts.exceptions import BusinessError

MAX_ROWS = 50_000
MAX_COLUMNS = 100
KEYS = {"sku", "email", "customer_code"}
MERGED = "The sheet has merged cells. Please unmerge them, so that every cell has its own value."
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
XLS_SIGNATURE = b"\xd0\xcf\x11\xe0"
CONTROL_CHARACTER = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
THOUSAND_OR_FRACTION = re.compile(r"-?[1-9]\d{0,2}[.,]\d{3}")
ERROR_CELLS = {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"}


class UnreadableFile(BusinessError):
    """The file is not a table that we can read; the message says why."""


class Table(tablib.Dataset):
    """A dataset that knows the line of the file each row stands on, and whether the file writes 4,79 or 4.79."""

    def __init__(self, rows: list[tuple[int, list]], *, decimal_comma: bool = False):
        if not rows:
            raise UnreadableFile("The file is empty.")
        (_, headers), *body = rows
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


def is_error(text: str) -> bool:
    """Whether this is what a spreadsheet shows in place of a value that it cannot compute."""
    return text in ERROR_CELLS or re.fullmatch(r"Err:\d+", text) is not None


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
            return Table(xlsx_rows(data, archive))
        if "content.xml" in names:
            return Table(ods_rows(data))
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl and odfpy raise anything at all for a damaged file
        raise UnreadableFile("The spreadsheet is damaged and cannot be read.") from error
    raise UnreadableFile("This is not a table. Please choose a CSV, TSV, XLSX or ODS file.")


def table_among(sheets) -> list[tuple[int, list]]:
    """The rows of the first sheet whose header has a SKU, an e-mail or a code, else of the first that is not empty."""
    first = []
    for rows in sheets:
        if {normalise_header(cell) for cell in (rows[0][1] if rows else [])} & KEYS:
            return rows
        first = first or rows
    return first


def xlsx_rows(data: bytes, archive: zipfile.ZipFile) -> list[tuple[int, list]]:
    """The rows of the sheet with the table; what formulas last showed, not the formulas."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    fills_up = re.search(rb'formatCode="0{2,}"', archive.read("xl/styles.xml")) is not None
    return table_among(
        numbered(enumerate(check_formulas(data, archive, sheet, shown(sheet, fills_up)), 1)) for sheet in visible
    )


def shown(sheet, fills_up: bool):
    """The values of a sheet's rows; a number that its format fills up with zeros is the text that one sees."""
    if not fills_up:
        return sheet.iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)
    return ([filled_up(cell) for cell in row] for row in sheet.iter_rows(max_col=MAX_COLUMNS + 1))


def filled_up(cell):
    if isinstance(cell.value, int) and re.fullmatch("0{2,}", cell.number_format or ""):
        return str(cell.value).zfill(len(cell.number_format))
    return cell.value


def check_formulas(data: bytes, archive: zipfile.ZipFile, sheet, rows):
    """The rows, with an error cell wherever a formula's value was never computed (it would look like a blank).

    Raises UnreadableFile for merged cells: all but the first of them would look like blanks too.
    """
    source = archive.read(sheet._worksheet_path)
    if b"<mergeCell " in source:
        raise UnreadableFile(MERGED)
    if b"<f>" not in source and b"<f " not in source:
        return rows
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    formulas = book[sheet.title].iter_rows(max_col=MAX_COLUMNS + 1, values_only=True)
    return (
        ["#VALUE!" if value is None and formula is not None else value for value, formula in zip(*pair, strict=True)]
        for pair in zip(rows, formulas, strict=True)
    )


def ods_rows(data: bytes) -> list[tuple[int, list]]:
    """The rows of the sheet with the table."""
    sheets = opendocument.load(io.BytesIO(data)).spreadsheet.getElementsByType(odf.table.Table)
    return table_among(numbered(ods_sheet(sheet)) for sheet in sheets)


def ods_sheet(sheet):
    """Numbers and cells of an ODS sheet, whose neighbouring cells and rows stand there once with a count if equal."""
    number = 1
    for row in sheet.getElementsByType(odf.table.TableRow):
        cells = []
        for cell in row.childNodes:
            repeated = int(cell.getAttribute("numbercolumnsrepeated") or 1)
            cells += [ods_value(cell)] * min(repeated, MAX_COLUMNS + 1 - len(cells))
        repeated = int(row.getAttribute("numberrowsrepeated") or 1)
        for copy in range(min(repeated, MAX_ROWS + 2) if any(not is_blank(cell) for cell in cells) else 0):
            yield number + copy, cells
        number += repeated


def ods_value(cell):
    if cell.qname[1] == "covered-table-cell":
        raise UnreadableFile(MERGED)
    kind = cell.getAttribute("valuetype")
    text = "\n".join(teletype.extractText(line) for line in cell.childNodes if line.qname[1] == "p")
    if kind in ("float", "currency", "percentage"):
        filled_up = re.fullmatch(r"0\d+", text)  # 00042: a number that its format fills up with zeros
        return text if filled_up or is_error(text) else float(cell.getAttribute("value"))
    if kind == "date":
        return date.fromisoformat(cell.getAttribute("datevalue")[:10])
    if kind == "boolean":
        return cell.getAttribute("booleanvalue") == "true"
    return text


def read_text(data: bytes) -> Table:
    text = decode(data)
    if told := re.match(r"sep=(.)\r?\n", text):  # Excel's own way of naming the delimiter
        text = "\n" + text[told.end() :]
    delimiter = told[1] if told else guess_delimiter(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = text_lines(reader)
    return Table(numbered(lines), decimal_comma=delimiter != ",")


def text_lines(reader):
    """Each row with the line of the file that it starts on."""
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(f"Line {line} cannot be read: a quotation mark is missing or too many.") from error


def numbered(rows) -> list[tuple[int, list]]:
    """Those of the (number, cells) that have anything in them, without the empty cells at their end."""
    found = []
    for number, row in rows:
        cells = list(row)
        while cells and is_blank(cells[-1]):
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFile(
                f"Line {number} has more than {MAX_COLUMNS} columns. Please take out what is not needed."
            )
        if cells:
            found.append((number, cells))
        if len(found) > MAX_ROWS + 1:
            raise UnreadableFile(f"The file has more than {MAX_ROWS:,} rows. Please split it into several files.")
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
    if isinstance(value, bool | date | time | timedelta):
        made = "a yes or no" if isinstance(value, bool) else "a date or time"
        raise ValueError(f"The spreadsheet made {made} of this. Format the column as text and enter it again.")
    if isinstance(value, int | float) and abs(value) >= 10**15:
        raise ValueError("The spreadsheet has rounded this number. Format the column as text and enter it again.")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = str(value).strip()
    if is_error(text):
        raise ValueError("The spreadsheet shows an error here.")
    if CONTROL_CHARACTER.search(text):
        raise ValueError("This contains an invisible control character. Please delete it.")
    return unescape_formula(text)


def as_decimal(value, *, decimal_comma: bool = False) -> Decimal:
    """A cell as a number: digits with a point, or (unless commas separate the file's values) with a comma.

    Nothing is guessed: raises ValueError with a sentence if the cell is not a number or could be two.
    """
    if isinstance(value, bool | date | time | timedelta):
        raise ValueError("This is not a number.")
    if isinstance(value, int | float | Decimal):
        number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
        if not number.is_finite():
            raise ValueError("This is not a number.")
        return number
    text = str(value).strip()
    if decimal_comma and THOUSAND_OR_FRACTION.fullmatch(text):
        raise ValueError("This could be a thousand or a fraction. Please write it without a thousands separator.")
    if decimal_comma and re.fullmatch(r"-?\d{1,3}(\.\d{3})+,\d+", text):
        text = text.replace(".", "")
    if decimal_comma and re.fullmatch(r"-?\d*,\d+", text):
        text = text.replace(",", ".")
    if not re.fullmatch(r"-?(\d+(\.\d*)?|\.\d+)", text, re.ASCII):
        raise ValueError("This is not a number.")
    return Decimal(text)


def as_whole_number(value, *, decimal_comma: bool = False) -> int:
    """A cell as a number of pieces. Raises ValueError with a sentence for fractions and what is not a number."""
    if THOUSAND_OR_FRACTION.fullmatch(str(value).strip()) and isinstance(value, str):
        raise ValueError("This could be a thousand or a fraction. Please write it without a thousands separator.")
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
