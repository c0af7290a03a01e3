"""The uploaded file between the two steps of an import: in private storage, under a random name that only the
uploader's session knows, for a day."""

import re
import uuid
from contextlib import suppress
from datetime import timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone

from core.spreadsheets.reading import Table, read_table

KEPT_UPLOADS = 5
KEPT_FOR = timedelta(days=1)
SESSION_KEY = "imports"


def store_upload(request, data: bytes, *, name: str, kind: str, reading: dict, options: dict) -> str:
    """Store the file for the second step and return its token; throw away what sessions have left behind.

    `kind` is the list that it shall be imported into, `reading` how it is read, `options` what it means there.
    """
    storage = storages["imports"]
    token = storage.save(uuid.uuid4().hex, ContentFile(data))
    for stored in storage.listdir("")[1]:
        with suppress(FileNotFoundError):  # somebody else is at it too
            if re.fullmatch("[0-9a-f]{32}", stored) and storage.get_modified_time(stored) < timezone.now() - KEPT_FOR:
                storage.delete(stored)
    uploads = request.session.setdefault(SESSION_KEY, {})
    uploads[token] = {"name": name[:200], "kind": kind, "reading": reading, "options": options}
    for old in list(uploads)[:-KEPT_UPLOADS]:
        discard_upload(request, old)
    request.session.modified = True
    return token


def stored_upload(request, token: str, *, kind: str, keys: tuple[str, ...]) -> tuple[dict, Table] | None:
    """What this session uploaded under this token for this list, and the table in it, if it is still there."""
    upload = request.session.get(SESSION_KEY, {}).get(token)
    if upload is None or upload["kind"] != kind:
        return None
    try:
        with storages["imports"].open(token) as stored:
            return upload, read_table(upload["name"], stored.read(), keys=keys, **upload["reading"])
    except FileNotFoundError:
        return None


def discard_upload(request, token: str) -> None:
    """Delete the file and what the session knows of it."""
    storages["imports"].delete(token)
    request.session[SESSION_KEY].pop(token, None)
    request.session.modified = True
