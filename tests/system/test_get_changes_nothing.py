"""No address of the admin changes anything when it is only looked at, whoever looks."""

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.urls import reverse

from accounts.models import User
from core.imports.models import ImportRecord
from inventory.models import Product, StockChange
from sales.models import Order
from sales.services.orders import confirm_order
from tests.addresses import addresses
from tests.clients import signed_in
from tests.factories import make_customer, make_customer_import, make_import, make_order, make_product, make_user

pytestmark = pytest.mark.django_db


def everything() -> dict:
    """All rows of all tables, sessions aside."""
    return {
        model: sorted(map(repr, model._base_manager.values_list()))
        for model in apps.get_models(include_auto_created=True)
        if model is not Session
    }


@pytest.fixture
def records() -> dict[str, list[int]]:
    """One record of each kind, orders of two kinds, by the beginning of the names of its addresses."""
    order, sold = make_order((make_product(), 1)), make_order((make_product(), 1))
    confirm_order(sold, user=None)
    make_import("sku,name,selling_price\nA,Chai,1\n"), make_customer_import("email,first_name\na@example.com,Ann\n")
    samples = {
        "inventory_product": Product,
        "core_importrecord": ImportRecord,
        "inventory_stockchange": StockChange,
    }
    keys = {name: [model.objects.first().pk] for name, model in samples.items()}
    colleague = make_user("SALES")
    return keys | {
        "sales_order": [order.pk, sold.pk],
        "sales_product": [Product.objects.first().pk],
        "accounts_customer": [make_customer().pk],
        "accounts_user": [colleague.pk],
        "auth_user": [colleague.pk],
    }


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "CUSTOMER"])
def test_looking_changes_nothing(records, role):
    client = signed_in(make_user(role))
    before, opened = everything(), 0
    for name, needs in addresses():
        kind = "_".join(name.split("_")[:2])
        for key in records.get(kind, [User.objects.first().pk]) if needs else [None]:
            arguments = {need: "accounts" if need == "app_label" else key for need in needs}
            answer = client.get(reverse(f"admin:{name}", kwargs=arguments))
            if answer.streaming:
                answer.getvalue()
            assert answer.status_code in (200, 302, 400, 403, 404, 405), (name, answer.status_code)
            opened += answer.status_code == 200
    client.get(reverse("profile"))
    assert everything() == before
    assert opened > {"ADMIN": 40, "SALES": 20, "CUSTOMER": 0}[role]
    assert Order.objects.count() == 2
