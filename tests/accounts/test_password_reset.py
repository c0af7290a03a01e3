"""A forgotten password: a link by e-mail, for colleagues, once."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.models import User
from tests.clients import Caller, signed_in
from tests.factories import make_customer, make_sales, make_user

pytestmark = pytest.mark.django_db
FORGOTTEN, LOGIN = reverse("forgotten_password"), reverse("admin:login")
NEW = {"new_password1": "a fresh start 42", "new_password2": "a fresh start 42"}


@pytest.fixture(autouse=True)
def post_office(settings):
    settings.EMAIL_URL, settings.API_LOGIN_RATE = "consolemail://", "100/m"


def link_in(message) -> str:
    return re.search(r"https?://[^/]+(/\S+)", message.body).group(1)


def test_a_link_sets_a_new_password_once_and_ends_what_was_signed_in(client, mailoutbox):
    user = make_sales(password="forgotten indeed")
    elsewhere, phone = signed_in(user), Caller(user)
    assert FORGOTTEN in client.get(LOGIN).content.decode()
    asked = client.post(FORGOTTEN, {"email": user.email.upper()}, follow=True)
    assert "is on its way" in asked.content.decode()
    (message,) = mailoutbox
    assert message.to == [user.email] and user.email in message.body

    page = client.get(link_in(message), follow=True)
    assert "Set the password" in page.content.decode()
    too_short = client.post(page.request["PATH_INFO"], {"new_password1": "x", "new_password2": "x"})
    assert "too short" in too_short.content.decode()
    done = client.post(page.request["PATH_INFO"], NEW, follow=True)
    assert "Your new password is set." in done.content.decode()

    user = User.objects.get(pk=user.pk)
    assert user.check_password(NEW["new_password1"])
    assert user.history.first().history_change_reason == "Password set by e-mail"
    assert elsewhere.get(reverse("admin:index")).status_code == 302
    assert phone.get("/auth/me/").status_code == 401
    assert "no longer valid" in client.get(link_in(message), follow=True).content.decode()


@pytest.mark.parametrize("who", ["nobody", "customer", "former colleague"])
def test_nobody_learns_whose_address_it_is(client, mailoutbox, who):
    email = {
        "nobody": lambda: "nobody@example.com",
        "customer": lambda: make_customer(password="correct horse").email,
        "former colleague": lambda: make_user("SALES", is_active=False).email,
    }[who]()
    assert "is on its way" in client.post(FORGOTTEN, {"email": email}, follow=True).content.decode()
    assert not mailoutbox


def test_one_address_asks_only_so_often(client, mailoutbox, settings):
    cache.clear()
    settings.API_LOGIN_RATE = "2/m"
    user = make_sales()
    for _ in range(4):
        assert client.post(FORGOTTEN, {"email": user.email}).status_code == 302
    assert len(mailoutbox) == 2


def test_without_e_mail_one_asks_an_admin(client, settings):
    settings.EMAIL_URL = ""
    page = client.get(LOGIN).content.decode()
    assert "Please ask an admin" in page and FORGOTTEN not in page
    assert client.get(FORGOTTEN).status_code == 404


def test_the_sign_in_page_speaks_the_language_that_is_chosen_there(client):
    client.post(reverse("set_language"), {"language": "ar", "next": LOGIN})
    page = client.get(LOGIN).content.decode()
    assert 'dir="rtl"' in page and "العربية" in page
