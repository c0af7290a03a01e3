"""What an import does, or would do, row by row: for the preview, the command and the second step."""

from collections import Counter
from dataclasses import dataclass, field

from django.utils.translation import gettext, ngettext

from core.concurrency import fingerprint
from core.i18n import format_change

SHOWN_LINES = 6  # so many are named


@dataclass
class ReportRow:
    """What one line of the file does: `changes` are (column, old, new), `errors` are (column, value, reason)."""

    line: int
    key: str
    name: str
    kind: str
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    errors: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def shown_changes(self) -> list[str]:
        return shown_changes(self.changes, is_new=self.kind == "new", besides=(self.key, self.name))


def shown_changes(changes: list[tuple[str, str, str]], *, is_new: bool, besides: tuple[str, ...] = ()) -> list[str]:
    """Changes as a person reads them: `selling price 12.00 → 13.00`, `stock 8 → 5 (−3)`.

    Of a new record every value that is not shown already (`besides`).
    """
    shown = []
    for column, old, new in changes:
        label = column.removesuffix("_qty").replace("_", " ")
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
    unknown_columns: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)  # what may be right, but had better be looked at
    problem: str = ""
    source: str = ""

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
        notes = [self.source] if self.source else []
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
        if self.unknown_columns:
            columns = ", ".join(self.unknown_columns)
            notes.append(gettext("Unknown columns, ignored: %(columns)s.") % {"columns": columns})
        return notes + self.warnings

    @property
    def fingerprint(self) -> str:
        """What a preview has shown: everything that would change, old values included."""
        rows = [(row.key, row.kind, row.changes) for row in self.rows if row.kind != "unchanged"]
        return fingerprint(rows)


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
    return "" if value is None else str(value)


def as_quoted(cell) -> str:
    """A cell of the file as a message quotes it."""
    return "" if cell is None else str(cell)[:100]
