"""Carrying an import out apart from the page that asked for it, so that nobody has to wait for it to be done.

The work is done by `manage.py run_import`, a process of its own that outlives the request. How far it is stands in a
file beside the upload: SQLite admits no second writer while the list is being written. It is a sign of life too.
"""

import logging
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress

from django.conf import settings
from django.utils.translation import get_language, gettext, override

from core.exceptions import BusinessError
from core.imports.choices import Choices
from core.imports.layout import Layout
from core.imports.models import ImportRecord
from core.imports.registry import resource_of
from core.imports.uploads import SHEET, discard_files, load_progress, path_of, save_progress, save_report
from core.storage import FileNotStored

logger = logging.getLogger(__name__)
Status = ImportRecord.Status
HEARTBEAT = 2  # seconds between two signs of life
SILENCE = {"starting": 180}  # seconds without any until the worker counts as dead; a busy machine starts it slowly
USUAL_SILENCE = 60
SMALL = 200_000  # bytes that are judged at once, without a process of their own


def start(record: ImportRecord, status: str, **details) -> bool:
    """Begin to judge or to write the list; not if that has begun already."""
    record.choices["language"] = get_language() or settings.LANGUAGE_CODE
    begun = ImportRecord.objects.filter(pk=record.pk, status=Status.DRAFT).update(
        status=status, problem="", details=details, choices=record.choices
    )
    if not begun:
        return False
    try:
        save_progress(record.upload, phase="starting", done=0, total=0, started=time.time())
        small = status == Status.JUDGING and path_of(record.upload).stat().st_size <= SMALL
        is_detached = settings.IMPORT_DETACHED and not small
        if is_detached:
            command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "run_import", str(record.pk)]
            subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL, cwd=settings.BASE_DIR)
    except OSError as error:
        logger.exception("The import %s could not be begun", record.pk)
        finish(record, Status.DRAFT, str(error) if isinstance(error, FileNotStored) else failed_sentence("starting"))
        return False
    if not is_detached:
        run(record.pk)
    return True


def run(pk: int) -> ImportRecord:
    """Judge the list or write it, whichever its record says; what went wrong is noted there."""
    record = ImportRecord.objects.select_related("created_by").get(pk=pk)
    if not record.is_running:
        return record
    token = record.upload
    with override(record.choices.get("language") or settings.LANGUAGE_CODE), heartbeat(token) as progress:
        try:
            judge_or_write(record, progress)
        except BusinessError as error:
            finish(record, Status.DRAFT, str(error))
        except Exception:
            logger.exception("The import %s failed", record.pk)
            finish(record, Status.FAILED, failed_sentence(progress.state["phase"]))
    record.refresh_from_db()
    if record.status == Status.DONE:
        discard_files(token)
    return record


def judge_or_write(record: ImportRecord, progress) -> None:
    token, writing = record.upload, record.status == Status.WRITING
    resource = make_resource(record, **({"record": record, **record.details} if writing else {}))
    resource.progress = progress
    layout = layout_of(record)
    record.choices = layout.settled().stored()  # kept if it is written
    table = layout.mapped()
    layout.sheet.rows = layout.table.rows = []  # which take as much memory again
    resource.import_data(table, dry_run=not writing)
    if not resource.done:
        save_report(token, resource.report)
        finish(record, Status.DRAFT, resource.report.problem)


def layout_of(record: ImportRecord) -> Layout:
    """The uploaded list, as the choices of its record read it."""
    choices = Choices.of(record.choices)
    kept = path_of(record.upload, SHEET)
    return Layout.read(path_of(record.upload), record.file_name, resource_of(record), choices, kept)


def make_resource(draft: ImportRecord, **options):
    """What judges and writes the list, as it was chosen."""
    resource, choices = resource_of(draft), Choices.of(draft.choices)
    given = {option.name: choices.options.get(option.name, option.default) for option in resource.options}
    return resource(user=draft.created_by, reference=draft.file_name, rules=choices.rules, **given, **options)


def finish(record: ImportRecord, status: str, problem: str) -> None:
    """Note how it ended, unless somebody has noted that already."""
    running = [Status.JUDGING, Status.WRITING]
    ImportRecord.objects.filter(pk=record.pk, status__in=running).update(status=status, problem=problem)


def failed_sentence(phase: str) -> str:
    return {
        "starting": gettext("The import failed before it began. Nothing was written."),
        "reading": gettext("The import failed while the file was being read. Nothing was written."),
        "judging": gettext("The import failed while the rows were being judged. Nothing was written."),
        "writing": gettext("The import failed while the rows were being written. Nothing of them was kept."),
    }[phase]


class Progress:
    """How far a run is; called with the phase, the rows done and how many there are."""

    def __init__(self, token: str):
        self.token = token
        self.state = load_progress(token) or {"started": time.time()}
        self("reading", 0, 0)

    def __call__(self, phase: str, done: int, total: int) -> None:
        self.state |= {"phase": phase, "done": done, "total": total}
        self.save()

    def save(self) -> None:
        with suppress(FileNotStored):  # what is shown of a run must not be what ends it
            save_progress(self.token, **self.state)


@contextmanager
def heartbeat(token: str):
    """Signs of life while one long step is under way."""
    progress, done = Progress(token), threading.Event()

    def beat():
        while not done.wait(HEARTBEAT):
            progress.save()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield progress
    finally:
        done.set()
        thread.join()


def notice_death(record: ImportRecord) -> ImportRecord:
    """A run that gives no sign of life any more has failed; nothing of it was written, as it writes all or nothing."""
    if not record.is_running:
        return record
    progress = load_progress(record.upload)
    phase = progress.get("phase", "starting")
    if time.time() - progress.get("beat", 0) > SILENCE.get(phase, USUAL_SILENCE):
        finish(record, Status.FAILED, failed_sentence(phase) + " " + gettext("Its process ended without a word."))
        record.refresh_from_db()
    return record


def progress_context(record: ImportRecord) -> dict:
    """What the page of a running import shows: each step with how far it is, and for how long it has been running."""
    state = load_progress(record.upload)
    labels = {"reading": gettext("Reading the file"), "judging": gettext("Judging the rows")}
    if record.status == Status.WRITING:
        labels["writing"] = gettext("Writing the rows")
    names = list(labels)
    at = names.index(state.get("phase", "reading")) if state.get("phase") in names else 0
    steps = [
        {
            "label": labels[name],
            "state": "done" if number < at else "now" if number == at else "next",
            "done": state.get("done", 0),
            "total": state.get("total", 0),
            "percent": 100 * state.get("done", 0) // state["total"] if state.get("total") else 0,
        }
        for number, name in enumerate(names)
    ]
    return {"steps": steps, "elapsed": max(0, round(time.time() - state.get("started", time.time())))}
