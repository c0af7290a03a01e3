"""Tables that people bring: CSV, TSV, XLSX and ODS files."""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Callable, Collection
from datetime import date
from functools import partial

import odf.table
import openpyxl
import tablib
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from odf import opendocument, teletype

from core.exceptions import BusinessError
from core.i18n import format_count
from core.spreadsheets import archives
from core.spreadsheets.cells import is_blank, is_error

MAX_ROWS = 50_000
MAX_COLUMNS = 100
MERGED = _("The sheet has merged cells. Please unmerge them so that every cell has a value of its own.")
XLS_SIGNATURE = b"\xd0\xcf\x11\xe0"


ENCODINGS = {
    "": _("Detect automatically"),
    "utf-8-sig": _("Unicode (UTF-8)"),
    "utf-16": _("Unicode (UTF-16)"),
    "cp1252": _("Western European (Windows-1252)"),
    "cp1250": _("Central European (Windows-1250)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "cp1253": _("Greek (Windows-1253)"),
    "cp1254": _("Turkish (Windows-1254)"),
    "cp1255": _("Hebrew (Windows-1255)"),
    "cp1256": _("Arabic (Windows-1256)"),
    "gb18030": _("Chinese (GB18030)"),
    "shift_jis": _("Japanese (Shift-JIS)"),
    "euc_kr": _("Korean (EUC-KR)"),
}
DELIMITERS = {
    "": _("Detect automatically"),
    ",": _("Comma"),
    ";": _("Semicolon"),
    "\t": _("Tab"),
    "|": _("Vertical bar"),
}


class UnreadableFile(BusinessError):
    """The file is not a table that we can read; the message says why."""


class Table(tablib.Dataset):
    """A dataset that knows the line of the file each row stands on, whether the file writes 4,79 or 4.79, and
    (`read_as`) what had to be chosen to read it."""

    read_as = ""
    delimiter = ","

    def __init__(self, rows: list[tuple[int, list]], *, decimal_comma: bool = False):
        if not rows:
            raise UnreadableFile(gettext("The file is empty."))
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
            gettext(
                "Line %(line)s has %(cells)s values, but the header has %(width)s columns. "
                "Is a value with a comma in it missing its quotation marks?"
            )
            % {"line": line, "cells": len(cells), "width": width}
        )
    return [*cells[:width], *[""] * (width - len(cells))]


def read_table(name: str, data: bytes, *, keys: Collection[str] = (), encoding: str = "", delimiter: str = "") -> Table:
    """The table in a CSV, TSV, XLSX or ODS file, whatever its name ends in. Raises UnreadableFile.

    Of several sheets it is the first whose header has one of the `keys`, else the first that is not empty. `encoding`
    and `delimiter` are for text files of which neither can be recognised.
    """
    if data.startswith(XLS_SIGNATURE):
        raise UnreadableFile(gettext("This is an old Excel file (.xls). Please save it as .xlsx or CSV and try again."))
    if data.startswith(b"PK\x03\x04"):
        return read_zipped(data, keys)
    if name.lower().endswith((".xlsx", ".ods")):
        raise UnreadableFile(
            gettext("%(name)s is not a spreadsheet, although its name says so. Please export it again.")
            % {"name": name}
        )
    return read_text(data, encoding, delimiter)


def read_zipped(data: bytes, keys: Collection[str]) -> Table:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise UnreadableFile(gettext("The spreadsheet is damaged and cannot be opened.")) from error
    if archives.too_large(members):
        raise UnreadableFile(gettext("The spreadsheet is too large once unpacked. Please split it into several files."))
    names = {member.filename for member in members}
    try:
        if not all(archives.is_honest(data, member) for member in members):
            raise UnreadableFile(gettext("The spreadsheet is damaged and cannot be opened."))
        if archives.is_overloaded(archive):
            raise UnreadableFile(
                gettext("The spreadsheet contains too much besides its table. Please save it as CSV instead.")
            )
        if "xl/workbook.xml" in names:
            return table_among(xlsx_sheets(data, archive), keys)
        if "content.xml" in names:
            return table_among(ods_sheets(data), keys)
    except UnreadableFile:
        raise
    except Exception as error:  # openpyxl and odfpy raise anything at all for a damaged file
        raise UnreadableFile(gettext("The spreadsheet is damaged and cannot be read.")) from error
    raise UnreadableFile(gettext("This is not a table. Please choose a CSV, TSV, XLSX or ODS file."))


def table_among(sheets: list[tuple[str, Callable]], keys: Collection[str]) -> Table:
    """The first sheet whose header has one of the keys, else the first that is not empty.

    Each is a name and what reads its rows; sheets behind the one that is found are not read.
    """
    found, found_rows = "", list[tuple[int, list]]()
    for name, read in sheets:
        rows = read()
        has_key = bool({normalise_header(cell) for cell in (rows[0][1] if rows else [])} & set(keys))
        if has_key or not found_rows:
            found, found_rows = name, rows
        if has_key:
            break
    table = Table(found_rows)
    if len(sheets) > 1:
        sentence = gettext("The sheet “%(sheet)s” was read, one of %(number)s in the file.")
        table.read_as = sentence % {"sheet": found, "number": len(sheets)}
    return table


def xlsx_sheets(data: bytes, archive: zipfile.ZipFile) -> list[tuple[str, Callable]]:
    """The visible sheets; what formulas last showed, not the formulas."""
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    fills_up = re.search(rb'formatCode="0{2,}"', archive.read("xl/styles.xml")) is not None

    def read(sheet):
        return numbered(enumerate(check_formulas(data, archive, sheet, shown(sheet, fills_up)), 1))

    return [(sheet.title, partial(read, sheet)) for sheet in book.worksheets if sheet.sheet_state == "visible"]


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


def ods_sheets(data: bytes) -> list[tuple[str, Callable]]:
    sheets = opendocument.load(io.BytesIO(data)).spreadsheet.getElementsByType(odf.table.Table)
    return [(sheet.getAttribute("name"), lambda sheet=sheet: numbered(ods_sheet(sheet))) for sheet in sheets]


def ods_sheet(sheet):
    """Numbers and cells of an ODS sheet, whose neighbouring cells and rows stand there once with a count if equal."""
    number = 1
    for row in sheet.getElementsByType(odf.table.TableRow):
        cells: list = []
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


def read_text(data: bytes, encoding: str, delimiter: str) -> Table:
    text, encoding = decode(data, encoding)
    if declared := re.match(r"sep=(.)\r?\n", text):  # Excel's own way of naming the delimiter
        text = "\n" + text[declared.end() :]
    delimiter = delimiter or (declared[1] if declared else guess_delimiter(text))
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines = text_lines(reader)
    table = Table(numbered(lines), decimal_comma=delimiter != ",")
    table.delimiter = delimiter
    if encoding == "cp1252":
        sentence = gettext("The file is not Unicode; it was read as %(encoding)s. Are all letters correct?")
        table.read_as = sentence % {"encoding": ENCODINGS[encoding]}
    return table


def text_lines(reader):
    """Each row with the line of the file that it starts on."""
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFile(
            gettext("Line %(line)s cannot be read: it has a quotation mark too few or too many.") % {"line": line}
        ) from error


def numbered(rows) -> list[tuple[int, list]]:
    """Those of the (number, cells) that have anything in them, without the empty cells at their end."""
    found = []
    for number, row in rows:
        cells = list(row)
        while cells and is_blank(cells[-1]):
            cells.pop()
        if len(cells) > MAX_COLUMNS:
            raise UnreadableFile(
                gettext(
                    "Line %(number)s has more than %(MAX_COLUMNS)s columns. Please remove those that are not needed."
                )
                % {"number": number, "MAX_COLUMNS": MAX_COLUMNS}
            )
        if cells:
            found.append((number, cells))
        if len(found) > MAX_ROWS + 1:
            raise UnreadableFile(
                gettext("The file has more than %(MAX_ROWS)s rows. Please split it into several files.")
                % {"MAX_ROWS": format_count(MAX_ROWS)}
            )
    return found


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text, and the encoding it is in: the given one, else UTF-8, UTF-16 with its mark, else Western European."""
    if encoding:
        encodings = [encoding]
    elif data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\x00" in data:
        encodings = []
    else:
        encodings = ["utf-8-sig", "cp1252"]
    for candidate in encodings:
        try:
            return data.decode(candidate), candidate
        except UnicodeDecodeError:
            continue
    if encoding:
        raise UnreadableFile(
            gettext("This is not text in the encoding %(encoding)s. Please choose another one.")
            % {"encoding": ENCODINGS[encoding]}
        )
    raise UnreadableFile(gettext("This is not a text file. Please choose a CSV, TSV, XLSX or ODS file."))


def guess_delimiter(text: str) -> str:
    """Comma, semicolon or tab: whichever the first line with anything in it has most of."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t", key=header.count)
