"""What every test finds: a database that refuses to forget stock changes, people signed in, files thrown away."""

import importlib
import os
import shutil
import tempfile
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
def files_thrown_away(settings, tmp_path):
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
def english_again():
    """A request in another language leaves its thread in that language."""
    with override("en"):
        yield


class PlainEditor:
    """What the migration needs of a schema editor, inside a transaction too."""

    connection = connection

    def execute(self, statement):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def append_only(step: str) -> None:
    """Let the migration "install" or "remove" the triggers of the stock change log."""
    migration = importlib.import_module("inventory.migrations.0001_initial")
    getattr(migration, f"{step}_append_only")(None, PlainEditor())


@pytest.fixture
def committed_db(transactional_db):
    """A database whose writes are committed, for several connections; emptied afterwards, log and all."""
    yield
    append_only("remove")
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    append_only("install")


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
