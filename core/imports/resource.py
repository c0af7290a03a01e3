"""What the import of any list has in common: read, judge every line, show, and write all of it or nothing."""

import logging
from collections import defaultdict
from decimal import Decimal
from functools import cached_property, partial

from django.core.exceptions import ValidationError
from django.utils.text import capfirst
from django.utils.translation import gettext
from import_export.resources import ModelResource

from core.imports.judging import ColumnReader, read_cells
from core.imports.layout import MappedTable
from core.imports.memory import garbage_collection_paused
from core.imports.options import ImportOption
from core.imports.report import ImportReport, ReportRow, as_quoted, as_recorded, named_lines
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

    A subclass says what its `keys` are, finds the records that the file speaks of (`find_existing`), writes (`write`)
    and knows what takes that back (`undo`). Registered (`register_import`), it can be used in the admin.
    """

    keys: tuple[str, ...]  # columns of which the header must have one
    key_label: str  # what these are called together
    help_text: str  # which columns there are and what they mean
    options: tuple[ImportOption, ...] = ()  # what the person who imports decides besides
    extra_permissions: tuple[str, ...] = ()  # which whoever imports needs besides
    undo: type[Undo]
    undo_note = ""  # what undoing does besides, in words
    further_columns: dict[str, str] = {}  # what a row may have besides its record's fields, with what it is called
    name_columns: tuple[str, ...]  # columns by which a person knows the record besides
    needed: dict[str, str]  # what a new record cannot be without, in words

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
    def kinds(cls) -> dict[str, str]:
        """What kind of value each field has: key, text, money, quantity, …"""
        own = {name: getattr(cls.fields[name].widget, "kind", "text") for name in cls._meta.fields}
        return own | dict.fromkeys(cls.further_columns, "text")

    @classmethod
    def label_of(cls, name: str) -> str:
        """What a person calls this field."""
        if name in cls.further_columns:
            return str(cls.further_columns[name])
        return capfirst(str(getattr(cls._meta.model._meta.get_field(name), "verbose_name", name)))

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
        if is_blank(row.get(column)):
            return ""
        if column in row.errors:
            return ""
        try:
            row.read[column] = self.readers[column](row[column], row)
            return row.read[column]
        except ValidationError as error:
            row.errors[column] = " ".join(error.messages)
        except ValueError as error:
            row.errors[column] = str(error)
        return ""

    def refuse_repeated(self, column: str, keys: dict[int, object], sentence: str) -> None:
        """Say on every row that shares its (non-blank) key with others in a `sentence` which `lines` these are."""
        rows_by_key = defaultdict(list)
        for row in self.rows:
            if key := keys.get(row.line):
                rows_by_key[key].append(row)
        for rows in rows_by_key.values():
            if len(rows) > 1:
                reason = sentence % {"lines": named_lines([row.line for row in rows])}
                for row in rows:
                    row.errors.setdefault(column, reason)

    @cached_property
    def readers(self) -> dict[str, ColumnReader]:
        model = self._meta.model._meta
        return {name: ColumnReader(field.widget, model.get_field(name)) for name, field in self.fields.items()}

    def judge(self, row: Row) -> ReportRow:
        """What becomes of a row; it is `written` unless something is wrong with it or nothing would change."""
        try:
            return self.judge_values(row)
        except Exception:
            self.failed = True
            logger.exception("Line %s of an import failed", row.line)
            return self.report_row(row, "error", errors={"": [mistake_sentence()]})

    def judge_values(self, row: Row) -> ReportRow:
        record = self.existing.get(row.line)
        is_new = record is None
        record = self._meta.model() if record is None else record
        self.begin(record, is_new)
        errors = read_cells(row, self.readers, partial(self.set_value, record))
        self.report.rounded.update(map(self.label_of, row.rounded))
        if is_new:
            self.check_complete(record, errors)
        changes = [] if errors else self.changes_of(record)
        if changes or (is_new and not errors):
            try:
                self.check_rules(record, {column for column, _, _ in changes})
            except ValidationError as error:
                errors = error.message_dict
        if errors:
            return self.report_row(row, "error", errors=errors)
        if not changes and not is_new:
            return self.report_row(row, "unchanged", record)
        self.written[row.line] = (record, is_new, changes)
        return self.report_row(row, "new" if is_new else "changed", record, changes)

    def begin(self, record, is_new: bool) -> None:
        """Note what the record is before the row's values are put into it."""
        record.is_new = is_new
        record.before = {column: self.value_of(record, column) for column in self.fields}

    def set_value(self, record, column: str, value) -> None:
        """Put a value of the row into the record. Raises ValueError if it does not go with the record's others."""
        setattr(record, column, value)

    def check_complete(self, record, errors: dict[str, list[str]]) -> None:
        """Note what a new record cannot be without."""
        for column, what in self.needed.items():
            if column in errors or getattr(record, column) not in ("", None):
                continue
            if not self.stands_for_missing(record, column):
                kind = self._meta.model._meta.verbose_name
                errors[column] = [gettext("A new %(record)s needs %(what)s.") % {"record": kind, "what": what}]
        for column, reader in self.readers.items():
            if column not in errors and not reader.field.blank and getattr(record, column) in ("", None):
                errors[column] = [str(reader.field.error_messages["blank"])]

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

    def changes_of(self, instance) -> list[tuple[str, str, str]]:
        """(column, old, new) for every value that differs; those of a new record differ from what it would have."""
        changes = []
        for column, old in instance.before.items():
            new = self.value_of(instance, column)
            if old != new:
                changes.append((column, "" if instance.is_new else as_recorded(old), as_recorded(new)))
        return changes

    # Reporting

    def report_row(self, row: Row, kind: str, record=None, changes=(), errors=None) -> ReportRow:
        self.report.counts[kind] += 1
        if record is not None:
            key, name = self.describe(record)
        else:
            key = next((as_quoted(row[column]) for column in self.keys if not is_blank(row.get(column))), "")
            name = " ".join(as_quoted(row[column]) for column in self.name_columns if not is_blank(row.get(column)))
        wrong = [
            (column, as_quoted(row.get(column)), reason)
            for column, reasons in (errors or {}).items()
            for reason in reasons
        ]
        return ReportRow(row.line, key, name, kind, changes or [], wrong)
