"""Suppliers and deliveries over the API: what comes in, what is told of it and to whom, and every refusal."""

import pytest
from django.utils import timezone

from inventory.delivery_models import Delivery, Supplier
from inventory.services.deliveries import reverse_delivery
from tests.clients import Caller
from tests.factories import make_delivery, make_packer, make_product, make_supplier

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year


@pytest.fixture
def acme():
    return make_supplier(name="Acme")


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1", cost_price="5.00")


@pytest.fixture
def packer():
    return Caller(make_packer())


def note(acme, *items, **more) -> dict:
    lines = [{"product_id": product.pk, "quantity": quantity, **rest} for product, quantity, rest in items]
    return {"supplier_id": acme and acme.pk, "their_reference": "4711", "items": lines, **more}


def test_a_supplier_is_made_and_listed(admin, sales):
    made = admin.post("/suppliers/", {"name": " Acme  GmbH ", "phone": "+49 30 901820", "lead_days": "3", "note": None})
    assert made.status_code == 201
    shown = made.json()
    assert (shown["name"], shown["phone"], shown["lead_days"], shown["note"]) == ("Acme GmbH", "+4930901820", 3, "")
    assert shown["created_by"] == str(admin.user)
    assert sales.get("/suppliers/").json() == {"next": None, "previous": None, "results": [shown]}


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({}, {"name": ["Name is required."]}),
        ({"name": "ACME"}, {"name": ["Another supplier has this name."]}),
        ({"name": "x", "email": "nonsense"}, {"email": ["Enter a valid email address."]}),
    ],
)
def test_a_supplier_that_cannot_be_is_refused_at_its_field(admin, acme, body, refusal):
    answer = admin.post("/suppliers/", body)
    assert answer.status_code == 400 and answer.json().keys() == refusal.keys()
    assert body == {} or answer.json() == refusal
    assert Supplier.objects.count() == 1


def test_a_delivery_comes_in_and_can_be_read(admin, acme, chai):
    body = note(acme, (chai, 20, {"unit_cost": "6.20"}), (chai, 2, {"unit_cost": 0.0625}), received_on="2026-11-24")
    answer = admin.post("/deliveries/", body)
    assert answer.status_code == 201, answer.content
    shown = answer.json()
    assert shown.pop("created_at") and shown.pop("warning") is None
    piece = {"product_id": chai.pk, "product_name": "Chai", "product_sku": "NW-1"}
    assert shown == {
        "id": Delivery.objects.get().pk,
        "number": f"DEL-{YEAR}-0001",
        "supplier_id": acme.pk,
        "supplier": "Acme",
        "their_reference": "4711",
        "received_on": "2026-11-24",
        "reverses_id": None,
        "reversed_by_id": None,
        "reason": "",
        "total_cost": "124.13",
        "created_by": str(admin.user),
        "items": [
            {**piece, "quantity": 20, "unit_cost": "6.20", "total_cost": "124.00"},
            {**piece, "quantity": 2, "unit_cost": "0.0625", "total_cost": "0.13"},
        ],
    }
    chai.refresh_from_db()
    assert (chai.stock_qty, str(chai.cost_price)) == (32, "5.64")
    read = admin.get(f"/deliveries/{shown['id']}/").json()
    assert read.pop("created_at") and read == shown
    (listed,) = admin.get(f"/deliveries/?supplier_id={acme.pk}").json()["results"]
    assert listed.pop("created_at") and listed == shown
    assert admin.get("/deliveries/?their_reference=4712").json()["results"] == []


def test_a_note_that_is_booked_already_is_409_and_one_key_books_it_once(admin, acme, chai):
    body = note(acme, (chai, 20, {}))
    first, again = (admin.post("/deliveries/", body, Idempotency_Key="k") for _ in range(2))
    assert first.status_code == again.status_code == 201 and first.json() == again.json()
    answer = admin.post("/deliveries/", body)
    assert answer.status_code == 409
    assert answer.json()["detail"].startswith(f"Delivery note 4711 of Acme is booked already as DEL-{YEAR}-0001, ")
    chai.refresh_from_db()
    assert chai.stock_qty == 30


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"items": []}, "items"),
        ({"items": [{"product_id": 9**9, "quantity": 1}]}, {"items": [f"Line 1: there is no product {9**9}."]}),
        ({"items": [{"product_id": 1, "quantity": 0}]}, "items.0.quantity"),
        ({"items": [{"product_id": 1, "quantity": 1, "unit_cost": "1.23456"}]}, "items.0.unit_cost"),
        ({"supplier_id": 9**9}, {"supplier_id": ["There is no such supplier."]}),
        ({"received_on": "yesterday"}, "received_on"),
        ({"received_on": 0}, "received_on"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(admin, acme, chai, change, refusal):
    answer = admin.post("/deliveries/", {**note(acme, (chai, 1, {})), **change})
    assert answer.status_code == 400
    if isinstance(refusal, dict):
        assert answer.json() == refusal
    else:
        assert any(field.startswith(refusal.split(".")[0]) for field in answer.json()), answer.json()
    assert not Delivery.objects.exists()


def test_a_cost_above_the_selling_price_is_left_and_said(admin, chai):
    answer = admin.post("/deliveries/", note(None, (chai, 1, {"unit_cost": "10.01"})))
    assert answer.status_code == 201
    assert answer.json()["warning"] == (
        "The cost price of Chai (NW-1) was left: the delivery's is more than it sells for."
    )
    chai.refresh_from_db()
    assert str(chai.cost_price) == "5.00"


def test_who_may_not_see_costs_neither_says_nor_reads_one(packer, admin, acme, chai):
    answer = packer.post("/deliveries/", note(acme, (chai, 20, {"unit_cost": "6.2777"})))
    assert answer.status_code == 201
    shown = answer.json()
    assert "total_cost" not in shown
    assert shown["items"] == [{"product_id": chai.pk, "product_name": "Chai", "product_sku": "NW-1", "quantity": 20}]
    for path in ("/deliveries/", f"/deliveries/{shown['id']}/"):
        told = packer.get(path).content.decode()
        assert "cost" not in told and '"5.00"' not in told and '"100.00"' not in told
    seen = admin.get(f"/deliveries/{shown['id']}/").json()
    assert (seen["items"][0]["unit_cost"], seen["total_cost"]) == ("5.00", "100.00")
    chai.refresh_from_db()
    assert str(chai.cost_price) == "5.00"


def test_a_delivery_and_its_reversal_name_each_other(sales, acme, chai):
    done = make_delivery((chai, 1), supplier=acme)
    back = reverse_delivery(done, reason="Wrong firm", user=None)
    shown = {row["id"]: row for row in sales.get("/deliveries/").json()["results"]}
    assert (shown[done.pk]["reversed_by_id"], shown[done.pk]["reverses_id"]) == (back.pk, None)
    assert (shown[back.pk]["reverses_id"], shown[back.pk]["items"], shown[back.pk]["reason"]) == (
        done.pk,
        [],
        "Wrong firm",
    )
