"""What every test finds: a database that refuses to forget stock changes, people signed in, files thrown away."""

import os
import tempfile
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations
from django.test import Client
from django.test.utils import override_settings
from django.utils.translation import override
from hypothesis import settings as hypothesis_settings

from tests.clients import signed_in
from tests.environment import CHROMIUM, GETTEXT, POSTGRESQL
from tests.factories import make_admin, make_sales
from tests.ledger import without_triggers


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
    else:
        DatabaseOperations.sql_flush = delete_rows
    hypothesis_settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of the code
    hypothesis_settings.load_profile("untimed")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.LOGGING_CONFIG = None
    settings.DASHBOARD_SECONDS = 0  # what a test does, it sees


def delete_rows(self, style, tables, **options) -> list[str]:
    """What `flush` does on PostgreSQL: to truncate so many small tables takes a hundred times as long."""
    return [f"DELETE FROM {self.quote_name(table)}" for table in tables]


def pytest_xdist_auto_num_workers():
    """Half of the time goes by waiting, for browsers and servers: there is room for two for each core."""
    return 2 * (os.cpu_count() or 1)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)  # first, so that none runs on alone at the end
    for item in items:
        if item.get_closest_marker("browser") and not CHROMIUM:
            item.add_marker(pytest.mark.skip(reason="no chromium on this machine"))
        if item.get_closest_marker("postgres") and not POSTGRESQL:
            item.add_marker(pytest.mark.skip(reason="not on PostgreSQL"))


def pytest_terminal_summary(terminalreporter):
    say = terminalreporter.write_line
    say("")
    say(f"Database: {'PostgreSQL' if POSTGRESQL else 'SQLite'}.")
    if terminalreporter.config.getoption("markexpr") == "not slow":
        say("The slow tests (floods, kills, bombs, long lives) were left out. To include them: make test-all")
    if not POSTGRESQL:
        how = "DATABASE_URL=postgres://user:password@host:5432/name make test-all"
        say(f"PostgreSQL was not tested. To include it: {how}")
    if not CHROMIUM:
        say("The browser tests were skipped. To include them: install Chromium (Debian: apt-get install chromium).")
    if not GETTEXT:
        say("The catalogue of translations was not compared with the sources. To include that: install gettext.")


def files_under(folder: Path) -> dict:
    """Settings that put every file there."""
    imports = {"BACKEND": "core.storage.CarefulStorage", "OPTIONS": {"location": str(folder / "imports")}}
    return {
        "MEDIA_ROOT": folder / "media",
        "LAST_BACKUP_FILE": folder / "last-backup.json",
        "STORAGES": {**settings.STORAGES, "imports": imports},
        "IMPORT_DETACHED": False,  # an import is done when the page answers
    }


@pytest.fixture(autouse=True)
def isolated_files(tmp_path):
    with override_settings(**files_under(tmp_path)):
        yield


@pytest.fixture(scope="module")
def shared_db(django_db_setup, django_db_blocker, tmp_path_factory):
    """For what all tests of a module find: written once, in a transaction around those of the tests.

    Files are shared too: such a module replaces `isolated_files` by a fixture that does nothing.
    """
    files = files_under(tmp_path_factory.mktemp("shared"))
    with django_db_blocker.unblock(), override_settings(**files), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def forget_rates():
    """What an earlier test has asked for is not counted."""
    cache.clear()


@pytest.fixture(autouse=True)
def reset_language():
    """A request in another language leaves its thread in that language."""
    with override("en"):
        yield


@pytest.fixture
def committed_db(transactional_db):
    """A database whose writes are committed, for several connections; emptied afterwards, log and all."""
    yield
    with without_triggers():
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    if connection.vendor == "sqlite":  # what ANALYZE has found would mislead later plans
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS sqlite_stat1")


@pytest.fixture
def as_admin(db) -> Client:
    return signed_in(make_admin())


@pytest.fixture
def as_sales(db) -> Client:
    return signed_in(make_sales())
