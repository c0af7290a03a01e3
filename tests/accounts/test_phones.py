"""Phone numbers as people type, read and look for them."""

import re

import pytest
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import Customer
from core.fields import format_phone, to_e164
from tests.clients import signed_in
from tests.factories import make_admin, make_customer, make_sales, make_user

pytestmark = pytest.mark.django_db

ADD = {"first_name": "Grace", "email": "grace@example.com", "is_active": "on", "opening_balance": "0.00"}


@pytest.mark.parametrize(
    ("stored", "read"),
    [
        ("+4930901820", "+49 30 901820"),
        ("+12025550123", "+1 202-555-0123"),
        ("+9991234567", "+9991234567"),  # no country has this code
        ("12345", "12345"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_is_shown_in_groups_and_anything_else_as_it_is(stored, read):
    assert format_phone(stored) == read


@pytest.mark.parametrize("stored", ["+4930901820", "+12025550123", "+390612345678", "+9991234567", "+234803123456789"])
def test_what_is_shown_can_be_typed_again(stored):
    assert to_e164(format_phone(stored)) == stored


@pytest.mark.parametrize(
    ("region", "sentence"),
    [
        (None, "With the country code, e.g. +49 30 901820."),
        ("XX", "With the country code, e.g. +49 30 901820."),
        ("DE", "As dialled within the country, e.g. 030 123456, or with the country code, e.g. +49 30 123456."),
        ("US", "As dialled within the country, e.g. (201) 555-0123, or with the country code, e.g. +1 201-555-0123."),
    ],
)
def test_the_forms_say_how_a_number_may_be_typed(settings, as_admin, region, sentence):
    settings.PHONENUMBER_DEFAULT_REGION = region
    for url in (reverse("admin:accounts_customer_add"), reverse("admin:accounts_user_add"), reverse("profile")):
        assert sentence in as_admin.get(url).content.decode(), url


@pytest.mark.parametrize(("region", "accepted"), [(None, False), ("DE", True)])
def test_a_number_without_country_code_needs_the_setting(settings, as_sales, region, accepted):
    settings.PHONENUMBER_DEFAULT_REGION = region
    response = as_sales.post(reverse("admin:accounts_customer_add"), {**ADD, "phone": "030 901820"})
    assert (response.status_code == 302) == accepted
    assert Customer.objects.filter(phone="+4930901820").exists() == accepted


def test_lists_pages_and_the_history_show_it_readably(as_admin, as_sales):
    customer = make_customer(phone="+4930901820")
    page = reverse("admin:accounts_customer_change", args=[customer.pk])
    for client in (as_admin, as_sales):
        for url in (reverse("admin:accounts_customer_changelist"), page):
            shown = re.sub(r'<input type="hidden"[^>]*>', "", client.get(url).content.decode())
            assert "+49 30 901820" in shown and "+4930901820" not in shown, url
    as_admin.post(page, {**ADD, "phone": "+49 30 1111111"})
    history = as_admin.get(reverse("admin:accounts_customer_history", args=[customer.pk])).content.decode()
    assert "+49 30 901820" in history and "+49 30 1111111" in history
    make_sales(phone="+12025550123")
    assert "+1 202-555-0123" in as_admin.get(reverse("admin:accounts_user_changelist")).content.decode()


def test_a_number_sent_back_as_shown_is_no_change(as_admin):
    customer = make_customer(phone="+4930901820", first_name="Grace", last_name="", email="grace@example.com")
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    form = as_admin.get(url).context["adminform"].form
    shown = form["phone"].value()
    assert shown == "+49 30 901820"
    bound = type(form)({**ADD, "phone": shown}, instance=customer)
    assert bound.is_valid() and "phone" not in bound.changed_data and customer.phone == "+4930901820"
    emptied = type(form)({**ADD, "phone": ""}, instance=customer)
    assert emptied.is_valid() and "phone" in emptied.changed_data and customer.phone is None


def test_a_number_that_is_refused_comes_back_as_it_was_typed(as_sales):
    response = as_sales.post(reverse("admin:accounts_customer_add"), {**ADD, "phone": "12 34"})
    assert response.context["adminform"].form["phone"].value() == "12 34"


@pytest.mark.parametrize(
    "typed", ["901820", "1820", "030 901820", "030/90 18 20", "0049 30 901820", "+49 (30) 901820", "+4930901820"]
)
def test_a_customer_is_found_by_their_number_however_it_is_typed(as_sales, typed):
    make_customer(phone="+4930901820", first_name="Wanted")
    make_customer(phone="+12025550123", first_name="Unwanted")
    found = as_sales.get(reverse("admin:accounts_customer_changelist"), {"q": typed}).context["cl"].result_list
    assert [customer.first_name for customer in found] == ["Wanted"]


@pytest.mark.parametrize("typed", ["0001", "1", "-", "+", "(", "CUST-2222"])
def test_a_few_digits_or_a_code_are_not_taken_for_a_number(as_sales, typed):
    make_customer(phone="+12222255551", first_name="Unwanted", email="a@b.example")
    make_customer(customer_code=f"{typed} CUST-2222 0001", first_name="Wanted")  # short words begin something
    found = as_sales.get(reverse("admin:accounts_customer_changelist"), {"q": typed}).context["cl"].result_list
    assert "Wanted" in {customer.first_name for customer in found}
    if typed not in "1+":
        assert len(found) == 1


def test_a_search_finds_nobody_of_the_other_list(as_admin):
    make_customer(phone="+4930901820")
    for name in ("accounts_user", "accounts_customer"):
        found = as_admin.get(reverse(f"admin:{name}_changelist"), {"q": "030 901820", "is_active__exact": "1"})
        assert len(found.context["cl"].result_list) == (name == "accounts_customer")


@pytest.mark.parametrize("role", ["ADMIN", "SALES"])
def test_the_customer_of_an_order_is_picked_by_number(role):
    customer = make_customer(phone="+4930901820")
    query = {"app_label": "sales", "model_name": "order", "field_name": "customer", "term": "030 901820"}
    results = signed_in(make_user(role)).get(reverse("admin:autocomplete"), query).json()["results"]
    assert [result["id"] for result in results] == [str(customer.pk)]


def test_an_admin_finds_a_colleague_by_number(as_admin):
    colleague = make_admin(phone="+4930901820")
    found = as_admin.get(reverse("admin:accounts_user_changelist"), {"q": "030 90 18 20"}).context["cl"].result_list
    assert list(found) == [colleague]


@given(st.from_regex(r"\A\+[1-9][0-9]{6,14}\Z"))
@example("+49007221346")
def test_a_number_is_stored_and_shown_the_same_however_often_it_is_typed_back(number):
    stored = to_e164(number)
    assert to_e164(stored) == stored
    assert to_e164(format_phone(stored)) == stored
