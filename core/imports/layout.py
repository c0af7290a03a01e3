"""A file as its choices read it: the table in it, what each column is taken for, how it writes its numbers."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from django.db.models import TextField
from django.utils.translation import gettext

from core.firm import currency
from core.imports.choices import APPENDED, Choices
from core.imports.columns import fingerprint, guess_columns, known_names, normalise
from core.imports.evidence import FieldKind
from core.imports.formats import NumberFormat, Undecided, before_after, settle
from core.imports.letters import telling_words
from core.imports.mapped import MappedTable, Numbers, rows_of
from core.imports.memory import garbage_collection_paused
from core.imports.remembered import last_time
from core.imports.sentences import foreign_sentence, remark_sentence, skipped_sentence
from core.spreadsheets.cells import is_blank
from core.spreadsheets.reading import read_sheet
from core.spreadsheets.sheet import Cell, Sheet
from core.spreadsheets.tables import Table, find_table

NUMBERS = {"money", "quantity"}
LOOKS = {"money": FieldKind.NUMBER, "quantity": FieldKind.COUNT}  # of the others the names are the same
OWN_COLUMNS = {"what_is_wrong", "line_of_the_file"}  # which the download of bad lines adds
DEBIT_OR_CREDIT = {"S", "H"}
SAMPLES, SAMPLE_ROWS = 3, 500


@dataclass
class Column:
    """A column of the file: `name` is its header, made distinct; `target` the field that it is taken for, if any."""

    index: int
    name: str
    samples: list[str]
    target: str = ""

    @property
    def field(self) -> str:
        return self.target.removeprefix(APPENDED)

    @property
    def is_appended(self) -> bool:
        return self.target.startswith(APPENDED)


class Layout:
    """A file, read as the choices say; what they leave open is found out, and noted in them."""

    def __init__(self, sheet: Sheet, resource, choices: Choices):
        self.sheet, self.resource, self.choices = sheet, resource, choices
        self.kinds: dict[str, str] = resource.kinds()
        self.table: Table = find_table(
            sheet,
            known_names(frozenset(self.kinds)),
            header_line=choices.header_line,
            with_hidden_rows=choices.hidden_rows,
            normalise=normalise,
        )
        self.names = distinct_names(self.table.headers)
        self.layout = fingerprint([name for name in self.names if name not in OWN_COLUMNS])
        usual = self.guess() if choices.columns is None or choices.layout != self.layout else {}
        self.columns = [
            Column(index, name, samples_of(self.table, index), (choices.columns or {}).get(name, ""))
            for index, name in enumerate(self.names)
        ]
        self.decide_as_usual(usual)

    @classmethod
    @garbage_collection_paused()
    def read(cls, path: Path, name: str, resource, choices: Choices, kept: Path | None = None) -> "Layout":
        """Raises UnreadableFile, or EncodingUndecided if somebody has to pick the encoding; `kept` as in read_sheet."""
        chosen = {"sheet": choices.sheet, "encoding": choices.encoding, "delimiter": choices.delimiter}
        sheet = read_sheet(path, name=name, words=telling_words(), kept=kept, **chosen)
        layout = cls(sheet, resource, choices)
        if not choices.sheet and not layout.has_key:
            others = (entry.name for entry in sheet.sheets if not entry.hidden and not entry.is_empty)
            for other in others:
                fresh = replace(choices, sheet=other, columns=None)
                candidate = cls(read_sheet(path, name=name, sheet=other), resource, fresh)
                if candidate.has_key:
                    return candidate
        return layout

    def guess(self) -> dict[str, list[str]]:
        """As last time, if this layout has been imported before; else by the names of the columns and their values.

        Returns how the numbers were written last time.
        """
        usual: dict[str, list[str]] = {}
        remembered = last_time(self.resource, self.layout)
        if remembered:
            name, lasting = remembered
            self.choices.adopt(lasting)
            self.choices.mapping, usual = name, self.choices.formats
        else:
            kinds = {name: LOOKS.get(kind) or FieldKind(kind) for name, kind in self.kinds.items()}
            samples: list[Any] = [row.cells for row in self.table.rows[:SAMPLE_ROWS]]
            headers = [
                "" if name in OWN_COLUMNS else header
                for name, header in zip(self.names, self.table.headers, strict=True)
            ]
            found = guess_columns(headers, samples, kinds, currency=currency())
            found |= self.debit_or_credit(found)
            self.choices.columns = {self.names[index]: target for index, target in found.items()}
            self.choices.mapping = ""
        self.choices.layout, self.choices.formats = self.layout, {}
        return usual

    def debit_or_credit(self, found: dict[int, str]) -> dict[int, str]:
        """Columns of S (debit) and H (credit) beside an amount belong to it: without them it has no sign."""
        marks = {}
        for index, target in found.items():
            if self.kinds[target] != "money" or index + 1 in found:
                continue
            beside = {str(cell_of(row, index + 1) or "").strip().upper() for row in self.table.rows} - {""}
            if beside and beside <= DEBIT_OR_CREDIT:
                marks[index + 1] = f"{APPENDED}{target}"
        return marks

    def decide_as_usual(self, usual: dict[str, list[str]]) -> None:
        """Where the evidence leaves two ways to read a column, the one of last time is taken."""
        for name, found in self.formats.items():
            if isinstance(found, Undecided) and name in usual and NumberFormat(*usual[name]) in found.candidates:
                self.choices.formats[name] = usual[name]
                self.formats[name] = NumberFormat(*usual[name])

    @property
    def has_key(self) -> bool:
        """Whether it is known which record a row is about."""
        return not set(self.resource.keys).isdisjoint(self.fields)

    # What each column is taken for

    @cached_property
    def sources(self) -> dict[str, list[int]]:
        """The columns of each field, those that are appended last."""
        found: dict[str, list[int]] = {}
        for column in sorted(self.columns, key=lambda column: column.is_appended):
            if column.field in self.kinds:
                found.setdefault(column.field, []).append(column.index)
        return found

    @property
    def constants(self) -> dict[str, str]:
        """What stands in for columns that are missing, by field."""
        given = {name: text.strip() for name, text in self.choices.constants.items() if name in self.kinds}
        return {name: text for name, text in given.items() if text}

    @property
    def fields(self) -> list[str]:
        """Those fields that the file, or what stands in for it, gives a value."""
        given = {*self.sources, *self.constants}
        if self.choices.key_prefix:
            given.add(self.resource.keys[0])
        if self.choices.category_rows and self.table.categories:
            given.add("category")
        return [name for name in self.kinds if name in given]

    @cached_property
    def formats(self) -> dict[str, NumberFormat | Undecided]:
        """How each column of numbers writes them: as somebody said, else by the evidence of the whole column."""
        found: dict[str, NumberFormat | Undecided] = {}
        for name in [*self.sources, *(name for name in self.constants if name not in self.sources)]:
            if self.kinds[name] not in NUMBERS:
                continue
            if name in self.choices.formats:
                found[name] = NumberFormat(*self.choices.formats[name])
            else:
                found[name] = settle(self.values_of(name))
        return found

    def settled(self) -> Choices:
        """The choices with everything that was found out, as the record of the import keeps them."""
        formats = {
            name: [found.decimal, found.thousands, found.currency]
            for name, found in self.formats.items()
            if not isinstance(found, Undecided)
        }
        sheet = self.sheet
        return replace(
            self.choices, sheet=sheet.name, encoding=sheet.encoding, delimiter=sheet.delimiter, formats=formats
        )

    def values_of(self, name: str) -> Iterator[Cell]:
        if name not in self.sources:
            return iter([self.constants[name]])
        take = self.taker(name)
        return (take(row.cells) for row in self.table.rows)

    def before_after(self, name: str) -> list[tuple[str, str]]:
        """Five values of a column of numbers, as they stand in the file and as they are read."""
        chosen = self.formats[name]
        if isinstance(chosen, Undecided):
            return [(text, " / ".join(f"{number:f}" for number in read.values())) for text, read in chosen.examples]
        return [(text, f"{number:f}") for text, number in before_after(self.values_of(name), chosen)]

    def missing_for_new(self) -> list[str]:
        """In words: what a new record needs and no column gives."""
        return [str(what) for name, what in self.resource.needed.items() if name not in self.fields]

    # The rows

    @garbage_collection_paused()
    def mapped(self) -> MappedTable:
        """The table's rows by field, with numbers for numbers; what cannot be read is noted on its row."""
        columns = self.cells_by_field()
        numbers = {
            name: Numbers(name, self.formats.get(name, NumberFormat(".")))
            for name in columns
            if self.kinds[name] in NUMBERS
        }
        lines = {row.line: self.table.ragged.get(row.line) for row in self.table.rows}
        rows = rows_of(columns, numbers, lines)
        return MappedTable(self.fields, rows, self.notes())

    def cells_by_field(self) -> dict[str, list[Cell]]:
        """What the file's columns, or what stands in for them, give each field."""
        rows, found = self.table.rows, {}
        for name in sorted(self.sources, key=lambda name: len(self.sources[name]) > 1):
            first, *others = self.sources[name]  # rows are as wide as the headers
            found[name] = list(self.values_of(name)) if others else [row.cells[first] for row in rows]
        for name, text in self.constants.items():
            if name not in found:
                found[name] = [text] * len(rows)
        if self.choices.category_rows and "category" not in self.sources:
            found["category"] = [self.table.categories.get(row.line) for row in rows]
        if self.choices.key_prefix and self.resource.keys[0] not in self.sources:
            prefix = self.choices.key_prefix
            found[self.resource.keys[0]] = [f"{prefix}{number:04}" for number in range(1, len(rows) + 1)]
        return found

    def taker(self, name: str) -> Callable[[list[Cell]], Cell]:
        """What takes a field's value out of a row's cells, joined if it stands in several."""
        indexes = self.sources[name]
        if len(indexes) == 1:
            (index,) = indexes
            return lambda cells: cells[index] if index < len(cells) else None
        fields = {entry.name: entry for entry in self.resource._meta.model._meta.fields}
        glue = ", " if isinstance(fields.get(name), TextField) else " "

        def join(cells: list[Cell]) -> Cell:
            return glue.join(str(cells[i]).strip() for i in indexes if i < len(cells) and not is_blank(cells[i]))

        return join

    def notes(self) -> list[str]:
        """What was left aside, for the person to know."""
        left_out = [column.name for column in self.columns if not column.field and column.name not in OWN_COLUMNS]
        notes = [skipped_sentence(code, lines) for code, lines in self.table.skipped.items() if lines]
        notes += filter(None, (remark_sentence(code) for code, _details in self.sheet.remarks))
        ours = currency()
        for name, found in self.formats.items():
            if not isinstance(found, Undecided) and found.currency and found.currency != ours:
                notes.append(foreign_sentence(self.resource.label_of(name), found.currency, ours))
        if left_out:
            notes.append(gettext("Columns left out: %(columns)s.") % {"columns": ", ".join(left_out)})
        return notes


def distinct_names(headers: list[str]) -> list[str]:
    """The headers as names of their columns: `Column 3` where there is none, `Note (2)` for the second Note."""
    seen: Counter[str] = Counter()
    names = []
    for number, header in enumerate(headers, 1):
        name = " ".join(str(header or "").split()) or f"Column {number}"  # the same in any language: it is stored
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names


def cell_of(row, index: int) -> Cell:
    return row.cells[index] if index < len(row.cells) else None


def samples_of(table: Table, index: int) -> list[str]:
    """The first different values of a column."""
    found: dict[str, None] = {}
    for row in table.rows[:SAMPLE_ROWS]:
        if not is_blank(cell := cell_of(row, index)):
            found[" ".join(str(cell).split())[:60]] = None
        if len(found) == SAMPLES:
            break
    return list(found)
