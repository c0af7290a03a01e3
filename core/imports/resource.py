"""What the import of any list has in common: read, judge every line, show, and write all of it or nothing."""

import logging
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from import_export.resources import ModelResource

from core.imports.judging import ColumnReader, read_cells
from core.imports.mapped import MappedTable
from core.imports.memory import garbage_collection_paused
from core.imports.options import FieldOption, ImportOption
from core.imports.report import ImportReport, ReportRow, as_quoted, as_recorded
from core.imports.rules import Rules
from core.imports.sentences import mistake_sentence
from core.imports.undo import Undo
from core.imports.widgets import Row
from core.imports.writing import write_import
from core.spreadsheets.cells import is_blank

logger = logging.getLogger(__name__)


class ImportResource(ModelResource):
    """Create and update records by a key. A blank cell keeps what is there; all is written or nothing.

    It takes a table whose columns are mapped to its fields (layout.py); `rules` say what becomes of known problems.
    `report` has the outcome row by row, `done` is the record of what was written. With `last_seen` (the fingerprint
    of a preview) nothing is written if the records have changed so that the import would now do something else. With
    `leave_out_errors` the lines with errors are passed over and all the others are written.

    A subclass says what its `keys` are, finds the records that the file speaks of (`find_existing`; as named tuples of
    all their columns, if it makes records of them in `record_of`), writes (`write`) and knows what takes that back
    (`undo`). Registered (`register_import`), it can be used in the admin.
    """

    keys: tuple[str, ...]  # columns of which the header must have one
    key_label: str  # what these are called together
    help_text: str  # which columns there are and what they mean
    options: tuple[ImportOption | FieldOption, ...] = ()  # what the person who imports decides besides
    extra_permissions: tuple[str, ...] = ()  # which whoever imports needs besides
    undo: type[Undo]
    undo_note = ""  # what undoing does besides, in words
    further_columns: dict[str, str] = {}  # what a row may have besides its record's fields, with what it is called
    name_columns: tuple[str, ...]  # columns by which a person knows the record besides
    needed: dict[str, str]  # what a new record cannot be without, in words
    only_adds = False  # whether every row becomes a record of its own: none is known by a key, none is changed

    class Meta:
        import_id_fields = ()  # finding is `find_existing`'s work

    def __init__(
        self, *, user=None, last_seen=None, reference="", leave_out_errors=False, rules=None, choices=None, record=None
    ):
        super().__init__()
        self.user, self.last_seen, self.reference = user, last_seen, reference
        self.record, self.choices = record, choices or {}  # the draft that becomes the record; how the file was read
        self.leave_out_errors, self.done = leave_out_errors, None
        self.rules = Rules(self.kinds(), rules)
        self.progress = lambda phase, done, total: None  # for whoever shows it
        self.report = ImportReport()
        self.rows, self.existing = [], {}  # the file's rows; the record that stands on a line
        self.failed = False  # whether a row met a mistake of ours
        self.written = {}  # by line: (record, whether it is new, changes)

    @classmethod
    def target(cls) -> str:
        """The label of the model that is imported."""
        return cls._meta.model._meta.label_lower

    @classmethod
    def import_permission(cls) -> str:
        opts = cls._meta.model._meta
        return f"{opts.app_label}.import_{opts.model_name}"

    @classmethod
    def permissions(cls) -> list[str]:
        """What it takes to import this list, to see its imports and to undo them."""
        return [cls.import_permission(), *cls.extra_permissions]

    @classmethod
    def model_field(cls, name: str):
        """The field of a model whose name and rules a column has."""
        return cls._meta.model._meta.get_field(name)

    @classmethod
    def kinds(cls) -> dict[str, str]:
        """What kind of value each field has: key, text, money, quantity, …"""
        own = {name: getattr(cls.fields[name].widget, "kind", "text") for name in cls._meta.fields}
        return own | dict.fromkeys(cls.further_columns, "text")

    @classmethod
    def label_of(cls, name: str) -> str:
        """What a person calls this field."""
        if name in cls.further_columns:
            return str(cls.further_columns[name])
        return capfirst(str(getattr(cls.model_field(name), "verbose_name", name)))

    @classmethod
    def constant_fields(cls) -> list[str]:
        """The fields that can have one value for all rows."""
        return [name for name, kind in cls.kinds().items() if kind not in ("key", "phone") and name not in cls.keys]

    @property
    def new(self) -> list:
        return [instance for instance, is_new, _ in self.written.values() if is_new]

    @property
    def changed(self) -> list:
        return [instance for instance, is_new, _ in self.written.values() if not is_new]

    # For the subclass

    @classmethod
    def questions(cls, options: dict[str, str]) -> list[tuple[str, str, str]]:
        """What speaks against what was said in the options: (sentence, flag of the option, its name)."""
        return []

    @classmethod
    def booked(cls, record) -> str:
        """The number of the document that an import made, if it made one."""
        return ""

    def find_existing(self) -> None:
        """Fill `existing` for the `rows`, and note what is wrong with the keys."""
        raise NotImplementedError

    def write(self, reason: str) -> dict:
        """Write `new` and `changed`, locked by now; returns what undoing must know besides the values."""
        raise NotImplementedError

    def repeat_key(self, row: Row):
        """What rows about the same record have in common; rows without it are about records of their own."""
        return self.fields[self.keys[0]].widget.normalise(str(row.get(self.keys[0]) or ""))

    def overview(self) -> dict:
        """What the whole list would become: figures before and after, and what a person should look at."""
        return {}

    def describe(self, instance) -> tuple[str, str]:
        """The key and the name under which a person knows the record."""
        raise NotImplementedError

    def value_of(self, instance, column: str):
        """The value that the record is going to have."""
        return getattr(instance, column)

    def check_rules(self, instance, columns: set[str]) -> None:
        """Raise ValidationError if the values of these columns do not go with the record's others."""

    # Reading

    def import_data(self, dataset: MappedTable, dry_run=False, **kwargs):
        """Judge every row and, unless this is a `dry_run`, write; the `report` says what happened.

        Judging needs no transaction, which on SQLite would keep all others from writing; whoever writes locks the
        records and judges those anew that have changed meanwhile.
        """
        self.report.sources = list(dataset.notes)
        with garbage_collection_paused():
            self.before_import(dataset)
            for number, row in enumerate(self.rows, 1):
                self.report.rows.append(self.judge(row))
                if number % 100 == 0 or number == len(self.rows):
                    self.progress("judging", number, len(self.rows))
            self.report.findings = self.rules.found()
            self.report.overview = self.overview()
            if not dry_run:
                write_import(self)

    def before_import(self, dataset, **kwargs):
        """Settle what rules are for, and find the records that the file speaks of."""
        dataset.rows = self.rows = self.rules.apply(dataset.rows, self.repeat_key)
        self.find_existing()

    def key_of(self, row: Row, column: str) -> str:
        """The row's value of a key; blank, with a note of what is wrong, if it has none that can be read."""
        if is_blank(row.get(column)) or column in row.errors:
            return ""
        try:
            row.read[column] = self.readers[column](row[column], row)
            return row.read[column]
        except ValidationError as error:
            row.errors[column] = " ".join(error.messages)
        except ValueError as error:
            row.errors[column] = str(error)
        return ""

    @cached_property
    def readers(self) -> dict[str, ColumnReader]:
        return {name: ColumnReader(field.widget, self.model_field(name)) for name, field in self.fields.items()}

    def judge(self, row: Row) -> ReportRow:
        """What becomes of a row; it is `written` unless something is wrong with it or nothing would change."""
        try:
            return self.judge_values(row)
        except Exception:
            self.failed = True
            logger.exception("Line %s of an import failed", row.line)
            return self.report_row(row, "error", errors={"": [mistake_sentence()]})

    def judge_values(self, row: Row) -> ReportRow:
        known = self.existing.get(row.line)
        values, errors = self.read(row, known)
        if row.rounded:
            self.report.rounded.update(map(self.label_of, row.rounded))
        if known is None:
            return self.judge_new(row, values, errors)
        before = {column: old for column in values if (old := getattr(known, column)) != values[column]}
        if errors or not before:
            return self.report_row(row, "error" if errors else "unchanged", None if errors else known, errors=errors)
        record = self.existing[row.line] = self.record_of(known)
        for column in before:
            self.set_value(record, column, values[column])
        changes = [
            (column, as_recorded(before[column]), as_recorded(self.value_of(record, column)))
            for column in self.fields
            if column in before
        ]
        return self.judge_written(row, record, False, changes, errors)

    def judge_new(self, row: Row, values: dict[str, Any], errors: dict[str, list[str]]) -> ReportRow:
        fresh, before = self.fresh
        record = self._meta.model(*fresh)
        for column, value in values.items():
            self.set_value(record, column, value)
        self.check_complete(record, errors)
        changes = [
            (column, "", as_recorded(new))
            for column in (() if errors else self.fields)
            if (new := self.value_of(record, column)) != before[column]
        ]
        return self.judge_written(row, record, True, changes, errors)

    def judge_written(self, row: Row, record, is_new: bool, changes: list, errors: dict[str, list[str]]) -> ReportRow:
        """What becomes of a row whose record is going to be written, unless the rules of its values forbid that."""
        if not errors:
            try:
                self.check_rules(record, {column for column, _, _ in changes})
            except ValidationError as error:
                errors = error.message_dict
        if errors:
            return self.report_row(row, "error", errors=errors)
        self.written[row.line] = (record, is_new, changes)
        return self.report_row(row, "new" if is_new else "changed", record, changes)

    @cached_property
    def fresh(self) -> tuple[list, dict[str, Any]]:
        """What a new record has that no row says anything of: in the order of the model's fields, and by column."""
        record = self._meta.model()
        before = {column: self.value_of(record, column) for column in self.fields}
        return [getattr(record, field.attname) for field in self._meta.model._meta.concrete_fields], before

    def read(self, row: Row, known) -> tuple[dict[str, Any], dict[str, list[str]]]:
        """What the row says its record shall have (`known`: as it is now), and what is wrong, both by column."""
        return read_cells(row, self.readers)

    def record_of(self, known):
        """The record itself of what `find_existing` has found."""
        return known

    def set_value(self, record, column: str, value) -> None:
        """Put a value of the row into the record."""
        setattr(record, column, value)

    def check_complete(self, record, errors: dict[str, list[str]]) -> None:
        """Note what a new record cannot be without."""
        for column, what in self.needed.items():
            if column in errors or getattr(record, column) not in ("", None):
                continue
            if not self.stands_for_missing(record, column):
                kind = self._meta.model._meta.verbose_name
                errors[column] = [gettext("A new %(record)s needs %(what)s.") % {"record": kind, "what": what}]
        for column, reader in self.obligatory.items():
            if column not in errors and getattr(record, column) in ("", None):
                errors[column] = [str(reader.field.error_messages["blank"])]

    @cached_property
    def obligatory(self) -> dict[str, ColumnReader]:
        return {name: reader for name, reader in self.readers.items() if not reader.field.blank}

    def judge_again(self, records: dict) -> None:
        """Judge those rows anew whose record is another one by now (`records`, by line)."""
        for index, row in enumerate(self.rows):
            if row.line in records:
                self.existing[row.line] = records[row.line]
                self.written.pop(row.line, None)
                self.report.counts[self.report.rows[index].kind] -= 1
                self.report.rows[index] = self.judge(row)

    def stands_for_missing(self, instance, column: str) -> bool:
        """Give a new record without a price the price 0, if that is the rule."""
        if self.kinds()[column] != "money":
            return False
        self.rules.findings["no_price"].add(0)
        if self.rules.chosen["no_price"] != "zero":
            return False
        setattr(instance, column, Decimal("0.00"))
        return True

    # Reporting

    def report_row(self, row: Row, kind: str, record=None, changes=(), errors=None) -> ReportRow:
        self.report.counts[kind] += 1
        if record is not None:
            key, name = self.describe(record)
        else:
            key = next((as_quoted(row[column]) for column in self.keys if not is_blank(row.get(column))), "")
            name = " ".join(as_quoted(row[column]) for column in self.name_columns if not is_blank(row.get(column)))
        if not errors:
            return ReportRow(row.line, key, name, kind, changes)
        wrong = [(column, as_quoted(row.get(column)), reason) for column, those in errors.items() for reason in those]
        return ReportRow(row.line, key, name, kind, changes, wrong)
