"""Files that people upload: pictures and spreadsheets."""

import io

import openpyxl
from django.core.files.uploadedfile import SimpleUploadedFile
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import CoveredTableCell, Table, TableCell, TableRow
from odf.text import P
from PIL import Image


def picture_data(kind="PNG", size=(40, 30), colour="teal", **options) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **options)
    return buffer.getvalue()


def picture(name="me.png", size=(40, 30), kind="PNG", colour="teal") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture_data(kind, size, colour), "image/png")


def xlsx(*rows, sheet_before=False) -> bytes:
    book = openpyxl.Workbook()
    if sheet_before:
        book.create_sheet()
    for row in rows:
        book.worksheets[-1].append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def ods(*rows) -> bytes:
    """A sheet as LibreOffice writes it: equal neighbours once, with a count. A cell is (value, count)."""
    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Sheet1")
    document.spreadsheet.addElement(sheet)
    for cells, repeated in rows:
        row = TableRow(numberrowsrepeated=repeated)
        sheet.addElement(row)
        for value, count in cells:
            if isinstance(value, int | float):
                cell = TableCell(valuetype="float", value=value, numbercolumnsrepeated=count)
            else:
                cell = TableCell(numbercolumnsrepeated=count)
            cell.addElement(P(text=str(value)))
            row.addElement(cell)
            if value == "spanned":
                row.addElement(CoveredTableCell())
    buffer = io.BytesIO()
    document.write(buffer)
    return buffer.getvalue()
