"""The files of an import that is not done yet: the upload, how far it is, what it would do."""

import json
import os
import re
import time
import uuid
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.utils import timezone
from django.utils.translation import gettext

from core.imports.models import ImportRecord
from core.imports.report import ImportReport
from core.storage import FileNotStored

KEPT_FOR = timedelta(days=1)
PROGRESS, REPORT, SHEET = ".progress", ".report", ".sheet"


def store_upload(data: bytes, *, name: str, target: str, user, choices: dict) -> ImportRecord:
    """Keep the file, and a draft of its import. What was left behind is thrown away."""
    clear_away()
    token = storages["imports"].save(uuid.uuid4().hex, ContentFile(data))
    return ImportRecord.objects.create(
        target=target,
        file_name=name[:200],
        created_by=user,
        upload=token,
        choices=choices,
        status=ImportRecord.Status.DRAFT,
    )


def path_of(token: str, kind: str = "") -> Path:
    """The upload with this token, or what is kept beside it."""
    return Path(storages["imports"].path(token + kind))


def discard_files(token: str) -> None:
    """Delete what is kept of an import; where the disk does not let us, that is left for another day."""
    for kind in ("", PROGRESS, REPORT, SHEET):
        with suppress(OSError):
            storages["imports"].delete(token + kind)


def clear_away() -> None:
    """Delete drafts that nobody came back to for a day, and files that belong to no import any more."""
    longest = timezone.now() - KEPT_FOR
    ImportRecord.objects.filter(status=ImportRecord.Status.DRAFT, created_at__lt=longest).delete()
    kept = set(ImportRecord.objects.exclude(upload="").values_list("upload", flat=True))
    storage = storages["imports"]
    with suppress(FileNotFoundError, NotADirectoryError):
        for name in storage.listdir("")[1]:
            token = re.fullmatch(r"([0-9a-f]{32})(\.[\w.]+)?", name)
            with suppress(FileNotFoundError):  # somebody else is at it too
                if token and (token[1] not in kept or storage.get_modified_time(name) < longest):
                    if token[1] not in kept and storage.get_modified_time(name) > longest and token[2] is None:
                        continue  # just being uploaded
                    storage.delete(name)


def write_atomically(path: Path, text: str) -> None:
    """Whoever reads finds the old text or the new one. Raises FileNotStored if there is no place; nothing is left."""
    draft = path.with_name(f"{path.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise FileNotStored(
            gettext("The server has no room to work on the list, so nothing was imported. Please tell whoever runs it.")
        ) from error


def save_report(token: str, report: ImportReport) -> None:
    write_atomically(path_of(token, REPORT), report.dump())


def load_report(token: str) -> ImportReport | None:
    try:
        return ImportReport.load(path_of(token, REPORT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None


def save_progress(token: str, **state) -> None:
    write_atomically(path_of(token, PROGRESS), json.dumps({**state, "beat": time.time()}))


def load_progress(token: str) -> dict:
    """How far the import is; nothing if nothing has been heard of it."""
    try:
        return json.loads(path_of(token, PROGRESS).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
