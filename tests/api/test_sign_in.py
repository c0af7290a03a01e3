"""Signing in and out, and what ends a token."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone
from ninja_jwt.token_blacklist.models import OutstandingToken
from ninja_jwt.tokens import RefreshToken

from accounts.models import User
from accounts.services.people import save_user
from accounts.tokens import issue_tokens
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_sales

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"


def log_in(anybody, user, password=PASSWORD):
    return anybody.post("/auth/login/", {"email": user.email, "password": password})


@pytest.mark.parametrize("spelling", ["Sara@Example.com", " sara@example.com ", "SARA@EXAMPLE.COM"])
def test_one_logs_in_by_e_mail_in_any_case(anybody, spelling):
    user = make_sales(email="sara@example.com")
    answer = anybody.post("/auth/login/", {"email": spelling, "password": PASSWORD})
    assert (answer.status_code, set(answer.json())) == (200, {"access", "refresh"})
    me = anybody.get("/auth/me/", Authorization=f"Bearer {answer.json()['access']}").json()
    assert (me["email"], me["role"], me["first_name"]) == ("sara@example.com", "SALES", user.first_name)
    user.refresh_from_db()
    assert user.last_login is not None


def test_one_logs_in_with_what_one_registered_with(anybody):
    """Signs that look alike to Unicode are one: U+2121 is TEL."""
    body = {"email": "a@x\u2121.com", "password": "a long pass phrase"}
    assert anybody.post("/auth/register/", body | {"first_name": "A"}).json()["email"] == "a@xtel.com"
    assert anybody.post("/auth/login/", body).status_code == 200


def test_a_long_password_is_a_password(anybody):
    user = make_sales()
    user.set_password("x" * 130)
    save_user(user, by=None)
    assert log_in(anybody, user, "x" * 130).status_code == 200


def test_wrong_password_unknown_person_and_deactivated_person_are_told_the_same(anybody):
    user, gone = make_sales(), make_sales(is_active=False)
    answers = [log_in(anybody, user, "wrong"), log_in(anybody, User(email="nobody@example.com")), log_in(anybody, gone)]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.content for answer in answers} == {b'{"detail": "E-mail or password is wrong."}'}


def test_the_first_refresh_token_keeps_working(anybody):
    tokens = log_in(anybody, make_sales()).json()
    for _ in range(3):
        answer = anybody.post("/auth/refresh/", {"refresh": tokens["refresh"]})
        assert (answer.status_code, set(answer.json())) == (200, {"access"})
        me = anybody.get("/auth/me/", Authorization=f"Bearer {answer.json()['access']}")
        assert me.status_code == 200


def test_after_logging_out_the_refresh_token_is_dead(anybody):
    tokens = log_in(anybody, make_sales()).json()
    assert anybody.post("/auth/logout/", {"refresh": tokens["refresh"]}).status_code == 204
    for path in ("/auth/refresh/", "/auth/logout/"):
        refused = anybody.post(path, {"refresh": tokens["refresh"]})
        assert (refused.status_code, refused.json()) == (401, {"detail": "Please sign in."})


def test_one_can_log_out_after_the_access_token_has_expired(anybody):
    tokens = log_in(anybody, make_sales()).json()
    left = anybody.post("/auth/logout/", {"refresh": tokens["refresh"]}, Authorization="Bearer expired")
    assert left.status_code == 204
    assert anybody.post("/auth/refresh/", {"refresh": tokens["refresh"]}).status_code == 401


def deactivate(user):
    user.is_active = False


def change_role(user):
    user.role = "SALES" if user.role == "ADMIN" else "ADMIN"


def change_password(user):
    user.set_password("another horse")


@pytest.mark.parametrize("change", [deactivate, change_role, change_password])
def test_who_loses_a_right_or_a_password_loses_every_token(anybody, change):
    make_admin()
    caller = Caller(make_sales())
    assert caller.get("/auth/me/").status_code == 200
    user = User.objects.get(pk=caller.user.pk)
    change(user)
    save_user(user, by=None)
    assert caller.get("/auth/me/").status_code == 401
    assert anybody.post("/auth/refresh/", {"refresh": caller.tokens["refresh"]}).status_code == 401


def test_reactivating_somebody_does_not_bring_old_tokens_back(db):
    caller = Caller(make_sales())
    user = User.objects.get(pk=caller.user.pk)
    for active in (False, True):
        user.is_active = active
        save_user(user, by=None)
    assert caller.get("/auth/me/").status_code == 401
    assert Caller(user).get("/auth/me/").status_code == 200


def test_any_other_change_leaves_the_tokens_alone(anybody):
    caller = Caller(make_sales())
    log_in(anybody, caller.user)
    user = User.objects.get(pk=caller.user.pk)
    user.first_name = "Sara"
    save_user(user, by=None)
    assert caller.get("/auth/me/").status_code == 200


def test_the_password_form_of_the_admin_ends_tokens_too(as_admin):
    caller = Caller(make_sales())
    form = {"password1": "a new horse 77", "password2": "a new horse 77"}
    assert as_admin.post(f"/admin/accounts/user/{caller.user.pk}/password/", form).status_code == 302
    assert caller.get("/auth/me/").status_code == 401


def test_a_deleted_person_is_nobody(db):
    caller = Caller(make_customer())
    User.objects.filter(pk=caller.user.pk).delete()
    assert caller.get("/auth/me/").status_code == 401


def test_only_access_tokens_open_doors_and_only_refresh_tokens_renew(anybody):
    tokens = issue_tokens(make_sales())
    assert anybody.get("/auth/me/", Authorization=f"Bearer {tokens['refresh']}").status_code == 401
    assert anybody.post("/auth/refresh/", {"refresh": tokens["access"]}).status_code == 401


def test_a_token_without_our_version_claim_is_refused(anybody):
    bare = RefreshToken.for_user(make_sales())
    assert anybody.get("/auth/me/", Authorization=f"Bearer {bare.access_token}").status_code == 401
    assert anybody.post("/auth/refresh/", {"refresh": str(bare)}).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "Bearer ", "Bearer junk", "Bearer a.b.c", "Basic YTpi", "Token x", "Bearer \xe9\xff", "bearer"],
)
def test_a_bad_token_is_401_and_says_how_to_sign_in(anybody, header):
    refused = anybody.get("/auth/me/", Authorization=header)
    assert (refused.status_code, refused.json()) == (401, {"detail": "Please sign in."})
    assert refused.headers["WWW-Authenticate"] == "Bearer"


def test_an_expired_token_is_401(anybody):
    token = RefreshToken.for_user(make_sales()).access_token
    token.set_exp(lifetime=timedelta(seconds=-1))
    assert anybody.get("/auth/me/", Authorization=f"Bearer {token}").status_code == 401


# Of the right kind, these are refused for what they are not: the version of the user, a known type, a living token.
ODD = [None, True, [], {}, -1, 0, 2**70, 1.5]


@pytest.mark.parametrize("value", ODD, ids=repr)
@pytest.mark.parametrize("claim", ["user_id", "exp", "jti", "version", "token_type"])
def test_a_claim_of_an_odd_kind_is_401(anybody, claim, value):
    refresh = RefreshToken.for_user(make_sales())
    refresh["version"] = 7
    User.objects.update(token_version=7)
    access = refresh.access_token
    refresh[claim] = access[claim] = value
    assert anybody.get("/auth/me/", Authorization=f"Bearer {access}").status_code == 401
    assert anybody.post("/auth/refresh/", {"refresh": str(refresh)}).status_code == 401
    if claim != "version":
        assert anybody.post("/auth/logout/", {"refresh": str(refresh)}).status_code == 401


def test_a_session_of_the_admin_is_no_key_to_the_api(as_admin):
    assert as_admin.get("/api/v1/auth/me/").status_code == 401
    body = {"email": "x@example.com", "password": "a long pass phrase", "first_name": "X", "role": "ADMIN"}
    assert as_admin.post("/api/v1/auth/register/", body, content_type="application/json").status_code == 403


def test_clear_expired_throws_away_what_has_expired_and_nothing_else(capsys):
    issue_tokens(make_sales())
    issue_tokens(make_sales())
    old = OutstandingToken.objects.first()
    OutstandingToken.objects.filter(pk=old.pk).update(expires_at=timezone.now())
    call_command("clear_expired")
    assert "Deleted 1 expired tokens" in capsys.readouterr().out
    assert OutstandingToken.objects.count() == 1
