"""Whatever is wrong, the answer is JSON of one of two shapes, and never a 500."""

import json
import logging
import time

import pytest
from django.test import Client

from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def check_shape(answer):
    assert answer.headers["Content-Type"].startswith("application/json")
    told = answer.json()
    if set(told) == {"detail"}:
        assert isinstance(told["detail"], str) and told["detail"].endswith(".")
    else:
        assert answer.status_code == 400
        assert all(isinstance(messages, list) and messages for messages in told.values())


@pytest.mark.parametrize(
    "body",
    ["{", "", "nonsense", "[1, 2", '{"sku": NaN}', '{"sku": Infinity}', b"\xff\xfe\x00", "[" * 100_000, "1" * 5000],
    ids=["brace", "empty", "word", "list", "NaN", "Infinity", "bytes", "deep", "long number"],
)
def test_what_is_no_json_is_said_so(admin, body):
    refused = admin.post("/products/", body)
    assert refused.status_code == 400
    check_shape(refused)
    assert "JSON" in refused.json()["detail"]


@pytest.mark.parametrize("body", ["[]", '"text"', "5", "null", "true", "[{}]"])
@pytest.mark.parametrize("path", ["/customers/", "/orders/", "/products/", "/auth/register/", "/auth/login/"])
def test_json_that_is_no_object_is_said_so(admin, path, body):
    refused = admin.post(path, body)
    assert (refused.status_code, list(refused.json())) == (400, ["detail"])
    assert "JSON object" in refused.json()["detail"]


@pytest.mark.parametrize(
    "number", ["1e60000000", "1.5e-60000000", "1E+999999999", "-1e400000", "0.0000000000000000001"]
)
@pytest.mark.parametrize("field", ["quantity", "product_id", "unit_price"])
def test_a_number_of_monstrous_size_costs_nothing(admin, field, number):
    body = {"customer_id": make_customer().pk, "items": [{"product_id": 1, "quantity": 1, field: "NUMBER"}]}
    start = time.process_time()
    refused = admin.post("/orders/", json.dumps(body).replace('"NUMBER"', number))
    assert (refused.status_code, list(refused.json())) == (400, ["items"])
    assert time.process_time() - start < 1


@pytest.mark.parametrize("path", ["/auth/login/", "/auth/register/"])
@pytest.mark.parametrize("email", ["\ud800@example.com", "\0@example.com", 5, None, ["x"], {}, "x" * 10_000])
def test_signing_in_bears_any_e_mail(anybody, path, email):
    refused = anybody.post(path, {"email": email, "password": "a long pass phrase", "first_name": "X"})
    assert (refused.status_code, list(refused.json())) == (400, ["email"])


def test_a_key_with_a_body_that_no_route_reads_is_borne(sales):
    for number, body in enumerate(["[" * 100_000, "{bad", b"\xff"]):
        order = make_order((make_product(), 1))
        answer = sales.post(f"/orders/{order.pk}/cancel/", body, Idempotency_Key=f"k-{number}")
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("header", "plain"),
    [
        ("application/json; charset=rot13", "application/json"),
        ("application/json; a*=foo''%41", "application/json"),
        ('multipart/form-data; charset=undefined; boundary="a b"', 'multipart/form-data; boundary="a b"'),
        ("multipart/form-data; boundary=abc; x=y", "multipart/form-data; boundary=abc"),
        ("", ""),
        (";", ""),
    ],
)
def test_a_content_type_is_reduced_to_what_can_do_no_harm(header, plain):
    from config.wsgi import plain_content_type

    assert plain_content_type(header) == plain


@pytest.mark.parametrize("length", ["abc", "-5", "1e3"])
def test_a_senseless_length_is_refused(anybody, length):
    answer = anybody.client.generic("POST", "/api/v1/auth/login/", b"{}", "application/json", CONTENT_LENGTH=length)
    check_shape(answer)
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["/nowhere/", "/products/abc/", "/products/1/nothing/", "/products/-1/", "/orders/1.5/"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_what_is_not_there_is_404(admin, method, path):
    refused = admin(method, path)
    assert refused.status_code == 404
    check_shape(refused)


def test_an_address_without_its_slash_is_told_so(admin):
    for method in ("GET", "POST"):
        refused = admin(method, "/products")
        assert refused.json() == {"detail": "There is nothing at this address: addresses of the API end with a slash."}


@pytest.mark.parametrize("path", ["/products/", "/customers/", "/orders/"])
@pytest.mark.parametrize("key", [10**18, 2**63 - 1, 2**63, 10**40])
def test_a_key_beyond_every_database_is_404(admin, path, key):
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        assert admin(method, f"{path}{key}/", {}).status_code == 404
    for rest in ("items", "confirm", "cancel", "image"):
        for method in ("GET", "POST", "DELETE"):
            assert admin(method, f"{path}{key}/{rest}/").status_code in (404, 405)


@pytest.mark.parametrize(
    ("method", "path"),
    [("DELETE", "/products/"), ("PUT", "/orders/"), ("GET", "/auth/login/"), ("TRACE", "/dashboard/")],
)
def test_a_method_that_is_not_possible_is_405_and_says_which_are(admin, method, path):
    refused = admin(method, path)
    assert refused.status_code == 405
    check_shape(refused)
    assert refused.headers["Allow"]
    for allowed in refused.headers["Allow"].split(", "):
        assert allowed in refused.json()["detail"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/products/"), ("PATCH", "/products/1/"), ("POST", "/auth/login/")]
)
def test_another_content_type_is_415(admin, content_type, method, path):
    refused = admin(method, path, "sku=1", content_type=content_type)
    assert (refused.status_code, refused.json()) == (415, {"detail": "Send the body as application/json."})


@pytest.mark.parametrize("content_type", ["application/json", "multipart/form-data", "image/png"])
def test_a_picture_comes_in_a_form_or_not_at_all(admin, content_type):
    refused = admin.put(f"/products/{make_product().pk}/image/", b"x", content_type=content_type)
    assert refused.status_code == 415
    assert "multipart/form-data" in refused.json()["detail"]


def test_a_broken_form_is_400(admin):
    path = f"/products/{make_product().pk}/image/"
    refused = admin.put(path, b"nonsense", content_type="multipart/form-data; boundary=x")
    assert refused.status_code == 400
    check_shape(refused)


def test_a_step_needs_no_body_whatever_a_client_calls_it(sales):
    order = make_order((make_product(), 1))
    answer = sales.post(f"/orders/{order.pk}/confirm/", "", content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 200


def test_a_body_that_is_too_large_is_413(admin, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    refused = admin.post("/products/", {"sku": "A", "name": "x" * 2000, "selling_price": "1"})
    assert refused.status_code == 413
    check_shape(refused)
    settings.MAX_IMAGE_BYTES = 1000
    path = f"/products/{make_product().pk}/image/"
    refused = admin.put(path, b"x" * 200_000, content_type="multipart/form-data; boundary=x")
    assert refused.status_code == 413


@pytest.mark.parametrize(
    "query", ["search=%00", "%00=1", "search=%ED%A0%80", "search=" + "x" * 201, "search=%25%5F%5C%27"]
)
@pytest.mark.parametrize("path", ["/products/", "/customers/", "/orders/", "/products/stock-changes/"])
def test_a_search_for_anything_is_answered(admin, path, query):
    answer = admin.get(f"{path}?{query}")
    assert answer.status_code in (200, 400)
    assert answer.headers["Content-Type"].startswith("application/json")


def test_a_mistake_of_ours_is_logged_and_told_without_its_details(admin, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("sales.api.dashboard.insights", broken)
    with caplog.at_level(logging.ERROR):
        answer = admin.get("/dashboard/")
    assert answer.status_code == 500
    check_shape(answer)
    assert "secret" not in answer.content.decode() and "secret detail" in caplog.text


def test_a_mistake_outside_the_api_itself_is_json_too(admin, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("django.contrib.messages.middleware.MessageMiddleware.process_request", broken)
    answer = admin.get("/dashboard/")
    assert answer.status_code == 500
    check_shape(answer)


def test_a_host_that_is_not_ours_is_refused_in_json_before_it_is_sent_to_https(settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.ALLOWED_HOSTS = ["erp.example.com"]
    answer = Client().get("/api/v1/products/", headers={"host": "evil.example.com"})
    assert answer.status_code == 400
    check_shape(answer)


def test_somebody_faster_is_409(sales, monkeypatch):
    """What full_clean could not see yet, the database's constraint does."""
    make_customer(email="ada@example.com")
    monkeypatch.setattr(
        "accounts.api.apply_values", lambda record, values: [setattr(record, *pair) for pair in values.items()]
    )
    refused = sales.post("/customers/", {"email": "ada@example.com", "first_name": "Ada"})
    assert refused.status_code == 409
    check_shape(refused)


# Frontends on other hosts


@pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:3000"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/products/", 401),
        ("GET", "/nowhere/", 404),
        ("POST", "/products/1/", 405),
        ("POST", "/auth/login/", 400),
    ],
)
def test_refusals_can_be_read_by_a_frontend(anybody, origin, method, path, status):
    answer = anybody(method, path, "{", Origin=origin)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (status, origin)


@pytest.mark.parametrize("path", ["/orders/", "/orders/1/", "/auth/login/", "/nowhere/"])
def test_a_preflight_is_allowed_with_the_headers_a_frontend_sends(anybody, path):
    answer = anybody(
        "OPTIONS",
        path,
        Origin="http://localhost:3000",
        Access_Control_Request_Method="PUT",
        Access_Control_Request_Headers="authorization,content-type,idempotency-key",
    )
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:3000"
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    assert {"authorization", "content-type", "idempotency-key"} <= set(
        answer.headers["Access-Control-Allow-Headers"].split(", ")
    )


@pytest.mark.parametrize(
    "origin", ["http://evil.example.com", "null", "http://[", "x", "http://localhost:3000.evil.com"]
)
def test_other_origins_are_given_nothing(anybody, origin):
    answer = anybody.get("/products/", Origin=origin)
    assert answer.status_code == 401
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_the_admin_is_not_opened_to_frontends(client):
    answer = client.get("/admin/login/", headers={"origin": "http://localhost:3000"})
    assert "Access-Control-Allow-Origin" not in answer.headers
