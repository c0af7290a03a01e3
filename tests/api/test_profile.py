"""Registering, and what one may do with one's own account."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import User
from tests.clients import Caller
from tests.factories import make_sales
from tests.files import picture

pytestmark = pytest.mark.django_db

NEW = {"email": "new@example.com", "password": "a long pass phrase", "first_name": "New"}


def test_whoever_registers_becomes_a_customer_and_can_log_in(anybody):
    answer = anybody.post("/auth/register/", NEW)
    assert (answer.status_code, answer.json()["role"], answer.json()["last_name"]) == (201, "CUSTOMER", "")
    assert "password" not in answer.content.decode()
    user = User.objects.get(email="new@example.com")
    assert (user.is_staff, user.history.get().history_change_reason) == (False, "Registered")
    assert anybody.post("/auth/login/", {key: NEW[key] for key in ("email", "password")}).status_code == 200


@pytest.mark.parametrize("who", ["customer", "sales"])
def test_who_is_signed_in_registers_nobody_else(request, who):
    refused = request.getfixturevalue(who).post("/auth/register/", NEW)
    assert (refused.status_code, "Only an admin" in refused.json()["detail"]) == (403, True)


@pytest.mark.parametrize("role", ["ADMIN", "sales"])
@pytest.mark.parametrize("who", ["anybody", "customer", "sales"])
def test_nobody_gives_themselves_a_role(request, who, role):
    refused = request.getfixturevalue(who).post("/auth/register/", NEW | {"role": role})
    assert refused.status_code == 403
    assert "Only an admin" in refused.json()["detail"]
    assert not User.objects.filter(email="new@example.com").exists()


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "CUSTOMER"])
def test_an_admin_may_register_anybody(admin, role):
    answer = admin.post("/auth/register/", NEW | {"role": role})
    assert (answer.status_code, answer.json()["role"]) == (201, role)
    assert answer.json()["created_by"] == "Ada Admin"


def test_a_bad_token_is_not_taken_for_nobody(anybody):
    assert anybody.post("/auth/register/", NEW, Authorization="Bearer junk").status_code == 401


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"email": "no address"}, "email", "Enter a valid email address."),
        ({"email": "TAKEN@example.com"}, "email", "This e-mail is already taken."),
        ({"password": "short"}, "password", "This password is too short."),
        ({"password": "password"}, "password", "This password is too common."),
        ({"password": "new@example.com"}, "password", "too similar to the e-mail"),
        ({"phone": "12"}, "phone", "The phone number entered is not valid."),
        ({"first_name": "  "}, "first_name", "This field must not be empty."),
        ({"first_name": ""}, "first_name", "This field is required."),
        ({"first_name": "x" * 151}, "first_name", "This field must have at most 150 characters."),
        ({"role": "BOSS"}, "role", "This field must be one of ADMIN, SALES, WAREHOUSE or CUSTOMER."),
        ({"email": None}, "email", "This field is required."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(anybody, change, field, sentence):
    make_sales(email="taken@example.com")
    refused = anybody.post("/auth/register/", NEW | change)
    assert (refused.status_code, set(refused.json())) == (400, {field})
    assert sentence in refused.json()[field][0]


@pytest.mark.parametrize("method", ["put", "patch"])
def test_one_changes_what_one_sends_and_keeps_the_rest(customer, method):
    answer = getattr(customer, method)("/auth/me/", {"phone": "+49 30 901820", "address": None})
    assert answer.status_code == 200
    user = User.objects.get(pk=customer.user.pk)
    assert (user.phone, user.first_name, user.modified_by) == ("+4930901820", "Cleo", user)


def test_nobody_promotes_themselves_by_their_profile(customer):
    before = User.objects.get(pk=customer.user.pk)
    body = {"role": "ADMIN", "is_active": False, "opening_balance": "-999.00", "customer_code": "VIP", "id": 1}
    assert customer.put("/auth/me/", body).status_code == 200
    after = User.objects.get(pk=customer.user.pk)
    assert [after.role, after.is_active, after.opening_balance, after.customer_code] == [
        before.role,
        before.is_active,
        before.opening_balance,
        before.customer_code,
    ]


def test_the_sign_in_address_stays(customer):
    assert customer.put("/auth/me/", {"email": customer.user.email.upper()}).status_code == 200
    refused = customer.put("/auth/me/", {"email": "other@example.com"})
    assert (refused.status_code, "ask an admin" in refused.json()["email"][0]) == (400, True)


def test_a_new_password_ends_the_old_tokens_and_brings_new_ones(customer, anybody):
    answer = customer.post(
        "/auth/me/password/", {"current_password": "correct horse", "new_password": "battery staple"}
    )
    assert (answer.status_code, set(answer.json())) == (200, {"access", "refresh"})
    assert customer.get("/auth/me/").status_code == 401
    assert anybody.get("/auth/me/", Authorization=f"Bearer {answer.json()['access']}").status_code == 200
    login = {"email": customer.user.email, "password": "battery staple"}
    assert anybody.post("/auth/login/", login).status_code == 200


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("wrong", "battery staple", "current_password"), ("correct horse", "12345678", "new_password")],
)
def test_a_password_is_changed_only_by_who_knows_it_and_to_a_good_one(customer, current, new, field):
    refused = customer.post("/auth/me/password/", {"current_password": current, "new_password": new})
    assert (refused.status_code, set(refused.json())) == (400, {field})
    assert customer.get("/auth/me/").status_code == 200


def test_a_picture_of_oneself(customer, settings):
    answer = customer.upload("/auth/me/avatar/", "avatar", picture())
    assert answer.status_code == 200
    assert answer.json()["avatar"].startswith("http://testserver/media/profile/")
    stored = User.objects.get(pk=customer.user.pk).avatar
    assert stored.storage.exists(stored.name)


def test_an_old_picture_is_deleted_with_its_place(customer, django_capture_on_commit_callbacks):
    customer.upload("/auth/me/avatar/", "avatar", picture())
    first = User.objects.get(pk=customer.user.pk).avatar
    with django_capture_on_commit_callbacks(execute=True):
        customer.upload("/auth/me/avatar/", "avatar", picture())
    second = User.objects.get(pk=customer.user.pk).avatar
    assert not first.storage.exists(first.name) and second.storage.exists(second.name)
    with django_capture_on_commit_callbacks(execute=True):
        assert customer.delete("/auth/me/avatar/").status_code == 204
    assert not second.storage.exists(second.name)
    assert customer.get("/auth/me/").json()["avatar"] is None
    assert customer.delete("/auth/me/avatar/").status_code == 204


def test_a_picture_of_too_many_pixels_is_told_so(customer):
    buffer = BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "PNG")
    refused = customer.upload("/auth/me/avatar/", "avatar", SimpleUploadedFile("me.png", buffer.getvalue()))
    assert refused.json() == {"avatar": ["The picture has more than 15 million pixels."]}


@pytest.mark.parametrize(
    "file",
    [
        SimpleUploadedFile("me.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png"),
        SimpleUploadedFile("me.png", b"not a picture", "image/png"),
        SimpleUploadedFile("me.png", b"x", "image/png"),
    ],
    ids=["svg", "text", "one byte"],
)
def test_only_pictures_are_pictures(customer, file):
    refused = customer.upload("/auth/me/avatar/", "avatar", file)
    assert (refused.status_code, "not a picture" in refused.json()["avatar"][0]) == (400, True)


def test_a_form_without_the_picture_is_told_so(customer):
    refused = customer.upload("/auth/me/avatar/", "photo", picture())
    assert (refused.status_code, refused.json()) == (400, {"avatar": ["This field is required."]})


def test_two_people_may_share_a_phone(db):
    first, second = Caller(make_sales()), Caller(make_sales())
    for caller in (first, second):
        assert caller.put("/auth/me/", {"phone": "+12025550123"}).json()["phone"] == "+12025550123"
