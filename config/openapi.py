"""What the API's description of itself says of every route: who may, how it refuses, what a refusal looks like."""

from csp.decorators import csp
from django.shortcuts import render
from ninja.openapi.schema import OpenAPISchema

from accounts.models import User
from accounts.roles import MATRIX
from accounts.tokens import OptionalTokenAuth
from config.middleware.security_headers import DOCUMENTATION

REFUSALS = {
    400: "Something in the request is not as it should be.",
    401: "No token, or one that has expired or been ended.",
    403: "The asker's role does not allow this.",
    404: "There is nothing at this address that the asker may see.",
    409: "The state of things forbids this, or somebody was faster.",
    413: "The request is too large.",
    415: "The body has another content type than the one described.",
    429: "Too many requests. `Retry-After` says in how many seconds to try again.",
    503: "The database is busy or away. `Retry-After` says in how many seconds to look, and to try again.",
}
SHORT = {
    "type": "array",
    "description": "Of which products there are too few, for those who may see the stock.",
    "items": {
        "type": "object",
        "properties": {
            "product_id": {"type": "integer"},
            "sku": {"type": "string"},
            "ordered": {"type": "integer"},
            "available": {"type": "integer"},
            "short": {"type": "integer"},
        },
        "required": ["product_id", "sku", "ordered", "available", "short"],
    },
}
DETAIL = {
    "type": "object",
    "properties": {"detail": {"type": "string"}, "short": SHORT},
    "required": ["detail"],
    "examples": [
        {"detail": "ORD-20261122-0001 cannot be edited: it was confirmed by Sara Lee on Nov. 22, 2026, 10:41."}
    ],
}
FIELDS = {
    "type": "object",
    "properties": {"short": SHORT},
    "additionalProperties": {"type": "array", "items": {"type": "string"}},
    "examples": [{"items": ["Chai (NW-1): 5 ordered, 3 in stock."]}],
}
BEARER = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "`access` of a log-in, sent as `Authorization: Bearer …`.",
}


class Description(OpenAPISchema):
    """The OpenAPI document with what ninja cannot know added."""

    def operation_details(self, operation):
        details = super().operation_details(operation)
        method = operation.methods[0]
        codes = {400, 429, 503}
        if "security" in details:
            codes |= {401, 403}
        if "{" in operation.path:
            codes.add(404)
        if method != "GET":
            codes |= {401, 413, 415}
        if method != "GET" and "security" in details:
            codes.add(409)
        details["responses"] |= {code: self.refusal(code) for code in sorted(codes)}
        details["description"] = f"{details.get('description', '')}\n\nFor: {who_may(operation)}."
        return details

    def operation_parameters(self, operation):
        """A query parameter cannot be null, but it may be empty, which is the same as leaving it out."""
        parameters = super().operation_parameters(operation)
        for parameter in parameters:
            kinds = parameter["schema"].get("anyOf", [])
            if parameter["in"] == "query" and {"type": "null"} in kinds:
                kinds[kinds.index({"type": "null"})] = {"const": ""}
        return parameters

    def operation_security(self, operation):
        if not operation.auth_callbacks:
            return None
        self.securitySchemes["Bearer"] = BEARER
        optional = isinstance(operation.auth_callbacks[0], OptionalTokenAuth)
        return [{"Bearer": []}, {}] if optional else [{"Bearer": []}]

    def get_components(self):
        self.schemas |= {"Refusal": DETAIL, "FieldErrors": FIELDS}
        return super().get_components()

    def refusal(self, code: int) -> dict:
        schema = {"$ref": "#/components/schemas/Refusal"}
        if code == 400:
            schema = {"anyOf": [{"$ref": "#/components/schemas/FieldErrors"}, schema]}
        return {"description": REFUSALS[code], "content": {"application/json": {"schema": schema}}}


def who_may(operation) -> str:
    """The roles that the lock of an operation opens to, in words."""
    lock = operation.auth_callbacks[0] if operation.auth_callbacks else None
    if lock is None or isinstance(lock, OptionalTokenAuth):
        return "everybody"
    roles = {role for permission in lock.permissions for role in MATRIX[permission]}
    return ", ".join(role.label.lower() for role in User.Role if role in roles) or "nobody"


@csp(DOCUMENTATION)
def redoc(request):
    """The description of the API to read."""
    return render(request, "api/redoc.html")
