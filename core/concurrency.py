"""Somebody else was faster: nobody writes over what they have not seen.

Whoever changes a record sends along what they last saw of it: a moment (`modified_at`), a number or a fingerprint. The
record is locked, then the two are compared.
"""

import hashlib
from datetime import datetime, timedelta
from typing import TypeVar

from django.db import connection, models
from django.db.transaction import TransactionManagementError
from django.utils.translation import gettext

from core.exceptions import RecordChanged, RecordGone
from core.prepared import records

Record = TypeVar("Record", bound=models.Model)


def fingerprint(shown) -> str:
    """A short text that is another one as soon as anything in `shown` is."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def same(last_seen, current) -> bool:
    """Whether nothing has changed. Moments are compared to the millisecond, as JSON tells them."""
    if isinstance(last_seen, datetime) and isinstance(current, datetime):
        return abs(current - last_seen) < timedelta(milliseconds=1)
    return last_seen == current


def check_last_seen(record, last_seen, current=None, *, message: str = "") -> None:
    """Raise RecordChanged unless `last_seen` is what the record shows now: `current`, else its `modified_at`.

    None (or an empty text) as `last_seen` means that nobody has looked, so nothing is compared.
    """
    current = record.modified_at if current is None else current
    if last_seen not in (None, "") and not same(last_seen, current):
        raise RecordChanged(message or changed_sentence(record))


def changed_sentence(record) -> str:
    sentence = gettext(
        "%(somebody)s has changed %(record)s in the meantime. Please look at it again and repeat your change."
    )
    return sentence % {"somebody": getattr(record, "modified_by", None) or gettext("Somebody"), "record": record}


def lock_record(record: Record) -> Record:
    """The record as it stands in the database, locked until the transaction ends. Raises RecordGone."""
    if locked := lock_records(type(record), [record.pk]):
        return locked[0]
    raise RecordGone(gettext("%(record)s has been deleted in the meantime.") % {"record": record}, record)


def lock_records(model: type[Record], ids: list) -> list[Record]:
    """The records with these ids, locked in ascending order until the transaction ends. Deleted ones are missing."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("A lock ends with its transaction: there is none.")
    ids = [pk for pk in ids if pk is not None and int(pk) <= models.BigIntegerField.MAX_BIGINT]
    if not ids:
        return []
    locked = model._base_manager.select_for_update(no_key=True).order_by("pk")
    return records(model, "locked", lambda slots: locked.filter(pk__in=slots), ids)
