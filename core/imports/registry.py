"""The lists that can be imported. A further one costs a resource (core/imports/resource.py) and its registration."""

from core.imports.models import ImportRecord
from core.imports.resource import ImportResource

_resources: dict[str, type[ImportResource]] = {}


def register_import(resource: type[ImportResource]) -> type[ImportResource]:
    """Let the admin import this list, show its imports and undo them; a decorator."""
    _resources[resource.target()] = resource
    return resource


def resource_of(record: ImportRecord) -> type[ImportResource]:
    """What made this import."""
    return _resources[record.target]


def importable_by(user) -> list[type[ImportResource]]:
    """The lists that this user may import; their imports they may also see and undo."""
    return [resource for resource in _resources.values() if all(map(user.has_perm, resource.permissions()))]


def undo_import(record: ImportRecord, *, user) -> ImportRecord:
    """Take an import back as far as nobody has built on it; `not_undone` says what stays and why, a line for each.

    Raises AlreadyUndone the second time, ImportOutdated if somebody else was writing the same records.
    """
    return resource_of(record).undo.run(record, user=user)
