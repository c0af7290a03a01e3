"""Several people at one delivery note: it is booked once, and taken back once."""

import pytest

from inventory.delivery_models import Delivery, Supplier
from inventory.delivery_note_resource import DeliveryNoteResource
from inventory.models import Product
from inventory.services.deliveries import reverse_delivery
from tests.factories import make_delivery, make_product, make_sales, make_supplier
from tests.imports import import_list
from tests.ledger import prove
from tests.race import race
from tests.sales.steps import adjust, outcomes

pytestmark = pytest.mark.usefixtures("committed_db")


def receive(supplier: int, products: list[int], reference: str):
    lines = [(Product(pk=pk), 20, "6.20") for pk in products]
    return make_delivery(*lines, supplier=Supplier(pk=supplier), their_reference=reference)


def take_back(delivery: int):
    return reverse_delivery(Delivery.objects.get(pk=delivery), reason="Booked twice", user=None)


def test_a_note_booked_by_eight_people_at_once_is_one_delivery():
    product, supplier = make_product(stock=10), make_supplier(name="Acme")

    results = race(*[(receive, supplier.pk, [product.pk], "4711")] * 8)

    assert outcomes(results) == {"done": 1, "DeliveryKnown": 7}, results
    said = {sentence for outcome, sentence in results if outcome == "DeliveryKnown"}
    assert len(said) == 1 and said.pop().startswith("Delivery note 4711 of Acme is booked already as DEL-")
    product.refresh_from_db()
    assert product.stock_qty == 30 and Delivery.objects.count() == 1
    prove()


def import_note() -> str:
    options = {"supplier": "Acme", "their_reference": "4711", "user": None}
    return import_list("sku,quantity\nNW-1,20\n", DeliveryNoteResource, **options).report.problem


def test_a_note_imported_by_four_and_booked_by_four_at_once_is_one_delivery():
    product, supplier = make_product(stock=10, sku="NW-1"), make_supplier(name="Acme")

    results = race(*[(receive, supplier.pk, [product.pk], "4711"), (import_note,)] * 4)

    known = [sentence for _, sentence in results if "4711 of Acme is booked already as DEL-" in sentence]
    assert len(known) == 7 and set(outcomes(results)) <= {"done", "DeliveryKnown"}, results
    product.refresh_from_db()
    assert product.stock_qty == 30 and Delivery.objects.count() == 1
    prove()


def test_deliveries_of_the_same_products_in_any_order_all_come_in():
    products, supplier = [make_product(stock=0) for _ in range(4)], make_supplier()
    keys = [product.pk for product in products]

    jobs = [(receive, supplier.pk, keys[:: 1 if number % 2 else -1], str(number)) for number in range(8)]
    results = race(*jobs, *[(adjust, pk) for pk in keys])

    assert outcomes(results)["done"] == 12, results
    assert sorted(number[-1] for _, number in results[:8]) == list("12345678")
    prove()


def test_a_delivery_reversed_by_eight_people_at_once_is_reversed_once():
    product, sara = make_product(stock=10), make_sales()
    done = make_delivery((product, 20), supplier=make_supplier(), their_reference="4711", user=sara)

    results = race(*[(take_back, done.pk)] * 8)

    assert outcomes(results) == {"done": 1, "CannotReverse": 7}, results
    product.refresh_from_db()
    assert product.stock_qty == 10
    prove()
