"""Two people save the same record at the same moment: the second is told, and nothing of the first is lost."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.services.people import save_user
from inventory.models import Product
from tests.clients import signed_in
from tests.factories import make_admin, make_customer, make_product
from tests.race import race

pytestmark = pytest.mark.usefixtures("committed_db")


def post(admin, address, data) -> int:
    return signed_in(User.objects.get(pk=admin)).post(address, data).status_code


def seen_at(admin, address) -> str:
    return signed_in(admin).get(address).context["adminform"].form.initial["last_seen"]


def test_two_edits_of_a_product():
    first, second, product = make_admin(), make_admin(), make_product(name="Before")
    address = reverse("admin:inventory_product_change", args=[product.pk])
    data = {"sku": product.sku, "cost_price": "0.00", "selling_price": "10.00", "last_seen": seen_at(first, address)}
    data |= {"stock_changes-TOTAL_FORMS": "0", "stock_changes-INITIAL_FORMS": "0"}

    results = race(
        (post, first.pk, address, data | {"name": "Renamed"}),
        (post, second.pk, address, data | {"name": "Before", "category": "Tea"}),
    )

    assert sorted(message for _, message in results) == ["200", "302"], results
    product = Product.objects.get()
    assert (product.name, product.category) in {("Renamed", ""), ("Before", "Tea")}


def test_two_edits_of_a_customer():
    first, second, customer = make_admin(), make_admin(), make_customer(last_name="Before", address="")
    address = reverse("admin:accounts_customer_change", args=[customer.pk])
    data = {"first_name": "Customer", "email": customer.email, "opening_balance": "0.00", "is_active": "on"}
    data |= {"last_seen": seen_at(first, address)}

    results = race(
        (post, first.pk, address, data | {"last_name": "Renamed"}),
        (post, second.pk, address, data | {"last_name": "Before", "address": "1 Mill Lane"}),
    )

    assert sorted(message for _, message in results) == ["200", "302"], results
    customer.refresh_from_db()
    assert (customer.last_name, customer.address) in {("Renamed", ""), ("Before", "1 Mill Lane")}


def change_email(pk, by, email):
    user = User.objects.get(pk=pk)
    user.email = email
    save_user(user, by=User.objects.get(pk=by))


def test_admins_who_change_each_other_never_deadlock():
    first, second = make_admin(), make_admin()

    results = race(
        *[(change_email, first.pk, second.pk, f"first{number}@example.com") for number in range(4)],
        *[(change_email, second.pk, first.pk, f"second{number}@example.com") for number in range(4)],
    )

    assert {outcome for outcome, _ in results} == {"done"}, results


def demote(pk):
    user = User.objects.get(pk=pk)
    user.role = User.Role.SALES
    save_user(user, by=user)


def test_the_last_two_admins_cannot_demote_themselves_at_once():
    results = race(*[(demote, make_admin().pk) for _ in range(2)])

    assert sorted(outcome for outcome, _ in results) == ["LastAdmin", "done"], results
    assert User.objects.admins().count() == 1
