"""A request sent twice under one Idempotency-Key is carried out once."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from core.models import IdempotencyKey
from inventory.models import Product
from sales.models import Order
from tests.clients import Caller
from tests.factories import make_customer, make_order, make_product, make_sales
from tests.race import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(db):
    return {"customer_id": make_customer().pk, "items": [{"product_id": make_product().pk, "quantity": 2}]}


def place(caller, body, key="k-1"):
    return caller.post("/orders/", body, Idempotency_Key=key)


def test_the_same_order_twice_is_one_order_and_one_answer(sales, body):
    first, second = place(sales, body), place(sales, body)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert second.headers["Content-Type"].startswith("application/json")
    assert Order.objects.count() == 1


def test_an_order_deleted_since_is_answered_as_it_was_and_not_placed_again(admin, body):
    first = place(admin, body)
    assert admin.delete(f"/orders/{first.json()['id']}/").status_code == 204
    assert place(admin, body).content == first.content
    assert not Order.objects.exists()


def test_the_same_said_in_another_order_is_the_same(sales, body):
    first = place(sales, body)
    assert place(sales, dict(reversed(body.items()))).content == first.content
    assert Order.objects.count() == 1


def test_a_blank_key_is_refused(sales, body):
    assert place(sales, body, "").json() == {"Idempotency-Key": ["This field must not be empty."]}


def test_without_a_key_or_under_another_it_is_another_order(sales, body):
    answers = [
        sales.post("/orders/", body),
        sales.post("/orders/", body),
        place(sales, body, "a"),
        place(sales, body, "b"),
    ]
    assert {answer.status_code for answer in answers} == {201}
    assert Order.objects.count() == 4


def test_a_key_belongs_to_its_user(sales, body):
    place(sales, body)
    assert place(Caller(make_sales()), body).status_code == 201
    assert Order.objects.count() == 2


def test_the_same_key_for_something_else_is_409(sales, body):
    place(sales, body)
    order = make_order((make_product(), 1))
    for refused in (
        place(sales, body | {"note": "changed"}),
        sales.post(f"/orders/{order.pk}/confirm/", Idempotency_Key="k-1"),
    ):
        assert refused.status_code == 409
        assert refused.json() == {"detail": "This Idempotency-Key was used for another request. Use a new one."}
    assert Order.objects.count() == 2


@pytest.mark.parametrize("step", ["confirm", "cancel"])
def test_a_step_sent_twice_is_taken_once_and_both_are_told_so(sales, step):
    product = make_product(stock=10)
    order = make_order((product, 3))
    first, second = (sales.post(f"/orders/{order.pk}/{step}/", Idempotency_Key="s") for _ in range(2))
    assert (first.status_code, first.content) == (200, second.content)
    assert sales.post(f"/orders/{order.pk}/{step}/", Idempotency_Key="t").status_code == 409


def test_what_was_refused_did_nothing_and_may_be_repeated(sales, body):
    product = Product.objects.get()
    short = body | {"items": [{"product_id": product.pk, "quantity": 11}]}
    assert place(sales, short).status_code == 400
    assert not IdempotencyKey.objects.exists()
    from inventory.services.stock import adjust_stock

    adjust_stock(product, new_qty=20, reason="Delivery", user=None)
    assert place(sales, short).status_code == 201


def test_after_a_day_a_key_is_new_again_and_swept(sales, body, capsys):
    place(sales, body)
    place(sales, body, "fresh")
    old = timezone.now() - timedelta(hours=24, seconds=1)
    IdempotencyKey.objects.filter(key="k-1").update(created_at=old)
    assert place(sales, body).status_code == 201
    assert Order.objects.count() == 3
    IdempotencyKey.objects.filter(key="k-1").update(created_at=old)
    call_command("clear_expired")
    assert "1 idempotency keys" in capsys.readouterr().out
    assert [kept.key for kept in IdempotencyKey.objects.all()] == ["fresh"]


def test_a_key_that_is_too_long_is_refused(sales, body):
    refused = place(sales, body, "x" * 256)
    assert refused.status_code == 400
    assert refused.json() == {"Idempotency-Key": ["This field must have at most 255 characters."]}


def at_once(user_pk, path, body):
    from accounts.models import User

    answer = Caller(User.objects.get(pk=user_pk)).post(path, body, Idempotency_Key="same")
    return f"{answer.status_code} {answer.content.decode()}"


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_under_one_key_are_one_order(committed_db):
    user, product = make_sales(), make_product(stock=10)
    body = {"customer_id": make_customer().pk, "items": [{"product_id": product.pk, "quantity": 2}]}
    outcomes = race(*[(at_once, user.pk, "/orders/", body)] * 8)
    assert {outcome for outcome, _ in outcomes} == {"done"}
    assert len({message for _, message in outcomes}) == 1 and outcomes[0][1].startswith("201")
    order = Order.objects.get()
    outcomes = race(*[(at_once, user.pk, f"/orders/{order.pk}/confirm/", None)] * 8)
    # The key is taken by the order: each is told so, and nothing is confirmed.
    assert {message[:3] for _, message in outcomes} == {"409"}
    assert Product.objects.get().stock_qty == 10
