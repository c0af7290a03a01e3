"""What stock is worth: the cases of the specification, and many random steps against fractions in plain Python."""

import random
from decimal import Decimal
from fractions import Fraction
from math import floor

import pytest
from django.db import IntegrityError, connection, transaction

from inventory.delivery_models import Delivery, Supplier
from inventory.exceptions import CannotReverse, DeliveryKnown, InvalidQuantity, InvalidValue, ReasonMissing
from inventory.import_undo import ProductUndo
from inventory.models import Product, StockChange
from inventory.services.deliveries import DeliveredGoods, receive_delivery, reverse_delivery
from inventory.services.products import delete_product
from inventory.services.revaluation import revalue_stock
from inventory.services.reversals import reverse_change
from inventory.services.stock import (
    adjust_stock,
    give_back_to_stock,
    take_difference,
    take_from_stock,
)
from inventory.services.valuation import MAX_VALUE, values_back
from inventory.stock_check import check_stock, correct_log, stock_problem
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.factories import make_confirmed_order, make_import, make_product
from tests.ledger import prove, without_triggers

pytestmark = pytest.mark.django_db
Kind = StockChange.Kind


def worth(product) -> tuple[int, Decimal]:
    product = Product.objects.get(pk=product.pk)
    return product.stock_qty, product.stock_value


def moved(product) -> Decimal:
    """What the latest stock change brought (or took)."""
    return product.stock_changes.first().value_change


def make_valued(pieces: int, value: str, **fields) -> Product:
    product = make_product(stock=pieces, cost_price=Decimal("1.00"), **fields)
    return revalue_stock(product, new_value=Decimal(value), reason="As the books say", user=None)


def deliver(product, pieces: int, unit_cost: str, note: str = "", supplier=None) -> Delivery:
    goods = [DeliveredGoods(product.pk, pieces, Decimal(unit_cost))]
    delivery, _ = receive_delivery(
        supplier=supplier, lines=goods, their_reference=note, received_on=None, set_cost=False, user=None
    )
    return delivery


def sell(product, pieces: int, number: str = "ORD-1") -> None:
    take_from_stock({product.pk: pieces}, reference=number, reason="Sold", user=None)


def test_what_comes_in_brings_its_cost_and_what_goes_out_takes_its_share():
    product = make_valued(10, "50.00")
    deliver(product, 20, "6.20")
    assert worth(product) == (30, Decimal("174.00"))
    sell(product, 7)
    assert (moved(product), worth(product)) == (Decimal("-40.60"), (23, Decimal("133.40")))
    deliver(product, 1, "7.00")
    assert worth(product) == (24, Decimal("140.40"))
    give_back_to_stock(reference="ORD-1", reason="Cancelled", user=None)
    assert (moved(product), worth(product)) == (Decimal("40.60"), (31, Decimal("181.00")))
    sell(product, 31, "ORD-2")
    assert worth(product) == (0, Decimal("0.00"))
    assert check_stock().problem == ""


def test_nothing_is_lost_to_rounding():
    product = make_valued(3, "10.00")
    taken = []
    for number in ("ORD-1", "ORD-2", "ORD-3"):
        sell(product, 1, number)
        taken.append(-moved(product))
    assert taken == [Decimal("3.33"), Decimal("3.34"), Decimal("3.33")]
    assert worth(product) == (0, Decimal("0.00"))


def test_a_part_comes_back_with_its_share_and_the_last_part_with_the_rest():
    product = make_valued(6, "20.00")
    sell(product, 3)
    assert moved(product) == Decimal("-10.00")
    deliver(product, 7, "10.00")
    for pieces, value in ((2, "3.33"), (1, "3.34"), (0, "3.33")):
        take_difference({product.pk: pieces}, {product.pk: pieces + 1}, reference="ORD-1", reason="Amended", user=None)
        assert moved(product) == Decimal(value)
    assert worth(product) == (13, Decimal("90.00"))


def test_a_return_comes_in_as_it_was_taken_and_the_bin_takes_the_average():
    product = make_valued(10, "58.00")
    order = make_confirmed_order((product, 5, Decimal("10.00")))
    assert moved(product) == Decimal("-29.00")
    one, other = ReturnedGoods(product.pk, 1), ReturnedGoods(product.pk, 1, restocked=False)
    done = return_goods(order, [one, other], reason="DAMAGED", user=None)
    lost, back = product.stock_changes.order_by("-pk")[:2]
    assert (done.credit, back.kind, back.previous_qty, back.new_qty) == (Decimal("20.00"), "RETURN", 5, 7)
    assert back.value_change == Decimal("11.60")
    assert (lost.kind, lost.previous_qty, lost.new_qty, lost.value_change) == ("ADJUSTMENT", 7, 6, Decimal("-5.80"))
    cancel_order(order, user=None)
    assert (moved(product), worth(product)) == (Decimal("17.40"), (9, Decimal("52.20")))
    prove()


def test_an_amended_order_gives_back_what_it_took():
    product, other = make_valued(10, "50.00"), make_valued(10, "33.33")
    order = make_confirmed_order((product, 5, Decimal(9)), (other, 3, Decimal(9)))
    deliver(product, 5, "20.00")
    lines = [NewItem(product, 3, Decimal(9)), NewItem(other, 4, Decimal(9))]
    amend_order(order, lines=lines, reason="They rang", user=None)
    assert (moved(product), moved(other)) == (Decimal("10.00"), Decimal("-3.33"))
    cancel_order(order, user=None)
    assert worth(product) == (15, Decimal("150.00")) and worth(other) == (10, Decimal("33.33"))


def test_pieces_that_were_sold_before_stock_was_valued_come_back_at_the_cost_price():
    product = make_valued(10, "50.00")
    sell(product, 4)
    with without_triggers(), connection.cursor() as cursor:
        sold = product.stock_changes.first()
        cursor.execute("UPDATE inventory_stockchange SET new_value = NULL WHERE id = %s", [sold.pk])
    back = values_back("ORD-1", {product.pk: product}, {product.pk: 3})
    assert back == {product.pk: Decimal("3.00")}


def test_what_is_counted_comes_in_at_the_average_and_at_the_cost_price_where_there_was_nothing():
    product = make_valued(10, "58.00")
    adjust_stock(product, user=None, new_qty=12, reason="Found")
    assert moved(product) == Decimal("11.60")
    adjust_stock(product, user=None, new_qty=0, reason="Lost")
    adjust_stock(product, user=None, new_qty=2, reason="Found")
    assert worth(product) == (2, Decimal("2.00"))


def test_an_import_brings_the_cost_price_of_its_list():
    product = make_valued(10, "58.00", sku="A")
    done = make_import("sku,cost_price,stock_qty\nA,7.00,12\n", stock_mode="set")
    assert (moved(product), worth(product)) == (Decimal("14.00"), (12, Decimal("72.00")))
    ProductUndo.run(done, user=None)
    assert worth(product) == (10, Decimal("58.00"))


def test_deletion_takes_all_of_it():
    product = make_valued(10, "58.00")
    delete_product(product, user=None)
    assert StockChange.objects.first().value_change == Decimal("-58.00")
    assert stock_problem() == ""


def test_a_reversal_takes_back_exactly_what_it_brought():
    product = make_valued(7, "58.33")
    for change in (-3, 4):
        row = adjust_stock(product, user=None, change=change, reason="Counted").stock_changes.first()
        reverse_change(row, reason="Wrong product", user=None)
        assert worth(product) == (7, Decimal("58.33"))


def test_a_reversal_takes_the_average_where_less_value_is_left():
    product = make_valued(10, "50.00")
    row = adjust_stock(product, user=None, change=10, reason="Counted").stock_changes.first()
    revalue_stock(product, new_value=Decimal("20.00"), reason="Damp", user=None)
    reverse_change(row, reason="Wrong product", user=None)
    assert worth(product) == (10, Decimal("10.00"))


def test_a_reversed_delivery_leaves_pieces_value_and_average_as_before_and_its_note_is_free_again():
    acme = Supplier.objects.create(name="Acme")
    product = make_valued(10, "50.01")
    delivery = deliver(product, 20, "6.20", "4711", acme)
    with pytest.raises(DeliveryKnown, match="Delivery note 4711 of Acme is booked already"):
        deliver(product, 20, "6.20", "4711", acme)
    reverse_delivery(delivery, reason="Not ours", user=None)
    assert worth(product) == (10, Decimal("50.01"))
    with pytest.raises(CannotReverse):
        reverse_delivery(delivery, reason="Not ours", user=None)
    deliver(product, 20, "6.20", "4711", acme)
    assert worth(product) == (30, Decimal("174.01"))
    prove()


def test_a_delivery_whose_pieces_are_worth_less_by_now_is_reversed_at_the_average():
    product = make_valued(10, "20.00")
    delivery = deliver(product, 10, "9.00")
    sell(product, 10)
    revalue_stock(product, new_value=Decimal("30.00"), reason="Market", user=None)
    adjust_stock(product, user=None, change=2, reason="Found")
    reverse_delivery(delivery, reason="Not ours", user=None)
    assert worth(product) == (2, Decimal("6.00"))


def test_stock_is_revalued_and_that_reversed():
    product = make_valued(10, "50.00")
    revalue_stock(product, new_value=Decimal("35.5"), reason=" Damp ", user=None)
    row = product.stock_changes.first()
    assert (row.kind, row.previous_qty, row.new_qty, row.change_reason) == ("REVALUATION", 10, 10, "Damp")
    assert (row.previous_value, row.new_value) == (Decimal("50.00"), Decimal("35.50"))
    reverse_change(row, reason="It was another one", user=None)
    assert worth(product) == (10, Decimal("50.00"))
    assert check_stock().problem == ""


def test_a_revaluation_is_not_reversed_when_too_little_is_left():
    product = make_valued(10, "50.00")
    revalue_stock(product, new_value=Decimal("90.00"), reason="Scarce", user=None)
    row = product.stock_changes.first()
    sell(product, 8)
    with pytest.raises(CannotReverse, match="too few are left"):
        reverse_change(row, reason="It was not", user=None)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("-0.01", "between 0 and"), ("10000000000000", "between 0 and"), ("50", "already, so nothing")],
)
def test_values_that_cannot_be(value, sentence):
    product = make_valued(10, "50.00")
    with pytest.raises(InvalidValue, match=sentence):
        revalue_stock(product, new_value=Decimal(value), reason="x", user=None)
    assert worth(product) == (10, Decimal("50.00"))


def test_no_pieces_are_worth_nothing_and_a_reason_is_needed():
    with pytest.raises(InvalidValue, match="no pieces are worth nothing"):
        revalue_stock(make_product(stock=0), new_value=Decimal(1), reason="x", user=None)
    with pytest.raises(ReasonMissing):
        revalue_stock(make_product(stock=1), new_value=Decimal(1), reason=" ", user=None)


def test_no_stock_is_worth_more_than_can_be_kept_exactly():
    product = make_product(stock=1, cost_price=Decimal("99999999.99"), name="Gem", sku="G-1")
    with pytest.raises(InvalidQuantity, match="Gem .G-1.: a stock cannot be worth more than 9,999,999,999,999.99"):
        adjust_stock(product, user=None, new_qty=200_000, reason="Counted")
    revalue_stock(product, new_value=MAX_VALUE, reason="Rare", user=None)
    assert worth(product) == (1, MAX_VALUE) and stock_problem() == ""


@pytest.mark.parametrize("value", ["-1", "1"])
def test_the_database_refuses_value_below_nothing_and_value_of_nothing(value):
    product = make_product(stock=0 if value == "1" else 5)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(stock_value=Decimal(value))


def test_a_value_written_past_the_service_is_found_and_logged():
    product = make_valued(10, "50.00", name="Chai", sku="NW-1")
    Product.objects.filter(pk=product.pk).update(stock_value=Decimal("49.99"))
    assert stock_problem() == ("Chai (NW-1): stock is worth 49.99, but according to its stock changes 50.00.")
    [row] = correct_log()
    assert (row.kind, row.value_change) == ("REVALUATION", Decimal("-0.01"))
    assert stock_problem() == ""


def test_a_value_changed_in_the_log_is_found_with_its_row():
    product = make_valued(10, "50.00", name="Chai", sku="NW-1")
    sell(product, 2)
    row = product.stock_changes.first()
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stockchange SET previous_value = 60 WHERE id = %s", [row.pk])
    assert f"Chai (NW-1): stock change {row.pk}" in stock_problem()
    assert "starts at a value of 60.00, but the stock was worth 50.00 then" in stock_problem()


# Many steps


def cents(value: Fraction) -> Fraction:
    """Halves away from zero; all values here are positive."""
    return Fraction(floor(value * 100 + Fraction(1, 2)), 100)


class Shelf:
    """The rules in fractions, without a word of the program's own."""

    def __init__(self, cost: Fraction):
        self.pieces, self.value, self.cost = 0, Fraction(0), cost
        self.orders: dict[str, tuple[int, Fraction]] = {}

    def come(self, pieces: int, value: Fraction) -> None:
        self.pieces, self.value = self.pieces + pieces, self.value + value

    def find(self, pieces: int) -> None:
        self.come(pieces, cents(self.value / self.pieces * pieces if self.pieces else self.cost * pieces))

    def go(self, pieces: int) -> Fraction:
        value = self.value if pieces == self.pieces else cents(self.value * pieces / self.pieces)
        self.come(-pieces, -value)
        return value

    def sell(self, pieces: int, number: str) -> None:
        self.orders[number] = pieces, self.go(pieces)

    def back(self, pieces: int, number: str) -> None:
        taken, value = self.orders[number]
        share = value if pieces == taken else cents(value * pieces / taken)
        self.orders[number] = taken - pieces, value - share
        self.come(pieces, share)


def step(dice: random.Random, product, shelf: Shelf, number: str) -> None:
    """One thing that happens, on the shelf and in the system."""
    open_orders = [name for name, (pieces, _) in shelf.orders.items() if pieces]
    chosen = dice.choice(["deliver", "sell", "sell", "back", "cancel", "count", "revalue"])
    if chosen == "deliver":
        pieces, cost = dice.randint(1, 40), Decimal(dice.randint(0, 90_000)) / 10_000
        shelf.come(pieces, cents(Fraction(cost) * pieces))
        deliver(product, pieces, str(cost))
    elif chosen == "sell" and shelf.pieces:
        pieces = dice.randint(1, shelf.pieces)
        shelf.sell(pieces, number)
        sell(product, pieces, number)
    elif chosen in ("back", "cancel") and open_orders:
        name = dice.choice(open_orders)
        taken = shelf.orders[name][0]
        left = 0 if chosen == "cancel" else dice.randrange(taken)
        shelf.back(taken - left, name)
        take_difference({product.pk: left}, {product.pk: taken}, reference=name, reason="Back", user=None)
    elif chosen == "count":
        pieces = dice.randint(0, 2 * shelf.pieces + 3)
        if pieces != shelf.pieces:
            (shelf.find if pieces > shelf.pieces else lambda less: shelf.go(-less))(pieces - shelf.pieces)
            adjust_stock(product, user=None, new_qty=pieces, reason="Counted")
    elif chosen == "revalue" and shelf.pieces and dice.random() < 0.2:
        value = shelf.value + Fraction(dice.randint(1, 999), 100)
        shelf.value = value
        revalue_stock(product, new_value=Decimal(value.numerator) / value.denominator, reason="Market", user=None)


@pytest.mark.slow
def test_ten_thousand_random_steps_are_right_to_the_cent():
    dice = random.Random(20261128)
    shelves = {make_product(stock=0, cost_price=Decimal(n) + Decimal("0.37")): n for n in range(8)}
    shelves = {product: Shelf(Fraction(37, 100) + n) for product, n in shelves.items()}
    for number in range(10_000):
        product = dice.choice(list(shelves))
        step(dice, product, shelves[product], f"ORD-{number}")
        if number % 10 == 0:
            pieces, value = worth(product)
            assert (pieces, Fraction(value)) == (shelves[product].pieces, shelves[product].value), number
    for product, shelf in shelves.items():
        assert worth(product) == (shelf.pieces, Decimal(shelf.value.numerator) / shelf.value.denominator)
    assert check_stock().problem == ""
