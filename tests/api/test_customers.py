"""Customers over the API."""

import pytest

from accounts.models import Customer, User
from sales.models import Order
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db

FIELDS = [
    "id",
    "email",
    "customer_code",
    "phone",
    "first_name",
    "last_name",
    "address",
    "is_active",
    "created_at",
    "modified_at",
    "created_by",
    "modified_by",
    "company",
    "delivery_address",
    "tax_id",
    "payment_days",
    "credit_limit",
    "opening_balance",
    "balance",
    "merged_into_id",
]
NEW = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Moreau"}


def test_a_salesperson_adds_a_customer(sales):
    body = NEW | {"customer_code": " CUST-7 ", "phone": "+1 202 555 0123", "address": "Quay 1", "opening_balance": 12.5}
    answer = sales.post("/customers/", body)
    assert answer.status_code == 201
    told = answer.json()
    assert list(told) == FIELDS
    assert (told["customer_code"], told["phone"], told["opening_balance"]) == ("CUST-7", "+12025550123", "12.50")
    assert told["balance"] == "12.50"
    assert told["created_by"] == told["modified_by"] == "Sam Sales"
    customer = Customer.objects.get(pk=told["id"])
    assert (customer.role, customer.has_usable_password(), customer.history.count()) == ("CUSTOMER", False, 1)


def test_a_customer_with_a_password_can_sign_in(sales, anybody):
    sales.post("/customers/", NEW | {"password": "a long pass phrase"})
    body = {"email": "ada@example.com", "password": "a long pass phrase"}
    assert anybody.post("/auth/login/", body).status_code == 200


def test_no_colleague_comes_in_by_this_door(sales):
    answer = sales.post("/customers/", NEW | {"role": "ADMIN", "is_staff": True})
    assert answer.status_code == 201
    assert User.objects.get(email="ada@example.com").role == "CUSTOMER"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_colleagues_are_not_customers(admin, method):
    colleague = make_sales()
    assert admin(method, f"/customers/{colleague.pk}/", {}).status_code == 404
    assert User.objects.filter(pk=colleague.pk).exists()


@pytest.mark.parametrize("method", ["put", "patch"])
def test_what_is_left_out_stays_and_null_empties(admin, method):
    customer = make_customer(phone="+12025550123", customer_code="C-1", address="Quay 1", opening_balance="7.00")
    path = f"/customers/{customer.pk}/"
    answer = getattr(admin, method)(path, {"first_name": "New"})
    assert (answer.status_code, answer.json()["phone"], answer.json()["first_name"]) == (200, "+12025550123", "New")
    emptied = {"phone": None, "customer_code": None, "address": None, "opening_balance": None, "last_name": None}
    told = getattr(admin, method)(path, emptied).json()
    assert {name: told[name] for name in emptied} == {
        "phone": None,
        "customer_code": None,
        "address": "",
        "opening_balance": "0.00",
        "last_name": "",
    }
    assert told["modified_by"] == "Ada Admin"


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"first_name": None}, "first_name", "Please enter a company or a first name."),
        ({"email": "x"}, "email", "Enter a valid email address."),
        ({"email": "TAKEN@example.com"}, "email", "This e-mail is already taken."),
        ({"customer_code": "C-1"}, "customer_code", "Another customer already has this code."),
        ({"payment_days": 366}, "payment_days", "This field must be at most 365."),
        ({"payment_days": "-1"}, "payment_days", "This field must be at least 0."),
        ({"credit_limit": "-0.01"}, "credit_limit", "This field must be at least 0."),
        ({"email": None, "password": "a long pass phrase"}, "password", "Without an e-mail nobody can sign in."),
        ({"phone": "abc"}, "phone", "The phone number entered is not valid."),
        ({"opening_balance": "1.234"}, "opening_balance", "This field must have at most 2 decimals."),
        ({"opening_balance": "12,50"}, "opening_balance", "This field must be a number."),
        ({"opening_balance": "1e3"}, "opening_balance", "This field must be a number."),
        ({"opening_balance": True}, "opening_balance", "This field must be a number."),
        ({"opening_balance": "99999999999.00"}, "opening_balance", "This field must be at most 9999999999.99."),
        ({"is_active": None}, "is_active", "This field must be true or false."),
        ({"is_active": 0}, "is_active", "This field must be true or false."),
        ({"address": "a\0b"}, "address", "This field must not contain characters that cannot be stored."),
        ({"address": "\ud800"}, "address", "This field must not contain characters that cannot be stored."),
        ({"last_name": 5}, "last_name", "This field must be text."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_changes(admin, change, field, sentence):
    make_customer(email="taken@example.com", customer_code="C-1", phone="+12025550123")
    customer = make_customer()
    refused = admin.patch(f"/customers/{customer.pk}/", change)
    assert (refused.status_code, refused.json()) == (400, {field: [sentence]})
    assert customer.history.count() == 1


def test_who_has_ordered_stays(admin):
    customer = make_customer()
    make_order((make_product(), 1), customer=customer)
    refused = admin.delete(f"/customers/{customer.pk}/")
    assert (refused.status_code, "Deactivate them instead" in refused.json()["detail"]) == (409, True)
    assert admin.patch(f"/customers/{customer.pk}/", {"is_active": False}).json()["is_active"] is False
    idle = make_customer()
    assert admin.delete(f"/customers/{idle.pk}/").status_code == 204
    assert admin.get(f"/customers/{idle.pk}/").status_code == 404
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("customer_code=CUST-001", ["john"]),
        ("customer_code=cust-001", ["john"]),
        ("role=customer", ["mia", "john"]),
        ("role=ADMIN", []),
        ("search=john", ["john"]),
        ("search=moreau%20MIA", ["mia"]),
        ("search=5550", ["john"]),
        ("search=nobody", []),
        ("is_active=false", ["mia"]),
        ("email=John@Example.com", ["john"]),
        ("customer_code=&search=&role=", ["mia", "john"]),
    ],
)
def test_filters(sales, query, found):
    make_customer(email="john@example.com", first_name="John", customer_code="CUST-001", phone="+12025550123")
    make_customer(email="mia@example.com", first_name="Mia", last_name="Moreau", is_active=False)
    rows = sales.get(f"/customers/?{query}").json()["results"]
    assert [row["email"].split("@")[0] for row in rows] == found


def test_who_has_only_changed_their_own_profile_can_be_deleted(admin):
    idle = Caller(make_customer())
    idle.put("/auth/me/", {"first_name": "Idle"})
    assert admin.delete(f"/customers/{idle.user.pk}/").status_code == 204


def test_an_empty_change_changes_nothing(admin):
    customer = make_customer()
    assert admin.put(f"/customers/{customer.pk}/", {}).status_code == 200
    assert customer.history.count() == 1


def test_what_was_read_before_is_not_written_over_another_change(admin):
    customer = make_customer()
    read = admin.get(f"/customers/{customer.pk}/").json()
    assert admin.put(f"/customers/{customer.pk}/", read | {"first_name": "One"}).status_code == 200
    refused = admin.put(f"/customers/{customer.pk}/", read | {"first_name": "Two"})
    assert (refused.status_code, "Ada Admin has changed" in refused.json()["detail"]) == (409, True)
    for nonsense in (5, "yesterday", "2026-11-22"):
        assert set(admin.put(f"/customers/{customer.pk}/", {"modified_at": nonsense}).json()) == {"modified_at"}


def test_two_changes_of_different_fields_both_stay(db):
    """Each request reads the customer after it has locked them, so neither writes back what it read before."""
    customer, caller = make_customer(), Caller(make_admin())
    caller.patch(f"/customers/{customer.pk}/", {"first_name": "One"})
    caller.patch(f"/customers/{customer.pk}/", {"last_name": "Two"})
    customer.refresh_from_db()
    assert customer.get_full_name() == "One Two"
