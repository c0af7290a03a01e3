"""Amending, confirming partly and ordering beyond the stock over the API; what short answers say."""

import pytest

from sales.models import Order
from sales.services.orders import confirm_order
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1")


def asked(product, quantity, price="10.00") -> dict:
    return {"product_id": product.pk, "quantity": quantity, "unit_price": price}


def test_a_confirmed_order_is_amended(sales, chai):
    order = confirm_order(make_order((chai, 5)), user=None)
    body = {"items": [asked(chai, 3, "9.00")], "reason": "They rang", "modified_at": order.modified_at.isoformat()}
    answer = sales.post(f"/orders/{order.pk}/amend/", body)
    assert answer.status_code == 200
    amended = answer.json()
    assert (amended["status"], amended["total_amount"], amended["revision"]) == ("CONFIRMED", "27.00", 1)
    assert [item["quantity"] for item in amended["items"]] == [3]
    chai.refresh_from_db()
    assert chai.stock_qty == 7
    again = sales.post(f"/orders/{order.pk}/amend/", {**body, "items": [asked(chai, 1)]})
    assert again.status_code == 409 and "Sam Sales" in again.json()["detail"]


def test_an_amendment_is_carried_out_once_under_its_key(sales, chai):
    order = confirm_order(make_order((chai, 5)), user=None)
    body = {"items": [asked(chai, 6)], "reason": "One more"}
    answers = [sales.post(f"/orders/{order.pk}/amend/", body, Idempotency_Key="k") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert order.revisions.count() == 1


def test_what_an_amendment_refuses_stands_at_its_field(sales, chai):
    order = confirm_order(make_order((chai, 5)), user=None)
    address = f"/orders/{order.pk}/amend/"
    short = sales.post(address, {"items": [asked(chai, 16)], "reason": "More"})
    assert (short.status_code, short.json()) == (
        400,
        {
            "items": ["Chai (NW-1): 16 ordered, 5 taken already, 5 in stock."],
            "short": [{"product_id": chai.pk, "sku": "NW-1", "ordered": 16, "available": 5, "short": 6}],
        },
    )
    same = sales.post(address, {"items": [asked(chai, 5)], "reason": "?"})
    assert (same.status_code, same.json()) == (400, {"items": ["Nothing is different, so there is nothing to amend."]})
    silent = sales.post(address, {"items": [asked(chai, 4)]})
    assert (silent.status_code, silent.json()) == (400, {"reason": ["This field is required."]})
    pending = make_order((chai, 1))
    early = sales.post(f"/orders/{pending.pk}/amend/", {"items": [asked(chai, 2)], "reason": "?"})
    assert early.status_code == 409 and "Only confirmed orders can." in early.json()["detail"]
    assert sales.post("/orders/999999/amend/", {"items": [asked(chai, 2)], "reason": "?"}).status_code == 404


def test_what_is_there_is_confirmed_and_the_rest_waits(sales, chai):
    placed = sales.post(
        "/orders/", {"customer_id": make_customer().pk, "items": [asked(chai, 12)], "beyond_stock": True}
    )
    assert placed.status_code == 201 and placed.json()["waits"] is True
    address = f"/orders/{placed.json()['id']}/confirm/"
    short = sales.post(address)
    assert (short.status_code, short.json()["short"][0]["short"]) == (409, 2)
    answer = sales.post(address, {"partly": True})
    assert answer.status_code == 200
    rest = Order.objects.get(pk=answer.json()["backorder_id"])
    assert (rest.status, rest.items.get().quantity) == ("PENDING", 2)
    shown = sales.get(f"/orders/{rest.pk}/").json()
    assert (shown["backorder_of_id"], shown["waits"]) == (placed.json()["id"], True)
    assert sales.post(address, {"partly": 1}).json() == {"partly": ["This field must be true or false."]}


def test_an_order_confirmed_in_full_has_no_rest(sales, chai):
    answer = sales.post(f"/orders/{make_order((chai, 2)).pk}/confirm/", {})
    assert (answer.status_code, answer.json()["backorder_id"]) == (200, None)


def test_a_new_order_that_is_short_says_by_how_much_to_those_who_may_know(sales, customer, chai):
    body = {"items": [asked(chai, 12)]}
    short = sales.post("/orders/", {**body, "customer_id": make_customer().pk})
    assert (short.status_code, short.json()["short"]) == (
        400,
        [{"product_id": chai.pk, "sku": "NW-1", "ordered": 12, "available": 10, "short": 2}],
    )
    assert sales.post("/orders/", {**body, "customer_id": make_customer().pk}).json()["items"] == [
        "Chai (NW-1): 12 ordered, 10 in stock."
    ]
    own = customer.post("/orders/", body)
    assert (own.status_code, own.json()) == (400, {"items": ["Chai (NW-1): 12 ordered, not enough in stock."]})
    assert customer.post("/orders/", {**body, "beyond_stock": True}).status_code == 403


def test_what_is_free_is_told_to_those_who_see_the_stock(sales, customer, chai):
    make_order((chai, 4))
    assert sales.get(f"/products/{chai.pk}/").json()["free_qty"] == 6
    assert sales.get("/products/").json()["results"][0]["free_qty"] == 6
    assert "free_qty" not in customer.get(f"/products/{chai.pk}/").json()
