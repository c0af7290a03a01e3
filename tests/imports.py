"""Lists that are imported without the pages: read, mapped by the same guesses, and given to their resource."""

import tempfile
from pathlib import Path

from core.imports.choices import Choices
from core.imports.layout import Layout
from core.imports.mapped import MappedTable


def layout_of(data: str | bytes, resource, *, name="list.csv", **choices) -> Layout:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "upload"
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return Layout.read(path, name, resource, Choices(**choices))


def mapped(data: str | bytes, resource, **choices) -> MappedTable:
    return layout_of(data, resource, **choices).mapped()


def import_list(data: str | bytes, resource, *, dry_run=False, choices=None, **options):
    """The resource that has imported this list."""
    importing = resource(reference="list.csv", **options)
    importing.import_data(mapped(data, resource, **(choices or {})), dry_run=dry_run)
    return importing
