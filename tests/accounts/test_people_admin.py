"""Customers and staff in the admin."""

import pytest
from django.urls import reverse

from accounts.models import Customer, User
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

CUSTOMER = {
    "first_name": "Grace",
    "last_name": "Hopper",
    "email": "Grace@Example.com",
    "phone": "+12025550123",
    "customer_code": "CUST-0001",
    "is_active": "on",
    "address": "1 Navy Yard",
    "opening_balance": "0.00",
}


def test_a_salesperson_adds_a_customer_and_nothing_more(as_sales):
    response = as_sales.post(reverse("admin:accounts_customer_add"), {**CUSTOMER, "role": "ADMIN"})
    assert response.status_code == 302
    customer = Customer.objects.get(email="grace@example.com")
    assert (customer.role, customer.created_by) == (User.Role.CUSTOMER, as_sales.user)
    assert not customer.has_usable_password()
    url = reverse("admin:accounts_customer_change", args=[customer.pk])
    assert as_sales.get(url).status_code == 200
    assert as_sales.post(reverse("admin:accounts_customer_delete", args=[customer.pk])).status_code == 403


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("phone", "12345", "The phone number entered is not valid"),
        ("email", "nobody", "Enter a valid email address"),
        ("email", "TAKEN@example.com", "already taken"),
        ("opening_balance", "1.234", "could be thousands"),
        ("first_name", "", "Please enter a company or a first name."),
    ],
)
def test_bad_input_is_named_at_its_field(as_admin, field, value, message):
    make_customer(email="taken@example.com")
    response = as_admin.post(reverse("admin:accounts_customer_add"), {**CUSTOMER, field: value})
    assert message in str(response.context["adminform"].form.errors[field])
    assert not Customer.objects.filter(last_name="Hopper").exists()


def test_the_staff_list_shows_no_customers_and_the_customer_list_no_staff(as_admin):
    customer, colleague = make_customer(first_name="Zacharias"), make_sales(first_name="Wilhelmina")
    staff = as_admin.get(reverse("admin:accounts_user_changelist")).content.decode()
    customers = as_admin.get(reverse("admin:accounts_customer_changelist")).content.decode()
    assert colleague.email in staff and customer.email not in staff
    assert customer.email in customers and colleague.email not in customers
    assert as_admin.get(reverse("admin:accounts_user_change", args=[customer.pk])).status_code == 302
    assert as_admin.get(reverse("admin:accounts_customer_change", args=[colleague.pk])).status_code == 302


def test_an_admin_adds_a_colleague_who_can_then_sign_in(as_admin, client):
    response = as_admin.post(
        reverse("admin:accounts_user_add"),
        {
            "first_name": "Tom",
            "last_name": "Baker",
            "email": "tom@example.com",
            "role": "SALES",
            "usable_password": "true",
            "password1": "a-long-passphrase",
            "password2": "a-long-passphrase",
        },
    )
    assert response.status_code == 302, response.context["adminform"].form.errors
    form = {"username": "TOM@example.com", "password": "a-long-passphrase"}
    assert client.post(reverse("admin:login"), form).status_code == 302
    assert User.objects.get(email="tom@example.com").created_by == as_admin.user


def test_the_staff_form_offers_staff_roles_only(as_admin):
    form = as_admin.get(reverse("admin:accounts_user_add")).context["adminform"].form
    assert [value for value, _ in form.fields["role"].choices] == ["", "ADMIN", "SALES", "WAREHOUSE"]
    assert not form["role"].value()


@pytest.mark.parametrize(("change", "field"), [({"role": "SALES"}, "role"), ({"is_active": ""}, "is_active")])
def test_the_last_admin_is_told_so_at_the_field(as_admin, change, field):
    user = as_admin.user
    data = {"first_name": "User", "email": user.email, "role": "ADMIN", "is_active": "on", **change}
    response = as_admin.post(reverse("admin:accounts_user_change", args=[user.pk]), data)
    assert "last active admin" in str(response.context["adminform"].form.errors[field])
    user.refresh_from_db()
    assert user.role == "ADMIN" and user.is_active


def test_deleting_a_customer_with_orders_is_refused_in_words(as_admin):
    customer = make_customer()
    make_order((make_product(), 1), customer=customer)
    url = reverse("admin:accounts_customer_delete", args=[customer.pk])
    assert "appears in orders" in as_admin.get(url).content.decode()
    as_admin.post(url, {"post": "yes"})
    assert Customer.objects.filter(pk=customer.pk).exists()


def test_deleting_a_customer_without_records_works(as_admin):
    customer = make_customer()
    as_admin.post(reverse("admin:accounts_customer_delete", args=[customer.pk]), {"post": "yes"})
    assert not Customer.objects.filter(pk=customer.pk).exists()


def test_an_admin_sets_a_colleagues_password(as_admin, client):
    colleague = make_sales()
    url = reverse("admin:auth_user_password_change", args=[colleague.pk])
    as_admin.post(url, {"usable_password": "true", "password1": "brand new words", "password2": "brand new words"})
    form = {"username": colleague.email, "password": "brand new words"}
    assert client.post(reverse("admin:login"), form).status_code == 302


def test_the_history_page_says_who_changed_what(as_admin):
    colleague = make_admin(last_name="Before")
    data = {"first_name": "User", "last_name": "After", "email": colleague.email, "role": "ADMIN", "is_active": "on"}
    as_admin.post(reverse("admin:accounts_user_change", args=[colleague.pk]), data)
    page = as_admin.get(reverse("admin:accounts_user_history", args=[colleague.pk])).content.decode()
    assert "Before" in page and "After" in page and str(as_admin.user) in page
