"""What every request passes through."""

import logging

from django.conf import settings
from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext

from accounts.security_log import note
from core.api.errors import refuse
from core.channels import Door, through
from core.i18n import format_count

UPLOADS = ("/image/", "/avatar/")
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
FORM_OVERHEAD = 100_000  # what a multipart form may add to the picture in it


def is_api(request) -> bool:
    return request.path_info.startswith("/api/")


def refuse_nul(get_response):
    """PostgreSQL cannot compare text with a NUL character, and no honest address or cookie has one."""

    def middleware(request):
        cookies = "".join(request.COOKIES.values())
        if "%00" in request.META.get("QUERY_STRING", "") or "\0" in cookies:
            return HttpResponseBadRequest("" if is_api(request) else render_to_string("400.html"))
        return get_response(request)

    return middleware


def refuse_giants(get_response):
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


def name_door(get_response):
    """Let the history know whether somebody came through the admin or the API."""

    def middleware(request):
        with through(Door.API if is_api(request) else Door.ADMIN):
            return get_response(request)

    return middleware


def note_refusals(get_response):
    """Write down who asked for what they may not have."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 403:
            note("refused", request, level=logging.WARNING, method=request.method, path=request.path)
        return response

    return middleware


def guard_api(get_response):
    """Let the API read only what it understands, and answer in JSON whatever happens inside."""

    def middleware(request):
        if not is_api(request):
            return get_response(request)
        response = refuse_body(request) or get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        return in_json(request, response)

    return middleware


def refuse_body(request) -> JsonResponse | None:
    """413 or 415 (or 400) for a body that is too large, or neither JSON nor (where a picture is expected) a form."""
    if request.method not in ("POST", "PUT", "PATCH", "DELETE"):
        return None
    upload = request.method != "DELETE" and request.path_info.endswith(UPLOADS)
    limit = settings.MAX_IMAGE_BYTES + FORM_OVERHEAD if upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal():
        return refuse(400)
    length = int(length)
    if length > limit:
        return refuse(413, gettext("The request is larger than %(limit)s kB.") % {"limit": format_count(limit // 1024)})
    harmless = not length and (request.method == "POST" or request.content_type not in FORMS)
    if upload:
        harmless = harmless and request.method != "PUT"
        understood = request.content_type == "multipart/form-data" and "boundary" in request.content_params
    else:
        understood = request.content_type == "application/json"
    if harmless or understood:
        return None
    wanted = gettext("multipart/form-data, with a boundary") if upload else "application/json"
    return refuse(415, gettext("Send the body as %(wanted)s.") % {"wanted": wanted})


def in_json(request, response) -> JsonResponse:
    """The same refusal for a program: Django and ninja answer some with a page or with plain text."""
    if not (allowed := response.headers.get("Allow")):
        return refuse(response.status_code)
    possible = ", ".join(sorted(allowed.split(", ")))
    sentence = gettext("%(method)s is not possible here, only %(possible)s.")
    answer = refuse(response.status_code, sentence % {"method": request.method, "possible": possible})
    answer.headers["Allow"] = allowed
    return answer
