"""Somebody who asks a running server, by a connection each time: what the server keeps for none."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from typing import Any

from django.conf import settings


class Caller:
    def __init__(self, port: int, signed_in):
        session = signed_in.cookies[settings.SESSION_COOKIE_NAME]
        self.port, token = port, "t" * 32  # of CSRF: the cookie and the header have to be the same
        self.headers = {
            "Authorization": signed_in.defaults["HTTP_AUTHORIZATION"],
            "Cookie": f"{session.key}={session.value}; {settings.CSRF_COOKIE_NAME}={token}",
            "X-CSRFToken": token,
        }

    def open(self, method: str, path: str, body: str = "", kind: str = "application/json"):
        """The connection, which has to be closed, and the answer, of which the head has been read."""
        asking = HTTPConnection("127.0.0.1", self.port, timeout=600)
        asking.request(method, path, body, self.headers | {"Content-Type": kind})
        answer = asking.getresponse()
        if answer.status >= 300:
            raise AssertionError(f"{method} {path}: {answer.status} {answer.read()[:300]!r}")
        return asking, answer

    def get(self, path: str) -> bytes:
        asking, answer = self.open("GET", path)
        try:
            return answer.read()
        finally:
            asking.close()

    def post(self, path: str, body: Any = None) -> Any:
        asking, answer = self.open("POST", path, json.dumps(body) if body is not None else "")
        try:
            return json.loads(answer.read())
        finally:
            asking.close()


def at_once(jobs: list[Callable], clients: int) -> float:
    """Seconds that so many clients take for all of these."""
    with ThreadPoolExecutor(clients) as pool:
        start = time.perf_counter()
        list(pool.map(lambda job: job(), jobs))
        return time.perf_counter() - start
