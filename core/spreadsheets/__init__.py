"""Tables that people bring and take away."""

from core.spreadsheets.cells import (
    as_decimal,
    as_text,
    as_whole_number,
    defused,
    escape_formula,
    is_blank,
    unescape_formula,
)
from core.spreadsheets.reading import DELIMITERS, ENCODINGS, MAX_ROWS, Table, UnreadableFile, read_table
from core.spreadsheets.writing import HarmlessCSV, HarmlessXLSX, write_csv

__all__ = [
    "DELIMITERS",
    "ENCODINGS",
    "MAX_ROWS",
    "HarmlessCSV",
    "HarmlessXLSX",
    "Table",
    "UnreadableFile",
    "as_decimal",
    "as_text",
    "as_whole_number",
    "defused",
    "escape_formula",
    "is_blank",
    "read_table",
    "unescape_formula",
    "write_csv",
]
