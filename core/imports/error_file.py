"""The rows with errors as a file: to be mended where it is wrong, and uploaded again."""

import io
import re

import openpyxl
from django.conf import settings
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, NamedStyle, PatternFill

from core.imports.layout import OWN_COLUMNS, Layout
from core.imports.report import ImportReport
from core.spreadsheets.cells import escape_raw_formula, is_blank
from core.spreadsheets.writing import write_csv

REASON, LINE = "what_is_wrong", "line_of_the_file"  # the columns that are added, and ignored when they come back
HEADER = {"name": "header", "font": Font(bold=True)}
FAULTY = {"name": "faulty", "fill": PatternFill("solid", fgColor="FFC7CE")}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def error_file(layout: Layout, report: ImportReport, file_name: str, kind: str) -> tuple[str, str, bytes]:
    """Name, content type and content, never larger than what may be uploaded: what does not fit comes next time."""
    stem = re.sub(r"[^\w-]+", "_", file_name.rsplit(".", 1)[0]) or "import"
    write, content_type = (as_csv, "text/csv; charset=utf-8") if kind == "csv" else (as_xlsx, XLSX)
    errors = report.error_rows
    data = write(layout, errors)
    while len(data) > settings.MAX_IMPORT_BYTES and len(errors) > 1:
        errors = errors[: max(1, len(errors) * settings.MAX_IMPORT_BYTES // len(data) * 9 // 10)]
        data = write(layout, errors)
    return f"{stem}-errors.{kind}", content_type, data


def kept_columns(layout: Layout) -> list[int]:
    return [column.index for column in layout.columns if column.name not in OWN_COLUMNS]


def reasons_of(layout: Layout, row) -> str:
    names = {column: header_of(layout, column) for column, _, _ in row.errors}
    return "; ".join(f"{names[column]}: {reason}" if names[column] else reason for column, _, reason in row.errors)


def header_of(layout: Layout, column: str) -> str:
    """What the file calls the column that a field comes from, else what we call it."""
    if sources := layout.sources.get(column):
        return layout.names[sources[0]]
    return layout.resource.label_of(column) if column in layout.kinds else ""


def as_csv(layout: Layout, errors: list) -> bytes:
    columns, cells = kept_columns(layout), {row.line: row.cells for row in layout.table.rows}
    rows: list[list] = [[*(layout.table.headers[index] or "" for index in columns), LINE, REASON]]
    for row in errors:
        source = cells[row.line]
        values = [source[index] if index < len(source) else "" for index in columns]
        rows.append([*values, row.line, reasons_of(layout, row)])
    delimiter = layout.sheet.delimiter if layout.sheet.delimiter in (",", ";", "\t") else ";"
    return write_csv([[escape_raw_formula(cell) for cell in row] for row in rows], delimiter=delimiter)


def as_xlsx(layout: Layout, errors: list) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    for style in (HEADER, FAULTY):
        book.add_named_style(NamedStyle(**style))
    sheet = book.create_sheet("Errors")
    columns, cells = kept_columns(layout), {row.line: row.cells for row in layout.table.rows}
    headers = [*(layout.table.headers[index] for index in columns), LINE, REASON]
    sheet.append([text_cell(sheet, header, "header") for header in headers])
    for row in errors:
        source, faulty = cells[row.line], set()
        for column, _, _ in row.errors:
            faulty |= set(layout.sources.get(column, ()))
        values = [
            text_cell(sheet, source[i] if i < len(source) else None, "faulty" if i in faulty else "Normal")
            for i in columns
        ]
        sheet.append([*values, row.line, text_cell(sheet, reasons_of(layout, row))])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def text_cell(sheet, value, style: str = "Normal") -> WriteOnlyCell:
    """A text stays a text, whatever it looks like: no number, no date, no formula."""
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
    cell = WriteOnlyCell(sheet, None if is_blank(value) else value)
    cell.style = style
    if isinstance(value, str):
        cell.data_type, cell.number_format = ("s", "@") if value.strip() else ("n", "@")
    return cell
