"""Taking an import back, as far as nobody has built on it since."""

import logging
from typing import Any

from django.db import IntegrityError, OperationalError, models, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.bulk import batches, delete_all, lock_all
from core.i18n import in_firms_language
from core.imports.exceptions import AlreadyUndone, ImportOutdated
from core.imports.memory import garbage_collection_paused
from core.imports.models import ImportedRow, ImportRecord
from core.models import AuditedModel

logger = logging.getLogger(__name__)


def check_not_undone(record: ImportRecord) -> None:
    """Raise AlreadyUndone if the import has been taken back."""
    if record.undone_at:
        moment = date_format(timezone.localtime(record.undone_at), "DATETIME_FORMAT")
        raise AlreadyUndone(
            gettext("%(record)s was undone by %(person)s on %(moment)s.")
            % {"record": record, "person": record.undone_by or gettext("the system"), "moment": moment}
        )


class Undo:
    """What taking an import back comes to: records `restored` and `deleted`, and what is `kept`, with the reasons.

    A subclass says what the import writes (`fields`), looks around the records that it locks, knows what speaks
    against deleting or restoring one, and writes.
    """

    model: type[AuditedModel]
    fields: list[str]
    untouched: dict = {}  # further values of a record that nobody has touched since it was imported

    def __init__(self, record: ImportRecord):
        self.record = record
        self.restored: list[Any] = []
        self.deleted: list[Any] = []
        self.kept: list[str] = []
        self.rows = list(record.rows.all())

    @classmethod
    @transaction.atomic
    def run(cls, record: ImportRecord, *, user: Any) -> ImportRecord:
        """Take the import back, and note on the record who did and what could not be undone."""
        record = ImportRecord.objects.select_for_update(no_key=True).get(pk=record.pk)
        check_not_undone(record)
        undo = cls(record)
        try:
            with garbage_collection_paused(), transaction.atomic():
                undo.decide()
                undo.write(in_firms_language(_("Import %(record)s undone")) % {"record": record}, user)
        except (IntegrityError, OperationalError) as error:
            logger.exception("Undoing the import %s failed", record.pk)
            raise ImportOutdated(
                gettext(
                    "Somebody else was writing the same records at the same moment, so nothing was undone. "
                    "Please try again."
                )
            ) from error
        record.undone_at, record.undone_by, record.not_undone = timezone.now(), user, "\n".join(undo.kept)
        record.save(update_fields=["undone_at", "undone_by", "not_undone"])
        return record

    # For the subclass

    def load_context(self, keys: list[int], made: list[int]) -> None:
        """Find out what must be known of the records with these ids, locked by now, and of those that were made."""
        raise NotImplementedError

    def deletion_blocker(self, target, imported: dict) -> str:
        """What else speaks against deleting a record that the import made, or nothing."""
        raise NotImplementedError

    def restore_blocker(self, target, before: dict) -> str:
        """What speaks against the old values that `target` has been given, or nothing."""
        raise NotImplementedError

    def write(self, reason: str, user: Any) -> None:
        """Write what was decided. Here: delete what nothing refers to."""
        delete_all(self.model, self.deleted, reason=reason, user=user)

    # Deciding

    def decide(self) -> None:
        """Lock the records, and sort each row's into those that go, those that change, and those that stay."""
        targets = lock_all(self.model, (row.object_id for row in self.rows))
        self.load_context(list(targets), [row.object_id for row in self.rows if row.is_new])
        for row in self.rows:
            if reason := self.take_back(row, targets.get(row.object_id)):
                self.kept.append(" ".join(f"{row}: {reason}".split()))  # one line, whatever is in the name

    def take_back(self, row: ImportedRow, target: AuditedModel | None) -> str:
        """Decide what becomes of one row's record; the reason if something has to stay."""
        if target is None:
            return in_firms_language(_("has been deleted since."))
        before = {column: self.stored(column, old) for column, old, _ in row.changes}
        imported = {column: self.stored(column, new) for column, _, new in row.changes}
        return self.delete(target, imported) if row.is_new else self.restore(target, before, imported)

    def delete(self, target, imported: dict) -> str:
        made = {field: self.model_field(field).get_default() for field in self.fields}
        if touched := first_difference(target, made | self.untouched | self.editable(imported)):
            return in_firms_language(_("stays, because “%(field)s” has been changed since.")) % {"field": touched}
        if reason := self.deletion_blocker(target, imported):
            return reason
        self.deleted.append(target)
        return ""

    def restore(self, target, before: dict, imported: dict) -> str:
        before, imported = self.editable(before), self.editable(imported)
        if touched := first_difference(target, imported):
            return in_firms_language(_("the values stay, because “%(field)s” has been changed since.")) % {
                "field": touched
            }
        if not before:
            return ""
        for column, value in before.items():
            setattr(target, column, value)
        if reason := self.restore_blocker(target, before):
            for column, value in imported.items():
                setattr(target, column, value)
            return reason
        self.restored.append(target)
        return ""

    def model_field(self, name: str) -> models.Field:
        field = self.model._meta.get_field(name)
        assert isinstance(field, models.Field)
        return field

    def editable(self, values: dict) -> dict:
        """Those of the values that the record's `fields` hold, as against what only a log accounts for."""
        return {column: value for column, value in values.items() if column in self.fields}

    def stored(self, column: str, text: str):
        """A value of an import's row as the record has it."""
        field = self.model_field(column)
        if isinstance(field, models.BooleanField):
            return text == "yes"
        return field.get_default() if text == "" else field.to_python(text)


def first_difference(target, values: dict) -> str:
    """The first column whose value is another one than these, in words."""
    for column, value in values.items():
        now = getattr(target, column)
        if now != value and not (now in ("", None) and value in ("", None)):
            return in_firms_language(target._meta.get_field(column).verbose_name)
    return ""


def referred_to(
    model: type[models.Model], keys: list[int], *, besides: frozenset[type[models.Model]] = frozenset()
) -> set[int]:
    """Those of the records that a record of another kind refers to, the kinds `besides` left aside."""
    found = set()
    relations: list[Any] = model._meta.get_fields(include_hidden=True)
    for relation in relations:
        if not relation.one_to_many or relation.related_model in besides:
            continue
        column = relation.field.attname
        for batch in batches(keys):
            named = relation.related_model._base_manager.filter(**{f"{column}__in": batch})
            found |= set(named.values_list(column, flat=True).distinct())
    return found
