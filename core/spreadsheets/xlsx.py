"""Excel workbooks, read as a stream: what cells show, which rows and sheets are hidden, what is merged."""

import re

from core.spreadsheets.archives import Archive, local_name
from core.spreadsheets.merged import Area, fill_merged
from core.spreadsheets.number_formats import as_iso_date, as_number
from core.spreadsheets.sheet import MAX_CELL_LENGTH, MAX_COLUMNS, Cell, Refused, RowCollector, Sheet, SheetName
from core.spreadsheets.workbook import Workbook, unescaped

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})")


def read_xlsx(archive: Archive, wanted: str) -> Sheet:
    """The wanted sheet, or the first visible one that is not empty. Raises Refused."""
    book = Workbook(archive)
    names = [SheetName(name, hidden, not book.has_cells(path)) for name, hidden, path in book.sheets]
    chosen = choose_sheet(names, wanted)
    rows = RowCollector()
    if names:
        reader = SheetReader(book, rows)
        reader.read(book.sheets[chosen][2])
    name = names[chosen].name if names else ""
    return Sheet("xlsx", name, names, rows.rows, remarks=rows.remarks())


def choose_sheet(names: list[SheetName], wanted: str) -> int:
    """The index of the wanted sheet, else of the first that is visible and has something in it."""
    if wanted:
        for index, sheet in enumerate(names):
            if sheet.name == wanted:
                return index
        raise Refused("no_such_sheet", sheet=wanted)
    filled = [index for index, sheet in enumerate(names) if not sheet.is_empty]
    return next((index for index in filled if not names[index].hidden), 0)


class SheetReader:
    """The rows of one sheet. Cells and rows need not say where they are: without that, they follow each other."""

    def __init__(self, book: Workbook, rows: RowCollector):
        self.book, self.rows = book, rows
        self.line, self.column, self.hidden = 0, -1, False
        self.cells: list[Cell] = []
        self.kind, self.style, self.parts, self.length = "n", "", list[str](), 0
        self.in_cell = self.has_formula = self.has_value = self.reading = self.phonetic = False
        self.merged: list[Area] = []

    def read(self, member: str) -> None:
        self.book.archive.parse(member, start=self.start, end=self.end, text=self.text)
        fill_merged(self.rows.rows, self.merged)

    def start(self, tag, attributes):
        tag = local_name(tag) if ":" in tag else tag
        if tag == "c":
            self.start_cell(attributes)
        elif tag == "v" or (tag == "t" and self.in_cell and not self.phonetic):
            self.reading = self.has_value = True
        elif tag == "f":
            self.has_formula = True
        elif tag == "row":
            self.line = row_number(attributes["r"]) if "r" in attributes else self.line + 1
            self.column, self.cells, self.hidden = -1, [], attributes.get("hidden", "0") in ("1", "true")
        elif tag == "rPh":
            self.phonetic = True
        elif tag == "mergeCell":
            self.add_merged(attributes.get("ref", ""))

    def start_cell(self, attributes):
        if "r" in attributes:
            reference = attributes["r"]
            found = REFERENCE.fullmatch(reference)
            if not found:
                raise Refused("damaged")
            self.column = column_index(found[1])
        else:
            self.column += 1
        if self.column >= LAST_COLUMN:
            raise Refused("damaged")
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.parts, self.length = [], 0
        self.in_cell, self.has_formula, self.has_value = True, False, False

    def text(self, data):
        if self.reading:
            self.parts.append(data)
            self.length += len(data)
            if self.length > MAX_CELL_LENGTH:
                raise Refused("too_much")

    def end(self, tag):
        tag = local_name(tag) if ":" in tag else tag
        if tag == "v" or tag == "t":
            self.reading = False
        elif tag == "c":
            self.in_cell = False
            if self.has_value or self.has_formula:
                self.add_cell(self.value())
        elif tag == "row":
            self.rows.add(self.line, self.cells, hidden=self.hidden)
            self.cells = []
        elif tag == "rPh":
            self.phonetic = False

    def add_cell(self, value: Cell):
        if self.column >= MAX_COLUMNS:
            self.rows.note_column(self.column + 1)
            return
        if (missing := self.column - len(self.cells)) >= 0:
            self.cells += [None] * missing
            self.cells.append(value)
        else:
            self.cells[self.column] = value

    def value(self) -> Cell:
        """What the cell shows; an error if it has a formula that was never computed, which would look blank."""
        text = "".join(self.parts)
        if self.kind == "s":
            return self.book.text(int(text)) if text.isdigit() else None
        if not text and self.has_formula and (self.kind != "str" or not self.has_value):
            return "#VALUE!"
        if self.kind == "b":
            return text.strip() in ("1", "true")
        if self.kind == "d":
            return as_iso_date(text)
        if self.kind != "n":
            return unescaped(text)
        number = as_number(text)
        if isinstance(number, str) or not self.style:
            return number
        present = self.book.presenter(self.style)
        return present(number) if present else number

    def add_merged(self, reference: str):
        first, _, last = reference.partition(":")
        corners = REFERENCE.fullmatch(first), REFERENCE.fullmatch(last or first)
        if corners[0] and corners[1]:
            (left, top), (right, bottom) = corners[0].groups(), corners[1].groups()
            self.merged.append((int(top), int(bottom), column_index(left), column_index(right)))


def row_number(text: str) -> int:
    if not text.isdigit() or len(text) > 9 or not 0 < int(text) <= LAST_ROW:
        raise Refused("damaged")
    return int(text)


def column_index(letters: str) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1
