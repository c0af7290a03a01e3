"""Payments over the API: recording and reversing them, their list, and every refusal in its shape."""

from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.account_models import AccountEntry
from accounts.models import Customer
from sales.models import Order
from sales.payment_models import Payment
from tests.accounts.balances import prove_accounts
from tests.factories import make_confirmed_order, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year


@pytest.fixture
def acme():
    return make_customer(company="Acme", opening_balance=Decimal("100.00"))


@pytest.fixture
def order(acme):
    return make_confirmed_order((make_product(stock=100), 25), customer=acme)


def body(customer, amount="300.00", **more) -> dict:
    return {"customer_id": customer.pk, "amount": amount, "method": "TRANSFER", **more}


def balance(customer) -> Decimal:
    return Customer.objects.get(pk=customer.pk).balance


def test_a_payment_is_for_what_was_due_first(sales, acme, order):
    answer = sales.post("/payments/", body(acme, method="transfer", paid_on="2026-11-24", note="Invoice 4711"))

    assert answer.status_code == 201
    shown = answer.json()
    made = shown.pop("created_at")
    assert shown == {
        "id": Payment.objects.get().pk,
        "number": f"PAY-{YEAR}-0001",
        "customer_id": acme.pk,
        "customer": "Acme",
        "direction": "IN",
        "method": "TRANSFER",
        "amount": "300.00",
        "unallocated": "0.00",
        "paid_on": "2026-11-24",
        "note": "Invoice 4711",
        "reverses_id": None,
        "reversed_by_id": None,
        "created_by": str(sales.user),
        "allocations": [
            {"order_id": None, "order_number": None, "amount": "100.00"},
            {"order_id": order.pk, "order_number": order.order_number, "amount": "200.00"},
        ],
    }
    assert balance(acme) == Decimal("50.00")
    assert sales.get("/payments/").json()["results"] == [{**shown, "created_at": made}]


def test_a_payment_is_for_what_its_allocations_say(sales, acme, order):
    parts = [{"order_id": order.pk, "amount": "250.00"}, {"order_id": None, "amount": 10}]
    answer = sales.post("/payments/", body(acme, allocations=parts)).json()
    assert [part["amount"] for part in answer["allocations"]] == ["250.00", "10.00"]
    assert (answer["unallocated"], answer["paid_on"]) == ("40.00", timezone.localdate().isoformat())
    answer = sales.post("/payments/", body(acme, "5.00", allocations=[])).json()
    assert (answer["allocations"], answer["unallocated"]) == ([], "5.00")
    prove_accounts()


def test_a_payment_twice_under_one_key_is_one(sales, acme, order):
    first, second = (sales.post("/payments/", body(acme), Idempotency_Key="k-1") for _ in range(2))
    assert (first.status_code, first.content) == (201, second.content)
    assert Payment.objects.count() == 1 and balance(acme) == Decimal("50.00")
    other = sales.post("/payments/", body(acme, "1.00"), Idempotency_Key="k-1")
    assert other.status_code == 409


def test_a_bounced_payment_is_reversed_by_an_admin_and_only_once(admin, sales, acme, order):
    payment = sales.post("/payments/", body(acme)).json()
    address = f"/payments/{payment['id']}/reverse/"
    assert sales.post(address, {"reason": "Bounced"}).status_code == 403

    answer = admin.post(address, {"reason": "Bounced"}, Idempotency_Key="r-1")

    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["direction"], shown["reverses_id"], shown["amount"]) == ("OUT", payment["id"], "300.00")
    assert admin.post(address, {"reason": "Bounced"}, Idempotency_Key="r-1").content == answer.content
    again = admin.post(address, {"reason": "Bounced"})
    assert again.status_code == 409
    assert again.json()["detail"] == f"{payment['number']} was reversed with {shown['number']} by {admin.user}."
    assert admin.post(f"/payments/{shown['id']}/reverse/", {"reason": "x"}).status_code == 409
    assert admin.post(address, {"reason": " "}).status_code == 400
    assert admin.post("/payments/987654/reverse/", {"reason": "x"}).status_code == 404
    assert balance(acme) == Decimal("350.00")
    assert Order.objects.with_open().get().open == Decimal("250.00")
    listed = admin.get("/payments/").json()["results"]
    assert [row["reversed_by_id"] for row in listed] == [None, shown["id"]]
    prove_accounts()


def test_nothing_a_colleague_and_a_stranger_are_refused_and_a_deactivated_customer_is_not(sales, admin, acme, order):
    for asked, field in [
        (body(acme, "0.00"), "amount"),
        (body(acme, "0"), "amount"),
        (body(acme, "-1.00"), "amount"),
        (body(acme, "1.001"), "amount"),
        (body(acme, method="BARTER"), "method"),
        (body(admin.user), "customer_id"),
        (body(Customer(pk=987654)), "customer_id"),
        (body(acme, allocations=[{"order_id": order.pk, "amount": "250.01"}]), "allocations"),
        (body(acme, allocations=[{"order_id": 987654, "amount": "1.00"}]), "allocations"),
        (body(acme, paid_on="24.11.2026"), "paid_on"),
    ]:
        answer = sales.post("/payments/", asked)
        assert (answer.status_code, list(answer.json())) == (400, [field]), answer.json()
    assert not Payment.objects.exists() and AccountEntry.objects.count() == 2
    Customer.objects.filter(pk=acme.pk).update(is_active=False)
    assert sales.post("/payments/", body(acme)).status_code == 201


def test_an_order_of_somebody_else_or_a_pending_one_gets_nothing(sales, acme, order):
    of_another, pending = make_confirmed_order((make_product(), 1)), make_order((make_product(), 1), customer=acme)
    parts = [{"order_id": other.pk, "amount": "1.00"} for other in (of_another, pending)]
    assert sales.post("/payments/", body(acme, allocations=parts)).json() == {
        "allocations": [
            f"Line 1: Acme has no order {of_another.pk}.",
            f"Line 2: {pending} is not confirmed, so nothing is owed for it.",
        ]
    }


def test_the_list_can_be_asked_for_a_customer_a_method_and_days(sales, acme, order):
    other = make_customer()
    sales.post("/payments/", body(acme, "1.00", paid_on="2026-11-23"))
    sales.post("/payments/", body(acme, "2.00", method="CASH", paid_on="2026-11-24"))
    sales.post("/payments/", body(other, "3.00", paid_on="2026-11-25"))
    for query, amounts in {
        "": ["3.00", "2.00", "1.00"],
        f"?customer_id={acme.pk}": ["2.00", "1.00"],
        "?method=cash": ["2.00"],
        "?direction=OUT": [],
        "?paid_on_from=2026-11-24": ["3.00", "2.00"],
        "?paid_on_to=2026-11-24": ["2.00", "1.00"],
        "?ordering=id": ["1.00", "2.00", "3.00"],
    }.items():
        rows = sales.get(f"/payments/{query}").json()["results"]
        assert [row["amount"] for row in rows] == amounts, query


def test_the_list_takes_few_queries_however_long_it_is(sales, acme, order, django_assert_max_num_queries):
    for _ in range(5):
        sales.post("/payments/", body(acme, "101.00"))
    with django_assert_max_num_queries(6):
        assert len(sales.get("/payments/").json()["results"]) == 5
