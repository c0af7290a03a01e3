"""Whoever guesses passwords has to wait; who only shares the name or only the address does not."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.conf import settings as django_settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.clients import Caller
from tests.factories import make_customer, make_sales

pytestmark = pytest.mark.django_db
RIGHT, WRONG = "correct horse", "wrong"
SENTENCE = "Too many attempts to sign in. Please try again in 15 minutes."
HERE, THERE = "10.0.0.1", "10.0.0.2"


@pytest.fixture(autouse=True)
def no_throttling(settings):
    settings.API_RATE = settings.API_LOGIN_RATE = "100000/m"
    cache.clear()


def at_the_admin(email, password, address=HERE, **headers):
    data = {"username": email, "password": password}
    return Client().post(reverse("admin:login"), data, REMOTE_ADDR=address, headers=headers)


def at_the_api(email, password, address=HERE, **headers):
    caller = Caller()
    caller.client.defaults["REMOTE_ADDR"] = address
    return caller.post("/auth/login/", {"email": email, "password": password}, **headers)


DOORS = pytest.mark.parametrize("door", [at_the_admin, at_the_api], ids=["admin", "api"])


def is_in(response) -> bool:
    return response.status_code == 302 or (response.status_code == 200 and "access" in response.content.decode())


@DOORS
def test_after_five_failures_the_right_password_does_not_get_in_either(door):
    email = make_sales().email
    for _ in range(4):
        assert door(email, WRONG).status_code != 429
    for password in (WRONG, RIGHT, RIGHT):
        refused = door(email, password)
        assert (refused.status_code, SENTENCE in refused.content.decode()) == (429, True)
        assert 890 <= int(refused.headers["Retry-After"]) <= 900


def test_the_api_says_it_in_its_own_form_and_the_admin_at_its_own_page():
    email = make_sales().email
    answers = [at_the_api(email, WRONG) for _ in range(5)]
    assert answers[-1].json() == {"detail": SENTENCE}
    page = at_the_admin(email, RIGHT)
    assert (page.status_code, page.context["form"].non_field_errors()) == (429, [SENTENCE])
    assert b"login-form" in page.content


@DOORS
def test_failures_are_counted_over_both_doors_and_all_spellings(door):
    make_sales(email="sara@example.com")
    for other, spelling in (
        (at_the_admin, "sara@example.com"),
        (at_the_api, "SARA@example.com"),
        (at_the_admin, " Sara@Example.com "),
        (at_the_api, "sara@example.com"),
        (at_the_admin, "Ｓara@example.com"),
    ):
        other(spelling, WRONG)
    assert door("sara@example.com", RIGHT).status_code == 429


@DOORS
def test_another_browser_does_not_help(door):
    email = make_sales().email
    for number in range(5):
        door(email, WRONG, User_Agent=f"Browser {number}")
    assert door(email, RIGHT, User_Agent="Yet another").status_code == 429


@DOORS
def test_nobody_else_is_kept_out(door):
    """Neither the same person from another address, nor a colleague from the same."""
    email, colleague = make_sales().email, make_sales().email
    for _ in range(6):
        door(email, WRONG)
    assert is_in(door(email, RIGHT, THERE))
    assert is_in(door(colleague, RIGHT))
    assert door(email, RIGHT).status_code == 429


@DOORS
def test_a_sign_in_forgives(door):
    email = make_sales().email
    for password in [WRONG] * 4 + [RIGHT] + [WRONG] * 4:
        answer = door(email, password)
        assert is_in(answer) == (password == RIGHT)
    assert is_in(door(email, RIGHT))


@DOORS
def test_a_lock_ends_when_it_said_and_trying_meanwhile_does_not_prolong_it(door):
    email = make_sales().email
    for _ in range(8):
        door(email, WRONG)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=14, seconds=30))
    soon = door(email, RIGHT)
    assert "try again in 1 minute." in soon.content.decode()
    assert 25 <= int(soon.headers["Retry-After"]) <= 30
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=15, seconds=1))
    assert is_in(door(email, RIGHT))


@DOORS
def test_a_lock_does_not_tell_who_exists(door):
    """Somebody real, somebody deactivated, a customer and nobody hear the same, before the lock and behind it."""
    emails = [make_sales().email, make_sales(is_active=False).email, make_customer().email, "nobody@example.com"]
    told = []
    for email in emails:
        answers = [door(email, WRONG) for _ in range(7)]
        errors = [answer.context["form"].non_field_errors() if answer.context else answer.json() for answer in answers]
        told.append([(answer.status_code, error) for answer, error in zip(answers, errors, strict=True)])
    assert all(one == told[0] for one in told)


def test_a_customers_right_password_is_told_apart_from_a_wrong_one_nowhere_in_the_admin():
    email = make_customer().email
    answers = [at_the_admin(email, password) for password in [WRONG, RIGHT, RIGHT, WRONG, RIGHT]]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
    assert len({str(answer.context["form"].non_field_errors()) for answer in answers[:4]}) == 1


def test_how_many_and_how_long_can_be_set(settings):
    settings.AXES_FAILURE_LIMIT, settings.AXES_COOLOFF_TIME = 2, timedelta(minutes=3)
    email = make_sales().email
    at_the_api(email, WRONG)
    assert "in 3 minutes" in at_the_api(email, WRONG).json()["detail"]


@pytest.mark.parametrize("forwarded", ["", "unknown", "1.2.3.4:80", "x" * 300, "\u0661", "::1, fe80::1%eth0"])
@DOORS
def test_whatever_a_proxy_says_is_borne(door, settings, forwarded):
    settings.NINJA_NUM_PROXIES = 1
    email = make_sales().email
    answers = [door(email, WRONG, X_Forwarded_For=forwarded).status_code for _ in range(5)]
    assert answers[-1] == 429


def test_the_address_is_the_one_that_the_throttle_believes(settings):
    email = make_sales().email
    for proxies, forwarded in ((0, "{}"), (1, "{}, 9.9.9.9")):
        settings.NINJA_NUM_PROXIES = proxies
        for number in range(5):
            last = at_the_api(email, WRONG, X_Forwarded_For=forwarded.format(f"1.1.1.{number}"))
        assert last.status_code == 429


@pytest.mark.parametrize("name", ["x" * 5000, "a\x00b", "\u202e@x.com", "", " ", "' OR 1=1 --", "\U0001f600@x.com"])
@DOORS
def test_any_name_is_borne(door, name):
    assert {door(name, "a\x00b").status_code, door(name, WRONG, User_Agent="x" * 5000).status_code} <= {200, 400, 401}


@DOORS
def test_an_address_that_signs_in_too_often_is_refused_for_a_while(door, settings):
    settings.API_LOGIN_RATE = "3/m"
    email = make_sales().email
    for number in range(3):
        at_the_admin(f"{number}@example.com", WRONG)
    refused = door(email, RIGHT)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert is_in(door(email, RIGHT, THERE))


GUESSERS = [f"10.1.0.{number}" for number in range(12)]


@DOORS
def test_guesses_from_elsewhere_do_not_keep_the_right_person_out(door):
    email = make_sales().email
    assert is_in(door(email, RIGHT))
    codes = [door(email, WRONG, address).status_code for address in GUESSERS]
    assert codes[-1] == 429 and 429 not in codes[:10]
    assert is_in(door(email, RIGHT))  # from where they have signed in before


@DOORS
def test_while_many_guess_at_an_account_other_addresses_wait_five_minutes_at_most(door):
    email = make_sales().email
    for address in GUESSERS:
        door(email, WRONG, address)
    refused = door(email, RIGHT, THERE)
    assert (refused.status_code, 0 < int(refused.headers["Retry-After"]) <= 300) == (429, True)
    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=5, seconds=1))
    assert is_in(door(email, RIGHT, THERE))


def test_who_is_waited_for_is_not_told():
    """A name that nobody has is closed in the same way."""
    for name in (make_sales().email, "nobody@example.com"):
        assert [at_the_api(name, WRONG, address).status_code for address in GUESSERS][9:] == [401, 429, 429]


@DOORS
def test_the_addresses_of_one_network_count_as_one(door, settings):
    settings.NINJA_NUM_PROXIES = 1
    email = make_sales().email
    codes = [door(email, WRONG, X_Forwarded_For=f"2001:db8:1:2::{n}").status_code for n in range(1, 7)]
    assert codes[-1] == 429
    assert is_in(door(email, RIGHT, X_Forwarded_For="2001:db8:1:3::1"))


def test_a_crowd_cannot_push_the_counts_out(settings):
    email = make_sales().email
    for _ in range(5):
        at_the_api(email, WRONG)
    for number in range(20):
        at_the_api(f"{number}@example.com", WRONG, f"10.2.0.{number}")
    cache.clear()
    assert at_the_api(email, RIGHT).status_code == 429
    assert django_settings.CACHES["default"]["OPTIONS"]["MAX_ENTRIES"] >= 100_000


def test_no_password_is_kept():
    at_the_admin("x@example.com", "secret-word")
    at_the_api("y@example.com", "secret-word")
    kept = [repr(row) for row in AccessAttempt.objects.values_list()]
    assert len(kept) == 2
    assert "secret-word" not in "".join(kept)


def test_clear_expired_forgets_what_counts_no_more(capsys):
    for number in range(3):
        at_the_api(f"{number}@example.com", WRONG)
    AccessAttempt.objects.exclude(username="0@example.com").update(attempt_time=timezone.now() - timedelta(minutes=16))
    call_command("clear_expired")
    assert "2 failed sign-ins" in capsys.readouterr().out
    assert [attempt.username for attempt in AccessAttempt.objects.all()] == ["0@example.com"]
