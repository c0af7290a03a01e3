"""Uploaded files on a disk that may be full or read-only."""

import logging
from contextlib import suppress
from typing import Any

from django.core.files.storage import FileSystemStorage
from django.utils.translation import gettext

from core.exceptions import BusinessError

logger = logging.getLogger(__name__)
_FileSystemStorage: Any = FileSystemStorage


class FileNotStored(BusinessError, OSError):
    """The disk takes no file at the moment; nothing of it is left there."""


class CarefulStorage(_FileSystemStorage):
    """Leaves no half of a file behind, and says in a sentence that there is no place for it."""

    def _save(self, name, content):
        try:
            return super()._save(name, content)  # type: ignore[misc]
        except OSError as error:
            logger.error("%s could not be stored: %s", name, error)
            with suppress(OSError):
                self.delete(name)
            raise FileNotStored(
                gettext("The file could not be stored, so nothing was saved. Please tell whoever runs the system.")
            ) from error
