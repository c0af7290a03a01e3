"""What no part of the system reads: bodies that are too large or of no use, addresses with NUL characters in them."""

from contextlib import suppress

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, UnreadablePostError
from django.template.loader import render_to_string

from config.middleware.api_guard import is_api

CHUNK = 64 * 1024


def reject_null_characters(get_response):
    """PostgreSQL cannot compare text with a NUL character, and no honest address or cookie has one."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in cookies:
            return HttpResponseBadRequest("" if is_api(request) else render_to_string("400.html"))
        return get_response(request)

    return middleware


def limit_body_size(get_response):
    """Answer 413 before a body is read that is larger than any form or file here.

    What is a little too large for its field is left to the field, which says so in its own words.
    """

    def middleware(request):
        limit = 2 * max(settings.MAX_IMPORT_BYTES, settings.MAX_IMAGE_BYTES, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_large = not length.isdecimal() or int(length) > limit
        if is_large and not is_api(request):
            return HttpResponse(render_to_string("413.html"), status=413)
        response = get_response(request)
        if not is_large and length != "0":
            read_to_the_end(request)
        return response

    return middleware


def read_to_the_end(request) -> None:
    """Read what nobody has read of a body: whoever still sends it would lose the answer with the connection.

    nginx says 502 then, e.g. to somebody who uploads a file and has been signed out meanwhile.
    """
    with suppress(UnreadablePostError):
        while request.read(CHUNK):
            pass
