"""What an import does, or would do, row by row: for the preview, the command and the second step."""

import json
import re
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext, ngettext

from core.concurrency import fingerprint
from core.i18n import format_change

SHOWN_LINES = 6  # so many are named
Change = tuple[str, str, str]  # column, old, new
WITHIN_REASON = re.compile(r"\d+(?:[.,]\d+)*(?:, \d+)*")


@dataclass(slots=True)
class ReportRow:
    """What one line of the file does: `changes` are (column, old, new), `errors` are (column, value, reason)."""

    line: int
    key: str
    name: str
    kind: str
    changes: Sequence[Change] = ()
    errors: Sequence[tuple[str, str, str]] = ()

    def shown_changes(self, label_of: Callable[[str], str]) -> list[str]:
        return shown_changes(self.changes, label_of, is_new=self.kind == "new", besides=(self.key, self.name))


def shown_changes(
    changes: Sequence[tuple[str, str, str]],
    label_of: Callable[[str], str],
    *,
    is_new: bool,
    besides: tuple[str, ...] = (),
) -> list[str]:
    """Changes as a person reads them: `Selling price 12.00 → 13.00`, `In stock 8 → 5 (−3)`.

    Of a new record every value that is not shown already (`besides`).
    """
    shown = []
    for column, old, new in changes:
        label = label_of(column)
        if is_new:
            shown += [f"{label} {new}"] if new and new not in besides else []
        elif column.endswith("_qty"):
            shown.append(f"{label} {old} → {new} ({format_change(int(new) - int(old))})")
        else:
            shown.append(f"{label} {old or '–'} → {new or '–'}")
    return shown


@dataclass
class ImportReport:
    """What an import does, or would do: counts of all rows, and the rows that say something."""

    counts: Counter = field(default_factory=Counter)
    rows: list[ReportRow] = field(default_factory=list)
    rounded: Counter = field(default_factory=Counter)
    sources: list[str] = field(default_factory=list)  # what the file's reading left aside
    findings: dict[str, dict] = field(default_factory=dict)  # by rule, see rules.py
    overview: dict[str, Any] = field(default_factory=dict)  # what the list as a whole would become
    warnings: list[str] = field(default_factory=list)  # what may be right, but had better be looked at
    problem: str = ""

    @property
    def is_clean(self) -> bool:
        return not self.problem and not self.counts["error"]

    @property
    def changes_something(self) -> bool:
        return bool(self.counts["new"] or self.counts["changed"])

    @property
    def error_rows(self) -> list[ReportRow]:
        return [row for row in self.rows if row.kind == "error"]

    def rows_of(self, kind: str) -> list[ReportRow]:
        """The rows of one kind, or (without a kind) those that will be written."""
        return [row for row in self.rows if (row.kind == kind if kind else row.kind in ("new", "changed"))]

    @property
    def summary(self) -> str:
        return gettext("%(new)s new, %(changed)s changed, %(unchanged)s unchanged, %(error)s errors") % {
            kind: self.counts[kind] for kind in ("new", "changed", "unchanged", "error")
        }

    @property
    def notes(self) -> list[str]:
        """What was done to the file's values, for the person to know."""
        notes = [*self.sources, *self.overview.get("notes", [])]
        notes += [
            ngettext(
                "%(number)s value in %(column)s with more than two decimals: rounded.",
                "%(number)s values in %(column)s with more than two decimals: rounded.",
                count,
            )
            % {"number": count, "column": column}
            for column, count in self.rounded.items()
            if count
        ]
        return notes + self.warnings

    @property
    def fingerprint(self) -> str:
        """What a preview has shown: everything that would change, old values included."""
        shown = (row for row in self.rows if row.kind != "unchanged")
        return fingerprint([(row.key, row.kind, [tuple(change) for change in row.changes]) for row in shown])

    @property
    def reasons(self) -> list[tuple[str, str, int]]:
        """The errors by what is wrong: (column, reason, in how many lines), the most frequent first.

        Numbers within a reason differ from line to line, so they do not tell reasons apart.
        """
        counts: Counter[tuple[str, str]] = Counter()
        first: dict[tuple[str, str], str] = {}
        for row in self.error_rows:
            for column, _, reason in row.errors:
                alike = (column, WITHIN_REASON.sub("…", reason))
                counts[alike] += 1
                first.setdefault(alike, reason)
        return [
            (column, first[column, alike] if count == 1 else alike, count)
            for (column, alike), count in counts.most_common()
        ]

    def price_changes(self, columns: set[str], percent: int) -> list[tuple[ReportRow, str, str, str, int]]:
        """Prices of known records that change by more than so many percent, the largest changes first."""
        found = []
        for row in self.rows:
            for column, old, new in row.changes if row.kind == "changed" else ():
                change = change_in_percent(old, new) if column in columns else None
                if change is not None and abs(change) > percent:
                    found.append((row, column, old, new, change))
        return sorted(found, key=lambda entry: -abs(entry[4]))

    def dump(self) -> str:
        """As a file keeps it."""
        rows = [[row.line, row.key, row.name, row.kind, row.changes, row.errors] for row in self.rows]
        plain = {entry.name: getattr(self, entry.name) for entry in fields(self)}
        return json.dumps(plain | {"rows": rows}, default=str)

    @classmethod
    def load(cls, text: str) -> "ImportReport":
        plain = json.loads(text)
        plain["counts"], plain["rounded"] = Counter(plain["counts"]), Counter(plain["rounded"])
        plain["rows"] = [ReportRow(*row) for row in plain["rows"]]
        return cls(**plain)


def change_in_percent(old: str, new: str) -> int | None:
    try:
        before, after = Decimal(old), Decimal(new)
    except InvalidOperation:
        return None
    return round((after - before) * 100 / before) if before else None


def named_lines(lines: list[int]) -> str:
    """`Lines 2, 5 and 9`; of many only the first."""
    if len(lines) > SHOWN_LINES:
        return gettext("Lines %(lines)s and %(number)s more") % {
            "lines": ", ".join(map(str, lines[:SHOWN_LINES])),
            "number": len(lines) - SHOWN_LINES,
        }
    return gettext("Lines %(lines)s and %(last)s") % {"lines": ", ".join(map(str, lines[:-1])), "last": lines[-1]}


def as_recorded(value) -> str:
    """A value as the report and the list of imports keep it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if type(value) is str:
        return value
    return "" if value is None else sys.intern(str(value))  # prices and numbers of pieces stand in many rows


def as_quoted(cell) -> str:
    """A cell of the file as a message quotes it."""
    return "" if cell is None else str(cell)[:100]
