"""One's own profile in the admin: everybody's own, and nobody else's."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from accounts.services.people import save_user
from tests.clients import said, signed_in
from tests.factories import make_admin, make_customer, make_sales, make_user
from tests.files import picture

pytestmark = pytest.mark.django_db

URL = "/admin/profile/"
ME = {"first_name": "Tom", "last_name": "Baker", "phone": "+1 202 555 0123"}


@pytest.mark.parametrize("role", ["ADMIN", "SALES"])
def test_everybody_in_the_admin_changes_their_own_name_and_phone(role):
    client = signed_in(make_user(role))
    response = client.post(URL, ME)
    assert response.status_code == 302 and said(response) == ["Your profile was saved."]
    user = User.objects.get(pk=client.user.pk)
    assert (str(user), user.phone, user.modified_by) == ("Tom Baker", "+12025550123", user)
    assert user.history.first().history_user == user
    assert "+1 202-555-0123" in client.get(URL).content.decode()


def test_the_menu_of_every_page_leads_to_the_profile_and_to_the_password(as_sales):
    page = as_sales.get(reverse("admin:index")).content.decode()
    assert f'href="{URL}"' in page and f'href="{reverse("admin:password_change")}"' in page
    assert reverse("admin:password_change") in as_sales.get(URL).content.decode()
    assert as_sales.get(reverse("admin:password_change")).status_code == 200


def test_customers_and_strangers_have_no_page_here(client):
    assert client.get(URL).status_code == client.post(URL, ME).status_code == 302
    customer = signed_in(make_customer())
    assert customer.get(URL).status_code == customer.post(URL, ME).status_code == 302
    customer.user.refresh_from_db()
    assert customer.user.first_name == "Customer"


def test_nothing_but_name_phone_and_picture_can_be_sent(as_sales):
    colleague, before = make_sales(first_name="Other"), as_sales.user
    sent = {"id": colleague.pk, "pk": colleague.pk, "role": "ADMIN", "email": "new@example.com", "is_active": ""}
    assert as_sales.post(f"{URL}?id={colleague.pk}", {**ME, **sent}).status_code == 302
    colleague.refresh_from_db()
    user = User.objects.get(pk=before.pk)
    assert colleague.first_name == "Other"
    assert (user.role, user.email, user.is_active) == ("SALES", before.email, True)
    assert as_sales.get(reverse("admin:accounts_user_change", args=[before.pk])).status_code == 403
    assert as_sales.get(f"{URL}{colleague.pk}/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("first_name", " ", "required"),
        ("phone", "12", "not valid"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_saved(as_sales, field, value, message):
    response = as_sales.post(URL, {**ME, field: value})
    assert response.status_code == 200 and message in str(response.context["form"].errors[field])
    assert User.objects.get(pk=as_sales.user.pk).first_name == "User"


def test_what_an_admin_changed_meanwhile_is_not_written_over(as_sales):
    seen = as_sales.get(URL).context["form"].initial["last_seen"]
    user, admin = User.objects.get(pk=as_sales.user.pk), make_admin(first_name="Ada", last_name="Byron")
    user.last_name = "Married"
    save_user(user, by=admin)
    response = as_sales.post(URL, {**ME, "last_seen": seen})
    assert "Ada Byron has changed" in response.content.decode() and 'value="Baker"' in response.content.decode()
    assert User.objects.get(pk=user.pk).last_name == "Married"


def test_a_picture_is_made_anew_shown_in_the_menu_and_taken_away(as_sales):
    as_sales.post(URL, {**ME, "avatar": picture()})
    avatar = User.objects.get(pk=as_sales.user.pk).avatar
    assert avatar.name.endswith(".png") and "me" not in avatar.name
    assert avatar.url in as_sales.get(reverse("admin:index")).content.decode()
    as_sales.post(URL, {**ME, "avatar-clear": "on"})
    assert not User.objects.get(pk=as_sales.user.pk).avatar
    refused = as_sales.post(URL, {**ME, "avatar": SimpleUploadedFile("x.png", b"no picture", "image/png")})
    assert "not a picture we can read" in str(refused.context["form"].errors["avatar"])


def test_only_reading_and_sending_the_form_is_possible(as_sales):
    assert as_sales.delete(URL).status_code == as_sales.put(URL).status_code == 405
