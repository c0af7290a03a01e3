"""People at the admin and programs that call the API."""

import json

from django.contrib.messages import get_messages
from django.db import connection
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.test.utils import CaptureQueriesContext

from accounts.tokens import issue_tokens


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    client.user = user
    return client


def said(response) -> list[str]:
    """The messages that the next page will show."""
    return [str(message) for message in get_messages(response.wsgi_request)]


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
        return self.put(path, encode_multipart(BOUNDARY, {field: file}), content_type=MULTIPART_CONTENT)


def queries_of(client, url) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
