"""What every test finds: a database that refuses to forget stock changes, people signed in, files thrown away."""

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils.translation import override

from tests.factories import make_admin, make_sales

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
GETTEXT = shutil.which("xgettext")
POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")


def pytest_configure(config):
    if os.environ.get("REQUIRE_BROWSER") and not CHROMIUM:
        pytest.exit("REQUIRE_BROWSER is set, but there is no chromium.", returncode=1)
    if os.environ.get("REQUIRE_GETTEXT") and not GETTEXT:
        pytest.exit("REQUIRE_GETTEXT is set, but there is no xgettext.", returncode=1)
    if os.environ.get("REQUIRE_POSTGRESQL") and not POSTGRESQL:
        pytest.exit("REQUIRE_POSTGRESQL is set, but DATABASE_URL names no PostgreSQL.", returncode=1)
    if not POSTGRESQL:  # a file, so that several processes and the browser's server can open it
        folder = Path(tempfile.gettempdir()) / "mini-erp-tests"
        folder.mkdir(exist_ok=True)
        settings.DATABASES["default"]["TEST"]["NAME"] = str(folder / f"test-{os.getppid()}.sqlite3")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LOGGING_CONFIG = None


def pytest_collection_modifyitems(items):
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no chromium on this machine"))
        if item.get_closest_marker("postgres") and not POSTGRESQL:
            item.add_marker(pytest.mark.skip(reason="not on PostgreSQL"))


def pytest_terminal_summary(terminalreporter):
    say = terminalreporter.write_line
    say("")
    say(f"Database: {'PostgreSQL' if POSTGRESQL else 'SQLite'}.")
    if not POSTGRESQL:
        say("PostgreSQL was not tested. To include it: DATABASE_URL=postgres://user:password@host:5432/name make test")
    if not CHROMIUM:
        say("The browser tests were skipped. To include them: install Chromium (Debian: apt-get install chromium).")
    if not GETTEXT:
        say("The catalogue of translations was not compared with the sources. To include that: install gettext.")


@pytest.fixture(autouse=True)
def isolated_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LAST_BACKUP_FILE = tmp_path / "last-backup.json"
    settings.STORAGES = {
        **settings.STORAGES,
        "imports": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "imports")},
        },
    }


@pytest.fixture(autouse=True)
def reset_language():
    """A request in another language leaves its thread in that language."""
    with override("en"):
        yield


@contextmanager
def without_triggers():
    """Inside, no trigger of a table works: append-only rows can be changed and deleted."""
    connection.check_constraints()  # settle the deferred foreign keys: PostgreSQL alters no table that has any
    with connection.cursor() as cursor:
        if POSTGRESQL:
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for (table,) in cursor.fetchall()]
            on = [statement.replace("DISABLE", "ENABLE") for statement in off]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            off, on = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        for statement in off:
            cursor.execute(statement)
    try:
        yield
    finally:
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in on:
                cursor.execute(statement)


@pytest.fixture
def committed_db(transactional_db):
    """A database whose writes are committed, for several connections; emptied afterwards, log and all."""
    yield
    with without_triggers():
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def said(response) -> list[str]:
    """The messages that the next page will show."""
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def as_admin(db) -> Client:
    return signed_in(make_admin())


@pytest.fixture
def as_sales(db) -> Client:
    return signed_in(make_sales())
