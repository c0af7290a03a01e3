"""Answers that go past the schemas say what the schemas say, byte for byte."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from ninja.responses import NinjaJSONEncoder

from accounts.models import Customer
from accounts.roles import RoleBackend
from accounts.schemas import CustomerOut
from accounts.services.people import save_user
from inventory.models import Product, StockChange
from inventory.rows import PRODUCTS
from inventory.schemas import ProductOut, StockChangeOut
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from sales.models import Order
from sales.schemas import InsightsOut, OrderOut, OrderRowOut, OrderStepOut
from sales.services.orders import cancel_order, confirm_order
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db


def as_described(schema, record, request=None) -> str:
    """The record as ninja would answer with it."""
    context = {"request": request}
    value = schema.model_validate(record, context=context).model_dump(context=context)
    return json.dumps(value, cls=NinjaJSONEncoder)


@pytest.fixture
def orders():
    """A pending, a confirmed and a cancelled one; one of whom only the e-mail is known, one of the system's."""
    seller, nameless = make_sales(first_name="Zoé"), make_customer(first_name="Nia", last_name="")
    product = make_product(stock=50, name="Nägel “8 mm”", user=seller)
    first = make_order((product, 1), (product, 2, Decimal("0.10")), user=seller)
    second = confirm_order(make_order((product, 3), customer=nameless), user=seller)
    third, _ = cancel_order(confirm_order(make_order((product, 1), user=None), user=None), user=seller)
    return [first, second, third]


@pytest.mark.parametrize("role", ["ADMIN", "CUSTOMER"])
def test_an_order_is_what_its_schema_says(orders, role):
    for order in orders:
        caller = Caller(make_admin() if role == "ADMIN" else order.customer)
        order = Order.objects.get(pk=order.pk)
        answer = caller.get(f"/orders/{order.pk}/")
        assert answer.content.decode() == as_described(OrderOut, order, answer.wsgi_request)
        [row] = [row for row in caller.get("/orders/").json()["results"] if row["id"] == order.pk]
        assert json.dumps(row) == as_described(OrderRowOut, order, answer.wsgi_request)


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "CUSTOMER"])
def test_a_product_is_what_its_schema_says_to_each_role(role, settings):
    caller = Caller(make_customer() if role == "CUSTOMER" else make_admin() if role == "ADMIN" else make_sales())
    for fields in ({}, {"cost_price": Decimal("3.33"), "low_stock_threshold": 99}, {"category": "Öl & Fett"}):
        product = Product.objects.with_free().get(pk=make_product(**fields, user=caller.user).pk)
        answer = caller.get(f"/products/{product.pk}/")
        assert answer.content.decode() == as_described(ProductOut, product, answer.wsgi_request)
        assert json.dumps(caller.get("/products/").json()["results"][0]) == answer.content.decode()


def test_a_stock_change_is_what_its_schema_says(orders):
    product = make_product(stock=4)
    adjust_stock(product, change=1, reason="Ünd", user=make_sales())
    delete_product(product, user=None)
    rows = Caller(make_admin()).get("/products/stock-changes/?page_size=100").json()["results"]
    assert len(rows) == StockChange.objects.count() > 5
    for row in rows:
        assert json.dumps(row) == as_described(StockChangeOut, StockChange.objects.get(pk=row["id"]))


def test_a_customer_is_what_its_schema_says():
    caller = Caller(make_admin(company="Werk & Söhne"))
    plain = make_customer(email=None, created_by=None)
    full = make_customer(
        company="Öl “Nord”",
        phone="+12025550123",
        customer_code="C-1",
        credit_limit=Decimal("1200.5"),
        payment_days=0,
        is_active=False,
        merged_into=plain,
        created_by=caller.user,
        modified_by=caller.user,
    )
    for customer in Customer.objects.filter(pk__in=[plain.pk, full.pk]):
        answer = caller.get(f"/customers/{customer.pk}/")
        assert answer.content.decode() == as_described(CustomerOut, customer)
        [row] = [row for row in caller.get("/customers/").json()["results"] if row["id"] == customer.pk]
        assert json.dumps(row) == answer.content.decode()
    assert caller.get("/customers/99999999/").status_code == 404
    for query in ("search=5550123", "search=202%20555-0123", "search=nord%20c-1", "customer_code=c-1"):
        for _ in range(2):  # written and remembered
            assert [row["id"] for row in caller.get(f"/customers/?{query}").json()["results"]] == [full.pk], query
    assert caller.get("/customers/?search=5550124").json()["results"] == []


def test_a_step_and_the_dashboard_are_what_their_schemas_say(orders):
    caller = Caller(make_admin())
    step = caller.post(f"/orders/{orders[1].pk}/cancel/")
    assert step.content.decode() == as_described(OrderStepOut, Order.objects.get(pk=orders[1].pk), step.wsgi_request)
    assert list(caller.get("/dashboard/").json()) == list(InsightsOut.model_fields)


def test_a_statement_that_is_kept_takes_other_values_and_other_shapes(orders):
    """One after the other, so that each finds the statements of the ones before it."""
    caller, order = Caller(make_admin()), orders[1]
    found = [
        caller.get(f"/orders/?{query}").json()["results"]
        for query in (
            "status=PENDING",
            "status=CONFIRMED",
            f"status=CONFIRMED&customer={order.customer_id}",
            f"status=PENDING&customer={order.customer_id}",
            f"search={order.order_number}",
            f"search={order.order_number[4:]} Nia",
            "search=100% of_it",
            "search=Nia",
        )
    ]
    assert [len(rows) for rows in found] == [1, 1, 1, 0, 1, 1, 0, 1]


def test_a_rest_of_a_second_is_told_in_milliseconds():
    order = make_order((make_product(), 1))
    for microsecond in (0, 1, 999_999, 120_000):
        moment = timezone.now().replace(microsecond=microsecond) - timedelta(days=1)
        Order.objects.filter(pk=order.pk).update(created_at=moment)
        answer = Caller(make_admin()).get(f"/orders/{order.pk}/")
        assert answer.content.decode() == as_described(OrderOut, Order.objects.get(pk=order.pk), answer.wsgi_request)


def test_a_token_ends_at_once_although_its_signature_is_remembered():
    user = make_sales()
    caller = Caller(user)
    assert caller.get("/orders/").status_code == 200
    user.is_active = False
    save_user(user, by=None)
    assert caller.get("/orders/").status_code == 401


def test_a_page_asks_for_each_right_once_per_product_and_builds_its_queryset_no_more(monkeypatch):
    caller = Caller(make_admin())
    for _ in range(3):
        make_product()
    caller.get("/products/")  # the statement is written now
    built, asked = [], []
    monkeypatch.setattr(PRODUCTS, "queryset", lambda: built.append(1))
    monkeypatch.setattr(RoleBackend, "has_perm", lambda self, user, permission, obj=None: not asked.append(permission))

    assert len(caller.get("/products/").json()["results"]) == 3
    assert built == []
    assert len(asked) <= 3 * 2 + 1  # costs and stock; and the right to the list
