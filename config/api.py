"""The API: its routes, what it says when it refuses, and its description of itself.

Every route is closed until its `auth` says whose it is. Refusals have one of two shapes, both fit to show to a person:
`{"field": ["message", …]}` (400) or `{"detail": "message"}`.
"""

import json
import logging
from decimal import Decimal

from csp.decorators import csp
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja import errors as ninja_errors
from ninja.openapi.docs import Swagger
from ninja.parser import Parser
from ninja_extra.exceptions import APIException

from accounts import api as accounts_api
from accounts.tokens import TokenAuth
from config import __version__
from config.middleware.database_unavailable import answer_busy, is_busy
from config.middleware.security_headers import DOCUMENTATION
from config.openapi import Description
from core.api.errors import SPOKEN, as_sentence, refuse
from core.api.throttling import AddressThrottle
from core.exceptions import BusinessError
from inventory import api as inventory_api
from sales import api as sales_api

logger = logging.getLogger(__name__)


class StrictParser(Parser):
    """JSON as the standard has it, decimals exactly as they are written; an empty parameter is one not given."""

    def parse_body(self, request):
        return json.loads(request.body, parse_float=Decimal, parse_constant=self.refuse)

    def refuse(self, constant):
        raise ValueError(f"{constant} is not JSON")

    def parse_querydict(self, data, list_fields, request):
        given = super().parse_querydict(data, list_fields, request)
        return {key: value for key, value in given.items() if value != ""}


class Api(NinjaAPI):
    def get_openapi_operation_id(self, operation):
        app = operation.view_func.__module__.split(".")[0]
        path = "_alias" if "another name" in operation.summary else ""
        return f"{app}_{operation.view_func.__name__}_{operation.methods[0].lower()}{path}"

    def get_openapi_schema(self, *, path_prefix=None, path_params=None):
        return Description(self, path_prefix or self.get_root_path(path_params or {}))


api = Api(
    title="Mini ERP",
    version=__version__,
    urls_namespace="api",
    description="Products, stock, orders and customers of a small firm. Money is text with two decimals, times are "
    "ISO 8601 with offset, values like PENDING are accepted in any case. Lists come in pages: follow `next` and "
    "`previous`.",
    docs=Swagger({"persistAuthorization": True, "tryItOutEnabled": True}),
    docs_url="/docs/",
    docs_decorator=csp(DOCUMENTATION),
    openapi_url="/schema/",
    auth=TokenAuth(),
    parser=StrictParser(),
)
api.add_router("/v1/auth", accounts_api.auth)
api.add_router("/v1/customers", accounts_api.customers)
api.add_router("/v1/products", inventory_api.products)
api.add_router("/v1/orders", sales_api.orders)
api.add_router("/v1/dashboard", sales_api.dashboard)


# Refusals


@api.exception_handler(ninja_errors.ValidationError)
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


@api.exception_handler(ValidationError)
def broken_rule(request, error):
    """A rule of a model, at its field."""
    if not hasattr(error, "error_dict"):
        return refuse(400, " ".join(error.messages))
    fields = error.message_dict
    general = fields.pop("__all__", [])
    return JsonResponse(fields, status=400) if fields else refuse(400, " ".join(general))


@api.exception_handler(BusinessError)
def conflict(request, error):
    return refuse(409, str(error))


@api.exception_handler(APIException)
@api.exception_handler(ninja_errors.AuthenticationError)
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


@api.exception_handler(PermissionDenied)
def not_allowed(request, error):
    return refuse(403, str(error))


@api.exception_handler(Http404)
def not_found(request, error):
    return refuse(404)


@api.exception_handler(RequestDataTooBig)
def too_large(request, error):
    return refuse(413)


@api.exception_handler(ninja_errors.Throttled)
def too_often(request, error):
    response = refuse(429, getattr(error, "sentence", ""))
    if error.wait is not None:
        response.headers["Retry-After"] = str(error.wait)
    return response


@api.exception_handler(ninja_errors.HttpError)
def unreadable(request, error):
    return refuse(error.status_code, gettext("The body is not valid JSON.") if error.status_code == 400 else str(error))


@api.exception_handler(Exception)
def our_mistake(request, error):
    if is_busy(error):
        return answer_busy(request, error)
    logger.exception("%s %s", request.method, request.path)
    return refuse(500)


# What is not a route of the API


@csrf_exempt  # else a POST is answered with a page about cookies
def nothing_here(request):
    """Any other address under /api/."""
    slash_missing = gettext("There is nothing at this address: addresses of the API end with a slash.")
    return refuse(404, "" if request.path.endswith("/") else slash_missing)


@csp(DOCUMENTATION)
def redoc(request):
    """The description of the API to read."""
    return render(request, "api/redoc.html")
