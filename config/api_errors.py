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

from config.middleware.database_unavailable import answer_busy, is_busy
from core.api.errors import SPOKEN, as_sentence, refuse
from core.api.throttling import AddressThrottle
from core.exceptions import BusinessError

logger = logging.getLogger(__name__)


def wrong_shape(request, error):
    """What the schemas found, at its field; of an order's line, with its number."""
    fields = {}
    for found in error.errors:
        source, *place = found["loc"]
        if source == "body":
            place = place[1:]  # the name of the view's parameter
        if not place:
            return refuse(400, gettext("The request needs a JSON object as its body."))
        field, *inside = map(str, place)
        subject = gettext("This field")
        if inside and inside[0].isdecimal():
            subject = " ".join(
                [
                    gettext("Line %(number)s:") % {"number": int(inside[0]) + 1},
                    *[str(SPOKEN.get(name, name)) for name in inside[1:2]],
                ]
            )
        messages = fields.setdefault(field, [])
        if (sentence := as_sentence(subject, found)) not in messages:
            messages.append(sentence)
    return JsonResponse(fields, status=400)


def broken_rule(request, error):
    """A rule of a model, at its field."""
    if not hasattr(error, "error_dict"):
        return refuse(400, " ".join(error.messages))
    fields = error.message_dict
    general = fields.pop("__all__", [])
    return JsonResponse(fields, status=400) if fields else refuse(400, " ".join(general))


def conflict(request, error):
    return refuse(409, str(error))


def not_signed_in(request, error):
    """What ninja and ninja-jwt raise about tokens; a sentence of our own is kept.

    Refused before they were counted, these requests are counted here.
    """
    try:
        AddressThrottle().check(request)
    except ninja_errors.Throttled as throttled:
        return too_often(request, throttled)
    message = str(error) if isinstance(error, ninja_errors.AuthenticationError) else ""
    return refuse(401, message.removeprefix("Unauthorized"))


def not_allowed(request, error):
    return refuse(403, str(error))


def not_found(request, error):
    return refuse(404)


def too_large(request, error):
    return refuse(413)


def too_often(request, error):
    response = refuse(429, getattr(error, "sentence", ""))
    if error.wait is not None:
        response.headers["Retry-After"] = str(error.wait)
    return response


def unreadable(request, error):
    return refuse(error.status_code, gettext("The body is not valid JSON.") if error.status_code == 400 else str(error))


def our_mistake(request, error):
    if is_busy(error):
        return answer_busy(request, error)
    logger.exception("%s %s", request.method, request.path)
    return refuse(500)


HANDLERS = {
    ninja_errors.ValidationError: wrong_shape,
    ValidationError: broken_rule,
    BusinessError: conflict,
    APIException: not_signed_in,
    ninja_errors.AuthenticationError: not_signed_in,
    PermissionDenied: not_allowed,
    Http404: not_found,
    RequestDataTooBig: too_large,
    ninja_errors.Throttled: too_often,
    ninja_errors.HttpError: unreadable,
    Exception: our_mistake,
}


# What is not a route of the API


@csrf_exempt  # else a POST is answered with a page about cookies
def nothing_here(request):
    """Any other address under /api/."""
    slash_missing = gettext("There is nothing at this address: addresses of the API end with a slash.")
    return refuse(404, "" if request.path.endswith("/") else slash_missing)
