"""How often somebody may ask."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory

from core.api.throttling import SignInThrottle
from tests.clients import Caller
from tests.factories import make_sales

pytestmark = pytest.mark.django_db


def log_in(anybody, email="x@example.com", **headers):
    return anybody.post("/auth/login/", {"email": email, "password": "wrong"}, **headers).status_code


def test_passwords_cannot_be_tried_out_from_one_address(anybody, settings):
    settings.API_LOGIN_RATE = "3/m"
    assert [log_in(anybody, f"{number}@example.com") for number in range(5)] == [401, 401, 401, 429, 429]
    assert anybody.post("/auth/register/", {}).status_code == 429  # counted together


def test_nor_on_one_account_from_many_addresses(anybody, settings):
    settings.LOGIN_ACCOUNT_FAILURES = 3
    settings.NINJA_NUM_PROXIES = 1
    codes = [log_in(anybody, X_Forwarded_For=f"10.0.0.{number}") for number in range(5)]
    assert codes == [401, 401, 401, 429, 429]


def test_an_address_cannot_be_made_up(anybody, settings):
    settings.API_LOGIN_RATE = "3/m"
    for proxies, forwarded in ((0, "{0}"), (1, "{0}, 9.9.9.9")):
        settings.NINJA_NUM_PROXIES = proxies
        emails = [f"{proxies}-{number}@example.com" for number in range(5)]
        codes = [log_in(anybody, email, X_Forwarded_For=forwarded.format(email)) for email in emails]
        assert codes == [401, 401, 401, 429, 429]


def test_whoever_asks_too_often_is_told_how_long_to_wait(settings, db):
    settings.API_RATE = "3/m"
    eager, patient = Caller(make_sales()), Caller(make_sales())
    answers = [eager.get("/auth/me/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].json() == {"detail": "Too many requests. Please wait a little."}
    assert 0 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert patient.get("/auth/me/").status_code == 200


def test_refusals_count_too(settings, customer):
    settings.API_RATE = "3/m"
    assert [customer.get("/customers/").status_code for _ in range(5)] == [403, 403, 403, 429, 429]


def test_every_open_route_has_a_limit():
    from config.api import api

    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                assert operation.auth_callbacks or operation.throttle_objects, operation.path


def test_who_has_no_good_token_is_counted_too(settings, anybody):
    settings.API_RATE = "3/m"
    answers = [anybody.get("/products/", Authorization=f"Bearer {number}") for number in range(5)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60


def test_a_password_is_not_guessed_by_changing_it(settings, customer):
    settings.API_LOGIN_RATE = "3/m"
    body = {"current_password": "wrong", "new_password": "battery staple"}
    assert [customer.post("/auth/me/password/", body).status_code for _ in range(4)] == [400, 400, 400, 429]


def test_many_at_once_are_counted_one_by_one(settings):
    settings.API_LOGIN_RATE = "50/h"
    request = RequestFactory().get("/", REMOTE_ADDR="10.1.1.1")
    throttle = SignInThrottle()
    with ThreadPoolExecutor(8) as pool:
        allowed = list(pool.map(lambda _: throttle.allow_request(request), range(200)))
    assert allowed.count(True) == 50
