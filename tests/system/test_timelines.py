"""The pages of a product, an order and a customer tell what happened to them."""

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from accounts import roles
from accounts.services.people import save_user
from inventory.services.stock import adjust_stock
from sales.services.orders import cancel_order, confirm_order
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def told(client, name: str, record) -> str:
    answer = client.get(reverse(f"admin:{name}", args=[record.pk]))
    assert answer.status_code == 200
    return " ".join(strip_tags(answer.content.decode()).split())


def test_an_order_tells_what_its_steps_did_to_the_stock(as_sales):
    chai, tofu = make_product(stock=8, name="Chai"), make_product(stock=5, name="Tofu")
    order = make_order((chai, 3), (tofu, 1))
    confirm_order(order, user=as_sales.user)
    cancel_order(order, user=as_sales.user)
    story = told(as_sales, "sales_order_history", order)
    assert "Status: Pending → Confirmed" in story and "Chai: 8 → 5 Tofu: 5 → 4" in story
    assert "Status: Confirmed → Cancelled" in story and "Chai: 5 → 8 Tofu: 4 → 5" in story
    assert story.index("5 → 8") < story.index("8 → 5")  # the latest stands first


def test_of_the_stock_only_to_those_who_may_see_it(as_sales, monkeypatch):
    order = make_order((make_product(stock=8, name="Chai"), 3))
    confirm_order(order, user=None)
    monkeypatch.setitem(roles.MATRIX, "inventory.view_stockchange", {roles.ADMIN})
    assert "8 → 5" not in told(as_sales, "sales_order_history", order)


def test_a_product_and_a_customer_have_their_latest_changes_on_a_tab(as_admin):
    product, customer = make_product(stock=8), make_customer(first_name="Ana")
    adjust_stock(product, user=as_admin.user, new_qty=5, reason="Counted")
    customer.first_name = "Anna"
    save_user(customer, by=as_admin.user)
    assert "Counted In stock: 8 → 5" in told(as_admin, "inventory_product_change", product)
    assert "First name: Ana → Anna" in told(as_admin, "accounts_customer_change", customer)
    assert "Show the full history" not in told(as_admin, "inventory_product_change", product)


def test_the_tab_costs_no_more_with_a_longer_history(as_admin, django_assert_max_num_queries):
    product = make_product(stock=8)
    page = reverse("admin:inventory_product_change", args=[product.pk])
    for stock in range(10, 40):
        adjust_stock(product, user=as_admin.user, new_qty=stock, reason="Counted")
    story = told(as_admin, "inventory_product_change", product)
    assert "38 → 39" in story and "11 → 12" not in story and "Show the full history" in story
    assert "8 → 10" in told(as_admin, "inventory_product_history", product)
    with django_assert_max_num_queries(11):
        as_admin.get(page)
