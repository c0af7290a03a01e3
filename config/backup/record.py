"""When the last backup was made: a small file beside the imports, so that every process can read it."""

import json
import os
from datetime import datetime
from pathlib import Path

from django.conf import settings


def keep_record(path: Path, manifest: dict) -> None:
    record = settings.LAST_BACKUP_FILE
    record.parent.mkdir(parents=True, exist_ok=True)
    new = record.with_name(f".{record.name}.{os.getpid()}")
    new.write_text(json.dumps({"file": str(path.resolve()), "created_at": manifest["created_at"]}))
    os.replace(new, record)


def last_backup() -> tuple[datetime, str] | None:
    """When the last one was made and where it was written to; None if none was, or nobody can read of it."""
    try:
        record = json.loads(settings.LAST_BACKUP_FILE.read_text())
        return datetime.fromisoformat(record["created_at"]), record["file"]
    except (OSError, ValueError, KeyError):
        return None
