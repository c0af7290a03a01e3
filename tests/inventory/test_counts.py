"""A stocktake: what is counted is compared with the stock of that moment, and the difference is posted."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.exceptions import RecordChanged, RecordGone
from inventory.count_models import StockCount, StockCountLine
from inventory.exceptions import CannotPost, CannotReverse, CountClosed, InvalidCount, ReasonMissing
from inventory.models import StockChange
from inventory.services.count_posting import post_count, reverse_count, seen_of
from inventory.services.counts import Entry, add_to_count, cancel_count, enter_count, enter_counts, open_count
from inventory.services.products import delete_product, set_active
from inventory.services.stock import adjust_stock, lock_products
from inventory.stock_check import stock_problem
from inventory.variances import variance_value, variances_of
from sales.services.orders import confirm_order
from tests.counting import clock, found, line_of, make_count, moves_of, stock_of
from tests.factories import make_admin, make_order, make_product, make_user
from tests.ledger import prove

pytestmark = pytest.mark.django_db


def sell(product, pieces, at=None):
    confirm_order(make_order((product, pieces)), user=None, at=at)


def product_with(stock, *, at, **fields):
    """A product that has had this stock since a moment of the past."""
    product = make_product(stock=0, **fields)
    adjust_stock(product, new_qty=stock, reason="Counted", user=None, at=at)
    return product


# What is posted


def test_counted_at_1040_sold_at_11_posted_at_17_comes_to_seven():
    chai = product_with(12, at=clock(8))
    count = make_count(chai, at=clock(9))
    line = found(count, chai, 10, at=clock(10, 40))
    assert (line.expected, line.difference) == (12, -2)
    sell(chai, 3, at=clock(11))
    assert stock_of(chai) == 9
    post_count(count, user=None, at=clock(17))
    assert stock_of(chai) == 7
    row = chai.stock_changes.latest("pk")
    assert (row.kind, row.previous_qty, row.new_qty, row.reference) == ("COUNT", 9, 7, count.number)
    assert row.change_reason == "Counted 10, expected 12 at 10:40"
    prove()


def test_a_sheet_typed_in_at_17_with_1040_comes_to_the_same():
    chai = product_with(12, at=clock(8))
    count = make_count(chai, at=clock(9))
    sell(chai, 3, at=clock(11))
    line = found(count, chai, 10, at=clock(10, 40))  # typed after the sale
    assert (line.expected, line.counted_at) == (12, clock(10, 40))
    post_count(count, user=None, at=clock(17))
    assert stock_of(chai) == 7


def test_counted_seven_at_1130_expects_nine_and_comes_to_seven():
    chai = product_with(12, at=clock(8))
    count = make_count(chai, at=clock(9))
    sell(chai, 3, at=clock(11))
    line = found(count, chai, 7, at=clock(11, 30))
    assert line.expected == 9
    post_count(count, user=None, at=clock(17))
    assert stock_of(chai) == 7


def test_a_piece_missing_when_counted_and_sold_since_is_counted_again_or_left_out():
    chai, chang = make_product(stock=2, name="Chai"), make_product(stock=5, name="Chang")
    count = make_count(chai, chang)
    found(count, chai, 0)
    found(count, chang, 6)
    sell(chai, 1)

    with pytest.raises(CannotPost) as refused:
        post_count(count, user=None)
    assert str(refused.value) == "Chai: 2 missing when counted, only 1 left now. Count it again."
    assert refused.value.lines == {line_of(count, chai).pk}
    assert (stock_of(chai), stock_of(chang), moves_of(count)) == (1, 5, [])
    assert StockCount.objects.get().is_open

    post_count(count, without=refused.value.lines, user=None)
    assert (stock_of(chai), stock_of(chang)) == (1, 6)
    outcomes = dict(count.lines.values_list("product_name", "outcome"))
    assert outcomes == {"Chai": "LEFT", "Chang": "POSTED"}
    prove()


@pytest.fixture
def warehouse():
    """430 products with 1 piece each, of which 412 have been counted: all there."""
    products = [make_product(stock=1) for _ in range(430)]
    count = make_count(*products)
    now = timezone.now()
    counted = count.lines.filter(product__in=[product.pk for product in products[:412]])
    counted.update(counted=1, expected=1, counted_at=now)
    return count, products[412:]


def test_the_rest_of_430_lines_of_which_412_were_counted_is_left(warehouse):
    count, rest = warehouse
    post_count(count, user=None)
    assert {stock_of(product) for product in rest} == {1} and not moves_of(count)
    assert count.lines.filter(outcome="LEFT", counted__isnull=True).count() == 18


def test_the_rest_of_430_lines_of_which_412_were_counted_is_not_there(warehouse):
    count, rest = warehouse
    admin = make_admin()
    post_count(count, rest="zero", user=admin)
    assert {stock_of(product) for product in rest} == {0}
    assert moves_of(count) == [("COUNT", 1, 0)] * 18
    line = line_of(count, rest[0])
    assert (line.counted, line.expected, line.counted_by, line.outcome) == (0, 1, admin, "POSTED")
    assert not stock_problem()


def test_what_is_left_out_is_not_zeroed_either():
    chai, chang = make_product(stock=3), make_product(stock=4)
    count = make_count(chai, chang)
    post_count(count, rest="zero", without=[line_of(count, chai).pk], user=None)
    assert (stock_of(chai), stock_of(chang)) == (3, 0)


@pytest.mark.parametrize(("counted", "value"), [(9, "-5.80"), (12, "11.60")])
def test_a_variance_is_worth_what_its_pieces_cost(counted, value):
    product = make_product(stock=10, cost_price=Decimal("5.80"))
    count = make_count(product)
    line = found(count, product, counted)
    assert variance_value(line) == Decimal(value)
    post_count(count, user=None)
    assert [variance.value for variance in variances_of(count)] == [Decimal(value)]
    assert product.stock_changes.first().value_change == Decimal(value)
    reverse_count(count, reason="Wrong shelf", user=None)
    assert type(product).objects.get(pk=product.pk).stock_value == Decimal("58.00")


def test_what_is_as_expected_posts_nothing_but_is_counted():
    product = make_product(stock=4)
    count = make_count(product)
    found(count, product, 4)
    post_count(count, user=None)
    assert not moves_of(count) and line_of(count, product).outcome == "POSTED"


def test_nothing_is_posted_before_anything_is_counted():
    count = make_count(make_product())
    with pytest.raises(InvalidCount, match="Nothing has been counted yet"):
        post_count(count, user=None)


def test_posting_twice_says_who_posted_it():
    product = make_product(stock=4)
    count = make_count(product)
    found(count, product, 3)
    post_count(count, user=make_admin(first_name="Sara", last_name="Lee"))
    with pytest.raises(CountClosed, match=f"{count.number} is not open any more: it was posted by Sara Lee on"):
        post_count(count, user=None)
    assert stock_of(product) == 3


def test_posting_what_one_has_not_seen_is_refused():
    product = make_product(stock=4)
    count = make_count(product)
    found(count, product, 3)
    seen = seen_of(count)
    found(count, product, 2)
    with pytest.raises(RecordChanged, match="Something was counted"):
        post_count(count, user=None, last_seen=seen)
    post_count(count, user=None, last_seen=seen_of(count))
    assert stock_of(product) == 2


def test_a_product_deleted_meanwhile_is_passed_over():
    gone, there = make_product(stock=2), make_product(stock=2)
    count = make_count(gone, there)
    line = line_of(count, gone)
    found(count, gone, 1)
    found(count, there, 1)
    delete_product(gone, user=None)
    with pytest.raises(RecordGone):
        enter_count(line, 1, user=None)
    post_count(count, rest="zero", user=None)
    assert stock_of(there) == 1 and not stock_problem()
    line.refresh_from_db()
    assert (line.product, line.counted, line.outcome) == (None, 1, "LEFT")


# Counting


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (timedelta(minutes=1), "Nothing can have been counted in the future."),
        (-timedelta(days=1), "Nothing can have been counted before the count was opened."),
    ],
)
def test_a_moment_to_come_or_before_the_count_was_opened_is_refused(at, sentence):
    product = make_product(stock=4)
    count = make_count(product)
    with pytest.raises(InvalidCount, match=sentence):
        found(count, product, 4, at=timezone.now() + at)
    assert line_of(count, product).counted is None


@pytest.mark.parametrize("counted", [-1, 2_147_483_648])
def test_a_number_that_no_stock_can_be_is_refused(counted):
    product = make_product()
    with pytest.raises(InvalidCount, match="between 0 and 2,147,483,647"):
        found(make_count(product), product, counted)


def test_a_number_can_be_taken_away_again():
    product = make_product(stock=4)
    count = make_count(product)
    found(count, product, 3, user=make_user())
    line = found(count, product, None, user=make_user())
    assert [line.counted, line.expected, line.counted_at, line.counted_by] == [None] * 4


def test_scanning_adds_piece_by_piece():
    product = make_product(stock=4)
    line = line_of(make_count(product), product)
    add_to_count(line, 1, user=None)
    assert add_to_count(line, 12, user=None).counted == 13


def test_nobody_writes_over_what_a_colleague_has_just_counted():
    product, anna = make_product(stock=4, name="Chai", sku="NW-1"), make_user(first_name="Anna", last_name="Bell")
    count = make_count(product)
    line = line_of(count, product)
    seen = line.standing
    enter_count(line, 4, user=anna, last_seen=seen)
    with pytest.raises(RecordChanged, match=r"Chai \(NW-1\): Anna Bell counted 4 at \d\d:\d\d\."):
        enter_count(line, 3, user=None, last_seen=seen)
    assert enter_count(line, 3, user=None, last_seen="4").counted == 3


def test_a_number_that_is_sent_again_because_no_answer_came_is_no_conflict():
    product, anna = make_product(stock=4), make_user()
    count = make_count(product)
    seen = line_of(count, product).standing
    first = enter_count(line_of(count, product), 4, user=anna, last_seen=seen)
    sell(product, 1)
    again = enter_count(line_of(count, product), 4, user=anna, last_seen=seen)
    assert (again.counted, again.counted_at, again.expected) == (4, first.counted_at, 4)
    with pytest.raises(RecordChanged):
        enter_count(line_of(count, product), 4, user=make_user(), last_seen=seen)
    anew = enter_count(line_of(count, product), 4, user=anna, last_seen="4")  # counted anew, and typed on purpose
    assert anew.expected == 3 and anew.counted_at > first.counted_at
    for _ in range(2):
        assert enter_count(line_of(count, product), None, user=anna, last_seen="4").counted is None


def test_of_a_file_what_is_deleted_while_it_is_read_is_left_out(monkeypatch):
    gone, stays = make_product(stock=4), make_product(stock=4)
    count = make_count(gone, stays)
    entries = [Entry(line.pk, 3, None, line.standing) for line in count.lines.all()]

    def lock_too_late(ids):
        ids = list(ids)
        delete_product(gone, user=None)
        return lock_products(ids)

    monkeypatch.setattr("inventory.services.counts.lock_products", lock_too_late)
    assert enter_counts(count, entries, user=None) == 1
    assert line_of(count, stays).counted == 3


def test_nothing_is_counted_in_a_count_that_is_closed():
    product = make_product(stock=4)
    count = make_count(product)
    found(count, product, 3)
    cancel_count(count, user=None)
    for step in (
        lambda: found(count, product, 4),
        lambda: post_count(count, user=None),
        lambda: cancel_count(count, user=None),
    ):
        with pytest.raises(CountClosed, match="it was cancelled by the system"):
            step()
    assert stock_of(product) == 4 and line_of(count, product).counted == 3


# Opening


def test_a_count_is_about_a_category_a_shelf_or_all():
    tea, milk = make_product(category="Tea", shelf="B"), make_product(category="Milk", shelf="C")
    archived, gone = make_product(stock=1), make_product(stock=0)
    set_active([archived.pk, gone.pk], False, user=None)

    def counted(**scope):
        count = open_count(user=None, **scope)
        products = set(count.lines.values_list("product", flat=True))
        cancel_count(count, user=None)
        return products

    assert counted(scope="CATEGORY", place="Tea") == {tea.pk}
    assert counted(scope="SHELF", place="C") == {milk.pk}
    assert counted(scope="SHELF", place="") == {archived.pk}
    assert counted(scope="ALL") == {tea.pk, milk.pk, archived.pk}
    assert counted(scope="CHOSEN", products=[gone.pk, milk.pk]) == {gone.pk, milk.pk}
    with pytest.raises(InvalidCount, match="no product to count"):
        open_count(scope="SHELF", place="Z", user=None)


def test_counts_are_numbered_without_gaps():
    product = make_product()
    first = make_count(product)
    with pytest.raises(InvalidCount):
        make_count(product)
    cancel_count(first, user=None)
    year = timezone.localdate().year
    assert [first.number, make_count(product).number] == [f"CNT-{year}-0001", f"CNT-{year}-0002"]
    assert first.history.latest().history_change_reason == "Cancelled"


def test_a_product_stands_in_one_open_count_only():
    products = [make_product(name=f"Tea {number}", sku=f"T-{number}") for number in range(5)]
    first = make_count(*products)
    with pytest.raises(InvalidCount) as refused:
        make_count(*products)
    *named, more = str(refused.value).splitlines()
    assert named == [f"Tea {n} (T-{n}) is being counted already, in {first.number}." for n in range(3)]
    assert more == "…"
    second = make_count(make_product())
    with pytest.raises(IntegrityError), transaction.atomic():
        StockCountLine.objects.filter(count=second).update(product=products[0])
    post_count(first, rest="zero", user=None)
    make_count(*products)


# Taking it back


def test_posted_and_reversed_everything_is_as_it_was():
    up, down, same = make_product(stock=2), make_product(stock=9), make_product(stock=5)
    count = make_count(up, down, same)
    for product, counted in ((up, 6), (down, 0), (same, 5)):
        found(count, product, counted)
    post_count(count, user=None)
    assert [stock_of(product) for product in (up, down, same)] == [6, 0, 5]
    reverse_count(count, reason="Wrong shelf", user=None)
    assert [stock_of(product) for product in (up, down, same)] == [2, 9, 5]
    assert moves_of(count) == [("COUNT", 2, 6), ("COUNT", 9, 0), ("REVERSAL", 6, 2), ("REVERSAL", 0, 9)]
    reversal = StockChange.objects.filter(kind="REVERSAL").first()
    assert reversal.reverses.kind == "COUNT" and reversal.change_reason == "Wrong shelf"
    with pytest.raises(CountClosed, match="cannot be reversed: it was reversed by the system"):
        reverse_count(count, reason="Wrong shelf", user=None)
    assert not stock_problem()
    prove()


def test_reversing_many_products_takes_no_more_queries_than_few():
    def queries(size) -> int:
        products = [make_product(stock=3) for _ in range(size)]
        count = make_count(*products)
        for product in products:
            found(count, product, 5)
        post_count(count, user=None)
        with CaptureQueriesContext(connection) as captured:
            reverse_count(count, reason="Wrong shelf", user=None)
        return len(captured)

    assert queries(20) == queries(2)
    prove()


def test_reversing_names_all_that_stands_in_the_way():
    chai, gone, other = make_product(stock=1, name="Chai", sku="NW-1"), make_product(stock=1, sku="G"), make_product()
    count = make_count(chai, gone, other)
    for product, counted in ((chai, 8), (gone, 3), (other, 9)):
        found(count, product, counted)
    post_count(count, user=None)
    sell(chai, 3)
    delete_product(gone, user=None)
    with pytest.raises(CannotReverse) as refused:
        reverse_count(count, reason="Wrong shelf", user=None)
    assert "Chai (NW-1): 7 came in by it, only 5 are left." in str(refused.value)
    assert "(G) has been deleted, so its stock cannot change any more." in str(refused.value)
    assert stock_of(other) == 9


def test_reversing_needs_a_reason_a_posted_count_and_something_posted():
    product = make_product(stock=1)
    count = make_count(product)
    with pytest.raises(CountClosed, match="cannot be reversed: it is open"):
        reverse_count(count, reason="Wrong shelf", user=None)
    found(count, product, 1)
    post_count(count, user=None)
    with pytest.raises(ReasonMissing):
        reverse_count(count, reason=" ", user=None)
    with pytest.raises(CannotReverse, match="Nothing was different"):
        reverse_count(count, reason="Wrong shelf", user=None)


# The proof


def test_a_posted_count_that_is_not_what_the_log_says_is_found():
    product = make_product(stock=4)
    count = make_count(product)
    found(count, product, 3)
    post_count(count, user=None)
    assert not stock_problem()
    count.lines.update(counted=2)
    assert stock_problem() == f"{count.number} and the stock change log disagree about what was found."
    count.lines.update(counted=3, outcome="LEFT")
    assert "disagree about what was found" in stock_problem()
