"""Lists as their makers wrote them, where they lie beside the project: each is read without being touched."""

import pytest

from core.spreadsheets.child import read_file
from core.spreadsheets.tables import find_table
from tests.real_data import FOLDER, needs_real_data

NAMES = (
    "sku name price category productname unitprice description stockcode productnumber listprice producttitle "
    "variantsku customerid companyname productid quantity orderid"
)
KNOWN = frozenset(NAMES.split())
LISTS = {  # delimiter, encoding, line of the header, columns, rows
    "lists/adventureworks_original_headers.csv": ("\t", "utf-8-sig", 1, 6, 504),
    "lists/csvkit_bad.csv": (",", "utf-8-sig", 1, 3, 2),
    "lists/csvkit_blanks.csv": (",", "utf-8-sig", 1, 6, 1),
    "lists/csvkit_mac_newlines.csv": (",", "utf-8-sig", 1, 3, 2),
    "lists/csvkit_ne_1033_data.xlsx": ("", "", 1, 14, 1036),
    "lists/csvkit_no_header_row3.csv": (",", "utf-8-sig", 0, 3, 2),
    "lists/csvkit_null_byte.csv": (",", "utf-8-sig", 1, 3, 1),
    "lists/csvkit_sheets.xlsx": ("", "", 1, 7, 3),
    "lists/csvkit_test_extra_header.csv": (",", "utf-8-sig", 1, 4, 1),
    "lists/csvkit_test_latin1.csv": (",", "cp1252", 1, 3, 2),
    "lists/medusa_comma.csv": (",", "utf-8-sig", 1, 56, 3),
    "lists/medusa_semicolon.csv": (";", "utf-8-sig", 1, 56, 3),
    "lists/northwind_original_headers.csv": (",", "utf-8-sig", 1, 5, 77),
    "lists/online_retail_original_headers.csv": ("|", "utf-8-sig", 1, 3, 4070),
    "lists/oscar_books_essential.csv": (",", "utf-8-sig", 0, 9, 82),
    "adventureworks_products.csv": (",", "utf-8-sig", 1, 6, 504),
    "northwind_customers.csv": (",", "utf-8-sig", 1, 11, 91),
    "northwind_products.csv": (",", "utf-8-sig", 1, 6, 77),
    "online_retail_products.csv": (",", "utf-8-sig", 1, 6, 4070),
}


@needs_real_data
@pytest.mark.parametrize("name", LISTS)
def test_a_real_list_is_read_without_being_touched(name):
    sheet = read_file(FOLDER / name, name=name)
    table = find_table(sheet, KNOWN)
    found = (sheet.delimiter, sheet.encoding, table.header_line, len(table.headers), len(table.rows))
    assert found == LISTS[name]
