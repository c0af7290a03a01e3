"""The API as its clients see it: JSON out, JSON in, a bearer token."""

import json

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.tokens import issue_tokens
from tests.factories import make_admin, make_customer, make_sales


class Caller:
    """Somebody who calls the API, or (without a user) anybody."""

    def __init__(self, user=None):
        self.user = user
        self.tokens = issue_tokens(user) if user else {}
        self.client = Client(raise_request_exception=False)

    def __call__(self, method: str, path: str, body=None, **headers):
        """The response to a request with this body, which is sent as it is if it is text or bytes already."""
        if self.user:
            headers.setdefault("Authorization", f"Bearer {self.tokens['access']}")
        if body is None:
            data, content_type = b"", "application/json"
        else:
            data = body if isinstance(body, str | bytes) else json.dumps(body)
            content_type = headers.pop("content_type", "application/json")
        path = path if path.startswith(("/api/", "http")) else f"/api/v1{path}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(method, path, data, content_type=content_type, headers=headers)

    def get(self, path, **headers):
        return self("GET", path, **headers)

    def post(self, path, body=None, **headers):
        return self("POST", path, body, **headers)

    def put(self, path, body=None, **headers):
        return self("PUT", path, body, **headers)

    def patch(self, path, body=None, **headers):
        return self("PATCH", path, body, **headers)

    def delete(self, path, **headers):
        return self("DELETE", path, **headers)

    def upload(self, path, field, file):
        """PUT a form with one file in it."""
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        return self.put(path, encode_multipart(BOUNDARY, {field: file}), content_type=MULTIPART_CONTENT)


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
