"""What must be true of the database after whatever has happened, read with nothing but plain queries."""

from collections import Counter, defaultdict
from contextlib import contextmanager
from decimal import Decimal

from django.db import connection

from core.models import DocumentCounter
from inventory.models import Product, StockChange
from inventory.stock_check import broken_chain, wrong_sum
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
        *wrong_numbers(),
    ]


def wrong_stock():
    at = defaultdict(int)
    for row in StockChange.objects.order_by("pk"):
        if row.product_id:
            if row.previous_qty != at[row.product_id]:
                yield f"{row.product_sku}: row {row.pk} starts at {row.previous_qty}, not {at[row.product_id]}"
            at[row.product_id] = row.new_qty
        if row.new_qty < 0:
            yield f"{row.product_sku}: {row.new_qty} pieces"
    versions = latest(Product, "stock_qty")
    for pk, sku, stock in Product.objects.values_list("pk", "sku", "stock_qty"):
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


def wrong_reversals():
    """Each reversal is the opposite of one row of its product, and no row has two."""
    reversed_rows = Counter()
    for row in StockChange.objects.select_related("reverses"):
        if (row.kind == "REVERSAL") != bool(row.reverses):
            yield f"row {row.pk} ({row.kind}) reverses {row.reverses}"
        elif row.reverses:
            reversed_rows[row.reverses_id] += 1
            same = row.reverses.product_key == row.product_key and row.reverses.kind == "ADJUSTMENT"
            if not same or row.reverses.quantity_change != -row.quantity_change:
                yield f"row {row.pk} does not negate {row.reverses_id}"
    if max(reversed_rows.values(), default=0) > 1:
        yield f"reversed more than once: {reversed_rows}"


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
