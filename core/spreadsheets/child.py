"""The process that reads a file that somebody else has made: without Django, within limits, answering in JSON lines.

Started as `python -I -S child.py '{"path": …, "name": …}'`. The first line of the answer is the sheet without its rows,
or why there is none; then come the rows, many to a line; the last line has their number. What is imported counts, as a
file of ten lines waits for it: what only some files need is imported where it is needed.
"""

import json
import sys
from collections.abc import Collection
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from core.spreadsheets.kinds import kind_of
from core.spreadsheets.sheet import Refused, Sheet

MAX_MEMORY = 450 * 1024 * 1024
MAX_SECONDS = 20
ROWS_TO_A_LINE = 200


def read_file(path: Path, *, name: str, sheet="", encoding="", delimiter="", words: Collection[str] = ()) -> Sheet:
    """The wanted sheet of a file. Raises Refused, and encodings.Undecided."""
    kind, archive = kind_of(path, name)
    if archive is None:
        from core.spreadsheets.text import read_text

        return read_text(path, encoding, delimiter, words)
    if kind == "xlsx":
        from core.spreadsheets.xlsx import read_xlsx

        return read_xlsx(archive, sheet)
    from core.spreadsheets.ods import read_ods

    return read_ods(archive, sheet)


def answer(question: dict) -> dict | Sheet:
    """The sheet, or {"refused": …} or {"undecided": …}; whatever a damaged file makes of the readers."""
    try:
        return read_file(Path(question.pop("path")), **question)
    except Refused as refusal:
        return {"refused": refusal.code, "details": refusal.details}
    except MemoryError:
        return {"refused": "too_much", "details": {}}
    except OSError:
        return {"refused": "damaged", "details": {}}
    except Exception as error:
        if candidates := getattr(error, "candidates", None):
            return {"undecided": candidates}
        return {"refused": "damaged", "details": {}, "error": repr(error)[:500]}


def packed(cell) -> list:
    """What JSON has no word for, as a list."""
    if isinstance(cell, Decimal):
        return [str(cell)]
    return [cell.isoformat(), "moment" if isinstance(cell, datetime) else "day"]


def unpacked(cell: list) -> Decimal | date | datetime:
    if len(cell) == 1:
        return Decimal(cell[0])
    return datetime.fromisoformat(cell[0]) if cell[1] == "moment" else date.fromisoformat(cell[0])


def write_answer(found: dict | Sheet, write) -> None:
    def put(value) -> None:
        write(json.dumps(value, default=packed, separators=(",", ":")) + "\n")

    if isinstance(found, dict):
        put({**found, "peak": peak_memory()})
        return
    put({
        "kind": found.kind,
        "name": found.name,
        "sheets": [[sheet.name, sheet.hidden, sheet.is_empty] for sheet in found.sheets],
        "encoding": found.encoding,
        "delimiter": found.delimiter,
        "remarks": found.remarks,
    })  # fmt: skip
    rows = found.rows
    for first in range(0, len(rows), ROWS_TO_A_LINE):
        put([[row.line, row.cells, row.hidden, row.width, row.problem] for row in rows[first : first + ROWS_TO_A_LINE]])
    put({"rows": len(rows), "peak": peak_memory()})


def limit_resources() -> None:
    """What this process may use at most; where the system cannot tell it so (Windows), the parent's clock remains."""
    with suppress(ImportError):
        import resource

        limits = {"AS": MAX_MEMORY, "DATA": MAX_MEMORY, "CPU": MAX_SECONDS, "CORE": 0, "NOFILE": 16}
        for name, limit in limits.items():
            with suppress(AttributeError, ValueError, OSError):
                resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def peak_memory() -> int:
    """The most memory that this process has held, in bytes; 0 where the system does not say."""
    with suppress(OSError, IndexError, ValueError):
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) * 1024
    return 0


def main() -> None:
    limit_resources()
    write_answer(answer(json.loads(sys.argv[1])), sys.stdout.write)


if __name__ == "__main__":
    main()
