"""What the import of any list has in common: read, judge every line, show, and write all of it or nothing."""

import logging
from collections import Counter, defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.resources import ModelResource
from import_export.results import RowResult

from core.bulk import BATCH
from core.channels import Channel, change_channel
from core.i18n import in_firms_language
from core.imports.exceptions import ImportOutdated
from core.imports.memory import garbage_collection_paused
from core.imports.models import ImportedRow, ImportRecord
from core.imports.options import ImportOption
from core.imports.report import ImportReport, ReportRow, as_quoted, as_recorded, named_lines
from core.imports.undo import Undo
from core.imports.widgets import Row
from core.spreadsheets.cells import is_blank
from core.spreadsheets.reading import UnreadableFile

logger = logging.getLogger(__name__)
REASON_COLUMN = "what_is_wrong"  # which the download of bad lines adds, and which is ignored when they come back
KINDS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_SKIP: "unchanged",
    RowResult.IMPORT_TYPE_INVALID: "error",
    RowResult.IMPORT_TYPE_ERROR: "error",
}


class ImportResource(ModelResource):
    """Create and update records by a key. A blank cell keeps what is there; all is written or nothing.

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
    name_columns: tuple[str, ...]  # columns by which a person knows the record besides
    needed: dict[str, str]  # what a new record cannot be without, in words

    class Meta:
        import_id_fields = ()  # finding is `find_existing`'s work
        use_bulk = True  # no savepoint per row; writing is `write`'s work
        skip_diff = True  # `changes_of` compares, without copying every record
        report_skipped = False
        store_instance = True

    def __init__(self, *, user=None, last_seen=None, reference="", leave_out_errors=False):
        super().__init__()
        self.user, self.last_seen, self.reference = user, last_seen, reference
        self.leave_out_errors, self.dry_run, self.done = leave_out_errors, True, None
        self.after_each_row = lambda: None  # for whoever shows the progress
        self.report = ImportReport()
        self.rows, self.existing = [], {}  # the file's rows; the record that stands on a line
        self.new, self.changed, self.written = [], [], []

    @classmethod
    def target(cls) -> str:
        """The label of the model that is imported."""
        return cls._meta.model._meta.label_lower

    @classmethod
    def import_permission(cls) -> str:
        opts = cls._meta.model._meta
        return f"{opts.app_label}.import_{opts.model_name}"

    # For the subclass

    def find_existing(self) -> None:
        """Fill `existing` for the `rows` (when writing: with locked records), and note what is wrong with the keys."""
        raise NotImplementedError

    def write(self, reason: str) -> dict:
        """Write `new` and `changed`; returns what undoing the import must know besides the values."""
        raise NotImplementedError

    def describe(self, instance) -> tuple[str, str]:
        """The key and the name under which a person knows the record."""
        raise NotImplementedError

    def value_of(self, instance, column: str):
        """The value that the record is going to have."""
        return getattr(instance, column)

    def check_rules(self, instance, columns: set[str]) -> None:
        """Raise ValidationError if the values of these columns do not go with the record's others."""

    # Reading

    def import_data(self, dataset, dry_run=False, **kwargs):
        """Judge every line and, unless this is a `dry_run`, write; the `report` says what happened."""
        self.dry_run, self.report.source = dry_run, dataset.read_as
        kwargs["rollback_on_validation_errors"] = not self.leave_out_errors
        with garbage_collection_paused():
            if dry_run:  # writes nothing, so it needs no transaction, which would keep other writers waiting on SQLite
                result = self.import_data_inner(dataset, True, False, False, False, **kwargs)
            else:
                result = super().import_data(dataset, **kwargs)
        if result.base_errors:
            error = result.base_errors[0].error
            if isinstance(error, OperationalError):  # no words for a person; everything has been rolled back
                raise error
            self.report.problem = str(error)
        return result

    def before_import(self, dataset, **kwargs):
        """Check the header, and find (when writing: lock) the records that the file speaks of."""
        headers = dataset.headers
        try:
            self.check_header(headers)
        except UnreadableFile:
            dataset.wipe()  # the library would go on with the rows
            dataset.headers = headers
            raise
        self.rows = [
            Row(zip(headers, cells, strict=True), line=line, decimal_comma=dataset.decimal_comma)
            for line, cells in zip(dataset.lines, dataset, strict=True)
        ]
        self.find_existing()

    def check_header(self, headers: list[str]) -> None:
        known = {*self.fields, REASON_COLUMN}
        if not set(self.keys) & set(headers):
            keys = gettext(" or ").join(f"“{key}”" for key in self.keys)
            raise UnreadableFile(
                gettext("The first line must name the columns, and one of them must be %(keys)s. It says: %(header)s")
                % {"keys": keys, "header": ", ".join(headers)[:200]}
            )
        if twice := [header for header, count in Counter(headers).items() if header in known and count > 1]:
            raise UnreadableFile(gettext("The column “%(column)s” is in the file twice.") % {"column": twice[0]})
        self.report.unknown_columns = [header for header in headers if header and header not in known]

    def key_of(self, row: Row, column: str) -> str:
        """The row's value of a key; blank, with a note of what is wrong, if it has none that can be read."""
        if is_blank(row.get(column)):
            return ""
        try:
            return self.fields[column].clean(row)
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

    def import_row(self, row, instance_loader, **kwargs):
        row = self.rows[kwargs["row_number"] - 1]
        result = super().import_row(row, instance_loader, **kwargs)
        if result.errors:
            logger.error("Line %s of an import failed", row.line, exc_info=result.errors[0].error)
        self.add_to_report(row, result)
        self.after_each_row()
        return result

    def get_instance(self, instance_loader, row):
        return self.existing.get(row.line)

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.is_new = new
        instance.before = {column: self.value_of(instance, column) for column in self.fields}

    def import_instance(self, instance, row, **kwargs):
        errors: dict[str, Any] = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        for column, reason in row.errors.items():
            errors[column] = ValidationError(reason)
        self.report.rounded.update(row.rounded)
        if errors:
            raise ValidationError(errors)

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if not is_blank(row.get(field.column_name)):
            super().import_field(field, instance, row, is_m2m, **kwargs)

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """The model's own rules, without a query per row."""
        errors = dict(import_validation_errors or {})
        for column, what in self.needed.items():
            if column not in errors and instance.is_new and getattr(instance, column) in ("", None):
                errors[column] = ValidationError(
                    gettext("A new %(record)s needs %(what)s.")
                    % {"record": self._meta.model._meta.verbose_name, "what": what}
                )
        unread = {field.name for field in instance._meta.fields} - self.fields.keys()
        try:
            instance.clean_fields(exclude=unread | errors.keys())
            if not errors:
                self.check_rules(instance, {column for column, _, _ in self.changes_of(instance)})
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return not instance.is_new and not import_validation_errors and not self.changes_of(instance)

    def changes_of(self, instance) -> list[tuple[str, str, str]]:
        """(column, old, new) for every value that differs; those of a new record differ from what it would have."""
        changes = []
        for column, old in instance.before.items():
            new = self.value_of(instance, column)
            if old != new:
                changes.append((column, "" if instance.is_new else as_recorded(old), as_recorded(new)))
        return changes

    # Reporting

    def add_to_report(self, row: Row, result) -> None:
        kind = KINDS[result.import_type]
        self.report.counts[kind] += 1
        if result.instance:
            key, name = self.describe(result.instance)
        else:
            key = next((as_quoted(row[column]) for column in self.keys if not is_blank(row.get(column))), "")
            name = " ".join(as_quoted(row[column]) for column in self.name_columns if not is_blank(row.get(column)))
        report_row = ReportRow(row.line, key, name, kind)
        if result.validation_error is not None:
            for column, reasons in result.validation_error.message_dict.items():
                report_row.errors += [(column, as_quoted(row.get(column)), reason) for reason in reasons]
        elif result.errors:
            report_row.errors.append(
                ("", "", gettext("This line cannot be read. Please tell the person who runs the system."))
            )
        elif kind != "unchanged":
            report_row.changes = self.changes_of(result.instance)
        self.report.rows.append(report_row)

    # Writing

    def save_instance(self, instance, is_create, row, **kwargs):
        """Keep for `after_import`, which writes everything at once."""
        self.written.append((instance, row.line, is_create, self.changes_of(instance)))
        (self.new if is_create else self.changed).append(instance)

    def after_import(self, dataset, result, **kwargs):
        """Write everything at once, unless something speaks against it."""
        if self.dry_run or not self.written:
            return
        if result.has_errors():
            raise ImportOutdated(gettext("Nothing was imported, because a line cannot be read. It is named below."))
        if result.has_validation_errors() and not self.leave_out_errors:
            return
        self.check_preview()
        record = self.new_record()
        try:
            with change_channel(Channel.IMPORT):
                written = self.write(in_firms_language(_("Import %(record)s")) % {"record": record})
                record.details = {option.name: getattr(self, option.name) for option in self.options} | written
                self.save_record(record)
        except (IntegrityError, OperationalError) as error:
            records = self._meta.model._meta.verbose_name_plural
            logger.exception("An import of %s failed", records)
            sentence = gettext(
                "Somebody else was writing the same %(records)s at the same moment, "
                "so nothing was imported. Please look at the preview again."
            )
            raise ImportOutdated(sentence % {"records": records}) from error
        self.done = record

    def check_preview(self) -> None:
        """Raise ImportOutdated if the import would no longer do what its preview showed."""
        if self.last_seen is not None and self.report.fingerprint != self.last_seen:
            sentence = gettext(
                "The %(records)s have changed since this preview was made, so nothing was imported. "
                "This is what the import would do now."
            )
            raise ImportOutdated(sentence % {"records": self._meta.model._meta.verbose_name_plural})

    def new_record(self) -> ImportRecord:
        counts = self.report.counts
        return ImportRecord(
            target=self.target(),
            file_name=self.reference,
            new_count=counts["new"],
            changed_count=counts["changed"],
            unchanged_count=counts["unchanged"],
            left_out_count=counts["error"],
            created_by=self.user,
        )

    def save_record(self, record: ImportRecord) -> None:
        """Remember what was written where, so that it can be shown and undone."""
        record.save()
        rows = []
        for instance, line, is_new, changes in self.written:
            key, name = self.describe(instance)
            row = ImportedRow(record=record, object_id=instance.pk, line=line, is_new=is_new, changes=changes)
            row.key, row.name = key, name[:255]
            rows.append(row)
        ImportedRow.objects.bulk_create(rows, batch_size=BATCH)
