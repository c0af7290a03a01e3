"""How the API answers when it refuses, by the kind of error; both shapes are fit to show to a person:

`{"field": ["message", …]}` (400) or `{"detail": "message"}`.
"""

import logging

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, JsonResponse
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from ninja import errors as ninja_errors
from ninja_extra.exceptions import APIException

from config.middleware.database_unavailable import database_unavailable_response, is_database_unavailable
from core.api.errors import FIELD_LABELS, describe_schema_error, error_response
from core.api.throttling import AddressThrottle
from core.exceptions import BusinessError
from inventory.exceptions import InsufficientStock
from inventory.rows import show_shortage
from inventory.visibility import may_see

logger = logging.getLogger(__name__)


def schema_error(request, error):
    """What the schemas found, at its field; of an order's line, with its number."""
    fields = {}
    for found in error.errors:
        source, *place = found["loc"]
        if source == "body":
            place = place[1:]  # the name of the view's parameter
        if not place:
            return error_response(400, gettext("The request needs a JSON object as its body."))
        field, *inside = map(str, place)
        subject = gettext("This field")
        if inside and inside[0].isdecimal():
            subject = " ".join(
                [
                    gettext("Line %(number)s:") % {"number": int(inside[0]) + 1},
                    *[str(FIELD_LABELS.get(name, name)) for name in inside[1:2]],
                ]
            )
        messages = fields.setdefault(field, [])
        if (sentence := describe_schema_error(subject, found)) not in messages:
            messages.append(sentence)
    return JsonResponse(fields, status=400)


def rule_error(request, error):
    """A rule of a model, at its field."""
    if not hasattr(error, "error_dict"):
        return error_response(400, " ".join(error.messages))
    fields = error.message_dict
    general = fields.pop("__all__", [])
    if shortages := getattr(error, "shortages", None):
        fields["short"] = [show_shortage(shortage) for shortage in shortages]
    return JsonResponse(fields, status=400) if fields else error_response(400, " ".join(general))


def conflict(request, error):
    return error_response(409, str(error))


def too_few(request, error):
    """A conflict that says of what there are too few, for those who may know how many there are."""
    response = {"detail": str(error)}
    if may_see(request.user, "stock_qty"):
        response["short"] = [show_shortage(shortage) for shortage in error.shortages]
    return JsonResponse(response, status=409)


def unauthorized(request, error):
    """What ninja and ninja-jwt raise about tokens; a sentence of our own is kept.

    Refused before they were counted, these requests are counted here.
    """
    try:
        AddressThrottle().check(request)
    except ninja_errors.Throttled as too_many:
        return throttled(request, too_many)
    message = str(error) if isinstance(error, ninja_errors.AuthenticationError) else ""
    return error_response(401, message.removeprefix("Unauthorized"))


def forbidden(request, error):
    return error_response(403, str(error))


def not_found(request, error):
    return error_response(404)


def too_large(request, error):
    return error_response(413)


def throttled(request, error):
    response = error_response(429, getattr(error, "sentence", ""))
    if error.wait is not None:
        response.headers["Retry-After"] = str(error.wait)
    return response


def http_error(request, error):
    return error_response(
        error.status_code, gettext("The body is not valid JSON.") if error.status_code == 400 else str(error)
    )


def internal_error(request, error):
    if is_database_unavailable(error):
        return database_unavailable_response(request, error)
    logger.exception("%s %s", request.method, request.path)
    return error_response(500)


HANDLERS = {
    ninja_errors.ValidationError: schema_error,
    ValidationError: rule_error,
    BusinessError: conflict,
    InsufficientStock: too_few,
    APIException: unauthorized,
    ninja_errors.AuthenticationError: unauthorized,
    PermissionDenied: forbidden,
    Http404: not_found,
    RequestDataTooBig: too_large,
    ninja_errors.Throttled: throttled,
    ninja_errors.HttpError: http_error,
    Exception: internal_error,
}


# What is not a route of the API


@csrf_exempt  # else a POST is answered with a page about cookies
def unknown_route(request):
    """Any other address under /api/."""
    slash_missing = gettext("There is nothing at this address: addresses of the API end with a slash.")
    return error_response(404, "" if request.path.endswith("/") else slash_missing)
