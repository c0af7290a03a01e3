"""Returns over the API: taking goods back, the list of an order's returns, and every refusal in its shape."""

import pytest
from django.utils import timezone

from inventory.models import StockChange
from sales.return_models import OrderReturn, ReturnItem
from sales.services.orders import cancel_order, confirm_order
from tests.factories import make_confirmed_order, make_order, make_product

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1")


@pytest.fixture
def order(chai):
    return make_confirmed_order((chai, 5))


def body(*items, reason="DAMAGED", **more) -> dict:
    return {"reason": reason, "items": list(items), **more}


def test_two_come_back_one_to_the_shelf_and_one_to_the_bin(sales, chai, order):
    address = f"/orders/{order.pk}/returns/"
    answer = sales.post(
        address,
        body(
            {"product_id": chai.pk, "quantity": 1, "restocked": True},
            {"product_id": chai.pk, "quantity": 1, "restocked": False, "credit": "8.00"},
            reason="damaged",
            details="Box was wet",
        ),
    )
    assert answer.status_code == 201
    shown = answer.json()
    made = shown.pop("created_at")
    piece = {"product_id": chai.pk, "product_name": "Chai", "product_sku": "NW-1", "quantity": 1}
    assert shown == {
        "id": OrderReturn.objects.get().pk,
        "number": f"RET-{YEAR}-0001",
        "order_id": order.pk,
        "reason": "DAMAGED",
        "details": "Box was wet",
        "credit": "18.00",
        "created_by": str(sales.user),
        "items": [
            {**piece, "restocked": True, "credit": "10.00"},
            {**piece, "restocked": False, "credit": "8.00"},
        ],
    }
    chai.refresh_from_db()
    assert chai.stock_qty == 6
    listed = sales.get(address).json()
    assert listed == {"next": None, "previous": None, "results": [{**shown, "created_at": made}]}


def test_what_is_left_out_is_to_the_shelf_and_credited_as_paid(sales, chai, order):
    for credit in ({}, {"credit": None}, {"credit": ""}):
        answer = sales.post(f"/orders/{order.pk}/returns/", body({"product_id": chai.pk, "quantity": "1", **credit}))
        assert answer.json()["items"][0]["restocked"] is True and answer.json()["credit"] == "10.00"


def test_more_than_may_come_back_is_refused_at_its_line(sales, chai, order):
    address, two = f"/orders/{order.pk}/returns/", {"product_id": chai.pk, "quantity": 2}
    assert sales.post(address, body(two)).status_code == 201
    answer = sales.post(address, body({**two, "quantity": 4}))
    assert (answer.status_code, answer.json()) == (400, {"items": ["Line 1: Chai (NW-1): 3 may come back."]})
    assert OrderReturn.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"items": []}, {"items": ["This field must not be empty."]}),
        ({"items": None}, {"items": ["This field must be a list."]}),
        ({"reason": ""}, {"reason": ["This field must be one of DAMAGED, WRONG, UNWANTED or OTHER."]}),
        ({"reason": "OTHER"}, {"details": ["Please say in a few words why the goods come back."]}),
        ({"details": "x" * 256}, {"details": ["This field must have at most 255 characters."]}),
    ],
)
def test_a_bad_return_is_told_what_is_wrong(sales, chai, order, change, refusal):
    answer = sales.post(f"/orders/{order.pk}/returns/", body({"product_id": chai.pk, "quantity": 1}) | change)
    assert (answer.status_code, answer.json()) == (400, refusal)
    assert not OrderReturn.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"quantity": 0}, "Line 1: quantity must be at least 1."),
        ({"product_id": 999999}, "Line 1: the order has no product 999999."),
        ({"credit": "10.01"}, "Line 1: Chai (NW-1): the credit must be between 0 and 10.00."),
        ({"credit": "-1"}, "Line 1: credit must be at least 0."),
        ({"restocked": "no"}, "Line 1: restocked must be true or false."),
    ],
)
def test_a_bad_line_is_named(sales, chai, order, change, sentence):
    item = {"product_id": chai.pk, "quantity": 1} | change
    answer = sales.post(f"/orders/{order.pk}/returns/", body(item))
    assert (answer.status_code, answer.json()) == (400, {"items": [sentence]})


def test_the_status_that_forbids_it_is_409(sales, chai, order):
    pending, item = make_order((chai, 1)), {"product_id": chai.pk, "quantity": 1}
    answer = sales.post(f"/orders/{pending.pk}/returns/", body(item))
    assert answer.status_code == 409 and "it is pending" in answer.json()["detail"]
    cancel_order(order, user=None)
    assert sales.post(f"/orders/{order.pk}/returns/", body(item)).status_code == 409


def test_an_order_whose_goods_are_all_back_is_not_cancelled(sales, chai, order):
    sales.post(f"/orders/{order.pk}/returns/", body({"product_id": chai.pk, "quantity": 5}))
    answer = sales.post(f"/orders/{order.pk}/cancel/")
    assert answer.status_code == 409 and "all of its goods have come back" in answer.json()["detail"]


def test_an_order_that_is_not_there_is_404(sales):
    item = {"product_id": 1, "quantity": 1}
    assert sales.post("/orders/999/returns/", body(item)).status_code == 404
    assert sales.get("/orders/999/returns/").status_code == 404
    assert sales.post(f"/orders/{2**63}/returns/", body(item)).status_code == 404


def test_the_same_request_twice_under_one_key_is_one_return(sales, chai, order):
    first, again = [
        sales.post(
            f"/orders/{order.pk}/returns/",
            body({"product_id": chai.pk, "quantity": 1}),
            Idempotency_Key="one",
        )
        for _ in range(2)
    ]
    assert first.json() == again.json() and again.status_code == 201
    assert OrderReturn.objects.count() == 1
    assert StockChange.objects.filter(kind="RETURN").count() == 1


def test_a_customer_sees_and_makes_no_returns(customer, chai):
    mine = make_order((chai, 1), customer=customer.user)
    confirm_order(mine, user=None)
    assert customer.get(f"/orders/{mine.pk}/returns/").status_code == 403
    answer = customer.post(f"/orders/{mine.pk}/returns/", body({"product_id": chai.pk, "quantity": 1}))
    assert answer.status_code == 403
    assert ReturnItem.objects.pieces_by_product() == {}


def test_the_list_costs_no_more_for_many_returns(sales, chai, order, django_assert_max_num_queries):
    for _ in range(5):
        sales.post(f"/orders/{order.pk}/returns/", body({"product_id": chai.pk, "quantity": 1}))
    with django_assert_max_num_queries(5):
        listed = sales.get(f"/orders/{order.pk}/returns/").json()["results"]
    assert [row["number"][-4:] for row in listed] == ["0005", "0004", "0003", "0002", "0001"]
