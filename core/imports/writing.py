"""Writing what an import has judged: all of it or nothing, in one transaction that is as short as can be."""

import logging

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.bulk import insert_rows, lock_all, lock_unread
from core.channels import Channel, change_channel
from core.exceptions import BusinessError
from core.i18n import in_firms_language
from core.imports.exceptions import ImportOutdated
from core.imports.models import ImportedRow, ImportRecord

logger = logging.getLogger(__name__)


def write_import(resource) -> None:
    """Write what the resource has judged, unless something speaks against it; `done` is then the record of it.

    The report names what was in the way as its `problem`.
    """
    if resource.report.counts["error"] and not resource.leave_out_errors:
        return
    try:
        check_preview(resource)
        if resource.written:
            write_all(resource)
    except BusinessError as error:
        resource.report.problem = str(error)


def check_preview(resource) -> None:
    """Raise ImportOutdated if the import would no longer do what its preview showed, or something went wrong."""
    if resource.failed:
        raise ImportOutdated(gettext("Nothing was imported, because a line cannot be read. It is named below."))
    if resource.last_seen is not None and resource.report.fingerprint != resource.last_seen:
        raise ImportOutdated(outdated_sentence(resource))


def outdated_sentence(resource) -> str:
    sentence = gettext(
        "The %(records)s have changed since this preview was made, so nothing was imported. "
        "This is what the import would do now."
    )
    return sentence % {"records": resource._meta.model._meta.verbose_name_plural}


def write_all(resource) -> None:
    records = resource._meta.model._meta.verbose_name_plural
    resource.progress("writing", 0, len(resource.written))
    try:
        with transaction.atomic(), change_channel(Channel.IMPORT):
            check_still_running(resource)
            lock_and_judge_again(resource)
            record = new_record(resource)
            written = resource.write(in_firms_language(_("Import %(record)s")) % {"record": record})
            record.details = {option.name: getattr(resource, option.name) for option in resource.options} | written
            save_record(resource, record)
    except OperationalError as error:  # locked for too long, no room on its disk, away
        logger.exception("An import of %s failed", records)
        raise ImportOutdated(
            gettext("The database could not be written just now, so nothing was imported. Please try again.")
        ) from error
    except IntegrityError as error:
        logger.exception("An import of %s failed", records)
        sentence = gettext(
            "Somebody else was writing the same %(records)s at the same moment, "
            "so nothing was imported. Please look at the preview again."
        )
        raise ImportOutdated(sentence % {"records": records}) from error
    resource.done = record
    resource.progress("writing", len(resource.written), len(resource.written))


def check_still_running(resource) -> None:
    """A run that has been given up as dead, but was only slow, must not write any more."""
    if resource.record:
        record = ImportRecord.objects.select_for_update(no_key=True).get(pk=resource.record.pk)
        if record.status != ImportRecord.Status.WRITING:
            raise ImportOutdated(gettext("This import has been given up in the meantime."))


def lock_and_judge_again(resource) -> None:
    """Lock what the file speaks of; judge anew what has changed since, and see whether the preview still holds."""
    model = resource._meta.model
    changed_at = lock_unread(model, (known.id for known in resource.existing.values()))
    stale = []
    for line, known in resource.existing.items():
        if known.id not in changed_at:
            sentence = gettext("%(record)s has been deleted in the meantime, so nothing was imported.")
            raise ImportOutdated(sentence % {"record": resource.record_of(known)})
        if changed_at[known.id] != known.modified_at:
            stale.append((line, known.id))
    if stale:
        errors = resource.report.counts["error"]
        fresh = lock_all(model, (pk for _line, pk in stale))
        resource.judge_again({line: fresh[pk] for line, pk in stale})
        if resource.report.counts["error"] > errors and not resource.leave_out_errors:
            raise ImportOutdated(outdated_sentence(resource))
        check_preview(resource)


def new_record(resource) -> ImportRecord:
    counts = resource.report.counts
    record = resource.record or ImportRecord(
        target=resource.target(), file_name=resource.reference, created_by=resource.user, choices=resource.choices
    )
    outcome = {
        "status": ImportRecord.Status.DONE,
        "upload": "",
        "problem": "",
        "new_count": counts["new"],
        "changed_count": counts["changed"],
        "unchanged_count": counts["unchanged"],
        "left_out_count": counts["error"],
    }
    for name, value in outcome.items():
        setattr(record, name, value)
    return record


def save_record(resource, record: ImportRecord) -> None:
    """Remember what was written where, so that it can be shown and undone."""
    record.save()
    insert_rows(ImportedRow, IMPORTED_ROW, (imported_row(resource, record.pk, line) for line in resource.written))


IMPORTED_ROW = ["record", "object_id", "line", "key", "name", "is_new", "changes"]


def imported_row(resource, record_id: int, line: int) -> tuple:
    instance, is_new, changes = resource.written[line]
    key, name = resource.describe(instance)
    return record_id, instance.pk, line, key, name[:255], is_new, changes
