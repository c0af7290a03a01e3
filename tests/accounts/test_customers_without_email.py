"""A firm without a first name and an e-mail: entered at every door, signed in at none."""

import csv
import io
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.models import Customer, User
from accounts.resources import CustomerResource
from accounts.roles import RoleBackend
from accounts.services.people import fields_open_to, save_user
from core.imports.registry import undo_import
from tests.clients import Caller, said
from tests.factories import make_admin, make_customer, make_customer_import, make_sales, make_user
from tests.imports import mapped
from tests.real_data import FOLDER, needs_real_data

pytestmark = pytest.mark.django_db

PASSWORD = "a long pass phrase"
FORM = {"is_active": "on", "opening_balance": "0.00"}


def acme(**fields) -> Customer:
    return make_customer(**{"company": "Acme GmbH", "first_name": "", "last_name": "", "email": None, **fields})


@pytest.fixture
def sales() -> Caller:
    return Caller(make_sales())


@pytest.fixture
def admin() -> Caller:
    return Caller(make_admin())


def test_the_admin_saves_a_firm_without_first_name_and_email(as_sales):
    url = reverse("admin:accounts_customer_add")
    for _ in range(2):  # two of them do not collide
        assert as_sales.post(url, {**FORM, "company": "Acme GmbH"}).status_code == 302
    customers = Customer.objects.filter(company="Acme GmbH", email=None)
    assert [str(customer) for customer in customers] == ["Acme GmbH"] * 2
    assert not any(customer.has_usable_password() for customer in customers)


def test_the_api_saves_a_firm_without_first_name_and_email(sales):
    for email in ("", None, "left out"):
        body = {"company": " Acme GmbH ", "tax_id": "DE1", "payment_days": "30", "credit_limit": 500, "email": email}
        if email == "left out":
            del body["email"]
        answer = sales.post("/customers/", body)
        assert answer.status_code == 201
        told = answer.json()
        assert (told["email"], told["company"], told["first_name"]) == ("", "Acme GmbH", "")
        assert (told["tax_id"], told["payment_days"], told["credit_limit"]) == ("DE1", 30, "500.00")
    assert Customer.objects.filter(email=None).count() == 3


def test_an_import_saves_it_and_the_second_time_changes_nothing():
    text = (
        "customer_code,company,tax_id,payment_days,credit_limit,delivery_address\n"
        'A,Acme GmbH,DE1,30,1000.50,"Dock 2\nHamburg"\nB,Acme GmbH,,,,\n'
    )
    assert make_customer_import(text).new_count == 2
    first = Customer.objects.get(customer_code="A")
    assert (first.email, first.payment_days, first.credit_limit) == (None, 30, Decimal("1000.50"))
    assert first.delivery_address == "Dock 2\nHamburg" and not first.has_usable_password()
    assert make_customer_import(text) is None
    resource = CustomerResource()
    export = resource.export(Customer.objects.all()).csv
    again = CustomerResource()
    again.import_data(mapped(export, CustomerResource))
    assert again.report.summary == "0 new, 0 changed, 2 unchanged, 0 errors"


@pytest.mark.parametrize("typed", ["", " ", "null", "None", "Acme GmbH"])
def test_nobody_signs_in_without_an_email(client, typed):
    acme()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(password="pbkdf2_sha256$1$a$b")
    assert Caller().post("/auth/login/", {"email": typed, "password": PASSWORD}).status_code in (400, 401)
    assert RoleBackend().authenticate(None, username=typed, password=PASSWORD) is None
    assert RoleBackend().authenticate(None, username=None, password=PASSWORD) is None
    response = client.post(reverse("admin:login"), {"username": typed, "password": PASSWORD})
    assert response.status_code == 200 and "_auth_user_id" not in client.session


def test_a_password_is_refused_without_an_email(admin):
    refused = admin.post("/customers/", {"company": "Acme GmbH", "password": PASSWORD})
    assert (refused.status_code, refused.json()) == (400, {"password": ["Without an e-mail nobody can sign in."]})
    assert not Customer.objects.exists()


def test_whose_email_is_taken_away_is_out_at_once(admin):
    customer = make_customer()
    caller = Caller(customer)
    assert caller.get("/auth/me/").json()["email"] == customer.email
    assert admin.patch(f"/customers/{customer.pk}/", {"email": ""}).json()["email"] == ""
    customer.refresh_from_db()
    assert customer.email is None and not customer.has_usable_password()
    assert caller.get("/auth/me/").status_code == 401
    assert caller.post("/auth/refresh/", {"refresh": caller.tokens["refresh"]}).status_code == 401


def test_colleagues_need_an_email_and_a_first_name(as_admin):
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=as_admin.user.pk).update(email=None)
    data = {"role": "SALES", "password1": PASSWORD, "password2": PASSWORD, "last_name": "Lee"}
    response = as_admin.post(reverse("admin:accounts_user_add"), data)
    assert {"email", "first_name"} <= set(response.context["adminform"].form.errors)
    with pytest.raises(ValidationError, match="company or a first name"):
        User(role="SALES", email="x@example.com").full_clean(exclude=["password"])


def test_undoing_an_import_takes_no_email_from_whoever_signs_in_with_it():
    acme(customer_code="A")
    record = make_customer_import("customer_code,email\nA,acme@example.com\n")
    customer = Customer.objects.get(customer_code="A")
    customer.set_password(PASSWORD)
    save_user(customer, by=None)
    assert "they have been given a password" in undo_import(record, user=None).not_undone
    customer.refresh_from_db()
    assert customer.email == "acme@example.com" and customer.can_sign_in


def test_a_list_by_email_has_a_page_after_those_without_one(sales):
    for number in range(5):
        acme(company=f"Firm {number}")
    people = [make_customer(email=f"{letter}@example.com") for letter in "abc"]
    seen, url = [], "/customers/?ordering=email&page_size=2"
    while url:
        answer = sales.get(url.partition("/api/v1")[2] or url).json()
        seen += [row["email"] for row in answer["results"]]
        url = answer["next"]
    assert seen == [""] * 5 + [person.email for person in people]


# The lists of other programs


def northwind() -> str:
    """The file with the columns called as ours, which is what choosing them comes to."""
    ours = {"customer_id": "customer_code", "company_name": "company", "contact_name": "first_name"}
    ours["postal_code"] = "postcode"
    head, _, rows = (FOLDER / "northwind_customers.csv").read_text().partition("\n")
    return ",".join(ours.get(name, name) for name in head.split(",")) + "\n" + rows


LOOK_ALIKE = """customer_code,company,first_name,address,city,postcode,country,phone
ALFA,Alfa Futterkiste,Maria Anders,Obere Str. 57,Berlin,12209,Germany,030-0074321
BETA,Beta Tacos,Ana Trujillo,Avda. 2222,México D.F.,05021,Mexico,(5) 555-4729
GAMA,Gamma Ltd,Thomas Hardy,120 Hanover Sq.,London,WA1 1DP,UK,(171) 555-7788
"""


def test_a_list_with_town_and_country_in_columns_of_their_own():
    assert make_customer_import(LOOK_ALIKE).new_count == 3
    alfa, _, gamma = Customer.objects.order_by("customer_code")
    assert alfa.address == "Obere Str. 57\n12209 Berlin\nGermany" and alfa.phone == "+49300074321"
    assert (str(gamma), gamma.contact_name, gamma.phone) == ("Gamma Ltd", "Thomas Hardy", "+441715557788")
    assert make_customer_import(LOOK_ALIKE) is None
    make_customer_import("customer_code,country\nALFA,Allemagne\n")
    alfa.refresh_from_db()
    assert alfa.address.endswith("Germany")  # a country alone replaces no address


@pytest.mark.parametrize(
    ("cell", "amount"),
    [('"250,00 S"', "250.00"), ('"1.250,00 H"', "-1250.00"), ("12.50H", "-12.50"), ("0 H", "0.00"), ("-3", "-3.00")],
)
def test_an_opening_balance_may_say_debit_or_credit(cell, amount):
    make_customer_import(f"customer_code;company;opening_balance\nA;Acme;{cell}\n")
    assert Customer.objects.get().opening_balance == Decimal(amount)


# A phone that two have


def test_a_shared_phone_is_saved_with_a_warning(as_sales):
    known = acme(customer_code="C-1", phone="+4930901820")
    url = reverse("admin:accounts_customer_add")
    warning, _ = said(as_sales.post(url, {**FORM, "company": "Beta", "phone": "+49 30 901820"}))
    assert (
        "has the same phone number as" in warning
        and reverse("admin:accounts_customer_change", args=[known.pk]) in warning
    )
    assert Customer.objects.filter(phone="+4930901820").count() == 2


def test_an_import_warns_of_shared_phones_and_refuses_nothing():
    acme(customer_code="C-1", phone="+4930901820")
    resource = CustomerResource()
    text = "customer_code,company,phone\nA,Alpha,+4930901820\nB,Beta,+4930901821\nC,Gamma,\n"
    resource.import_data(mapped(text, CustomerResource), dry_run=True)
    assert resource.report.counts["new"] == 3
    assert resource.report.warnings == ["Line 2 has a phone number that is somebody else's too."]
    again = CustomerResource()
    again.import_data(mapped("customer_code,phone\nC-1,+49 30 901820\n", CustomerResource), dry_run=True)
    assert again.report.warnings == []  # it is their own


# Contact data


CONTACT = {
    "company": "Beta AG",
    "first_name": "Ada",
    "last_name": "Lee",
    "phone": "+4930901820",
    "address": "Quay 1",
    "delivery_address": "Quay 2",
}
BEYOND = {
    "customer_code": "X-9",
    "opening_balance": "5.00",
    "is_active": False,
    "tax_id": "DE9",
    "payment_days": 9,
    "credit_limit": "9.00",
    "password": PASSWORD,
}


def test_sales_people_change_contact_data_over_the_api(sales):
    customer = acme()
    assert sales.patch(f"/customers/{customer.pk}/", {**CONTACT, "email": "beta@example.com"}).status_code == 200
    customer.refresh_from_db()
    assert {name: getattr(customer, name) for name in CONTACT} == CONTACT and customer.email == "beta@example.com"


@pytest.mark.parametrize("name", BEYOND)
def test_and_nothing_else(sales, name):
    customer = make_customer()
    before = Customer.objects.filter(pk=customer.pk).values().get()
    refused = sales.patch(f"/customers/{customer.pk}/", {"first_name": "New", name: BEYOND[name]})
    assert (refused.status_code, "contact data" in refused.json()["detail"]) == (403, True)
    assert Customer.objects.filter(pk=customer.pk).values().get() == before


@pytest.mark.parametrize("email", ["other@example.com", ""])
def test_nor_the_email_that_somebody_signs_in_with(sales, as_sales, email):
    customer = make_customer()
    assert sales.patch(f"/customers/{customer.pk}/", {"email": email}).status_code == 403
    assert sales.patch(f"/customers/{customer.pk}/", {"email": customer.email}).status_code == 200
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    assert as_sales.post(url, {"first_name": "New", "email": email}).status_code == 302
    assert Customer.objects.get(pk=customer.pk).email == customer.email


def test_sales_people_change_contact_data_in_the_admin_and_nothing_else(as_sales):
    customer = acme(customer_code="C-1")
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    closed = {name: str(value) for name, value in BEYOND.items()} | {"is_active": ""}
    assert as_sales.post(url, {**CONTACT, **closed, "email": "beta@example.com"}).status_code == 302
    customer.refresh_from_db()
    assert {name: getattr(customer, name) for name in CONTACT} == CONTACT and customer.email == "beta@example.com"
    assert (customer.customer_code, customer.tax_id, customer.payment_days) == ("C-1", "", None)
    assert customer.is_active and customer.opening_balance == 0 and customer.credit_limit is None


def test_the_rule_stands_once():
    customer, without = make_customer(), acme()
    assert (
        fields_open_to(make_admin(), customer)
        > fields_open_to(make_sales(), without)
        > fields_open_to(make_sales(), customer)
    )
    assert fields_open_to(make_user("CUSTOMER"), customer) == frozenset()


@needs_real_data
def test_northwind_goes_in_by_code_and_company():
    text = northwind()
    record = make_customer_import(text)
    assert record.new_count == len(list(csv.reader(io.StringIO(text)))) - 1 == 91
    assert make_customer_import(text) is None
    assert Customer.objects.get(customer_code="ALFKI").address == "Obere Str. 57\n12209 Berlin\nGermany"
