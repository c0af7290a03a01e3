"""What every answer tells the browser about what it may do with it."""

import re
from pathlib import Path

import pytest
from django.conf import settings

pytestmark = pytest.mark.django_db

DATA = {name: {"'none'"} for name in ("default-src", "base-uri", "form-action", "frame-ancestors")}
EVERYWHERE = {
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PAGES = ["/admin/", "/admin/login/", "/admin/sales/order/", "/nowhere/", "/healthz/", "/favicon.ico", "/?x=%00"]
ANSWERS = ["/api/v1/orders/", "/api/nowhere/", "/api/v1/auth/login/", "/api/v1/orders/?x=%00"]


def directives(response) -> dict[str, set[str]]:
    parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";")]
    return {name: set(sources) for name, *sources in parts}


@pytest.mark.parametrize("debug", [True, False])
@pytest.mark.parametrize("path", PAGES)
def test_pages_run_no_script_that_stands_in_them_and_fetch_nothing_from_elsewhere(as_admin, settings, path, debug):
    settings.DEBUG = debug
    response = as_admin.get(path)
    if debug and response.status_code == 404:
        return  # Django's own page for developers
    policy = directives(response)
    assert policy["script-src"] == {"'self'", "'unsafe-eval'"}
    assert policy["default-src"] == policy["form-action"] == policy["base-uri"] == {"'self'"}
    assert policy["object-src"] == policy["frame-ancestors"] == {"'none'"}
    assert not [source for sources in policy.values() for source in sources if "//" in source or "*" in source]
    assert "camera=()" in response.headers["Permissions-Policy"]


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_of_the_api_is_data_whoever_opens_it(client, path):
    response = client.get(path)
    assert response.headers["Content-Type"].startswith("application/json")
    assert directives(response) == DATA


@pytest.mark.parametrize("path", ["/api/docs/", "/api/redoc/", "/api/schema/"])
def test_the_documentation_has_a_policy_of_its_own(client, path):
    policy = directives(client.get(path))
    assert policy["default-src"] == {"'self'"} and "script-src" not in policy
    assert policy["frame-ancestors"] == policy["base-uri"] == {"'none'"}


@pytest.mark.parametrize("path", [*PAGES[:-1], *ANSWERS[:-1], "/api/docs/"])
def test_these_headers_are_everywhere(client, path):
    response = client.get(path)
    assert {name: response.headers.get(name) for name in EVERYWHERE} == EVERYWHERE


def test_our_templates_have_no_scripts_and_no_handlers_in_them():
    for path in Path(settings.BASE_DIR).glob("*/**/*.html"):
        if path.relative_to(settings.BASE_DIR).parts[0] in ("templates", "accounts", "inventory", "sales"):
            text = path.read_text()
            assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), path
            assert not re.search(r"<[^>]*\son[a-z]+\s*=|javascript:", text), path
