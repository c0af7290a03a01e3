"""What happens to rows that have a problem of a known kind: decided once for the file, and counted."""

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.imports.report import named_lines
from core.imports.widgets import Row
from core.spreadsheets.cells import is_blank

ERROR = "error"
EXAMPLES = 5


@dataclass(frozen=True)
class Rule:
    """What can be done about one kind of problem; the first choice is the default."""

    name: str
    label: Any
    choices: Mapping[str, Any]
    kinds: frozenset[str] = frozenset()  # of fields that it is about; without them it is about the rows

    @property
    def default(self) -> str:
        return next(iter(self.choices))


IS_ERROR = _("It is an error")
RULES = {
    rule.name: rule
    for rule in (
        Rule("identical", _("Rows that repeat another row exactly"), {"one": _("Take one of them"), ERROR: IS_ERROR}),
        Rule(
            "differing",
            _("Rows with the same code and other values"),
            {
                ERROR: IS_ERROR,
                "first": _("Take the first"),
                "last": _("Take the last"),
                "sum": _("Take the first, with the stock of all"),
            },
        ),
        Rule(
            "negative",
            _("Negative numbers of pieces"),
            {ERROR: IS_ERROR, "zero": _("Take them as 0"), "leave": _("Leave the cell out")},
            frozenset({"quantity"}),
        ),
        Rule(
            "fraction",
            _("Fractions of pieces"),
            {ERROR: IS_ERROR, "down": _("Round them down")},
            frozenset({"quantity"}),
        ),
        Rule("no_price", _("New records without a price"), {ERROR: IS_ERROR, "zero": _("Take the price as 0")}),
        Rule(
            "key_characters",
            _("Codes with characters that are not stored"),
            {ERROR: IS_ERROR, "replace": _("Replace them")},
            frozenset({"key"}),
        ),
    )
}


@dataclass
class Finding:
    """How often a rule had something to do, with examples: (line, before, after)."""

    count: int = 0
    examples: list[tuple[int, str, str]] = field(default_factory=list)

    def add(self, line: int, before="", after="") -> None:
        self.count += 1
        if len(self.examples) < EXAMPLES and (before or after):
            self.examples.append((line, str(before), str(after)))


class Rules:
    """The rules of one import: the choices of whoever imports, and what was found."""

    def __init__(self, kinds: dict[str, str], chosen: dict[str, str] | None = None):
        self.kinds = kinds
        self.ruled = {name for name, kind in kinds.items() if kind in ("key", "quantity")}
        self.chosen = {name: rule.default for name, rule in RULES.items()}
        for name, choice in (chosen or {}).items():
            if name in RULES and choice in RULES[name].choices:
                self.chosen[name] = choice
        self.findings: dict[str, Finding] = defaultdict(Finding)

    def apply(self, rows: list[Row], key_of: Callable[[Row], object]) -> list[Row]:
        """The rows that remain, changed as the rules say; `key_of` tells which are about the same record."""
        for row in rows:
            self.settle_cells(row)
        return self.settle_repeats(rows, key_of)

    def settle_cells(self, row: Row) -> None:
        for name, cell in row.items():
            if cell is None or name not in self.ruled:
                continue
            if self.kinds[name] == "key":
                if isinstance(cell, str):
                    self.settle_key(row, name, cell)
            elif isinstance(cell, Decimal | int) and not isinstance(cell, bool):
                self.settle_quantity(row, name, Decimal(cell))

    def settle_key(self, row: Row, name: str, code: str) -> None:
        if (code.isprintable() and "  " not in code) or (stored := storable(code)) == code.strip():
            return
        self.findings["key_characters"].add(row.line, code, stored)
        if self.chosen["key_characters"] == "replace":
            row[name] = stored

    def settle_quantity(self, row: Row, name: str, number: Decimal) -> None:
        if number < 0:
            after = {"zero": Decimal(0), "leave": None}.get(self.chosen["negative"], number)
            self.findings["negative"].add(row.line, f"{number:f}", "" if after is None else f"{after:f}")
            row[name] = after
        elif number != number.to_integral_value():
            after = Decimal(math.floor(number)) if self.chosen["fraction"] == "down" else number
            self.findings["fraction"].add(row.line, f"{number:f}", f"{after:f}")
            row[name] = after

    def settle_repeats(self, rows: list[Row], key_of: Callable[[Row], object]) -> list[Row]:
        keys = [key_of(row) for row in rows]
        by_key: dict[object, list[Row]] = {key: [] for key, number in Counter(keys).items() if key and number > 1}
        for row, key in zip(rows, keys, strict=True) if by_key else ():
            if key in by_key:
                by_key[key].append(row)
        gone: set[int] = set()
        for group in by_key.values():
            gone |= self.settle_group(group)
        return [row for row in rows if row.line not in gone] if gone else rows

    def settle_group(self, group: list[Row]) -> set[int]:
        """The lines that are not needed: rows that repeat another one, and those that a rule passes over."""
        gone = set()
        if self.chosen["identical"] == "one":
            kept: list[Row] = []
            for row in group:
                if any(dict(row) == dict(other) and not row.errors for other in kept):
                    self.findings["identical"].add(row.line)
                    gone.add(row.line)
                else:
                    kept.append(row)
            group = kept
        elif all(dict(row) == dict(group[0]) for row in group[1:]):
            self.findings["identical"].count += len(group) - 1
            return gone
        if len(group) < 2:
            return gone
        self.findings["differing"].add(group[0].line, named_lines([row.line for row in group]))
        taken = self.taken(group)
        return gone | {row.line for row in group if taken is not None and row is not taken}

    def taken(self, group: list[Row]) -> Row | None:
        """The row that stands for all of them; none if that is not decided."""
        choice = self.chosen["differing"]
        if choice == ERROR:
            return None
        if choice == "last":
            return group[-1]
        if choice == "sum":
            for name in (name for name, kind in self.kinds.items() if kind == "quantity" and name.endswith("_qty")):
                numbers = [row[name] for row in group if name in row and not is_blank(row[name])]
                if numbers and all(isinstance(number, Decimal | int) for number in numbers):
                    group[0][name] = sum(numbers, Decimal(0))
        return group[0]

    def found(self) -> dict[str, dict]:
        """What was found, as the report keeps it."""
        return {
            name: {"count": finding.count, "choice": self.chosen[name], "examples": finding.examples}
            for name, finding in self.findings.items()
            if finding.count
        }


def storable(code: str) -> str:
    """A code without what we do not store: control and formatting characters, spaces of other kinds and in a row."""
    visible = "".join(
        char if char.isprintable() else " " if unicodedata.category(char) in ("Zs", "Cc") else "" for char in code
    )
    return " ".join(visible.split())
