"""What ends a session of the admin, at once (tests/api/test_sign_in.py: what ends a token)."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import User
from accounts.services.people import save_user
from tests.clients import Caller, signed_in
from tests.factories import make_admin, make_sales

pytestmark = pytest.mark.django_db
ORDERS = "/admin/sales/order/"


@pytest.fixture
def both_doors():
    """A colleague with an open session and a token."""
    make_admin()
    client = signed_in(make_sales())
    assert client.get(ORDERS).status_code == 200
    return client, Caller(client.user)


def is_out(client) -> bool:
    answers = [client.get(ORDERS), client.post(reverse("admin:sales_order_add"), {}), client.get("/admin/profile/")]
    return all(answer.status_code == 302 and "/login/" in answer.headers["Location"] for answer in answers)


def test_a_deactivated_person_is_out_with_their_next_click(both_doors):
    session, caller = both_doors
    user = User.objects.get(pk=session.user.pk)
    user.is_active = False
    save_user(user, by=None)
    assert is_out(session)
    assert caller.get("/orders/").status_code == 401


def test_so_is_who_is_deactivated_in_the_admin(both_doors, as_admin):
    session, caller = both_doors
    user = session.user
    form = {"first_name": user.first_name, "last_name": user.last_name, "email": user.email, "role": user.role}
    assert as_admin.post(reverse("admin:accounts_user_change", args=[user.pk]), form).status_code == 302
    assert is_out(session)
    assert caller.get("/orders/").status_code == 401


def set_by_an_admin(user):
    form = {"password1": "a new horse 77", "password2": "a new horse 77"}
    signed_in(make_admin()).post(reverse("admin:auth_user_password_change", args=[user.pk]), form)


def changed_over_the_api(user):
    body = {"current_password": "correct horse", "new_password": "a new horse 77"}
    assert Caller(user).post("/auth/me/password/", body).status_code == 200


def changed_in_another_browser(user):
    form = {"old_password": "correct horse", "new_password1": "a new horse 77", "new_password2": "a new horse 77"}
    other = signed_in(user)
    assert other.post(reverse("admin:password_change"), form).status_code == 302
    assert other.get(ORDERS).status_code == 200  # who did it stays


def set_on_the_command_line(user, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "a new horse 77")
    call_command("changepassword", user.email, stdout=StringIO())


@pytest.mark.parametrize("change", [set_by_an_admin, changed_over_the_api, changed_in_another_browser])
def test_a_new_password_ends_every_other_session_and_token(both_doors, change):
    session, caller = both_doors
    change(session.user)
    assert is_out(session)
    assert caller.get("/orders/").status_code == 401


def test_so_does_one_set_on_the_command_line(both_doors, monkeypatch):
    session, caller = both_doors
    set_on_the_command_line(session.user, monkeypatch)
    assert is_out(session)
    assert caller.get("/orders/").status_code == 401


def test_who_is_made_a_customer_is_out_of_the_admin(both_doors):
    session, caller = both_doors
    user = User.objects.get(pk=session.user.pk)
    user.role = "CUSTOMER"
    save_user(user, by=None)
    assert is_out(session)
    assert caller.get("/orders/").status_code == 401


def test_signing_out_ends_the_session_and_leaves_nothing_to_steal(both_doors):
    session, _ = both_doors
    cookie = session.cookies["sessionid"].value
    session.post(reverse("admin:logout"))
    session.cookies["sessionid"] = cookie
    assert is_out(session)


def test_signing_in_gives_the_session_another_key(client):
    user = make_sales()
    session = client.session
    session["planted"] = "x"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    client.post(reverse("admin:login"), {"username": user.email, "password": "correct horse"})
    assert client.cookies["sessionid"].value != before
