"""What must be true of the database after whatever has happened, read with nothing but plain queries."""

from collections import Counter, defaultdict
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection

from accounts.account_models import AccountEntry
from accounts.models import User
from core.models import DocumentCounter
from core.money import round_money
from inventory.count_models import StockCount, StockCountLine
from inventory.delivery_models import Delivery
from inventory.models import Product, StockChange
from inventory.stock_check import broken_chain, wrong_sum
from sales.account_check import account_problem
from sales.models import Order, OrderItem, OrderNumberCounter
from sales.return_models import OrderReturn, ReturnItem
from tests.environment import POSTGRESQL

TAKEN, BACK, RETURNED = ("SALE", "AMENDMENT"), "CANCELLATION", "RETURN"
STAMPS = {"PENDING": (False, False), "CONFIRMED": (True, False)}


def broken_promises() -> list[str]:
    """A sentence for everything that is not as it must be; none if all is well."""
    return [
        *wrong_stock(),
        *wrong_orders(),
        *wrong_sales(),
        *wrong_returns(),
        *wrong_reversals(),
        *wrong_deliveries(),
        *wrong_counts(),
        *wrong_accounts(),
        *wrong_numbers(),
    ]


def wrong_stock():
    at, worth = defaultdict(int), defaultdict(Decimal)
    for row in StockChange.objects.order_by("pk"):
        if row.product_id:
            if (row.previous_value or 0) != worth[row.product_id]:
                yield f"{row.product_sku}: row {row.pk} starts at {row.previous_value}, not {worth[row.product_id]}"
            worth[row.product_id] = row.new_value or Decimal(0)
            if row.previous_qty != at[row.product_id]:
                yield f"{row.product_sku}: row {row.pk} starts at {row.previous_qty}, not {at[row.product_id]}"
            at[row.product_id] = row.new_qty
        if row.new_qty < 0:
            yield f"{row.product_sku}: {row.new_qty} pieces"
    versions = latest(Product, "stock_qty")
    for pk, sku, stock, value in Product.objects.values_list("pk", "sku", "stock_qty", "stock_value"):
        if value != worth[pk] or value < 0 or (value and not stock):
            yield f"{sku}: {stock} pieces are worth {value}, by the log {worth[pk]}"
        if not stock == at[pk] == versions.get(pk) or stock < 0:
            yield f"{sku}: {stock} in stock, {at[pk]} in the log, {versions.get(pk)} in the history"
    yield from filter(None, [broken_chain(), wrong_sum()])


def wrong_orders():
    totals, lines = defaultdict(Decimal), Counter()
    for order, quantity, price, total in OrderItem.objects.values_list(
        "order", "quantity", "unit_price", "total_price"
    ):
        totals[order] += total
        lines[order] += 1
        if quantity < 1 or total != quantity * price:
            yield f"order {order}: {quantity} × {price} = {total}"
    versions = latest(Order, "status")
    for order in Order.objects.all():
        stamps = bool(order.confirmed_at), bool(order.cancelled_at)
        if not lines[order.pk] or order.total_amount != totals[order.pk]:
            yield f"{order}: {lines[order.pk]} lines of {totals[order.pk]} together, total {order.total_amount}"
        if stamps != STAMPS.get(order.status, (stamps[0], True)) or versions.get(order.pk) != order.status:
            yield f"{order}: {order.status}, confirmed and cancelled {stamps}, {versions.get(order.pk)} in the history"


def wrong_sales():
    """What the log took and gave back for each order, by product (None: those deleted since)."""
    moved = defaultdict(Counter)
    for row in StockChange.objects.filter(kind__in=[*TAKEN, BACK, RETURNED]):
        kind = TAKEN if row.kind in TAKEN else row.kind
        moved[row.reference, kind][row.product_id] += row.quantity_change
    ordered, returned = defaultdict(Counter), defaultdict(Counter)
    for order, product, quantity in OrderItem.objects.values_list("order", "product", "quantity"):
        ordered[order][product] += quantity
    for order, product, quantity in ReturnItem.objects.values_list("order_return__order", "product", "quantity"):
        returned[order][product] += quantity
    for order in Order.objects.all():
        taken, back, came = (nonzero(moved.pop((order.order_number, kind), {})) for kind in (TAKEN, BACK, RETURNED))
        sold = -taken
        if order.status == "CONFIRMED":
            right = sold == ordered[order.pk] and not back
        elif order.status == "PENDING" or not order.confirmed_at:
            right = not sold and not back and not came
        else:  # a product that was gone could not be given back
            right = sold == ordered[order.pk] and all(back[pk] == sold[pk] - came[pk] or pk is None for pk in sold)
            right = right and back <= sold
        if not right or came != returned[order.pk] or not came <= sold:
            yield f"{order} ({order.status}): ordered {ordered[order.pk]}, sold {sold}, back {back}, returned {came}"
    if moved:
        yield f"stock was sold for orders that do not exist: {sorted(moved)}"


def nonzero(pieces) -> Counter:
    return Counter({product: quantity for product, quantity in pieces.items() if quantity})


def wrong_returns():
    """Credits, values and numbers of returns, and what left for the bin with each."""
    lost = Counter()
    for row in StockChange.objects.filter(kind="ADJUSTMENT", reference__startswith="RET-"):
        lost[row.reference] -= row.quantity_change
    for done in OrderReturn.objects.prefetch_related("items"):
        items = done.items.all()
        if not items or done.credit != sum(item.credit for item in items):
            yield f"{done}: credit {done.credit}, of its goods {[item.credit for item in items]}"
        if lost[done.number] != sum(item.quantity for item in items if not item.restocked):
            yield f"{done}: {lost[done.number]} pieces went to the bin"
    for order in Order.objects.filter(returns__isnull=False).distinct():
        goods = ReturnItem.objects.filter(order_return__order=order)
        credited, value = sum(item.credit for item in goods), sum(item.line_value for item in goods)
        if max(credited, value) > order.total_amount:
            yield f"{order}: {credited} credited and {value} taken back of {order.total_amount}"
    given = defaultdict(list)
    for number in OrderReturn.objects.values_list("number", flat=True):
        given[int(number.split("-")[1])].append(int(number.split("-")[2]))
    for year, last in DocumentCounter.objects.filter(series="RET").values_list("year", "last"):
        if sorted(given.pop(year, [])) != list(range(1, last + 1)):
            yield f"the returns of {year} are not numbered from 1 to {last}"
    if given:
        yield f"returns of {sorted(given)} were never counted"


def wrong_counts():
    """What each posted count found and what it moved, by product; its number; and products counted twice at once."""
    moved, in_open = Counter(), Counter()
    for row in StockChange.objects.filter(kind="COUNT", product__isnull=False):
        moved[row.reference, row.product_id] += row.quantity_change
    for line in StockCountLine.objects.filter(product__isnull=False).select_related("count"):
        posted = line.outcome == "POSTED"
        if moved.pop((line.count.number, line.product_id), 0) != (line.counted - line.expected if posted else 0):
            yield f"{line.count}, {line}: counted {line.counted}, expected {line.expected}, {line.outcome}"
        in_open[line.product_id] += line.outcome == "OPEN"
        if (line.outcome == "OPEN") != (line.count.status == "OPEN"):
            yield f"{line.count} ({line.count.status}), {line}: {line.outcome}"
    if moved or max(in_open.values(), default=0) > 1:
        yield f"moved by no count: {sorted(moved)}; in open counts: {in_open}"
    numbers = [
        int(number.split("-")[2]) for number in StockCount.objects.order_by("pk").values_list("number", flat=True)
    ]
    if sorted(numbers) != list(range(1, len(numbers) + 1)):
        yield f"the counts are numbered {numbers}"


def wrong_reversals():
    """Each reversal is the opposite of one row of its product, and no row has two."""
    reversed_rows = Counter()
    for row in StockChange.objects.select_related("reverses"):
        if (row.kind == "REVERSAL") != bool(row.reverses):
            yield f"row {row.pk} ({row.kind}) reverses {row.reverses}"
        elif row.reverses:
            reversed_rows[row.reverses_id] += 1
            kinds = ("ADJUSTMENT", "DELIVERY", "COUNT", "REVALUATION")
            same = row.reverses.product_key == row.product_key and row.reverses.kind in kinds
            if not same or row.reverses.quantity_change != -row.quantity_change:
                yield f"row {row.pk} does not negate {row.reverses_id}"
    if max(reversed_rows.values(), default=0) > 1:
        yield f"reversed more than once: {reversed_rows}"


def wrong_deliveries():
    """What each delivery moved, by product; nothing is left of it if it is reversed, and no note stands twice."""
    moved = defaultdict(Counter)
    for row in StockChange.objects.filter(reference__startswith="DEL-"):
        moved[row.reference][row.product_id] += row.quantity_change  # None: those deleted since
    notes, given = Counter(), defaultdict(list)
    for done in Delivery.objects.select_related("reversed_by").prefetch_related("items"):
        items, came = done.items.all(), nonzero(moved.pop(done.number, {}))
        goods: Counter = Counter()
        for item in items:
            goods[item.product_id] += item.quantity
            if item.total_cost != round_money(item.quantity * item.unit_cost):
                yield f"{done}: {item.quantity} × {item.unit_cost} = {item.total_cost}"
        if came != (Counter() if done.reversal else goods) or bool(items) == bool(done.reverses_id):
            yield f"{done}: {goods} came, {came} moved"
        if not done.reversal and not done.reverses_id and done.supplier_id and done.reference_key:
            notes[done.supplier_id, done.reference_key] += 1
        given[int(done.number.split("-")[1])].append(int(done.number.split("-")[2]))
    if moved or max(notes.values(), default=0) > 1:
        yield f"stock of deliveries that are not there: {sorted(moved)}; notes booked twice: {notes}"
    counters = DocumentCounter.objects.filter(series="DEL")
    if {year: list(range(1, last + 1)) for year, last in counters.values_list("year", "last")} != {
        year: sorted(numbers) for year, numbers in given.items()
    }:
        yield f"the deliveries are not numbered from 1 to the last: {dict(given)}"


def wrong_accounts():
    """What customers owe is what their entries say, and the entries of an order what it came to."""
    at, head, opened, posted = defaultdict(Decimal), {}, defaultdict(Decimal), defaultdict(Decimal)
    for row in AccountEntry.objects.order_by("pk"):
        before, after = at[row.customer_id], at[row.customer_id] + row.amount
        if (row.balance_before, row.balance_after) != (before, after):
            yield f"entry {row.pk}: {row.balance_before} + {row.amount} = {row.balance_after}, not from {before}"
        at[row.customer_id], head[row.customer_id] = row.balance_after, row.row_hash
        if row.kind == "OPENING":
            opened[row.customer_id] += row.amount
        elif row.kind in ("SALE", "AMENDMENT", "CANCELLATION", "RETURN"):
            posted[row.reference] += row.amount
    for person in User.objects.all():
        there = person.balance, person.account_head, person.opening_balance
        if there != (at[person.pk], head.get(person.pk), opened[person.pk]):
            yield f"{person} owes {there}, the account says {at[person.pk]}, {opened[person.pk]} of it opening"
    for order in Order.objects.prefetch_related("returns__items"):
        goods = [item for done in order.returns.all() for item in done.items.all()]
        due = -sum((item.credit for item in goods), Decimal(0))
        if order.status == "CONFIRMED":
            due += order.total_amount
        else:
            due += sum((item.line_value for item in goods), Decimal(0))
        if posted.pop(order.order_number, 0) != due:
            yield f"{order} ({order.status}): not {due} in the account"
    if posted:
        yield f"entries of orders that do not exist: {sorted(posted)}"
    yield from filter(None, [account_problem()])


def wrong_numbers():
    """Every number up to the day's last was given out once: to an order, or to one that was deleted."""
    given = defaultdict(list)
    for number in Order.history.filter(history_type="+").values_list("order_number", flat=True):
        given[number[4:12]].append(int(number[13:]))
    for day, last in OrderNumberCounter.objects.values_list("day", "last"):
        if sorted(given[f"{day:%Y%m%d}"]) != list(range(1, last + 1)):
            yield f"numbers of {day}: {sorted(given[f'{day:%Y%m%d}'])}, the last {last}"
    known = set(Order.history.filter(history_type="+").values_list("order_number", flat=True))
    if unknown := set(Order.objects.values_list("order_number", flat=True)) - known:
        yield f"orders that were never made: {unknown}"


def latest(model, field: str) -> dict:
    """The field's value in the latest version of each record."""
    return dict(model.history.order_by("history_id").values_list("id", field))


def prove() -> None:
    connection.check_constraints()
    assert not (found := broken_promises()), "\n".join(found)


@contextmanager
def without_triggers():
    """Inside, no trigger of a table works: append-only rows can be changed and deleted."""
    connection.check_constraints()  # settle the deferred foreign keys: PostgreSQL alters no table that has any
    with connection.cursor() as cursor:
        if POSTGRESQL:
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for (table,) in cursor.fetchall()]
            on = [statement.replace("DISABLE", "ENABLE") for statement in off]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            off, on = [f"DROP TRIGGER {name}" for name, _ in triggers], [sql for _, sql in triggers]
        for statement in off:
            cursor.execute(statement)
    try:
        yield
    finally:
        connection.check_constraints()
        with connection.cursor() as cursor:
            for statement in on:
                cursor.execute(statement)
