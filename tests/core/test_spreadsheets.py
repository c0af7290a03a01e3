"""Reading the tables that people bring."""

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from odf.office import Annotation
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table, TableCell, TableRow
from odf.text import P

from core.spreadsheets.cells import as_decimal, as_text, as_whole_number, escape_formula, unescape_formula
from core.spreadsheets.reading import UnreadableFile, read_sheet
from core.spreadsheets.tables import find_table
from tests.files import ods, xlsx
from tests.lists import KNOWN


@pytest.fixture
def read(tmp_path):
    """The table in a file, as an import finds it."""

    def find(name: str, data: bytes):
        path = tmp_path / "upload"
        path.write_bytes(data)
        return find_table(read_sheet(path, name=name), KNOWN)

    return find


def cells_of(table) -> list[list]:
    return [row.cells for row in table.rows]


@pytest.mark.parametrize(
    "data",
    [
        b"sku,name\nA,Caf\xc3\xa9\n",
        b"\xef\xbb\xbfsku,name\r\nA,Caf\xc3\xa9\r\n",
        b"sku;name\nA;Caf\xe9\n",
        b"sku\tname\rA\tCaf\xe9\r",
        "sku,name\nA,Café\n".encode("utf-16"),
        b'"sku","name"\n\n"A","Caf\xc3\xa9"\n,,\n',
    ],
    ids=["utf-8", "bom", "cp1252 ;", "tab CR", "utf-16", "quoted, blank lines"],
)
def test_the_usual_kinds_of_text_are_read_alike(read, data):
    table = read("list.csv", data)
    assert (table.headers, cells_of(table)) == (["sku", "name"], [["A", "Café"]])


def test_lines_are_those_of_the_file_even_after_blank_lines_and_breaks_inside_quotes(read):
    table = read("x.csv", b'sku,name\nA,"two\nlines"\n\nB,x\n')
    assert [row.line for row in table.rows] == [2, 5]


def test_a_sheet_is_read_with_its_numbers_and_leading_zeros(read):
    table = read("x.xlsx", xlsx(["sku", "name"], ["007", "Bond"], [None, None], [8, 2.5], sheet_before=True))
    assert cells_of(table) == [["007", "Bond"], [8, Decimal("2.5")]]
    assert [row.line for row in table.rows] == [2, 4]


def test_a_cell_far_below_does_not_take_for_ever(read):
    book = openpyxl.Workbook()
    book.active.append(["sku", "name"])
    book.active.cell(row=200_000, column=1, value="A")
    table = read("x.xlsx", saved(book))
    assert (cells_of(table), table.rows[0].line) == ([["A", None]], 200_000)


def saved(book) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "message"),
    [
        ("x.csv", b"", "The file is empty"),
        ("x.xlsx", b"PK\x03\x04 but no more", "damaged"),
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1", "old Excel file"),
        ("x.csv", b"\x89PNG\r\n\x00\x00", "This is a picture"),
    ],
)
def test_what_is_not_a_table_is_refused_with_a_sentence(read, name, data, message):
    with pytest.raises(UnreadableFile, match=message):
        read(name, data)


@pytest.mark.parametrize(
    ("cell", "comma", "number"),
    [
        ("4.79", False, "4.79"),
        (" 5 ", False, "5"),
        (".5", False, "0.5"),
        ("1.2345", False, "1.2345"),
        ("1.234", False, "1.234"),
        ("4,79", True, "4.79"),
        ("4.79", True, "4.79"),
        ("0,125", True, "0.125"),
        ("-3", False, "-3"),
        ("1.234,50", True, "1234.50"),
        ("1.234.567,8", True, "1234567.8"),
        (4.79, False, "4.79"),
        (3, False, "3"),
    ],
)
def test_these_are_numbers(cell, comma, number):
    assert as_decimal(cell, decimal_comma=comma) == Decimal(number)


@pytest.mark.parametrize(
    ("cell", "comma"),
    [
        ("4,79", False),
        ("1,234", True),
        ("1.234", True),
        ("1.234,56", False),
        ("€ 5", False),
        ("5 EUR", False),
        ("1e5", False),
        ("NaN", False),
        ("", False),
        ("٣", False),
        ("--1", False),
        (float("nan"), False),
        (True, False),
        (date(2026, 1, 5), False),
    ],
)
def test_what_is_unreadable_or_could_be_two_numbers_is_never_guessed(cell, comma):
    with pytest.raises(ValueError, match="This"):
        as_decimal(cell, decimal_comma=comma)


def test_pieces_are_whole():
    assert as_whole_number("5") == as_whole_number(5.0) == as_whole_number("5.00") == 5
    with pytest.raises(ValueError, match="whole number"):
        as_whole_number("5.5")


@pytest.mark.parametrize(("cell", "text"), [(None, ""), (1234.0, "1234"), (" x ", "x"), ("007", "007"), (1.5, "1.5")])
def test_cells_are_the_text_a_person_saw(cell, text):
    assert as_text(cell) == text


@pytest.mark.parametrize("cell", [date(2026, 1, 5), "#N/A", "a\x00b"])
def test_cells_that_a_spreadsheet_spoilt_are_refused(cell):
    with pytest.raises(ValueError, match="The spreadsheet|control character"):
        as_text(cell)


@given(st.text() | st.sampled_from(["=1+1", "'=1", "''=1", "-5", "+49 30", "@x", "\t=1", "'", "−5"]))
def test_whatever_is_made_harmless_for_a_spreadsheet_comes_back_as_it_was(text):
    escaped = escape_formula(text)
    assert unescape_formula(escaped) == text
    assert not escaped.lstrip().startswith(("=", "@")) or escaped.startswith("'")


def test_numbers_are_left_alone_by_the_export():
    assert [escape_formula(value) for value in (-5, "-5", "-5.20", None, Decimal("-1"))] == [
        -5,
        "-5",
        "-5.20",
        None,
        Decimal("-1"),
    ]


def test_equal_neighbours_in_an_open_document_stay_in_their_columns(read):
    header = [("sku", 1), ("name", 1), ("cost_price", 1), ("selling_price", 1), ("stock_qty", 1), ("", 1019)]
    rows = [
        (header, 1),
        ([("A", 1), ("x", 1), (5, 2), (8, 1)], 1),
        ([("", 1024)], 3),
        ([("B", 1), ("y", 1), ("", 2), (7, 1)], 1),
        ([("", 1024)], 1_048_570),
    ]
    table = read("x.ods", ods(*rows))
    assert cells_of(table) == [["A", "x", 5, 5, 8], ["B", "y", None, None, 7]]
    assert [row.line for row in table.rows] == [2, 6]


@pytest.mark.parametrize("cell", [12345678901234567890, 4.01234e15, True, timedelta(days=1), "a\x0bb"])
def test_what_a_spreadsheet_has_rounded_or_renamed_is_refused_as_text(cell):
    with pytest.raises(ValueError, match="column as text|control character"):
        as_text(cell)


@pytest.mark.parametrize("cell", ["1.000", "1,000"])
@pytest.mark.parametrize("comma", [True, False])
def test_a_stock_that_could_be_a_thousand_or_one_is_refused(cell, comma):
    with pytest.raises(ValueError, match="thousands or a decimal fraction"):
        as_whole_number(cell, decimal_comma=comma)


def test_what_somebody_noted_beside_a_cell_is_no_part_of_it(read):
    document = OpenDocumentSpreadsheet()
    sheet = Table(name="Sheet1")
    document.spreadsheet.addElement(sheet)
    for text, note in (("sku", ""), ("A1", "checked by Bob")):
        row, cell = TableRow(), TableCell()
        if note:
            annotation = Annotation()
            annotation.addElement(P(text=note))
            cell.addElement(annotation)
        cell.addElement(P(text=text))
        row.addElement(cell)
        sheet.addElement(row)
    buffer = io.BytesIO()
    document.write(buffer)
    assert cells_of(read("x.ods", buffer.getvalue())) == [["A1"]]


@pytest.mark.parametrize("cell", ["Err:502", "#REF!"])
def test_errors_of_either_spreadsheet_are_errors(cell):
    with pytest.raises(ValueError, match="shows an error"):
        as_text(cell)
