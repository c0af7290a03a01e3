"""People: signing in, roles, the last admin, deactivation."""

import pytest
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.exceptions import DuplicateUser, LastAdmin, UserInUse
from accounts.models import Customer, User
from accounts.roles import MATRIX
from accounts.services.people import delete_user, save_user
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db


def test_email_is_the_login_in_any_case(rf):
    user = make_sales(email="Sara@Example.COM")
    assert user.email == "sara@example.com"
    assert authenticate(rf.post("/"), email="SARA@example.com", password="correct horse") == user


def test_an_email_belongs_to_one_person_whatever_its_case():
    make_sales(email="sara@example.com")
    with pytest.raises(DuplicateUser):
        make_sales(email="SARA@EXAMPLE.COM")


def test_the_database_itself_refuses_an_email_in_upper_case():
    user = make_sales()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = 'LOUD@EXAMPLE.COM' WHERE id = %s", [user.pk])


def test_the_default_role_is_the_least():
    assert User(email="x@example.com").role == User.Role.CUSTOMER


def test_staff_follows_the_role_and_nothing_else():
    assert make_admin().is_staff and make_sales().is_staff
    assert not make_customer().is_staff


def test_nobody_is_above_the_matrix():
    admin = make_admin()
    assert admin.has_perm("accounts.add_user")
    assert not admin.has_perm("inventory.delete_stockchange")
    assert not any(user.is_superuser for user in (admin, make_sales(), make_customer()))


def test_an_inactive_user_has_no_permission():
    user = make_admin(is_active=False)
    assert not any(user.has_perm(permission) for permission in MATRIX)


def test_empty_codes_and_phones_may_repeat_but_given_ones_may_not():
    make_customer(customer_code=None, phone=None)
    make_customer(customer_code=None, phone=None)
    make_customer(customer_code="C-1")
    with pytest.raises(DuplicateUser):
        make_customer(customer_code="C-1")
    with pytest.raises(ValidationError, match="already has this code"):
        Customer(email="new@example.com", first_name="New", customer_code="C-1", password="x").full_clean()


def test_history_remembers_a_customer_with_its_author_and_no_password():
    admin = make_admin()
    customer = make_customer()
    customer.last_name = "Renamed"
    save_user(customer, by=admin, reason="Married")

    latest = customer.history.first()
    assert (latest.last_name, latest.history_user, latest.history_change_reason) == ("Renamed", admin, "Married")
    assert customer.history.count() == 2
    assert not hasattr(latest, "password")


def test_signing_in_is_not_a_change(client):
    user = make_sales()
    client.post(reverse("admin:login"), {"username": user.email, "password": "correct horse"})
    user.refresh_from_db()
    assert user.last_login is not None
    assert user.history.count() == 1


@pytest.mark.parametrize("change", [{"role": "SALES"}, {"is_active": False}])
def test_the_last_active_admin_can_neither_be_demoted_nor_deactivated(change):
    admin = make_admin()
    make_admin(is_active=False)
    for field, value in change.items():
        setattr(admin, field, value)
    with pytest.raises(LastAdmin, match="last active admin"):
        save_user(admin, by=admin)
    admin.refresh_from_db()
    assert admin.role == User.Role.ADMIN and admin.is_active


def test_the_last_admin_cannot_be_deleted_but_another_one_can():
    first, second = make_admin(), make_admin()
    delete_user(second, by=first)
    with pytest.raises(LastAdmin):
        delete_user(first, by=first)


def test_who_stands_in_an_order_is_kept():
    order = make_order((make_product(), 1), user=make_sales())
    with pytest.raises(UserInUse, match="appears in orders. Deactivate them instead"):
        delete_user(order.customer, by=None)
    with pytest.raises(UserInUse, match="appears in orders"):
        delete_user(order.created_by, by=None)


def test_a_colleague_who_has_signed_in_is_kept(client):
    user = make_sales()
    client.post(reverse("admin:login"), {"username": user.email, "password": "correct horse"})
    with pytest.raises(UserInUse, match="has worked in the system"):
        delete_user(User.objects.get(pk=user.pk), by=None)


def test_a_customer_without_records_can_be_deleted_and_history_says_so():
    admin, customer = make_admin(), make_customer()
    key = customer.pk
    delete_user(customer, by=admin)
    assert not User.objects.filter(pk=key).exists()
    last = User.history.filter(id=key).first()
    assert (last.history_type, last.history_user) == ("-", admin)


def test_customers_cannot_enter_the_admin(client):
    customer = make_customer()
    response = client.post(reverse("admin:login"), {"username": customer.email, "password": "correct horse"})
    assert "do not belong to an active member of staff" in response.content.decode()
    client.force_login(customer)
    assert client.get(reverse("admin:index")).status_code == 302


def test_a_deactivated_colleague_is_out_at_once(as_sales):
    assert as_sales.get(reverse("admin:index")).status_code == 200
    as_sales.user.is_active = False
    save_user(as_sales.user, by=None)
    assert as_sales.get(reverse("admin:index")).status_code == 302


def test_only_what_is_taken_is_called_so():
    with pytest.raises(IntegrityError), transaction.atomic():
        make_customer(role="OWNER")
