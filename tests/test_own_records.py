"""What sales people may do beyond looking: their own pending orders, and how customers are reached. Admin and API."""

import pytest
from django.urls import reverse

from accounts.models import Customer
from sales.models import Order
from sales.services.orders import confirm_order
from tests.clients import Caller, signed_in
from tests.factories import make_customer, make_order, make_product, make_sales
from tests.forms import form_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def sales():
    return make_sales()


def test_one_s_own_pending_order_is_edited_and_deleted_in_the_admin(sales):
    product = make_product()
    own, other = make_order((product, 1), user=sales), make_order((product, 1), user=make_sales())
    client = signed_in(sales)
    for order, may in ((own, True), (other, False)):
        change = reverse("admin:sales_order_change", args=[order.pk])
        data = form_data(order.customer, (product, 3, ""), last_seen=order.modified_at.isoformat())
        assert client.post(change, data).status_code == (302 if may else 403)
        assert ('name="_save"' in client.get(change).content.decode()) == may
        assert order.items.get().quantity == (3 if may else 1)
        delete = client.post(reverse("admin:sales_order_delete", args=[order.pk]), {"post": "yes"})
        assert delete.status_code == (302 if may else 403)
    assert list(Order.objects.all()) == [other]


def test_what_is_confirmed_is_nobodys_to_edit(sales):
    order = make_order((make_product(), 1), user=sales)
    confirm_order(order, user=None)
    client = signed_in(sales)
    assert client.post(reverse("admin:sales_order_delete", args=[order.pk]), {"post": "yes"}).status_code == 403
    assert 'name="_save"' not in client.get(reverse("admin:sales_order_change", args=[order.pk])).content.decode()


def test_one_s_own_pending_order_is_edited_and_deleted_over_the_api(sales):
    product = make_product()
    own, other = make_order((product, 1), user=sales), make_order((product, 1), user=make_sales())
    api = Caller(sales)
    for order, may in ((own, True), (other, False)):
        address = f"/api/v1/orders/{order.pk}/"
        answer = api.patch(address, {"items": [{"product_id": product.pk, "quantity": 3}]})
        assert answer.status_code == (200 if may else 403)
        assert order.items.get().quantity == (3 if may else 1)
        assert api.delete(address).status_code == (204 if may else 403)
    assert list(Order.objects.all()) == [other]


CONTACT = {"first_name": "Ada", "last_name": "Moreau", "phone": "+12025550123", "address": "12 Harbour Street"}
REST = {"email": "new@example.com", "customer_code": "C-9", "opening_balance": "5.00", "is_active": ""}


def test_contact_data_is_all_that_sales_change_of_a_customer_in_the_admin(sales):
    customer = make_customer(email="old@example.com", customer_code="C-1")
    address = reverse("admin:accounts_customer_change", args=[customer.pk])
    page = signed_in(sales).get(address).content.decode()
    assert 'name="phone"' in page and 'name="opening_balance"' not in page and 'name="customer_code"' not in page
    assert signed_in(sales).post(address, CONTACT | REST).status_code == 302
    changed = Customer.objects.get(pk=customer.pk)
    assert {name: getattr(changed, name) for name in CONTACT} == CONTACT
    assert (changed.email, changed.customer_code, changed.is_active) == ("old@example.com", "C-1", True)
    assert changed.opening_balance == customer.opening_balance and changed.modified_by == sales


@pytest.mark.parametrize(
    "beyond",
    [{"opening_balance": "5.00"}, {"customer_code": "C-9"}, {"is_active": False}, {"email": "new@example.com"}],
)
def test_contact_data_is_all_that_sales_change_of_a_customer_over_the_api(sales, beyond):
    customer = make_customer(email="old@example.com", customer_code="C-1")
    api, address = Caller(sales), f"/api/v1/customers/{customer.pk}/"
    unchanged = {"email": "OLD@example.com", "customer_code": "C-1", "is_active": True, "opening_balance": "0.00"}
    assert api.put(address, CONTACT | unchanged).status_code == 200  # a frontend sends everything back
    answer = api.patch(address, {"first_name": "Eve"} | beyond)
    assert answer.status_code == 403 and "contact data" in str(answer.json())
    changed = Customer.objects.get(pk=customer.pk)
    assert changed.first_name == "Ada"
    assert api.patch(address, {"password": "correct horse battery"}).status_code == 403
