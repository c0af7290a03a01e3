"""What the API says of itself: the OpenAPI document and the two pages that show it."""

import hashlib
import json
from pathlib import Path

import pytest

from config.api import api

COMMITTED = Path(__file__).parent / "openapi.json"
REFRESH = "python manage.py export_openapi_schema --api config.api.api --indent 2 --output tests/api/openapi.json"


def document() -> dict:
    return json.loads(json.dumps(api.get_openapi_schema(), default=str))


def operations():
    for path, methods in document()["paths"].items():
        for method, operation in methods.items():
            yield f"{method.upper()} {path}", operation


def test_the_document_is_the_committed_one():
    """Whoever changes the API changes this file with it, and shows what changed."""
    assert document() == json.loads(COMMITTED.read_text()), f"If the change is meant: {REFRESH}"


def test_it_is_served_where_the_pages_look_for_it(client):
    answer = client.get("/api/schema/")
    assert (answer.status_code, answer.json()) == (200, document())


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/"])
def test_the_pages_take_everything_from_this_host(client, path):
    page = client.get(path)
    assert page.status_code == 200
    assert "/api/schema/" in page.content.decode()
    assert "http://" not in page.content.decode() and "https://" not in page.content.decode()
    assert "cdn" not in page.content.decode()


def test_every_operation_is_named_tagged_summed_up_and_says_for_whom():
    names = [operation["operationId"] for _, operation in operations()]
    assert len(names) == len(set(names))
    for name, operation in operations():
        assert operation["summary"] and operation["tags"], name
        assert "For: " in operation["description"], name
        assert "nobody" not in operation["description"], name


def test_every_operation_tells_its_refusals():
    for name, operation in operations():
        codes = set(operation["responses"])
        assert {"400", "429"} <= codes, name
        if "{id}" in name:
            assert "404" in codes, name
        if operation.get("security") == [{"Bearer": []}]:
            assert {"401", "403"} <= codes, name
        if "requestBody" in operation:
            assert {"413", "415"} <= codes, name


def test_every_json_body_has_an_example():
    schemas = document()["components"]["schemas"]
    for name, operation in operations():
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content and not name.endswith(("/refresh/", "/logout/", "/password/")):
            described = content["schema"].get("anyOf", [content["schema"]])[
                0
            ]  # one that may be left out is no more than null
            schema = schemas[described["$ref"].rsplit("/")[-1]]
            assert schema["examples"], name


def test_bearer_is_the_scheme():
    assert document()["components"]["securitySchemes"]["Bearer"]["scheme"] == "bearer"


# What programs rely on, apart from sentences: paths, parameters, schemas, operation ids and examples of version 1.1.
CONTRACT_1_1 = "c3cce0cbe5b39d0c866f71869f822d3f8e9c59f7fd52da15f2de13d7d5193af3"
SENTENCES = {"description", "summary", "title"}


def without_sentences(node, inside: str = ""):
    """The document without its sentences; a property that is called like one of these keys stays."""
    if isinstance(node, dict):
        return {
            key: without_sentences(value, key)
            for key, value in sorted(node.items())
            if inside == "properties" or not (key in SENTENCES and isinstance(value, str))
        }
    return [without_sentences(item) for item in node] if isinstance(node, list) else node


def test_the_api_of_1_1_is_kept_to_the_letter():
    """Additions come in the next version of this fingerprint, with a line in the changelog."""
    contract = without_sentences({key: value for key, value in document().items() if key in ("paths", "components")})
    digest = hashlib.sha256(json.dumps(contract, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
    assert digest == CONTRACT_1_1
