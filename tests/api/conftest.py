"""The API as its clients see it: JSON out, JSON in, a bearer token."""

import pytest
from django.db import connection
from ninja import Schema
from ninja.operation import Operation

from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_sales


@pytest.fixture(autouse=True)
def no_throttling(settings):
    settings.API_RATE = settings.API_LOGIN_RATE = settings.API_UPLOAD_RATE = "100000/m"


@pytest.fixture(autouse=True)
def loaded_before_serialised(monkeypatch):
    """No query while an answer is put together: a database lost there would be pydantic's error, not the database's."""
    asked = []

    def note(execute, sql, params, many, context):
        asked.append(sql)
        return execute(sql, params, many, context)

    def watched(function):
        def run(*args, **kwargs):
            with connection.execute_wrapper(note):
                return function(*args, **kwargs)

        return run

    monkeypatch.setattr(Operation, "_result_to_response", watched(Operation._result_to_response))
    monkeypatch.setattr(Schema, "from_orm", classmethod(watched(Schema.from_orm.__func__)))
    yield
    assert asked == []


@pytest.fixture
def anybody(db) -> Caller:
    return Caller()


@pytest.fixture
def admin(db) -> Caller:
    return Caller(make_admin(first_name="Ada", last_name="Admin"))


@pytest.fixture
def sales(db) -> Caller:
    return Caller(make_sales(first_name="Sam", last_name="Sales"))


@pytest.fixture
def customer(db) -> Caller:
    return Caller(make_customer(first_name="Cleo", last_name="Customer"))
