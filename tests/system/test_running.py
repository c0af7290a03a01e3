"""What those who run the system see of it: is it ready, and which line of the log belongs to which request."""

import logging
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest
from django.conf import settings
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.urls import clear_url_caches, path

from config import health
from config.middleware.request_id import RequestIdFilter

KEY = "x9!fK2_long-enough-and-with-many-different-characters-0123456789"


@pytest.fixture(autouse=True)
def a_fresh_process(monkeypatch):
    monkeypatch.setattr(health, "migrations", health.Migrations())
    monkeypatch.setattr(health, "HOLDS", 0)


@pytest.mark.django_db
def test_ready_needs_no_sign_in_and_asks_for_migrations_once(client, django_assert_num_queries):
    first = client.get("/readyz/")
    assert (first.status_code, first.content, first.cookies) == (200, b"ok", {})
    assert "no-store" in first.headers["Cache-Control"]
    with django_assert_num_queries(1):
        assert client.get("/readyz/").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_before_it_is_migrated(client, monkeypatch):
    old = MigrationRecorder.Migration.objects.filter(app="sales").order_by("-name")[0]
    old.delete()
    answer = client.get("/readyz/")
    assert answer.status_code == 503
    assert answer.content.decode() == f"Migrations are not applied: sales.{old.name}."
    old.save()
    assert client.get("/readyz/").status_code == 503  # asked a moment ago
    monkeypatch.setattr(health, "RECHECK", 0)
    assert client.get("/readyz/").status_code == 200


@pytest.mark.django_db
def test_it_is_not_ready_without_its_database(client, monkeypatch):
    def refuse():
        raise OperationalError("password of minierp@10.0.0.1 is wrong")

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/readyz/")
    assert (answer.status_code, answer.content) == (503, b"The database does not answer.")
    assert client.get("/healthz/").status_code == 200


def test_nothing_is_posted_there(client):
    assert client.post("/readyz/").status_code == client.post("/healthz/").status_code == 405


@pytest.mark.parametrize("given", ["f3a9c0de-77aa-4c41", "abcdefgh", "A" * 64])
def test_the_name_that_a_proxy_gave_a_request_is_kept(client, given):
    assert client.get("/healthz/", headers={"X-Request-ID": given}).headers["X-Request-ID"] == given


@pytest.mark.parametrize("given", ["", "short", "A" * 65, "two words", "line\nbreak", "{x}-12345678", "ü" * 10])
def test_a_name_that_cannot_stand_in_a_log_is_replaced(client, given):
    name = client.get("/healthz/", headers={"X-Request-ID": given}).headers["X-Request-ID"]
    assert re.fullmatch("[0-9a-f]{32}", name)


def test_every_line_logged_meanwhile_has_the_name(client, monkeypatch):
    names = []

    class Remember(logging.Handler):
        def emit(self, record):
            names.append(record.request_id)

    def broken(request):
        logging.getLogger("inventory").warning("about to break")
        raise RuntimeError("a bug")

    handler = Remember()
    handler.addFilter(RequestIdFilter())
    monkeypatch.setattr("config.urls.urlpatterns", [path("broken/", broken)])
    clear_url_caches()
    root = logging.getLogger()
    root.addHandler(handler)
    client.raise_request_exception = False
    try:
        response = client.get("/broken/", headers={"X-Request-ID": "from-the-proxy"})
    finally:
        root.removeHandler(handler)
        clear_url_caches()
    assert response.headers["X-Request-ID"] == "from-the-proxy"
    assert names == ["from-the-proxy", "from-the-proxy"]  # ours and Django's


@pytest.fixture
def gunicorn(tmp_path):
    """The production server, as gunicorn.conf.py has it; tells its address and where its log is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = tmp_path / "log"
    environment = {
        "PATH": os.environ["PATH"],
        "DEBUG": "0",
        "SECRET_KEY": KEY,
        "BIND": f"127.0.0.1:{port}",
        "WEB_CONCURRENCY": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'empty.sqlite3'}",
    }
    with log.open("w") as out:
        command = [sys.executable, "-m", "gunicorn", "config.wsgi"]
        server = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out)
    try:
        yield f"http://127.0.0.1:{port}", log
    finally:
        server.terminate()
        server.wait(timeout=40)


def test_gunicorn_writes_a_line_per_request_without_secrets_or_forgeries(gunicorn):
    url, log = gunicorn
    address = f"{url}/healthz/?token=secret"
    headers = {"X-Request-ID": "from-the-proxy", "X-Forwarded-For": "203.0.113.5"}
    for _ in range(150):
        try:
            response = urllib.request.urlopen(urllib.request.Request(address, headers=headers))
            break
        except OSError:
            time.sleep(0.2)
    assert (response.status, response.headers["X-Request-ID"]) == (200, "from-the-proxy")
    with pytest.raises(urllib.error.HTTPError, match="503") as not_ready:  # and over plain HTTP it is not sent away
        urllib.request.urlopen(f"{url}/readyz/")
    assert "Migrations are not applied" in not_ready.value.read().decode()
    for forgery in ("%D8%B4%F0%9F%98%80%FF", "%0AFORGED"):  # letters of any script, half a letter, a second line
        forged = urllib.request.Request(f"{url}/api/{forgery}", headers={"X-Forwarded-Proto": "https"})
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(forged)
    wanted = {'"GET /api/%0AFORGED" 404', '"GET /api/%D8%B4%F0%9F%98%80'}
    for _ in range(50):  # each thread writes its line after its answer
        text = log.read_text()
        if all(part in text for part in wanted):
            break
        time.sleep(0.1)
    line = r'^\[.*\] 203\.0\.113\.5 "GET /healthz/" 200 2 \d+\.\d{6} from-the-proxy$'
    assert re.search(line, text, re.MULTILINE)
    assert "secret" not in text
    assert all(part in text for part in wanted)
    assert "Traceback" not in text
