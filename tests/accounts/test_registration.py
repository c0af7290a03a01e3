"""Who registers over the API: at once, after approval, or not at all; and nobody takes over somebody's record."""

import pytest
from django.urls import reverse

from accounts.models import Customer, User
from tests.clients import Caller, said
from tests.factories import make_admin, make_customer, make_sales

pytestmark = pytest.mark.django_db
ASKED = {"email": "ann@example.com", "password": "correct horse", "first_name": "Ann"}
THANKS = {"detail": "Thank you. You can sign in once somebody has approved your account."}


@pytest.fixture(autouse=True)
def no_throttling(settings):
    settings.API_LOGIN_RATE = "100000/m"


def register(**changes):
    return Caller().post("/auth/register/", {**ASKED, **changes})


def log_in():
    return Caller().post("/auth/login/", {"email": ASKED["email"], "password": ASKED["password"]})


def test_where_it_is_open_one_signs_in_at_once_and_hears_of_an_address_that_is_taken(settings):
    settings.REGISTRATION = "open"
    assert register().status_code == 201
    assert log_in().status_code == 200
    again = register()
    assert (again.status_code, list(again.json())) == (400, ["email"])


def test_where_it_is_closed_only_an_admin_registers_somebody(settings):
    settings.REGISTRATION = "closed"
    refused = register()
    assert (refused.status_code, "Nobody can register here" in refused.json()["detail"]) == (403, True)
    assert Caller(make_admin()).post("/auth/register/", ASKED).status_code == 201


def test_where_it_is_approved_one_waits_until_somebody_of_the_staff_has_looked(settings, as_sales):
    settings.REGISTRATION = "approval"
    answer = register()
    assert (answer.status_code, answer.json()) == (202, THANKS)
    assert log_in().status_code == 401
    waiting = Customer.objects.get(email=ASKED["email"])
    assert (waiting.is_waiting, waiting.role) == (True, "CUSTOMER")
    address = reverse("admin:accounts_customer_changelist")
    assert "Waits for approval" in as_sales.get(address, {"waiting": "yes"}).content.decode()
    done = as_sales.post(address, {"action": "approve_selected", "_selected_action": [waiting.pk]})
    assert said(done) == ["1 customer can sign in now."]
    assert log_in().status_code == 200
    waiting.refresh_from_db()
    assert (waiting.waiting_since, waiting.history.first().history_change_reason) == (None, "Approved")
    again = as_sales.post(address, {"action": "approve_selected", "_selected_action": [waiting.pk]})
    assert said(again)[-1:] == ["0 customers can sign in now."]


def test_approving_is_not_reactivating(settings, as_sales):
    gone = make_customer(is_active=False)
    address = reverse("admin:accounts_customer_changelist")
    as_sales.post(address, {"action": "approve_selected", "_selected_action": [gone.pk]})
    gone.refresh_from_db()
    assert not gone.is_active


def test_the_answer_does_not_tell_who_has_an_account(settings):
    settings.REGISTRATION = "approval"
    make_sales(email="sara@example.com")
    for changes in ({}, {"password": "password"}, {"first_name": " "}, {"email": "x"}, {"phone": "1"}):
        fresh, taken = register(**changes), register(**{"email": "sara@example.com", **changes})
        assert (fresh.status_code, fresh.json()) == (taken.status_code, taken.json())


def test_nobody_takes_over_a_record_that_staff_made(settings):
    made = make_customer(email=ASKED["email"], first_name="Anna")
    for how in ("open", "approval"):
        settings.REGISTRATION = how
        register()
        made.refresh_from_db()
        assert (made.first_name, made.check_password("correct horse"), made.is_active) == ("Anna", True, True)
        made.set_unusable_password()
        made.save()
        register()
        assert log_in().status_code == 401
        made.set_password("correct horse")
        made.save()
    assert User.objects.count() == 1
