"""How the API says no: one shape for all, and sentences for the person at the screen."""

from http import HTTPStatus
from typing import Any

from django.http import JsonResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.api.types import MAX_ID

# A line's fields as a person calls them.
FIELD_LABELS = {"product_id": _("product"), "unit_price": _("price")}
SENTENCES = {
    400: _("The request could not be understood."),
    401: _("Please sign in."),
    403: _("Your role does not allow this."),
    404: _("There is nothing at this address."),
    413: _("The request is too large."),
    429: _("Too many requests. Please wait a little."),
    500: _("Something went wrong on our side. It has been logged."),
    503: _(
        "The system is busy at the moment. "
        "Please check whether your request was carried out, and try again in a few seconds."
    ),
}

# By pydantic's type of error: what is said of the field.
SCHEMA_ERRORS = {
    "missing": _("{subject} is required."),
    "int_parsing": _("{subject} must be a whole number."),
    "int_type": _("{subject} must be a whole number."),
    "int_from_float": _("{subject} must be a whole number."),
    "int_parsing_size": _("{subject} is too large."),
    "decimal_parsing": _("{subject} must be a number."),
    "decimal_type": _("{subject} must be a number."),
    "finite_number": _("{subject} must be a number."),
    "decimal_max_places": _("{subject} must have at most {decimal_places} decimals."),
    "greater_than_equal": _("{subject} must be at least {ge}."),
    "less_than_equal": _("{subject} must be at most {le}."),
    "string_type": _("{subject} must be text."),
    "string_unicode": _("{subject} must not contain characters that cannot be stored."),
    "text_unstorable": _("{subject} must not contain characters that cannot be stored."),
    "string_too_short": _("{subject} must not be empty."),
    "string_pattern_mismatch": _("{subject} must not be empty."),
    "string_too_long": _("{subject} must have at most {max_length} characters."),
    "too_short": _("{subject} must not be empty."),
    "too_long": _("{subject} must have at most {max_length} entries."),
    "list_type": _("{subject} must be a list."),
    "literal_error": _("{subject} must be one of {expected}."),
    "bool_type": _("{subject} must be true or false."),
    "bool_parsing": _("{subject} must be true or false."),
    "datetime_type": _("{subject} must be a moment like 2026-11-22T10:41:00Z."),
    "datetime_parsing": _("{subject} must be a moment like 2026-11-22T10:41:00Z."),
    "datetime_from_date_parsing": _("{subject} must be a moment like 2026-11-22T10:41:00Z."),
    "timezone_aware": _("{subject} must be a moment like 2026-11-22T10:41:00Z."),
    "date_type": _("{subject} must be a date like 2026-11-22."),
    "date_parsing": _("{subject} must be a date like 2026-11-22."),
    "date_from_datetime_parsing": _("{subject} must be a date like 2026-11-22."),
    "date_from_datetime_inexact": _("{subject} must be a date like 2026-11-22."),
    "model_type": _("{subject} must be an object."),
    "model_attributes_type": _("{subject} must be an object."),
}


def describe_schema_error(subject: str, found: dict) -> str:
    """pydantic's finding in the words of this system."""
    sentence: Any = SCHEMA_ERRORS.get(found["type"])
    if found.get("ctx", {}).get("le") == MAX_ID:
        sentence = gettext("{subject} is too large.")
    if sentence is None:
        return f"{subject} {found['msg']}."
    return sentence.format(subject=subject, **found.get("ctx", {})).replace("'", "")


def error_response(status: int, detail: str = "") -> JsonResponse:
    """`{"detail": …}`, with the usual sentence of the status if no other is given."""
    detail = detail or str(SENTENCES.get(status, "")) or f"{HTTPStatus(status).phrase}."
    response = JsonResponse({"detail": detail}, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
