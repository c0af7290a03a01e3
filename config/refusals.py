"""How the API says no: one shape for all, and sentences for the person at the screen."""

from http import HTTPStatus

from django.http import JsonResponse

from accounts.wire import MAX_ID

# A line's fields as a person calls them.
SPOKEN = {"product_id": "product", "unit_price": "price"}
SENTENCES = {
    400: "The request could not be understood.",
    401: "Please sign in.",
    403: "Your role does not let you do this.",
    404: "There is nothing at this address.",
    413: "The request is too large.",
    429: "Too many requests. Please wait a little.",
    500: "Something went wrong on our side. It has been logged.",
}

# By pydantic's type of error: what is said of the field.
PREDICATES = {
    "missing": "is required",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "int_parsing_size": "is too large",
    "decimal_parsing": "must be a number",
    "decimal_type": "must be a number",
    "finite_number": "must be a number",
    "decimal_max_places": "must have at most {decimal_places} decimals",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "string_type": "must be text",
    "string_unicode": "must not contain characters that cannot be stored",
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must not be empty",
    "string_too_long": "must have at most {max_length} characters",
    "too_short": "must not be empty",
    "too_long": "must have at most {max_length} entries",
    "list_type": "must be a list",
    "literal_error": "must be one of {expected}",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "datetime_type": "must be a moment like 2026-11-22T10:41:00Z",
    "datetime_parsing": "must be a moment like 2026-11-22T10:41:00Z",
    "datetime_from_date_parsing": "must be a moment like 2026-11-22T10:41:00Z",
    "timezone_aware": "must be a moment like 2026-11-22T10:41:00Z",
    "date_type": "must be a date like 2026-11-22",
    "date_parsing": "must be a date like 2026-11-22",
    "date_from_datetime_parsing": "must be a date like 2026-11-22",
    "date_from_datetime_inexact": "must be a date like 2026-11-22",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
}


def as_sentence(subject: str, found: dict) -> str:
    """pydantic's finding in the words of this system."""
    predicate = PREDICATES.get(found["type"])
    if found.get("ctx", {}).get("le") == MAX_ID:
        predicate = "is too large"
    predicate = predicate.format(**found.get("ctx", {})) if predicate else found["msg"]
    return f"{subject} {predicate.replace(chr(39), '')}."


def refuse(status: int, detail: str = "") -> JsonResponse:
    """`{"detail": …}`, with the usual sentence of the status if no other is given."""
    detail = detail or SENTENCES.get(status) or f"{HTTPStatus(status).phrase}."
    response = JsonResponse({"detail": detail}, status=status)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response
