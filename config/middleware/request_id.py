"""A name for every request: in the answer's X-Request-ID, in the access log and in each line logged meanwhile."""

import logging
import re
import uuid
from contextvars import ContextVar

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

_request_id = ContextVar("request_id", default="-")


def set_request_id(get_response):
    """Take over the name that a proxy gave the request, if it is one that may stand in a log, else make one."""

    def middleware(request):
        given = request.headers.get(HEADER, "")
        request_id = given if SANE.fullmatch(given) else uuid.uuid4().hex
        _request_id.set(request_id)  # until the next request: an export is still being sent after this
        response = get_response(request)
        response.headers[HEADER] = request_id
        return response

    return middleware


class RequestIdFilter(logging.Filter):
    """Let the format of log lines speak of `{request_id}`; `-` outside of requests."""

    def filter(self, record):
        record.request_id = _request_id.get()
        return True
