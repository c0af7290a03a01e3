"""Orders over the API."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from inventory.services.products import delete_product
from sales.models import Order
from sales.services.orders import cancel_order, confirm_order
from tests.factories import make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db

ROW = ["id", "order_number", "customer_id", "customer", "order_date", "status", "total_amount"]
ROW += ["revision", "waits", "backorder_of_id"]
ROW += ["created_at", "modified_at", "created_by", "modified_by"]
ROW += ["customer_reference", "wanted_on", "text", "delivery_address", "note"]
LINE = ["id", "product_id", "product_name", "product_sku", "quantity", "unit_price", "price", "total_price"]


def stock_of(product) -> int:
    product.refresh_from_db()
    return product.stock_qty


def lines(*asked) -> list[dict]:
    return [
        {"product_id": product.pk, "quantity": quantity, **more}
        for product, quantity, *rest in asked
        for more in (rest or [{}])
    ]


# Placing


def test_an_order_is_placed_and_shown_in_full(sales):
    chai, cup, buyer = make_product(stock=10), make_product(stock=5), make_customer()
    body = {
        "customer_id": buyer.pk,
        "items": lines((chai, 2), (cup, 1, {"unit_price": "7.50"}), (cup, 1, {"price": 8})),
    }
    answer = sales.post("/orders/", body)
    assert answer.status_code == 201
    order = answer.json()
    assert list(order) == [*ROW, "items"] and list(order["items"][0]) == LINE
    assert (order["status"], order["total_amount"], order["customer"]) == ("PENDING", "35.50", str(buyer))
    assert (order["order_date"], order["created_by"]) == (str(timezone.localdate()), "Sam Sales")
    assert [(item["unit_price"], item["price"], item["total_price"]) for item in order["items"]] == [
        ("10.00", "10.00", "20.00"),
        ("7.50", "7.50", "7.50"),
        ("8.00", "8.00", "8.00"),
    ]
    assert (stock_of(chai), stock_of(cup)) == (10, 5)
    assert sales.get(f"/orders/{order['id']}/").json() == order


def test_a_customer_orders_for_themselves_at_list_price(customer):
    product = make_product(selling_price=Decimal("12.00"))
    for body in ({}, {"customer_id": customer.user.pk}):
        for price in ({}, {"unit_price": None}, {"price": ""}, {"unit_price": "12.00"}, {"price": 12}):
            answer = customer.post("/orders/", body | {"items": lines((product, 1, price))})
            assert (answer.status_code, answer.json()["total_amount"]) == (201, "12.00")
    refused = customer.post("/orders/", {"items": lines((product, 1), (product, 1, {"price": "0.01"}))})
    assert (refused.status_code, refused.json()) == (400, {"items": [f"Line 2: the price of {product} is 12.00."]})


def test_a_customer_orders_for_nobody_else(customer):
    body = {"customer_id": make_customer().pk, "items": lines((make_product(), 1))}
    refused = customer.post("/orders/", body)
    assert (refused.status_code, refused.json()) == (403, {"detail": "You can only order for yourself."})


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"items": []}, {"items": ["This field must not be empty."]}),
        ({"items": None}, {"items": ["This field must be a list."]}),
        ({"items": "x"}, {"items": ["This field must be a list."]}),
        ({"items": [5]}, {"items": ["Line 1: must be an object."]}),
        ({"items": [{}]}, {"items": ["Line 1: product is required.", "Line 1: quantity is required."]}),
        ({"customer_id": None}, {"customer_id": ["This field is required."]}),
        ({"customer_id": 999999}, {"customer_id": ["There is no such customer."]}),
        ({"customer_id": "abc"}, {"customer_id": ["This field must be a whole number."]}),
        ({"customer_id": 10**30}, {"customer_id": ["This field is too large."]}),
    ],
)
def test_a_bad_order_is_told_what_is_wrong(sales, change, refusal):
    body = {"customer_id": make_customer().pk, "items": lines((make_product(), 1))}
    refused = sales.post("/orders/", body | change)
    assert (refused.status_code, refused.json()) == (400, refusal)
    assert not Order.objects.exists()


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ({"quantity": 0}, "Line 2: quantity must be at least 1."),
        ({"quantity": -3}, "Line 2: quantity must be at least 1."),
        ({"quantity": 1.5}, "Line 2: quantity must be a whole number."),
        ({"quantity": "2.5"}, "Line 2: quantity must be a whole number."),
        ({"quantity": None}, "Line 2: quantity is required."),
        ({"quantity": 3_000_000_000}, "Line 2: quantity must be at most 2147483647."),
        ({"unit_price": "-1"}, "Line 2: price must be at least 0."),
        ({"price": "1.999"}, "Line 2: price must have at most 2 decimals."),
        ({"price": "1.00", "unit_price": "2.00"}, "Line 2: has two different prices."),
        ({"product_id": 999999}, "Line 2: there is no product 999999."),
    ],
)
def test_a_bad_line_is_named(sales, line, sentence):
    product = make_product()
    (good,) = lines((product, 1))
    refused = sales.post("/orders/", {"customer_id": make_customer().pk, "items": [good, good | line]})
    assert (refused.status_code, refused.json()) == (400, {"items": [sentence]})


def test_more_than_there_is_is_refused_product_by_product(sales):
    chai, cup = make_product(stock=3, name="Chai", sku="NW-1"), make_product(stock=1, name="Cup", sku="CUP")
    body = {"customer_id": make_customer().pk, "items": lines((chai, 2), (cup, 2), (chai, 3))}
    refused = sales.post("/orders/", body)
    assert refused.status_code == 400
    assert refused.json()["items"] == ["Chai (NW-1): 5 ordered, 3 in stock.", "Cup (CUP): 2 ordered, 1 in stock."]
    assert [short["short"] for short in refused.json()["short"]] == [2, 1]


def test_a_customer_is_not_told_how_much_there_is(customer):
    chai = make_product(stock=43, name="Chai", sku="NW-1")
    refused = customer.post("/orders/", {"items": lines((chai, 500))})
    assert (refused.status_code, refused.json()) == (400, {"items": ["Chai (NW-1): 500 ordered, not enough in stock."]})


def test_prices_as_javascript_reckons_them(sales):
    body = {"customer_id": make_customer().pk, "items": lines((make_product(), 1, {"price": 0.1 + 0.2}))}
    assert sales.post("/orders/", body).json()["total_amount"] == "0.30"
    body["items"][0]["price"] = "9.990"
    assert sales.post("/orders/", body).json()["total_amount"] == "9.99"


@pytest.mark.parametrize("make", [lambda: make_customer(is_active=False), make_sales])
def test_only_active_customers_are_ordered_for(sales, make):
    refused = sales.post("/orders/", {"customer_id": make().pk, "items": lines((make_product(), 1))})
    assert (refused.status_code, set(refused.json())) == (400, {"customer_id"})


# Seeing


def test_customers_see_their_own_orders_and_no_others(customer, sales):
    mine, theirs = make_order((make_product(), 1), customer=customer.user), make_order((make_product(), 1))
    assert [row["id"] for row in customer.get("/orders/").json()["results"]] == [mine.pk]
    assert [row["id"] for row in sales.get("/orders/").json()["results"]] == [theirs.pk, mine.pk]
    assert customer.get(f"/orders/{mine.pk}/").status_code == 200
    for path in (f"/orders/{theirs.pk}/", f"/orders/{theirs.pk}/items/"):
        assert (customer.get(path).status_code, sales.get(path).status_code) == (404, 200)
    assert customer.get(f"/orders/?customer_id={theirs.customer_id}").json()["results"] == []


def test_the_lines_of_an_order_come_in_their_order(sales):
    order = make_order(*[(make_product(), number) for number in (3, 1, 2)])
    answer = sales.get(f"/orders/{order.pk}/items/?page_size=2").json()
    assert [item["quantity"] for item in answer["results"]] == [3, 1]
    assert [item["quantity"] for item in sales.get(answer["next"]).json()["results"]] == [2]


def test_filters(sales):
    john, mia = make_customer(first_name="John", email="john@example.com"), make_customer(first_name="Mia")
    small = make_order((make_product(), 1), customer=john)
    large = make_order((make_product(stock=500), 150), customer=mia)
    confirm_order(large, user=None)
    today, yesterday = timezone.localdate(), timezone.localdate() - timedelta(days=1)

    def found(query):
        answer = sales.get(f"/orders/?{query}")
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]

    both = [large.pk, small.pk]
    assert found("status=confirmed") == found("status=CONFIRMED") == [large.pk]
    assert found(f"customer={john.pk}") == found(f"customer_id={john.pk}") == [small.pk]
    assert found(f"order_date={today}") == both and found(f"order_date={yesterday}") == []
    assert found(f"order_date_from={today}&order_date_to={today}") == both
    assert found(f"order_date_to={yesterday}") == found(f"order_date_from={today + timedelta(days=1)}") == []
    assert found("min_total=1000") == found("min_amount=1000.00") == [large.pk]
    assert found("max_amount=10") == found("max_total=10.00") == [small.pk]
    assert found(f"search={small.order_number}") == found("search=JOHN") == [small.pk]
    assert found("search=&status=&order_date_from=&order_date_to=&min_amount=&max_amount=") == both
    assert found("ordering=total_amount") == [small.pk, large.pk]


@pytest.mark.parametrize("value", ["0", "22.11.2026", "2026-02-30", "2026-11-22T10:00", "today"])
def test_a_day_is_an_iso_day(sales, value):
    refused = sales.get(f"/orders/?order_date={value}")
    assert refused.status_code == 400
    assert refused.json() == {"order_date": ["This field must be a date like 2026-11-22."]}


# Steps


def test_confirming_takes_stock_and_cancelling_gives_it_back(sales):
    product = make_product(stock=10)
    order = make_order((product, 4))
    answer = sales.post(f"/orders/{order.pk}/confirm/")
    assert (answer.status_code, answer.json()["status"], stock_of(product)) == (200, "CONFIRMED", 6)
    assert answer.json()["modified_by"] == "Sam Sales"
    answer = sales.post(f"/orders/{order.pk}/cancel/")
    assert (answer.status_code, answer.json()["status"], stock_of(product)) == (200, "CANCELLED", 10)
    assert answer.json()["warning"] is None


@pytest.mark.parametrize("method", ["put", "patch"])
@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_the_status_can_be_put(sales, method, spelling):
    product = make_product(stock=10)
    order = make_order((product, 4))
    answer = getattr(sales, method)(f"/orders/{order.pk}/", {"status": spelling("CONFIRMED")})
    assert (answer.status_code, answer.json()["status"], stock_of(product)) == (200, "CONFIRMED", 6)
    answer = getattr(sales, method)(f"/orders/{order.pk}/", {"status": spelling("CANCELLED")})
    assert (answer.json()["status"], stock_of(product)) == ("CANCELLED", 10)


def test_a_second_step_is_409_and_says_who_was_first(sales, admin):
    product = make_product(stock=10)
    order = make_order((product, 4))
    sales.post(f"/orders/{order.pk}/confirm/")
    for refused in (
        admin.post(f"/orders/{order.pk}/confirm/"),
        admin.put(f"/orders/{order.pk}/", {"status": "CONFIRMED"}),
    ):
        assert refused.status_code == 409
        assert "it was confirmed by Sam Sales on" in refused.json()["detail"]
    assert stock_of(product) == 6
    sales.post(f"/orders/{order.pk}/cancel/")
    for path in ("confirm", "cancel"):
        assert "it was cancelled by Sam Sales" in admin.post(f"/orders/{order.pk}/{path}/").json()["detail"]
    assert stock_of(product) == 10


def test_nothing_goes_back_to_pending(sales):
    order = make_order((make_product(), 1))
    assert sales.put(f"/orders/{order.pk}/", {"status": "PENDING"}).json()["status"] == "PENDING"
    confirm_order(order, user=None)
    assert sales.put(f"/orders/{order.pk}/", {"status": "PENDING"}).status_code == 409


def test_a_shortage_at_confirming_is_409_and_takes_nothing(sales):
    plenty, scarce = make_product(stock=9), make_product(stock=5, name="Chai", sku="NW-1")
    first, second = make_order((plenty, 1), (scarce, 4)), make_order((scarce, 2))
    confirm_order(second, user=None)
    refused = sales.post(f"/orders/{first.pk}/confirm/")
    assert (refused.status_code, refused.json()) == (
        409,
        {
            "detail": "Chai (NW-1): 4 ordered, 3 in stock.",
            "short": [{"product_id": scarce.pk, "sku": "NW-1", "ordered": 4, "available": 3, "short": 1}],
        },
    )
    assert (stock_of(plenty), stock_of(scarce)) == (9, 3)


@pytest.mark.parametrize("step", [("POST", "cancel/", None), ("PUT", "", {"status": "CANCELLED"})])
def test_cancelling_says_what_is_gone(sales, step):
    product = make_product(name="Chai", sku="NW-1")
    order = make_order((product, 4))
    confirm_order(order, user=None)
    delete_product(product, user=None)
    method, path, body = step
    answer = sales(method, f"/orders/{order.pk}/{path}", body)
    assert (answer.status_code, answer.json()["status"]) == (200, "CANCELLED")
    assert answer.json()["warning"] == "Chai (NW-1) has been deleted, so its 4 pieces could not be put back."
    assert answer.json()["items"][0]["product_id"] is None


# Changing


def test_an_admin_gives_a_pending_order_new_lines(admin):
    product, buyer = make_product(stock=10), make_customer()
    order = make_order((product, 1))
    told = admin.put(f"/orders/{order.pk}/", {"customer_id": buyer.pk, "items": lines((product, 5, {"price": "9.00"}))})
    assert (told.status_code, told.json()["total_amount"], told.json()["customer_id"]) == (200, "45.00", buyer.pk)
    assert [item["quantity"] for item in told.json()["items"]] == [5]


def test_what_is_left_out_of_an_order_stays(admin):
    product, buyer = make_product(stock=10), make_customer()
    order = make_order((product, 2, Decimal("3.00")))
    told = admin.patch(f"/orders/{order.pk}/", {"customer_id": buyer.pk}).json()
    assert (told["customer_id"], told["total_amount"]) == (buyer.pk, "6.00")
    told = admin.patch(f"/orders/{order.pk}/", {"items": lines((product, 1))}).json()
    assert (told["customer_id"], told["total_amount"]) == (buyer.pk, "10.00")
    assert admin.patch(f"/orders/{order.pk}/", {}).json()["total_amount"] == "10.00"


def test_an_order_sent_back_as_it_was_read_is_not_written_over_another_change(admin):
    product = make_product(stock=10)
    order = make_order((product, 1))
    read = admin.get(f"/orders/{order.pk}/").json()
    assert admin.patch(f"/orders/{order.pk}/", {"items": lines((product, 2))}).status_code == 200
    for body in (read | {"items": lines((product, 5))}, {"status": "CONFIRMED", "modified_at": read["modified_at"]}):
        refused = admin.put(f"/orders/{order.pk}/", body)
        assert (refused.status_code, "Ada Admin has changed" in refused.json()["detail"]) == (409, True)
    read = admin.get(f"/orders/{order.pk}/").json()
    read["items"][0] |= {"price": "9.00"}
    assert admin.put(f"/orders/{order.pk}/", read).json() == {"items": ["Line 1: has two different prices."]}


def test_a_whole_order_sent_back_moves_on_without_being_rewritten(sales):
    product = make_product(stock=10)
    order = make_order((product, 1), (product, 2, Decimal("3.00")))
    for status, stock in (("CONFIRMED", 7), ("CANCELLED", 10)):
        read = sales.get(f"/orders/{order.pk}/").json()
        moved = sales.put(f"/orders/{order.pk}/", read | {"status": status})
        assert (moved.status_code, moved.json()["status"], stock_of(product)) == (200, status, stock)


def test_new_lines_and_confirmation_come_together_or_not_at_all(admin):
    product = make_product(stock=3)
    order = make_order((product, 1))
    refused = admin.put(f"/orders/{order.pk}/", {"items": lines((product, 5)), "status": "CONFIRMED"})
    assert (refused.status_code, set(refused.json())) == (400, {"items", "short"})
    told = admin.put(f"/orders/{order.pk}/", {"items": lines((product, 3)), "status": "CONFIRMED"})
    assert (told.json()["status"], stock_of(product)) == ("CONFIRMED", 0)


def test_a_salesperson_moves_orders_on_but_does_not_rewrite_them(sales):
    product = make_product()
    order = make_order((product, 1))
    for body in ({"items": lines((product, 2))}, {}, {"items": lines((product, 2)), "status": "CONFIRMED"}):
        assert sales.put(f"/orders/{order.pk}/", body).status_code == 403
    assert stock_of(product) == 10
    assert sales.delete(f"/orders/{order.pk}/").status_code == 403


@pytest.mark.parametrize(
    "close", [lambda order: confirm_order(order, user=None), lambda order: cancel_order(order, user=None)]
)
def test_a_closed_order_is_neither_changed_nor_deleted(admin, close):
    product = make_product()
    order = make_order((product, 1))
    close(order)
    assert admin.put(f"/orders/{order.pk}/", {"items": lines((product, 2))}).status_code == 409
    assert admin.delete(f"/orders/{order.pk}/").status_code == 409
    pending = make_order((product, 1))
    assert admin.delete(f"/orders/{pending.pk}/").status_code == 204
    assert not Order.objects.filter(pk=pending.pk).exists()


def test_an_order_that_is_not_there_is_404_at_every_door(admin):
    for method, path in (
        ("GET", ""),
        ("GET", "items/"),
        ("PUT", ""),
        ("DELETE", ""),
        ("POST", "confirm/"),
        ("POST", "cancel/"),
    ):
        assert admin(method, f"/orders/999/{path}", {"status": "CONFIRMED"}).status_code == 404


def test_a_customer_orders_at_most_500_lines_at_once(customer, sales):
    product = make_product(stock=5000)
    too_many = lines(*[(product, 1)] * 501)
    answer = customer.post("/orders/", {"items": too_many})
    assert (answer.status_code, answer.json()) == (400, {"items": ["An order has at most 500 lines."]})
    assert customer.post("/orders/", {"items": too_many[1:]}).status_code == 201
    assert sales.post("/orders/", {"customer_id": customer.user.pk, "items": too_many}).status_code == 201
