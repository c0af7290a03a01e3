"""The log of who came in, who was refused and whose rights changed."""

import logging
import re

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.security_log import log_event
from accounts.services.people import save_user
from config.settings import LOGGING
from tests.clients import Caller, signed_in
from tests.factories import make_admin, make_customer, make_customer_import, make_sales

pytestmark = pytest.mark.django_db
RIGHT = "correct horse"


@pytest.fixture
def lines(caplog, settings, monkeypatch):
    settings.API_LOGIN_RATE = "100000/m"
    cache.clear()
    monkeypatch.setattr("django.db.transaction.on_commit", lambda function, **_: function())
    caplog.set_level(logging.INFO, logger="security")

    def lines(event=""):
        return [r.getMessage() for r in caplog.records if r.name == "security" and r.getMessage().startswith(event)]

    return lines


def sign_in(email, password=RIGHT, **extra):
    client = Client()
    client.post(reverse("admin:login"), {"username": email, "password": password}, **extra)
    return client


def test_a_day_at_the_admin(lines):
    sara = make_sales(email="sara@example.com")
    sign_in(sara.email, "wrong", REMOTE_ADDR="10.0.0.7")
    client = sign_in(sara.email, REMOTE_ADDR="10.0.0.7")
    client.get("/admin/accounts/user/", REMOTE_ADDR="10.0.0.7")
    client.post(reverse("admin:logout"), REMOTE_ADDR="10.0.0.7")
    who, address = f'by={sara.pk}/"sara@example.com"', 'address="10.0.0.7"'
    assert lines()[-4:] == [
        f'sign-in-failed by=- {address} name="sara@example.com" path="/admin/login/"',
        f'signed-in {who} {address} path="/admin/login/"',
        f'refused {who} {address} method="GET" path="/admin/accounts/user/"',
        f"signed-out {who} {address}",
    ]


def test_a_day_at_the_api(lines):
    cleo = make_customer(email="cleo@example.com")
    anybody = Caller()
    anybody.post("/auth/login/", {"email": "cleo@example.com", "password": "wrong"})
    tokens = anybody.post("/auth/login/", {"email": "cleo@example.com", "password": RIGHT}).json()
    anybody.get("/customers/", Authorization=f"Bearer {tokens['access']}")
    anybody.post("/auth/logout/", {"refresh": tokens["refresh"]})
    who, address = f'by={cleo.pk}/"cleo@example.com"', 'address="127.0.0.1"'
    assert lines() == [
        f'sign-in-failed by=- {address} name="cleo@example.com" path="/api/v1/auth/login/"',
        f'signed-in {who} {address} path="/api/v1/auth/login/"',
        f'refused {who} {address} method="GET" path="/api/v1/customers/"',
        f"signed-out {who} {address}",
    ]
    assert not [line for line in lines() if RIGHT in line or "wrong" in line or tokens["access"][:20] in line]


def test_a_lock_is_told_once_and_who_knocks_meanwhile(lines):
    email = make_sales().email
    for _ in range(7):
        sign_in(email, "wrong")
    assert [line.split()[0] for line in lines() if email in line and "made" not in line] == [
        *["sign-in-failed"] * 4,
        "locked-out",
        *["still-locked-out"] * 2,
    ]


def test_whose_rights_change_and_who_did_it(lines):
    admin, sam = make_admin(), make_sales(email="sam@example.com")
    client = signed_in(admin)
    form = {"first_name": "Sam", "last_name": "S", "email": sam.email, "role": "ADMIN", "is_active": "on"}
    address = reverse("admin:accounts_user_change", args=[sam.pk])
    assert client.post(address, form).status_code == 302
    form.pop("is_active")
    assert client.post(address, form).status_code == 302
    form = {"password1": "a new horse 77", "password2": "a new horse 77"}
    assert client.post(reverse("admin:auth_user_password_change", args=[sam.pk]), form).status_code == 302
    by, of = f'by={admin.pk}/"{admin.email}" address="127.0.0.1"', f'of={sam.pk}/"sam@example.com"'
    assert lines()[-3:] == [
        f'role-changed {by} {of} was="SALES" now="ADMIN"',
        f'activity-changed {by} {of} was="True" now="False"',
        f"password-changed {by} {of}",
    ]
    assert "a new horse" not in "".join(lines())


def test_a_password_changed_by_its_owner_and_one_changed_on_the_command_line(lines):
    cleo = make_customer()
    Caller(cleo).post("/auth/me/password/", {"current_password": RIGHT, "new_password": "a new horse 77"})
    cleo.refresh_from_db()
    cleo.set_password("another horse")
    save_user(User.objects.get(pk=cleo.pk), by=None)
    cleo.save()
    first, second = lines("password-changed")
    assert f"by={cleo.pk}/" in first and f"of={cleo.pk}/" in first
    assert second.startswith("password-changed by=- address=- of=")


def test_an_import_that_deactivates_a_customer(lines):
    cleo = make_customer(email="cleo@example.com")
    make_customer_import("email,first_name,is_active\ncleo@example.com,Cleo,no\n")
    assert f'of={cleo.pk}/"cleo@example.com" was="True" now="False"' in lines("activity-changed")[0]


def test_who_joins_the_staff_and_who_is_deleted(lines):
    sam = make_sales(email="sam@example.com")
    assert lines() == [f'account-made by=- address=- of={sam.pk}/"sam@example.com" role="SALES"']
    admin = signed_in(make_admin())
    assert admin.post(reverse("admin:accounts_user_delete", args=[sam.pk]), {"post": "yes"}).status_code == 302
    assert f'of={sam.pk}/"sam@example.com"' in lines("account-deleted")[0]


def test_what_is_rolled_back_is_not_told(caplog):
    from django.db import transaction

    caplog.set_level(logging.INFO, logger="security")
    sam = make_sales()
    with transaction.atomic():
        sam.role = "ADMIN"
        save_user(sam, by=None)
        transaction.set_rollback(True)
    assert not [r for r in caplog.records if "role-changed" in r.getMessage()]


@pytest.mark.parametrize(
    "name",
    ["x@y\nsigned-in by=1", "x@y\r\n", "x@y\u2028\u0085z", 'x@y" by="1', "x@y\u202egpj", "x@y\x1b[2J", "@" * 9999],
)
def test_nobody_writes_a_line_of_their_own(lines, name):
    log_event("sign in failed", name=name)
    (line,) = lines("sign-in-failed")
    assert len(line.splitlines()) == 1 and line.isprintable() and line.isascii()
    assert re.fullmatch(r'sign-in-failed by=- address=- name="(?:[^"\\]|\\.)*"', line)
    assert len(line) < 2500


def test_neither_by_the_address_of_a_page_nor_by_a_proxy_header(lines, settings):
    settings.NINJA_NUM_PROXIES = 1
    signed_in(make_sales()).get("/admin/accounts/user/?%0Asigned-in", headers={"X-Forwarded-For": "1.1.1.1\nsigned-in"})
    assert [line for line in lines("refused") if len(line.splitlines()) == 1 and "address=-" in line]


def test_a_password_typed_into_the_field_for_the_name_is_not_told(lines):
    sign_in("my-secret-password", "x")
    assert 'name="(no e-mail)"' in lines("sign-in-failed")[0]
    assert "my-secret" not in "".join(lines())


def test_a_missing_csrf_token_is_a_refusal_too(lines):
    client = Client(enforce_csrf_checks=True)
    assert client.post(reverse("admin:login"), {"username": "x", "password": "y"}).status_code == 403
    assert lines("refused") == ['refused by=- address="127.0.0.1" method="POST" path="/admin/login/"']


def test_the_log_speaks_whatever_the_level_of_the_others():
    assert LOGGING["loggers"]["security"] == {"level": "INFO"}
