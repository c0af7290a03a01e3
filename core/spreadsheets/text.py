"""Text files: CSV and TSV in any encoding, with any separator."""

from collections.abc import Collection
from pathlib import Path

from core.spreadsheets.encodings import decode
from core.spreadsheets.kinds import is_binary
from core.spreadsheets.records import split_records
from core.spreadsheets.sheet import Refused, RowCollector, Sheet, SheetName

MAX_BYTES = 64 * 1024 * 1024
NAMED_LINES = 20


def read_text(path: Path, encoding: str, delimiter: str, words: Collection[str] = ()) -> Sheet:
    """The one sheet of a text file. Raises Refused, and encodings.Undecided."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Refused("too_much")
    decoded = decode(data, encoding, words)
    if decoded.encoding not in ("utf-16", "utf-32") and is_binary(data):
        raise Refused("not_text")
    del data
    delimiter, records = split_records(decoded.text, delimiter)
    rows, spoilt = RowCollector(), set(decoded.spoilt)
    for record in records:
        problem = record.problem
        if spoilt and not spoilt.isdisjoint(range(record.line, record.line + record.lines)):
            problem = "encoding"
        rows.add(record.line, [*record.cells], width=len(record.cells), problem=problem)
    remarks = rows.remarks()
    if spoilt:
        named = {"lines": decoded.spoilt[:NAMED_LINES], "count": len(spoilt)}
        remarks.append(("mixed_encoding", named))
    return Sheet("csv", "", [SheetName("", False, not rows.rows)], rows.rows, decoded.encoding, delimiter, remarks)
