"""The API as its clients see it: JSON out, JSON in, a bearer token."""

import pytest
from django.core.cache import cache

from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_sales


@pytest.fixture(autouse=True)
def no_throttling(settings):
    settings.API_RATE = settings.API_LOGIN_RATE = "100000/m"
    cache.clear()


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
