"""Deliveries: goods come in once for each note, and go out again exactly when a delivery is reversed."""

from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.exceptions import RecordChanged, RecordGone
from inventory.delivery_models import Delivery, DeliveryItem, Supplier
from inventory.exceptions import (
    CannotReverse,
    DeliveryKnown,
    InvalidDelivery,
    InvalidQuantity,
    ReasonMissing,
    SupplierInUse,
    SupplierTaken,
)
from inventory.models import MAX_QUANTITY, StockChange
from inventory.services.deliveries import DeliveredGoods, receive_delivery, reverse_delivery, stocks_fingerprint
from inventory.services.products import delete_product, save_product
from inventory.services.suppliers import delete_supplier, save_supplier
from inventory.stock_check import stock_problem
from sales.services.orders import cancel_order, confirm_order
from tests.factories import make_delivery, make_order, make_packer, make_product, make_sales, make_supplier
from tests.ledger import prove, without_triggers

pytestmark = pytest.mark.django_db

YEAR = timezone.localdate().year


@pytest.fixture
def acme():
    return make_supplier(name="Acme")


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1", cost_price=Decimal("5.00"))


def stock_of(product) -> int:
    product.refresh_from_db()
    return product.stock_qty


def rows_of(product) -> list[tuple]:
    rows = product.stock_changes.order_by("pk").exclude(kind="INITIAL")
    return list(rows.values_list("kind", "previous_qty", "new_qty"))


def test_twenty_pieces_come_in_with_their_number_note_and_cost(acme, chai):
    packer = make_packer()
    done = make_delivery((chai, 20, "6.20"), supplier=acme, their_reference=" 4711 ", user=packer)
    assert (done.number, done.their_reference, done.received_on) == (f"DEL-{YEAR}-0001", "4711", timezone.localdate())
    item = done.items.get()
    assert (item.product_sku, item.quantity, item.unit_cost, item.total_cost) == ("NW-1", 20, Decimal("6.2"), 124)
    assert stock_of(chai) == 30
    row = chai.stock_changes.latest("pk")
    assert (row.kind, row.previous_qty, row.new_qty) == ("DELIVERY", 10, 30)
    assert (row.reference, row.change_reason, row.created_by) == (done.number, "Acme, note 4711", packer)
    prove()


def test_the_pieces_of_the_first_acceptance_case(chai, acme):
    """10 in stock; 20 come, 7 are sold, 1 comes, the sale is cancelled, 31 are sold."""
    make_delivery((chai, 20, "6.20"), supplier=acme)
    order = confirm_order(make_order((chai, 7)), user=None)
    assert stock_of(chai) == 23
    make_delivery((chai, 1, "7.00"), supplier=acme)
    assert stock_of(chai) == 24
    cancel_order(order, user=None)
    assert stock_of(chai) == 31
    confirm_order(make_order((chai, 31)), user=None)
    assert stock_of(chai) == 0
    assert [kind for kind, *_ in rows_of(chai)] == ["DELIVERY", "SALE", "DELIVERY", "CANCELLATION", "SALE"]
    prove()


def test_lines_of_one_product_are_one_move_and_each_is_rounded_by_itself(chai):
    done = make_delivery((chai, 3, "0.3335"), (chai, 1, "0.0050"))
    assert rows_of(chai) == [("DELIVERY", 10, 14)]
    assert list(done.items.values_list("total_cost", flat=True)) == [Decimal("1.00"), Decimal("0.01")]


def test_the_cost_price_becomes_what_it_cost_on_average_with_a_version_that_says_so(chai, acme):
    make_delivery((chai, 3, "6.00"), (chai, 1, "7.01"), supplier=acme, their_reference="1")
    chai.refresh_from_db()
    assert chai.cost_price == Decimal("6.25")
    assert chai.history.latest().history_change_reason == "Acme, note 1"


def test_a_cost_above_the_selling_price_is_left_and_told(chai):
    tea = make_product(stock=0)
    lines = [DeliveredGoods(chai.pk, 1, Decimal("10.01")), DeliveredGoods(tea.pk, 1, Decimal("10.00"))]
    _done, left = receive_delivery(supplier=None, lines=lines, user=None)
    chai.refresh_from_db()
    tea.refresh_from_db()
    assert left == [chai] and (chai.cost_price, tea.cost_price) == (5, 10)


def test_the_cost_price_stays_if_it_is_not_to_be_set_and_stands_in_for_an_empty_cost(chai):
    done = make_delivery((chai, 2), (chai, 1, "9.00"), set_cost=False)
    chai.refresh_from_db()
    assert chai.cost_price == 5
    assert list(done.items.values_list("unit_cost", "total_cost")) == [(5, 10), (9, 9)]


@pytest.mark.parametrize("spelled", ["4711-a", " 4711-A ", "4711-A"])
def test_a_note_that_is_booked_already_is_refused_and_says_by_whom_when_and_as_what(acme, chai, spelled):
    at = datetime(2026, 11, 24, 23, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    sara = make_sales(first_name="Sara", last_name="Lee")
    make_delivery((chai, 20, "6.20"), supplier=acme, their_reference="4711-A", user=sara, at=at)
    with timezone.override("Europe/Berlin"), pytest.raises(DeliveryKnown) as refused:
        make_delivery((chai, 20, "6.20"), supplier=acme, their_reference=spelled)
    assert str(refused.value) == "Delivery note 4711-A of Acme is booked already as DEL-2026-0001, 24 Nov., Sara Lee."
    assert stock_of(chai) == 30 and Delivery.objects.count() == 1
    prove()


def test_another_supplier_may_have_the_same_note_and_without_a_supplier_nobody_can_tell(acme, chai):
    for supplier in (acme, make_supplier(), None, None):
        make_delivery((chai, 1), supplier=supplier, their_reference="4711")
    make_delivery((chai, 1), supplier=acme)
    make_delivery((chai, 1), supplier=acme)
    assert stock_of(chai) == 16
    prove()


def test_reversed_everything_is_as_before_and_the_note_can_be_booked_anew(acme, chai):
    tea = make_product(stock=0, name="Tea")
    done = make_delivery((chai, 20, "6.20"), (tea, 5), supplier=acme, their_reference="4711")
    back = reverse_delivery(done, reason=" Booked twice ", user=make_sales())
    assert (stock_of(chai), stock_of(tea)) == (10, 0)
    assert (back.number, back.reverses, back.reason) == (f"DEL-{YEAR}-0002", done, "Booked twice")
    assert not back.items.exists()
    for product in (chai, tea):
        came, went = product.stock_changes.filter(reference=done.number).order_by("pk")
        assert (went.kind, went.reverses) == ("REVERSAL", came)
        assert went.change_reason == f"{back.number}: Booked twice"
    with pytest.raises(CannotReverse, match=r"This was reversed by User \d+ on "):
        reverse_delivery(Delivery.objects.get(pk=done.pk), reason="Again", user=None)
    with pytest.raises(CannotReverse, match="A reversal cannot be reversed"):
        reverse_delivery(back, reason="Again", user=None)
    anew = make_delivery((chai, 20, "6.20"), supplier=acme, their_reference="4711")
    assert anew.number == f"DEL-{YEAR}-0003" and stock_of(chai) == 30
    prove()


def test_reversing_many_products_takes_no_more_queries_than_few():
    def queries(size) -> int:
        done = make_delivery(*((make_product(stock=3), 20, "6.20") for _ in range(size)))
        with CaptureQueriesContext(connection) as captured:
            reverse_delivery(done, reason="Booked twice", user=None)
        return len(captured)

    assert queries(20) == queries(2)
    prove()


def test_reversing_names_every_product_of_which_too_few_are_left(chai):
    tea, gone = make_product(stock=0, name="Tea", sku="T-1"), make_product(stock=0, name="Gone", sku="G-1")
    done = make_delivery((chai, 20), (tea, 10), (gone, 2))
    confirm_order(make_order((tea, 7)), user=None)
    delete_product(gone, user=None)
    before = StockChange.objects.count()
    with pytest.raises(CannotReverse) as refused:
        reverse_delivery(done, reason="Wrong", user=None)
    assert sorted(str(refused.value).splitlines()) == ["Gone (G-1) has been deleted.", "Tea (T-1): only 3 of 10 left."]
    assert StockChange.objects.count() == before and Delivery.objects.count() == 1
    prove()


def test_reversing_needs_a_reason_and_the_stocks_that_were_seen(chai):
    done = make_delivery((chai, 20))
    with pytest.raises(ReasonMissing):
        reverse_delivery(done, reason="  ", user=None)
    chai.refresh_from_db()
    seen = stocks_fingerprint({chai.pk: chai})
    confirm_order(make_order((chai, 1)), user=None)
    with pytest.raises(RecordChanged, match="The stock of some of these products has changed"):
        reverse_delivery(done, reason="Wrong", user=None, last_seen=seen)
    chai.refresh_from_db()
    reverse_delivery(done, reason="Wrong", user=None, last_seen=stocks_fingerprint({chai.pk: chai}))
    assert stock_of(chai) == 9


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"quantity": 0}, "Line 1: quantity must be between 1 and 2,147,483,647."),
        ({"unit_cost": Decimal("-0.01")}, "Line 1: the unit cost must not be negative, and have at most 4 decimals."),
        ({"unit_cost": Decimal("0.00001")}, "Line 1: the unit cost must not be negative, and have at most 4 decimals."),
        ({"product_id": 0}, "Line 1: there is no product 0."),
    ],
)
def test_a_line_that_cannot_be_is_named(chai, line, said):
    with pytest.raises(InvalidDelivery) as refused:
        receive_delivery(
            supplier=None, lines=[DeliveredGoods(**{"product_id": chai.pk, "quantity": 1, **line})], user=None
        )
    assert str(refused.value) == said
    assert not Delivery.objects.exists() and stock_of(chai) == 10


def test_nothing_too_much_or_from_nobody_cannot_come(chai, acme):
    with pytest.raises(InvalidDelivery, match="Please say what has come"):
        make_delivery()
    with pytest.raises(InvalidQuantity):
        make_delivery((chai, MAX_QUANTITY))
    gone = Supplier(pk=acme.pk)
    delete_supplier(acme, user=None)
    with pytest.raises(RecordGone):
        make_delivery((chai, 1), supplier=gone)
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("table", ["inventory_delivery", "inventory_deliveryitem"])
def test_a_delivery_is_never_changed_or_deleted(acme, chai, table):
    make_delivery((chai, 1), supplier=acme)
    for statement in (f"UPDATE {table} SET id = id + 1", f"DELETE FROM {table}"):
        with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
            connection.cursor().execute(statement)


def test_what_came_keeps_the_name_of_a_product_that_is_deleted(chai):
    done = make_delivery((chai, 1))
    delete_product(chai, user=None)
    assert list(DeliveryItem.objects.values_list("delivery", "product", "product_name", "product_sku")) == [
        (done.pk, None, "Chai", "NW-1")
    ]
    prove()


@pytest.mark.parametrize("change", ["quantity = quantity + 1", "total_cost = total_cost + 0.01"])
def test_goods_that_were_changed_past_the_program_are_found_with_their_delivery(acme, chai, change):
    done, _ = receive_delivery(supplier=acme, lines=[DeliveredGoods(chai.pk, 3, Decimal("1.11"))], user=None)
    assert stock_problem() == ""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE inventory_deliveryitem SET {change}")
    assert stock_problem() == f"{done.number} and the stock change log disagree about what came."


def test_suppliers_have_names_of_their_own_and_stay_while_anything_names_them(acme, chai):
    with pytest.raises(SupplierTaken):
        make_supplier(name="ACME")
    done, other = make_delivery((chai, 1), supplier=acme), make_supplier()
    chai.refresh_from_db()
    chai.supplier, chai.pack_size = other, 12
    save_product(chai, user=None)
    for supplier in (done.supplier, other):
        with pytest.raises(SupplierInUse, match="Archive the supplier instead"):
            delete_supplier(supplier, user=None)
    acme.is_active = False
    save_supplier(acme, user=None)
    assert [version.is_active for version in acme.history.all()] == [False, True]
    with pytest.raises(IntegrityError), transaction.atomic():
        type(chai).objects.update(pack_size=0)
