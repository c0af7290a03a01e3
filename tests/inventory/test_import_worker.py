"""The process that carries an import out: it outlives the request, and leaves nothing half-written."""

import subprocess
from urllib.parse import quote

import pytest
from django.core.files.storage import storages
from django.db import connection, connections
from django.urls import reverse

from core.imports import runs
from core.imports.models import ImportRecord
from core.imports.runs import SILENCE, start
from core.imports.uploads import load_report
from inventory.models import Product
from inventory.resources import ProductResource
from tests.clients import signed_in
from tests.factories import make_admin, make_draft

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TEXT = "sku,name,selling_price,stock_qty\n" + "".join(f"N-{n},New,1.50,5\n" for n in range(300))


def database_url() -> str:
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    person = quote(found["USER"], safe="") + (f":{quote(found['PASSWORD'], safe='')}" if found["PASSWORD"] else "")
    return f"postgres://{person}@{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


@pytest.fixture
def workers(committed_db, settings, monkeypatch) -> list[subprocess.Popen]:
    """The processes that are started, on the test's own database and folder."""
    settings.IMPORT_DETACHED = True
    monkeypatch.setenv("DATABASE_URL", database_url())
    monkeypatch.setenv("IMPORT_ROOT", storages["imports"].location)
    started: list[subprocess.Popen] = []

    class Noted(subprocess.Popen):
        def __init__(self, *args, **kwargs):
            super().__init__(*args, **kwargs)
            if "run_import" in self.args:  # files are read in processes of their own too
                started.append(self)

    monkeypatch.setattr(runs.subprocess, "Popen", Noted)
    return started


def begin(user) -> ImportRecord:
    record = make_draft(TEXT, ProductResource, user=user)  # small enough to be judged at once
    record.refresh_from_db()
    seen = load_report(record.upload).fingerprint
    connections.close_all()
    assert start(record, ImportRecord.Status.WRITING, last_seen=seen, leave_out_errors=False)
    return record


def test_a_list_is_written_by_a_process_of_its_own(workers):
    user = make_admin()
    record = begin(user)
    assert [process.wait(300) for process in workers] == [0]
    record.refresh_from_db()
    assert (record.status, record.new_count) == ("done", 300)
    assert Product.objects.count() == 300 and Product.objects.first().created_by == user
    assert storages["imports"].listdir("")[1] == []


def test_a_worker_that_is_killed_has_written_nothing_and_is_shown_as_failed(workers, monkeypatch):
    user = make_admin()
    record = begin(user)
    workers[0].kill()
    workers[0].wait(60)
    for phase in ("starting", "reading", "judging", "writing"):
        monkeypatch.setitem(SILENCE, phase, -1)
    page = signed_in(user).get(reverse("admin:inventory_product_import_run", args=[record.pk]), follow=True)
    assert "Its process ended without a word." in page.content.decode()
    assert not Product.objects.exists()
