"""Many records at once, in a number of queries that does not grow with theirs: locked, made, changed, deleted.

What is written here leaves its versions in the history, with who and why, as `save()` would.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import models

from core.concurrency import Record, lock_records
from core.models import AuditedModel

BATCH = 1000


def batches(items: Iterable) -> Iterable[list]:
    """The items, a thousand at a time."""
    items = list(items)
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))


def find_all(queryset: models.QuerySet, column: str, values: Iterable) -> list:
    """The records with these values in this column."""
    return [record for batch in batches(sorted(values)) for record in queryset.filter(**{f"{column}__in": batch})]


def lock_all(model: type[Record], ids: Iterable[int]) -> dict[int, Record]:
    """The records with these ids, locked in ascending order until the transaction ends. Deleted ones are missing."""
    found: dict[int, Record] = {}
    for batch in batches(sorted(set(ids))):
        found |= {record.pk: record for record in lock_records(model, batch)}
    return found


def create_all(model: type[AuditedModel], records: list, *, reason: str, user: Any) -> None:
    """Save new records."""
    for record in records:
        record.stamp(user, reason)
    model._base_manager.bulk_create(records, batch_size=BATCH)
    model.history.bulk_history_create(records, batch_size=BATCH, default_user=user, default_change_reason=reason)


def update_all(
    model: type[AuditedModel],
    records: list,
    fields: list[str],
    *,
    reason: str,
    user: Any,
    at: datetime | None = None,
) -> None:
    """Write these fields of locked records.

    An upsert of rows that exist: Django's bulk_update builds one CASE per row and takes several times as long.
    """
    if not records:
        return
    for record in records:
        record.stamp(user, reason, at=at)
    manager: Any = model._base_manager
    manager.bulk_create(
        records,
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=[*fields, "modified_at", "modified_by"],
    )
    model.history.bulk_history_create(
        records, batch_size=BATCH, update=True, default_user=user, default_change_reason=reason
    )


def delete_all(model: type[AuditedModel], records: list, *, reason: str, user: Any) -> None:
    """Delete locked records that nothing refers to."""
    for batch in batches(records):
        for record in batch:
            record.stamp(user, reason)
        versions = model.history.bulk_history_create(batch, default_user=user, default_change_reason=reason)
        model.history.filter(pk__in=[version.pk for version in versions]).update(history_type="-")
        gone = model._base_manager.filter(pk__in=[record.pk for record in batch])
        gone._raw_delete(using=gone.db)
