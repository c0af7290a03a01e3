"""Entering a customer: the code that is proposed, and the warning before somebody is entered twice."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer, User
from core.admin.forms import ConcurrentEditForm
from tests.clients import said
from tests.factories import make_customer, make_sales

pytestmark = pytest.mark.django_db

ADD = {"first_name": "Grace", "last_name": "Hopper", "is_active": "on", "opening_balance": "0.00"}


def add(client, **fields):
    data = {**ADD, "email": f"new{Customer.objects.count()}@example.com", **fields}
    return client.post(reverse("admin:accounts_customer_add"), data)


def proposed(client, query="") -> str:
    form = client.get(reverse("admin:accounts_customer_add") + query).context["adminform"].form
    return form["customer_code"].value()


@pytest.mark.parametrize(
    ("codes", "following"),
    [
        ([], "CUST-0001"),
        (["CUST-0001", "CUST-0007"], "CUST-0008"),
        (["CUST-0999", "CUST-1000"], "CUST-1001"),
        (["CUST-9999"], "CUST-10000"),
        (["CUST-9999", "CUST-10000"], "CUST-10001"),
        (["CUST-0002", "CUST-99", "CUST-00012", "cust-0050", "CUST-0060x", "XCUST-0070", "C-9999"], "CUST-0003"),
    ],
)
def test_the_code_after_the_highest_is_proposed(as_sales, codes, following):
    for code in codes:
        make_customer(customer_code=code)
    assert proposed(as_sales) == following


def test_the_code_of_a_colleague_is_not_proposed_again(as_sales):
    make_sales(customer_code="CUST-0004")  # once a customer
    assert proposed(as_sales) == "CUST-0005"


def test_the_proposal_can_be_taken_changed_or_emptied(as_sales):
    for code, kept in ((proposed(as_sales), "CUST-0001"), ("MINE", "MINE"), ("", None)):
        assert add(as_sales, customer_code=code, first_name=f"Grace {kept}").status_code == 302
        assert Customer.objects.get(first_name=f"Grace {kept}").customer_code == kept
    assert proposed(as_sales, "?customer_code=ASKED") == "ASKED"


def test_whoever_is_slower_with_a_code_is_told_so(as_sales, monkeypatch):
    code = proposed(as_sales)
    make_customer(customer_code=code)
    response = add(as_sales, customer_code=code)
    assert "Another customer already has this code." in str(response.context["adminform"].form.errors["customer_code"])
    monkeypatch.setattr(ConcurrentEditForm, "validate_unique", lambda form: None)  # as if it had come between
    response = add(as_sales, customer_code=code)
    assert "This e-mail or customer code has just been given to somebody else." in response.content.decode()
    assert Customer.objects.count() == 1


def test_proposing_costs_one_query_and_one_row_whatever_the_number_of_customers():
    for number in range(30):
        make_customer(customer_code=f"CUST-{number:04}")
    with CaptureQueriesContext(connection) as captured:
        assert User.objects.next_customer_code() == "CUST-0030"
    assert len(captured) == 1 and "LIMIT 1" in captured.captured_queries[0]["sql"]


@pytest.mark.parametrize(
    ("first", "last"),
    [("Grace", "Hopper"), ("GRACE", "hopper"), ("Grace Hopper", ""), (" Grace", "Hopper ")],
)
def test_a_second_customer_of_one_name_is_saved_with_a_warning(as_sales, first, last):
    known = make_customer(first_name="Grace", last_name="Hopper", customer_code="CUST-0001")
    response = add(as_sales, first_name=first, last_name=last)
    assert response.status_code == 302 and Customer.objects.count() == 2
    warning, _ = said(response)
    assert "is also the name of" in warning and "CUST-0001" in warning
    assert f'href="{reverse("admin:accounts_customer_change", args=[known.pk])}"' in warning
    assert warning in as_sales.get(response.url).content.decode()  # a link, not its source


def test_letters_with_accents_have_upper_and_lower_case_too(as_sales):
    make_customer(first_name="Änne", last_name="Öz")
    assert "is also the name of" in said(add(as_sales, first_name="ÄNNE", last_name="öz"))[0]


@pytest.mark.parametrize(("first", "last"), [("Grace", "Hoppe"), ("Gracee", "Hopper"), (".*", ""), ("Hopper", "Grace")])
def test_another_name_is_no_namesake(as_sales, first, last):
    make_customer(first_name="Grace", last_name="Hopper")
    assert len(said(add(as_sales, first_name=first, last_name=last))) == 1


@pytest.mark.parametrize("name", ["O'Neil (Ltd.) & Co. +1 *", "a\\b [x] {2} ^$ | ?", "<b>Bold</b> %s {}"])
def test_a_name_of_special_characters_is_compared_and_shown_as_it_is(as_sales, name):
    make_customer(first_name=name, last_name="", email="known@example.com")
    response = add(as_sales, first_name=name, last_name="")
    assert "known@example.com" in said(response)[0]
    assert "<b>Bold</b>" not in as_sales.get(response.url).content.decode()


def test_a_colleague_is_no_namesake_and_neither_is_oneself(as_admin):
    make_sales(first_name="Grace", last_name="Hopper")
    customer = make_customer(first_name="Grace", last_name="Hopper")
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    assert len(said(as_admin.post(url, {**ADD, "email": customer.email}))) == 1


def test_renaming_somebody_to_a_known_name_warns_too(as_admin):
    make_customer(first_name="Grace", last_name="Hopper", email="known@example.com")
    customer = make_customer()
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    assert "known@example.com" in said(as_admin.post(url, {**ADD, "email": customer.email}))[0]


def test_a_change_of_something_else_does_not_warn_again(as_admin):
    make_customer(first_name="Grace", last_name="Hopper")
    customer = make_customer(first_name="Grace", last_name="Hopper")
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    data = {**ADD, "first_name": "Grace", "last_name": "Hopper", "email": customer.email, "address": "Moved"}
    assert len(said(as_admin.post(url, data))) == 1
    customer.refresh_from_db()
    assert customer.address == "Moved"


def test_of_many_namesakes_a_few_are_named(as_sales):
    for number in range(6):
        make_customer(first_name="Grace", last_name="Hopper", customer_code=f"G-{number}")
    warning = said(add(as_sales))[0]
    assert warning.count("href=") == 3 and " and more. Please" in warning
