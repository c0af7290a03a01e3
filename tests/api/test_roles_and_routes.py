"""Every route of the API's description, tried as nobody and in every role."""

import re
from decimal import Decimal

import pytest

from accounts.roles import MATRIX
from config.api import api
from sales.services.payments import record_payment
from tests.api.routes import ANYBODY, BODIES, OPERATIONS, RIGHTS
from tests.clients import Caller
from tests.factories import make_customer, make_delivery, make_order, make_product, make_sales, make_user
from tests.files import picture

pytestmark = pytest.mark.django_db


def test_every_route_says_whose_it_is():
    assert sorted(OPERATIONS) == sorted(RIGHTS)


def test_every_right_that_is_asked_for_is_in_the_matrix():
    assert set(RIGHTS.values()) - {ANYBODY} <= set(MATRIX)


def test_a_route_that_says_nothing_is_nobodys(admin, rf):
    """What NinjaAPI is given as `auth` holds for every route without one of its own."""
    (lock,) = api.auth
    from django.core.exceptions import PermissionDenied

    request = rf.get("/", headers={"Authorization": f"Bearer {admin.tokens['access']}"})
    with pytest.raises(PermissionDenied):
        lock(request)


@pytest.fixture
def records():
    product = make_product(stock=50)
    return {
        "customers": make_customer().pk,
        "products": product.pk,
        "orders": make_order((product, 1)).pk,
        "deliveries": make_delivery((product, 1)).pk,
        "payments": record_payment(make_customer(), Decimal(1), "CASH", user=None).pk,
    }


def knock(caller, operation, records):
    method, path = operation.split()
    path = re.sub(r"\{id\}", lambda _: str(records[path.split("/")[3]]), path)
    if path.endswith(("/image/", "/avatar/")) and method == "PUT":
        return caller.upload(path, path.split("/")[-2], picture())
    return caller(method, path, BODIES.get(operation, {}) if method != "GET" else None)


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "WAREHOUSE", "CUSTOMER", None])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_each_route_opens_to_the_roles_of_the_matrix_and_no_other(records, operation, role):
    answer = knock(Caller(make_user(role)) if role else Caller(), operation, records)
    permission = RIGHTS[operation]
    assert answer.status_code < 500
    if permission == ANYBODY:
        assert answer.status_code == 400  # of the empty body
    elif role is None:
        assert (answer.status_code, answer.json()) == (401, {"detail": "Please sign in."})
    elif role in MATRIX[permission]:
        assert answer.status_code not in (401, 403)
    else:
        assert (answer.status_code, answer.json()) == (403, {"detail": "Your role does not allow this."})


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_answer_to_a_customer_tells_a_cost_or_of_another_customer(customer, operation):
    """Everything secret here has a spelling of its own; the customer asks for the others' records by their keys."""
    other = make_customer(
        first_name="Zebulon",
        last_name="Quist",
        email="zebulon@example.com",
        phone="+12025550177",
        customer_code="SECRET-9",
        address="9 Hidden Lane",
    )
    product = make_product(
        cost_price=Decimal("1234.56"),
        selling_price=Decimal("2000.00"),
        stock=987654321,
        user=make_sales(first_name="Colleague"),
    )
    theirs, mine = make_order((product, 1), customer=other), make_order((product, 2), customer=customer.user)
    paid = record_payment(other, Decimal("1.00"), "CASH", user=None)
    secrets = ["1234.56", "98765432", "62.00", "Zebulon", "zebulon", "5550177", "SECRET-9", "Hidden", "Colleague"]
    secrets.append(theirs.order_number)
    others = {"deliveries": make_delivery((product, 1, "1234.56")).pk}
    for order in (theirs, mine):
        keys = {"customers": other.pk, "products": product.pk, "orders": order.pk, "payments": paid.pk}
        answer = knock(customer, operation, keys | others)
        told = answer.content.decode()
        assert not [secret for secret in secrets if secret in told]


def test_the_same_holds_when_the_customer_orders(customer):
    product = make_product(cost_price=Decimal("1234.56"), selling_price=Decimal("2000.00"), stock=987654321)
    answer = customer.post("/orders/", {"items": [{"product_id": product.pk, "quantity": 1}]})
    assert answer.status_code == 201
    assert "1234.56" not in answer.content.decode() and "98765432" not in answer.content.decode()
