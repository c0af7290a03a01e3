"""What every request passes through."""

from django.conf import settings
from django.http import JsonResponse
from django.utils.translation import gettext

from core.api.errors import error_response
from core.i18n import format_count

UPLOADS = ("/image/", "/avatar/")
FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
FORM_OVERHEAD = 100_000  # what a multipart form may add to the picture in it


def is_api(request) -> bool:
    return request.path_info.startswith("/api/")


def guard_api(get_response):
    """Let the API read only what it understands, and answer in JSON whatever happens inside."""

    def middleware(request):
        if not is_api(request):
            return get_response(request)
        response = body_error(request) or get_response(request)
        if response.status_code < 400 or response.headers.get("Content-Type", "").startswith("application/json"):
            return response
        return in_json(request, response)

    return middleware


def body_error(request) -> JsonResponse | None:
    """413 or 415 (or 400) for a body that is too large, or neither JSON nor (where a picture is expected) a form."""
    if request.method not in ("POST", "PUT", "PATCH", "DELETE"):
        return None
    upload = request.method != "DELETE" and request.path_info.endswith(UPLOADS)
    limit = settings.MAX_IMAGE_BYTES + FORM_OVERHEAD if upload else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal():
        return error_response(400)
    length = int(length)
    if length > limit:
        return error_response(
            413, gettext("The request is larger than %(limit)s kB.") % {"limit": format_count(limit // 1024)}
        )
    harmless = not length and (request.method == "POST" or request.content_type not in FORMS)
    if upload:
        harmless = harmless and request.method != "PUT"
        understood = request.content_type == "multipart/form-data" and "boundary" in request.content_params
    else:
        understood = request.content_type == "application/json"
    if harmless or understood:
        return None
    wanted = gettext("multipart/form-data, with a boundary") if upload else "application/json"
    return error_response(415, gettext("Send the body as %(wanted)s.") % {"wanted": wanted})


def in_json(request, response) -> JsonResponse:
    """The same refusal for a program: Django and ninja answer some with a page or with plain text."""
    if not (allowed := response.headers.get("Allow")):
        return error_response(response.status_code)
    possible = ", ".join(sorted(allowed.split(", ")))
    sentence = gettext("%(method)s is not allowed here, only %(possible)s.")
    answer = error_response(response.status_code, sentence % {"method": request.method, "possible": possible})
    answer.headers["Allow"] = allowed
    return answer
