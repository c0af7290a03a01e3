"""A disk that is full, clients that never finish, backups made by hand: sentences, and nothing half done."""

import errno
import json
import socket
import subprocess
import sys
import zipfile
from contextlib import ExitStack
from http.client import HTTPConnection
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.files.storage import FileSystemStorage, storages
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import User
from config import health
from config.api import description
from core.imports.models import ImportRecord
from core.imports.runs import run
from inventory.models import Product
from tests.clients import Caller
from tests.factories import make_admin, make_product, make_sales
from tests.files import picture
from tests.forms import choose_file, confirm_import, map_columns, upload
from tests.server import ROOT, free_port, wait_until

pytestmark = pytest.mark.django_db

NOT_STORED = "The file could not be stored, so nothing was saved."


def half_written(self, name, content):
    """What FileSystemStorage leaves when the disk is full."""
    path = Path(self.path(name))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.read()[:20])
    raise OSError(errno.ENOSPC, "No space left on device")


def read_only(self, name, content):
    raise OSError(errno.EROFS, "Read-only file system")


DISKS = pytest.mark.parametrize("disk", [half_written, read_only])


def files_in(folder) -> list:
    return [path for path in Path(folder).rglob("*") if path.is_file()]


@DISKS
def test_without_room_for_a_picture_the_api_says_so_and_changes_nothing(settings, disk):
    user = make_sales()
    with patch.object(FileSystemStorage, "_save", disk):
        answer = Caller(user).upload("/auth/me/avatar/", "avatar", picture())
    assert (answer.status_code, NOT_STORED in answer.json()["detail"]) == (409, True)
    assert files_in(settings.MEDIA_ROOT) == [] and not User.objects.get(pk=user.pk).avatar


@DISKS
def test_without_room_for_a_picture_the_form_says_so_and_keeps_what_was_typed(as_admin, settings, disk):
    product = make_product(name="Chai")
    address = reverse("admin:inventory_product_change", args=[product.pk])
    form = {"sku": product.sku, "name": "Tea", "cost_price": "1", "selling_price": "10", "image": picture()}
    form |= {"stock_changes-TOTAL_FORMS": 0, "stock_changes-INITIAL_FORMS": 0}
    with patch.object(FileSystemStorage, "_save", disk):
        response = as_admin.post(address, form)
    assert NOT_STORED in response.content.decode() and 'value="Tea"' in response.content.decode()
    assert files_in(settings.MEDIA_ROOT) == []
    product = Product.objects.get(pk=product.pk)
    assert (product.name, bool(product.image)) == ("Chai", False)


@DISKS
def test_without_room_for_a_picture_ones_profile_says_so(as_sales, settings, disk):
    with patch.object(FileSystemStorage, "_save", disk):
        response = as_sales.post(reverse("profile"), {"first_name": "New", "last_name": "", "avatar": picture()})
    assert NOT_STORED in response.content.decode()
    assert files_in(settings.MEDIA_ROOT) == [] and User.objects.get(pk=as_sales.user.pk).first_name != "New"


# What anybody may ask for


@DISKS
def test_without_room_for_a_list_its_form_says_so_and_nothing_is_begun(as_admin, disk):
    with patch.object(FileSystemStorage, "_save", disk):
        page = choose_file(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    assert "could not store the file" in str(page.context["form"].errors["file"])
    assert files_in(storages["imports"].location) == [] and not ImportRecord.objects.exists()


@pytest.mark.parametrize("step", ["preview", "write"])
def test_without_room_to_work_on_a_list_the_page_says_so_and_it_can_be_tried_again(as_admin, monkeypatch, step):
    page = choose_file(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    if step == "write":
        page = map_columns(as_admin, page)
    there = files_in(storages["imports"].location)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", full)
        answer = confirm_import(as_admin, page) if step == "write" else map_columns(as_admin, page)
    assert "no room to work on the list, so nothing was imported" in answer.content.decode()
    assert files_in(storages["imports"].location) == there and not Product.objects.exists()

    preview = page if step == "write" else map_columns(as_admin, page)
    assert confirm_import(as_admin, preview).status_code == 200 and Product.objects.get().name == "Chai"


def test_without_room_for_the_progress_a_list_is_imported_all_the_same(as_admin, monkeypatch):
    preview = upload(as_admin, "sku,name,selling_price\nA,Chai,1\n")
    monkeypatch.setattr("core.imports.runs.run", lambda pk: None)
    confirm_import(as_admin, preview)
    monkeypatch.undo()
    monkeypatch.setattr(Path, "write_text", full)
    assert run(ImportRecord.objects.get().pk).status == "done"


def full(self, text, **kwargs):
    """What a disk does that fills up while it is written."""
    self.write_bytes(text.encode()[:10])
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture(autouse=True)
def a_fresh_process(monkeypatch):
    monkeypatch.setattr(health, "migrations", health.Migrations())


def test_being_ready_is_looked_up_once_for_all_who_ask_at_a_time(client, django_assert_num_queries, monkeypatch):
    monkeypatch.setattr(health, "HOLDS", 3600)
    assert client.get("/readyz/").content == b"ok"
    with django_assert_num_queries(0):
        assert {client.get("/readyz/").content for _ in range(5)} == {b"ok"}


@pytest.mark.parametrize("path", ["/readyz/", "/api/schema/", "/api/docs/"])
def test_an_address_may_ask_so_often_and_no_oftener(client, settings, path):
    settings.API_RATE = "3/d"
    assert [client.get(path).status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    assert client.get(path, REMOTE_ADDR="10.9.9.9").status_code == 200


def test_the_description_is_put_together_once(client):
    description.cache_clear()
    for _ in range(3):
        assert client.get("/api/schema/").status_code == 200
    assert description.cache_info().misses == 1


# Slow clients


@pytest.fixture
def shipped_server(tmp_path):
    """gunicorn as gunicorn.conf.py has it."""
    port = free_port()
    environment = {"DEBUG": "1", "BIND": f"127.0.0.1:{port}", "DATABASE_URL": f"sqlite:///{tmp_path / 'none.sqlite3'}"}
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "config.wsgi"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    wait_until(lambda: status_of(port, "/healthz/") == 200, "the server does not answer")
    yield port
    server.terminate()
    server.wait(40)


def status_of(port: int, path: str) -> int | None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return None
    finally:
        connection.close()


def test_forty_clients_that_never_finish_keep_nobody_waiting(shipped_server):
    """Three workers with sixteen threads each: no worker takes more than it has."""
    with ExitStack() as stack:
        for _ in range(40):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", shipped_server)))
            slow.sendall(b"POST /admin/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Le")
        assert {status_of(shipped_server, "/api/docs/") for _ in range(10)} == {200}


# Backups made by hand


@pytest.fixture
def backup(committed_db, tmp_path):
    make_admin()
    call_command("backup", tmp_path / "backup.zip")
    return tmp_path / "backup.zip"


def rewritten(path: Path, manifest) -> Path:
    """The same backup with another manifest."""
    new = path.with_name("by-hand.zip")
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(new, "w") as archive:
        for name in old.namelist():
            archive.writestr(name, json.dumps(manifest) if name == "manifest.json" else old.read(name))
    return new


ODD = [None, [], {}, "x", 7, {"a": None}, [[]], [["a"]], [["a", 1]], {"sales_order": {}}, {"x": {"sha256": 1}}]


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_a_manifest_by_hand_is_refused_in_a_sentence(backup, odd):
    whole = json.loads(zipfile.ZipFile(backup).read("manifest.json"))
    manifests = [odd, *({**whole, name: odd} for name in whole if name not in ("left_out", "vanished", "vendor"))]
    manifests += [{name: value for name, value in whole.items() if name != left_out} for left_out in whole]
    table = {**whole["tables"]["accounts_user"], "columns": odd, "rows": odd}
    manifests.append({**whole, "tables": {**whole["tables"], "accounts_user": table}})
    for manifest in manifests:
        with pytest.raises(CommandError) as refused:
            call_command("restore", rewritten(backup, manifest))
        assert str(refused.value).rstrip().endswith(".")
