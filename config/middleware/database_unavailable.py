"""What is answered when the database cannot do now what it could do in a moment."""

import logging
import sys

from django.db import Error, InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error as default_server_error

from core.api.errors import error_response

logger = logging.getLogger(__name__)

RETRY_AFTER = 5  # seconds
SQLITE_BUSY = {5, 6}  # SQLITE_BUSY, SQLITE_LOCKED: the time-out that settings.py sets has passed
# PostgreSQL's classes: connection lost, could not serialize or deadlock, no resources, lock or time-out, shut down.
TRANSIENT = ("08", "40", "53", "55P03", "57014", "57P0")


def is_database_unavailable(error: BaseException | None) -> bool:
    """Whether the same request may well succeed if it is sent again; a mistake of ours is no such error."""
    if not isinstance(error, OperationalError | InterfaceError):
        return False
    cause = error.__cause__
    if (code := getattr(cause, "sqlite_errorcode", None)) is not None:
        return code & 0xFF in SQLITE_BUSY
    if code := getattr(cause, "sqlstate", None):
        return code.startswith(TRANSIENT)
    return type(cause).__module__.startswith("psycopg")  # without a code: there is no connection (any more)


def database_unavailable_response(request, error: Error) -> HttpResponse:
    """503, as JSON to the API and as a page to people. A connection lost at the COMMIT leaves open which it was."""
    logger.warning("%s %s: the database is busy: %s", request.method, request.path, " ".join(str(error).split()))
    if request.path_info.startswith("/api/"):
        response = error_response(503)
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
    response.headers["Retry-After"] = str(RETRY_AFTER)
    return response


class DatabaseUnavailableMiddleware:
    """Answers for the pages; the API has its own handler."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, error):
        return database_unavailable_response(request, error) if is_database_unavailable(error) else None


def server_error(request):
    """In place of Django's: also what failed outside a view, such as the session, can be busy."""
    error = sys.exc_info()[1]
    return (
        database_unavailable_response(request, error)
        if is_database_unavailable(error)
        else default_server_error(request)
    )
