"""Selling below cost is a permission of its own."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import ADMIN, MATRIX
from sales.models import Order
from sales.services.orders import confirm_order
from tests.clients import Caller
from tests.factories import make_customer, make_order, make_product
from tests.forms import form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def not_for_sales(monkeypatch):
    monkeypatch.setitem(MATRIX, "sales.sell_below_cost", {ADMIN})


@pytest.fixture
def chai():
    return make_product(name="Chai", cost_price=Decimal("2.00"), selling_price=Decimal("3.00"))


REFUSED = "Chai must not be sold for 1.99: that is below its cost."


def by_form(client, product, price):
    page = client.post(reverse("admin:sales_order_add"), form_data(make_customer(), (product, 1, price)))
    return page.status_code, page.context and page.context["inline_admin_formsets"][0].formset.forms[0].errors


def by_api(caller, product, price):
    line = {"product_id": product.pk, "quantity": 1, "unit_price": price}
    answer = caller.post("/orders/", {"customer_id": make_customer().pk, "items": [line]})
    return answer.status_code, answer.json()


def test_without_it_a_line_below_cost_is_refused_in_form_and_api_and_one_at_cost_passes(as_sales, chai, not_for_sales):
    assert by_form(as_sales, chai, "1.99") == (200, {"unit_price": [REFUSED]})
    assert by_api(Caller(as_sales.user), chai, "1.99") == (400, {"items": [f"Line 1: {REFUSED}"]})
    assert not Order.objects.exists()
    assert by_form(as_sales, chai, "2.00")[0] == 302
    assert by_api(Caller(as_sales.user), chai, "2.00")[0] == 201
    assert set(Order.objects.values_list("total_amount", flat=True)) == {Decimal("2.00")}


def test_nor_by_changing_or_amending_an_order(as_sales, chai, not_for_sales):
    caller, line = Caller(as_sales.user), {"product_id": chai.pk, "quantity": 1, "unit_price": "1.99"}
    order = make_order((chai, 1), user=as_sales.user)
    assert caller.patch(f"/orders/{order.pk}/", {"items": [line]}).status_code == 400
    confirm_order(order, user=None)
    amended = caller.post(f"/orders/{order.pk}/amend/", {"items": [line], "reason": "They rang"})
    assert amended.json() == {"items": [f"Line 1: {REFUSED}"]}
    form = form_data(
        order.customer, (chai, 1, "1.99"), reason="They rang", initial=1, **{"items-0-id": order.items.get().pk}
    )
    page = as_sales.post(reverse("admin:sales_order_amend_order", args=[order.pk]), form)
    assert page.context["inline_admin_formsets"][0].formset.forms[0].errors == {"unit_price": [REFUSED]}


def test_sales_people_have_it_unless_that_is_changed_and_customers_pay_the_list_price(as_sales, chai, settings):
    assert by_form(as_sales, chai, "1.99")[0] == 302
    assert by_api(Caller(as_sales.user), chai, "1.99")[0] == 201
    settings.ALLOW_SELLING_BELOW_COST = True
    cheap = make_product(cost_price=Decimal("5.00"), selling_price=Decimal("4.00"))
    ordered = Caller(make_customer()).post("/orders/", {"items": [{"product_id": cheap.pk, "quantity": 1}]})
    assert ordered.status_code == 201
