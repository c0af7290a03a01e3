"""OpenDocument spreadsheets, read as a stream: equal neighbours stand there once, with a count."""

from core.spreadsheets.archives import Archive
from core.spreadsheets.merged import Area, fill_merged
from core.spreadsheets.number_formats import as_iso_date, as_number, as_percentage, names_something
from core.spreadsheets.sheet import (
    MAX_CELL_LENGTH,
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    Refused,
    RowCollector,
    Sheet,
    SheetName,
    is_error,
)

LEFT_OUT = {"office:annotation", "table:tracked-changes", "table:shapes", "office:forms", "office:event-listeners"}
CELLS = {"table:table-cell", "table:covered-table-cell"}


def read_ods(archive: Archive, wanted: str) -> Sheet:
    """The wanted sheet, or the first visible one that is not empty. Raises Refused."""
    reader = DocumentReader(wanted)
    archive.parse("content.xml", start=reader.start, end=reader.end, text=reader.text)
    if wanted and not any(sheet.name == wanted for sheet in reader.sheets):
        raise Refused("no_such_sheet", sheet=wanted)
    fill_merged(reader.rows.rows, reader.merged)
    return Sheet("ods", reader.chosen, reader.sheets, reader.rows.rows, remarks=reader.rows.remarks())


def repeated(attributes: dict, name: str) -> int:
    """How often a cell or row stands there."""
    text = attributes.get(name, "1")
    if not text.isdigit() or len(text) > 9:
        raise Refused("damaged")
    return int(text)


class DocumentReader:
    """The rows of one sheet of a document, and the names of all."""

    def __init__(self, wanted: str):
        self.wanted, self.chosen = wanted, ""
        self.sheets: list[SheetName] = []
        self.rows, self.merged = RowCollector(), list[Area]()
        self.hidden_styles: set[str] = set()
        self.style = ""
        self.skipped = 0  # how deep in what is left out
        self.in_table = self.in_chosen = self.in_cell = self.in_text = False
        self.line, self.column = 1, 0
        self.row: dict[str, str] = {}
        self.cell: dict[str, str] = {}
        self.cells: list[Cell] = []
        self.parts: list[str] = []
        self.length = 0

    def start(self, tag, attributes):
        if self.skipped or tag in LEFT_OUT or tag.startswith("draw:") or (tag == "table:table" and self.in_table):
            self.skipped += 1
        elif tag in CELLS:
            self.cell, self.parts, self.length, self.in_cell = attributes, [], 0, True
        elif tag == "text:p" and self.in_cell:
            if self.parts:
                self.parts.append("\n")
            self.in_text = True
        elif tag == "table:table-row":
            self.row, self.cells, self.column = attributes, [], 0
        elif tag == "table:table":
            self.start_table(attributes)
        elif self.in_text:
            self.add_space(tag, attributes)
        elif tag == "style:style":
            self.style = attributes.get("style:name", "")
        elif tag == "style:table-properties" and attributes.get("table:display") == "false":
            self.hidden_styles.add(self.style)

    def end(self, tag):
        if self.skipped:
            self.skipped -= 1
        elif tag in CELLS:
            self.in_cell = False
            self.end_cell(tag)
        elif tag == "text:p":
            self.in_text = False
        elif tag == "table:table-row":
            self.end_row()
        elif tag == "table:table":
            self.in_table = self.in_chosen = False

    def text(self, data):
        if self.in_text and not self.skipped:
            self.add_text(data)

    def add_text(self, data: str):
        self.length += len(data)
        if self.length > MAX_CELL_LENGTH:
            raise Refused("too_much")
        self.parts.append(data)

    def add_space(self, tag, attributes):
        if tag == "text:s":
            self.add_text(" " * min(repeated(attributes, "text:c"), MAX_CELL_LENGTH + 1))
        elif tag in ("text:tab", "text:line-break"):
            self.add_text("\t" if tag == "text:tab" else "\n")

    def start_table(self, attributes):
        name = attributes.get("table:name", "")
        hidden = attributes.get("table:style-name", "") in self.hidden_styles
        self.sheets.append(SheetName(name, hidden, is_empty=True))
        self.in_table, self.line = True, 1
        wanted = name == self.wanted if self.wanted else not hidden
        if wanted and not self.rows.rows:
            self.in_chosen, self.chosen, self.merged = True, name, []

    def end_cell(self, tag):
        count = repeated(self.cell, "table:number-columns-repeated")
        value = self.value() if tag == "table:table-cell" else None
        if value is not None and self.sheets:
            self.sheets[-1].is_empty = False
        if self.in_chosen:
            self.add_cells(value, count)
        self.column = min(self.column + count, 10**6)

    def add_cells(self, value: Cell, count: int):
        last_column = self.column + repeated(self.cell, "table:number-columns-spanned") - 1
        last_line = self.line + repeated(self.cell, "table:number-rows-spanned") - 1
        if value is None:
            return
        if self.column + count > MAX_COLUMNS:
            self.rows.note_column(self.column + count)
        if last_column > self.column or last_line > self.line:
            self.merged.append((self.line, last_line, self.column, last_column))
        if self.column < MAX_COLUMNS:
            self.cells += [None] * (self.column - len(self.cells))
            self.cells += [value] * min(count, MAX_COLUMNS - self.column)

    def end_row(self):
        count = repeated(self.row, "table:number-rows-repeated")
        if self.in_chosen and self.cells:
            hidden = self.row.get("table:visibility", "visible") != "visible"
            for copy in range(min(count, 2 * MAX_ROWS)):
                self.rows.add(self.line + copy, list(self.cells), hidden=hidden)
        self.line = min(self.line + count, 10**9)

    def value(self) -> Cell:
        """What the cell shows; an error if it has a formula that was never computed, which would look blank."""
        kind, text = self.cell.get("office:value-type"), "".join(self.parts)
        if kind in ("float", "currency", "percentage") and not is_error(text):
            number = as_number(self.cell.get("office:value", ""))
            if isinstance(number, str):
                return text or number
            if kind == "percentage":
                return as_percentage(number)
            return text.strip() if isinstance(number, int) and names_something(text, number) else number
        if kind == "date":
            return as_iso_date(self.cell.get("office:date-value", ""))
        if kind == "boolean":
            return self.cell.get("office:boolean-value") == "true"
        if not text and kind is None and "table:formula" in self.cell:
            return "#VALUE!"
        text = text or self.cell.get("office:string-value", "")[:MAX_CELL_LENGTH]
        return text if text.strip() else None
