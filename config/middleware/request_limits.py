"""What no part of the system reads: bodies that are too large, addresses with NUL characters in them."""

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest
from django.template.loader import render_to_string

from config.middleware.api_guard import is_api


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
        if not is_api(request) and (not length.isdecimal() or int(length) > limit):
            return HttpResponse(render_to_string("413.html"), status=413)
        return get_response(request)

    return middleware
