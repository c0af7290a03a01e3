"""A stocktake's spreadsheet that comes back: what each row says of a line, judged before anything is written."""

import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from django.utils import timezone
from django.utils.dateparse import parse_datetime, parse_time
from django.utils.translation import gettext

from core.spreadsheets.cells import as_text, as_whole_number, is_blank
from core.spreadsheets.reading import UnreadableFile, read_sheet
from core.spreadsheets.sheet import Cell
from core.spreadsheets.tables import find_table, letters_of
from inventory.count_models import StockCount, StockCountLine
from inventory.exceptions import InvalidCount
from inventory.models import MAX_QUANTITY
from inventory.services.counts import Entry, check_moment, within_minute
from inventory.skus import normalise_sku

SKU, COUNTED, COUNTED_AT = "sku", "counted", "countedat"  # headers as `letters_of` has them


@dataclass
class ReadRow:
    """A row that counts something: its place in the file, and what is wrong with it or what it would change."""

    place: int
    sku: str
    line: StockCountLine | None = None
    counted: int | None = None
    at: datetime | None = None
    problem: str = ""

    @property
    def is_change(self) -> bool:
        line = self.line
        if self.problem or line is None:
            return False
        return line.counted != self.counted or (self.at is not None and minute(self.at) != minute(line.counted_at))

    @property
    def entry(self) -> Entry:
        assert self.line and self.counted is not None
        return Entry(self.line.pk, self.counted, self.at, self.line.standing)


def minute(moment: datetime | None) -> datetime | None:
    return moment and moment.astimezone(timezone.get_current_timezone()).replace(second=0, microsecond=0)


def read_count_file(count: StockCount, content: bytes, name: str) -> list[ReadRow]:
    """The rows with a SKU and counted pieces. Raises UnreadableFile, also for a table without these two columns."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        table = find_table(read_sheet(Path(file.name), name=name), {SKU, COUNTED, COUNTED_AT})
    headers = [letters_of(header) for header in table.headers]
    if SKU not in headers or COUNTED not in headers:
        raise UnreadableFile(gettext("The file needs a column “sku” and a column “counted”."))
    lines = {line.product_sku: line for line in count.lines.filter(product__isnull=False).select_related("count")}
    read, seen = [], set[str]()
    for row in table.rows:
        cells = dict(zip(headers, [*row.cells, *[None] * len(headers)], strict=False))
        if is_blank(cells[COUNTED]):
            continue
        read.append(judge(count, row.line, cells, lines))
        if read[-1].sku in seen and not read[-1].problem:
            read[-1].problem = gettext("This SKU stands in the file already.")
        seen.add(read[-1].sku)
    return read


def judge(count: StockCount, place: int, cells: dict[str, Cell], lines: dict[str, StockCountLine]) -> ReadRow:
    row = ReadRow(place, "")
    try:
        row.sku = normalise_sku(as_text(cells[SKU]))
        row.line = lines.get(row.sku)
        if row.line is None:
            raise ValueError(gettext("This product is not in the count."))
        row.counted = as_whole_number(cells[COUNTED], decimal_comma=True)
        if not 0 <= row.counted <= MAX_QUANTITY:
            raise ValueError(gettext("This cannot be a number of pieces."))
        row.at = read_moment(count, cells.get(COUNTED_AT))
    except (ValueError, InvalidCount) as error:
        row.problem = str(error)
    return row


def read_moment(count: StockCount, cell: Cell) -> datetime | None:
    """`2026-11-28 10:40`, or only `10:40` of today. Raises ValueError, and InvalidCount for one that cannot be."""
    if is_blank(cell):
        return None
    if isinstance(cell, date) and not isinstance(cell, datetime):
        raise ValueError(gettext("Please add the time: 2026-11-28 10:40."))
    text = str(cell).strip()
    moment = cell if isinstance(cell, datetime) else parse_datetime(text)
    if moment is None:
        clock = parse_time(text)
        if clock is None:
            raise ValueError(
                gettext("This is not a time: please write 2026-11-28 10:40, or only 10:40 if it was today.")
            )
        moment = datetime.combine(timezone.localdate(), clock)
    moment = within_minute(count, timezone.make_aware(moment) if timezone.is_naive(moment) else moment)
    check_moment(count, moment)
    return moment
