"""A kept connection to PostgreSQL costs no query to be trusted, and one that the server has closed is not."""

from threading import Thread
from unittest import mock

import pytest
from django.core.signals import request_started
from django.db import connection, connections

from core import kept_connections

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("committed_db")]


@pytest.fixture
def asked():
    """How often Django asks the database whether it is there."""
    backend = type(connections["default"])
    with mock.patch.object(backend, "is_usable", autospec=True, side_effect=backend.is_usable) as asked:
        yield asked


def apart(work) -> list:
    """What `work` does in a thread of its own, with a connection of its own."""
    done = []

    def run():
        try:
            done.append(work())
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    thread.join(30)
    return done[0]


def request() -> int:
    """Begin a request; which process of the server answers it."""
    request_started.send(sender=None, environ={})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def health_checks():
    request_started.disconnect(kept_connections.trust_connection)
    request_started.connect(kept_connections.trust_connection)  # last again: Django's test client moves Django's behind
    with mock.patch.dict(connection.settings_dict, CONN_HEALTH_CHECKS=True, CONN_MAX_AGE=60):
        yield


def end(pid: int) -> None:
    """End this connection as a server does that shuts down, and wait until it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        assert cursor.fetchone()[0]


@pytest.mark.parametrize(("seconds", "times"), [(3600, 1), (0, 19)])
def test_it_is_asked_every_few_seconds_only(asked, monkeypatch, seconds, times):
    monkeypatch.setattr(kept_connections, "SECONDS", seconds)
    assert len(apart(lambda: {request() for _ in range(20)})) == 1
    assert asked.call_count == times


def test_one_that_the_server_has_closed_is_replaced(asked):
    def requests():
        before = [request() for _ in range(3)]
        often = asked.call_count
        apart(lambda: end(before[-1]))
        return set(before), request(), asked.call_count - often

    before, after, times = apart(requests)
    assert len(before) == 1 and after not in before
    assert times == 1


def test_one_that_is_closed_already_is_not_looked_at():
    def closed():
        request()
        kept = connection.connection
        kept.close()
        return kept_connections.is_silent(kept)

    assert apart(closed) is False
