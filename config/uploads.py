"""The uploaded files, and the records that refer to them."""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import islice

from django.apps import apps
from django.core.files.storage import default_storage
from django.db.models import FileField
from django.utils import timezone

BATCH = 500
SETTLED = timedelta(hours=1)  # whoever uploads a younger one may not have saved the record yet


def stored_files(folder: str = "") -> Iterator[str]:
    """The name of every uploaded file; hidden ones are none of ours."""
    try:
        folders, names = default_storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in sorted(names):
        if not name.startswith("."):
            yield f"{folder}{name}"
    for name in sorted(folders):
        yield from stored_files(f"{folder}{name}/")


def file_fields() -> list[FileField]:
    models = [model for model in apps.get_models() if not model._meta.proxy]
    return [field for model in models for field in model._meta.concrete_fields if isinstance(field, FileField)]


def missing_files() -> Iterator[str]:
    """`record: file`, where a record's file is not there."""
    for field in file_fields():
        records = field.model._base_manager.exclude(**{field.name: ""}).only(field.name)
        names = records.order_by("pk").values_list("pk", field.name)
        for pk, name in names.iterator(chunk_size=BATCH):
            if name and not default_storage.exists(name):
                yield f"{field.model._meta.verbose_name} {pk}: {name}"


def orphaned_files() -> Iterator[str]:
    """Files to which no record refers, and which are not just being uploaded."""
    names = stored_files()
    while batch := list(islice(names, BATCH)):
        known = set(referred_to(batch))
        for name in batch:
            if name not in known and default_storage.get_modified_time(name) < timezone.now() - SETTLED:
                yield name


def referred_to(names: list[str]) -> Iterable[str]:
    for field in file_fields():
        found = field.model._base_manager.filter(**{f"{field.name}__in": names})
        yield from found.values_list(field.name, flat=True)
