"""What the import of a list refuses."""

from core.exceptions import BusinessError


class ImportOutdated(BusinessError):
    """The records are no longer what the preview of an import showed."""


class AlreadyUndone(BusinessError):
    """The import has been undone before."""
