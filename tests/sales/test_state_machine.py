"""Whatever people do, in whatever order: stock, log and orders are what the shop in plain Python says they must be.

STATE_MACHINE_EXAMPLES sets how many such days are lived through.
"""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Customer, User
from accounts.services import save_user
from core.exceptions import BusinessError
from core.imports.models import ImportedRow, ImportRecord
from core.imports.registry import undo_import
from core.models import DocumentCounter
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from inventory.services.products import delete_product, products_fingerprint, save_product, set_for_all
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from inventory.stock_check import check_stock
from sales.models import Order, OrderItem, OrderNumberCounter
from sales.return_models import OrderReturn, ReturnItem
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order, delete_order, edit_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.factories import make_admin, make_customer
from tests.imports import mapped
from tests.ledger import prove
from tests.sales.expected import MAX_QUANTITY, Refused, Sale, Shop, total

EXAMPLES = int(os.environ.get("STATE_MACHINE_EXAMPLES", 30))
KEPT = [
    *[Product, StockChange, ImportRecord, ImportedRow, Order, OrderItem, OrderNumberCounter, User],
    *[OrderReturn, ReturnItem, DocumentCounter],
    *[Product.history.model, Order.history.model, User.history.model],
]
FIELDS = {"name": "name", "category": "category", "price": "selling_price", "threshold": "low_stock_threshold"}

LOGGED = ["kind", "previous_qty", "new_qty", "reference"]
COLUMNS = {"sku": "sku", **FIELDS, "stock": "stock_qty"}

names = st.sampled_from(["Chai", "Chang"])
categories = st.sampled_from(["", "Tea"])
prices = st.sampled_from([Decimal("0.00"), Decimal("4.79"), Decimal("10.00")])
reasons = st.sampled_from(["Counted", "Counted", "Counted", ""])
thresholds = st.sampled_from([None, 5])
skus = st.sampled_from(["A-1", "A-2", "A-3", "A-4"])
pieces = st.integers(0, 12)
limits = st.sampled_from([-1, MAX_QUANTITY, MAX_QUANTITY + 1])
changes = st.tuples(st.just("category"), categories) | st.tuples(st.just("threshold"), thresholds)
values = st.fixed_dictionaries({"name": names, "category": categories, "price": prices, "threshold": thresholds})
quantities = st.sampled_from([1, 2, 3, 1, 2, 3, 4, 15, 0, MAX_QUANTITY])  # mostly what can be had
cells = st.fixed_dictionaries(
    {
        "sku": skus,
        "name": st.none() | names,
        "category": st.none() | st.just("Tea"),
        "price": st.none() | prices,
        "threshold": st.none() | st.just(5),
        "stock": st.none() | pieces | st.sampled_from([-1, MAX_QUANTITY]),
    }
)
now_and_then = st.sampled_from([False] * 7 + [True])


def everything() -> list:
    return [list(model._base_manager.order_by("pk").values_list()) for model in KEPT]


def as_file(lines) -> bytes:
    rows = [",".join("" if line[name] is None else str(line[name]) for name in COLUMNS) for line in lines]
    return "\n".join([",".join(COLUMNS.values()), *rows]).encode()


class Days(RuleBasedStateMachine):
    products, orders, imports = Bundle("products"), Bundle("orders"), Bundle("imports")
    lines = st.lists(st.tuples(products, quantities, prices), min_size=1, max_size=3)

    def __init__(self):
        super().__init__()
        self.day = transaction.atomic()
        self.day.__enter__()
        self.shop, self.given, self.opened, self.logs = Shop(), set(), {}, {}
        self.shop.year = timezone.localdate().year
        self.user, self.customers = make_admin(), [make_customer(), make_customer()]

    def teardown(self):
        try:
            assert not check_stock().problem
        finally:
            transaction.set_rollback(True)
            self.day.__exit__(None, None, None)

    def both(self, expect, act):
        """Do it in the shop of plain Python and in the system; returns what each says, or None if both refuse."""
        try:
            expected = expect()
        except Refused as refused:
            before = everything()
            with pytest.raises(BusinessError) as raised:
                act()
            assert type(raised.value).__name__ == str(refused)
            assert everything() == before, "a refusal has changed something"
            return None
        return expected, act()

    def open(self, model, pk):
        """The record as somebody has it on the screen, even if it has been deleted meanwhile."""
        self.opened[model, pk] = model.objects.filter(pk=pk).first() or self.opened[model, pk]
        return self.opened[model, pk]

    def product(self, pk):
        product = self.open(Product, pk)
        product.stock_qty = 77  # which nobody must believe
        return product

    def as_lines(self, lines):
        return [NewItem(self.product(pk), quantity, price) for pk, quantity, price in lines]

    def make(self, sku, values, stock):
        product = Product(sku=sku, stock_qty=99, **{FIELDS[name]: value for name, value in values.items()})
        return save_product(product, user=self.user, initial_stock=stock)

    # Products

    @initialize(target=products, first=values, second=values)
    def open_the_shop(self, first, second):
        made = [self.add(sku, values, 20) for sku, values in (("A-1", first), ("A-2", second))]
        return multiple(*made)

    @rule(target=products, sku=skus, values=values, stock=pieces)
    def add_product(self, sku, values, stock):
        pk = self.add(sku, values, stock)
        return multiple() if pk is None else pk

    def add(self, sku, values, stock):
        done = self.both(lambda: self.shop.add_product(sku, values, stock), lambda: self.make(sku, values, stock))
        if done is None:
            return None
        item, product = done
        self.shop.items[product.pk] = item
        self.open(Product, product.pk)
        return product.pk

    @rule(pk=products, sku=skus, values=values)
    def edit_product(self, pk, sku, values):
        product = self.product(pk)
        product.sku = sku
        for name, value in values.items():
            setattr(product, FIELDS[name], value)
        self.both(lambda: self.shop.edit_product(pk, sku, values), lambda: save_product(product, user=self.user))

    @rule(
        pk=products,
        reason=st.sampled_from(["Counted", "Counted", "Counted", ""]),
        last_seen=st.none() | pieces,
        to=pieces | st.sampled_from([-1, MAX_QUANTITY, MAX_QUANTITY + 1]),
    )
    def set_stock(self, pk, reason, last_seen, to):
        how = {"reason": reason, "new_qty": to, "last_seen": last_seen}
        self.adjust(pk, how)

    @rule(pk=products, by=st.integers(-12, 12))
    def move_stock(self, pk, by):
        self.adjust(pk, {"reason": "Found or lost", "change": by})

    def adjust(self, pk, how):
        product = self.product(pk)
        self.both(lambda: self.shop.adjust(pk, **how), lambda: adjust_stock(product, user=self.user, **how))

    @rule(
        pks=st.lists(products, max_size=3),
        name=st.sampled_from(["category", "threshold"]),
        data=st.data(),
        old=now_and_then,
    )
    def change_many(self, pks, name, data, old):
        value = data.draw({"category": categories, "threshold": thresholds}[name])
        seen = products_fingerprint(Product.objects.filter(pk__in=pks), FIELDS[name])

        def expect():
            if old:
                raise Refused("RecordChanged")
            return self.shop.set_for_all(pks, name, value)

        def act():
            return set_for_all(pks, FIELDS[name], value, user=self.user, last_seen="old" if old else seen)

        if done := self.both(expect, act):
            assert done[0] == done[1]

    @precondition(lambda self: len(self.shop.items) > 2)
    @rule(pk=products)
    def delete_product(self, pk):
        product = self.product(pk)
        self.both(lambda: self.shop.delete_product(pk), lambda: delete_product(product, user=self.user))

    # Orders

    @rule(target=orders, who=st.sampled_from([0, 1]), lines=lines)
    def place_order(self, who, lines):
        customer, asked = self.customers[who], self.as_lines(lines)
        done = self.both(
            lambda: self.shop.add_order(customer.pk, lines),
            lambda: create_order(customer=customer, lines=asked, user=self.user),
        )
        if done is None:
            return multiple()
        order = done[1]
        self.shop.numbers[order.order_date] += 1
        assert order.order_number == f"ORD-{order.order_date:%Y%m%d}-{self.shop.numbers[order.order_date]:04d}"
        assert order.order_number not in self.given
        self.given.add(order.order_number)
        self.shop.orders[order.pk] = Sale(order.order_number, customer.pk, lines, total(lines))
        self.open(Order, order.pk)
        return order.pk

    def seen(self, order, outdated):
        return order.modified_at - timedelta(seconds=1) if outdated else order.modified_at

    @rule(pk=orders, who=st.sampled_from([0, 1]), lines=lines, outdated=now_and_then)
    def edit_order(self, pk, who, lines, outdated):
        order, customer, asked = self.open(Order, pk), self.customers[who], self.as_lines(lines)
        self.both(
            lambda: self.shop.edit_order(pk, customer.pk, lines, outdated),
            lambda: edit_order(
                order, customer=customer, lines=asked, user=self.user, last_seen=self.seen(order, outdated)
            ),
        )

    @rule(pk=orders, outdated=now_and_then)
    def confirm(self, pk, outdated):
        order = self.open(Order, pk)
        self.both(
            lambda: self.shop.confirm(pk, outdated),
            lambda: confirm_order(order, user=self.user, last_seen=self.seen(order, outdated)),
        )

    @rule(target=orders, pk=orders, outdated=now_and_then)
    def confirm_partly(self, pk, outdated):
        order = self.open(Order, pk)
        done = self.both(
            lambda: self.shop.confirm_partly(pk, outdated),
            lambda: confirm_partly(order, user=self.user, last_seen=self.seen(order, outdated)),
        )
        if done is None or not done[0]:
            assert done is None or not done[1].backorders.exists()
            return multiple()
        lines, rest = done[0], done[1].backorders.get()
        self.shop.numbers[rest.order_date] += 1
        assert rest.order_number == f"ORD-{rest.order_date:%Y%m%d}-{self.shop.numbers[rest.order_date]:04d}"
        self.given.add(rest.order_number)
        self.shop.orders[rest.pk] = Sale(rest.order_number, rest.customer_id, lines, total(lines), waits=True)
        self.open(Order, rest.pk)
        return rest.pk

    @rule(pk=orders, lines=lines, reason=reasons, outdated=now_and_then)
    def amend(self, pk, lines, reason, outdated):
        order, asked = self.open(Order, pk), self.as_lines(lines)
        self.both(
            lambda: self.shop.amend(pk, lines, reason, outdated),
            lambda: amend_order(
                order, lines=asked, reason=reason, user=self.user, last_seen=self.seen(order, outdated)
            ),
        )

    @rule(pk=orders, outdated=now_and_then)
    def cancel(self, pk, outdated):
        order = self.open(Order, pk)
        done = self.both(
            lambda: self.shop.cancel(pk, outdated),
            lambda: cancel_order(order, user=self.user, last_seen=self.seen(order, outdated)),
        )
        if done:
            lost, (_, told) = done
            assert len(told) == lost

    @rule(pk=orders, data=st.data(), details=st.sampled_from(["", "Wet"]), outdated=now_and_then)
    def take_back(self, pk, data, details, outdated):
        confirmed = [key for key, order in self.shop.orders.items() if order.status == "CONFIRMED"]
        pk = data.draw(st.sampled_from([*confirmed * 4, pk]))  # mostly one of which something may come back
        lines = self.shop.orders[pk].lines if pk in self.shop.orders else []
        bought = st.sampled_from([product for product, *_ in lines] or [1])
        item = st.tuples(bought, st.sampled_from([1, 1, 1, 2, 3, 0]), st.booleans(), st.none() | prices)
        items = data.draw(st.lists(item, min_size=1, max_size=2))
        reason = data.draw(st.sampled_from(OrderReturn.Reason.values))
        order, goods = self.open(Order, pk), [ReturnedGoods(*item) for item in items]
        how = {"reason": reason, "details": details, "last_seen": self.seen(order, outdated)}
        done = self.both(
            lambda: self.shop.return_goods(pk, items, reason, details, outdated),
            lambda: return_goods(order, goods, user=self.user, **how),
        )
        if done:
            credited, returned = done
            assert returned.number == f"RET-{self.shop.year}-{self.shop.returns:04d}"
            assert returned.credit == sum(credited.values())

    @rule(pk=products, data=st.data(), reason=reasons)
    def reverse(self, pk, data, reason):
        rows = list(StockChange.objects.filter(product_key=pk).order_by("pk"))
        if not rows:
            return
        adjusted = [number for number, row in enumerate(rows) if row.kind == "ADJUSTMENT"]
        place = data.draw(st.sampled_from([*adjusted * 4, *range(len(rows))]))
        self.both(
            lambda: self.shop.reverse(pk, self.logs[pk], place, reason),
            lambda: reverse_change(rows[place], reason=reason, user=self.user),
        )

    @rule(pk=orders)
    def delete_order(self, pk):
        order = self.open(Order, pk)
        self.both(lambda: self.shop.delete_order(pk), lambda: delete_order(order, user=self.user))

    @rule(who=st.sampled_from([0, 1]), gone=now_and_then)
    def let_order(self, who, gone):
        customer = Customer.objects.get(pk=self.customers[who].pk)
        customer.is_active = not gone
        save_user(customer, by=self.user)
        (self.shop.inactive.add if gone else self.shop.inactive.discard)(customer.pk)

    # Imports

    @rule(
        target=products,
        lines=st.lists(cells, min_size=1, max_size=3),
        mode=st.sampled_from(["keep", "set", "add"]),
        leave_out=st.booleans(),
    )
    def import_list(self, lines, mode, leave_out):
        written, before = self.shop.import_list(lines, mode, leave_out), everything()
        resource = ProductResource(user=self.user, reference="list.csv", stock_mode=mode, leave_out_errors=leave_out)
        resource.import_data(mapped(as_file(lines), ProductResource))
        assert not resource.report.problem
        if written is None:
            assert resource.done is None and everything() == before, "an import of nothing has changed something"
            return multiple()
        pks = dict(Product.objects.values_list("sku", "pk"))
        self.shop.imports[resource.done.pk] = self.shop.carry_out(written, pks)
        return multiple(*[self.open(Product, pks[sku]).pk for pk, sku, _, _ in written if pk is None])

    @rule(data=st.data())
    def undo_import(self, data):
        if not self.shop.imports:
            return
        pk = data.draw(st.sampled_from(sorted(self.shop.imports)))
        record = ImportRecord.objects.get(pk=pk)
        done = self.both(lambda: self.shop.undo(pk), lambda: undo_import(record, user=self.user))
        if done:
            stayed, record = done
            assert len(record.not_undone.splitlines()) == stayed

    # What is true whenever somebody looks

    @invariant()
    def every_promise_is_kept(self):
        prove()

    @invariant()
    def products_and_their_log_are_as_expected(self):
        self.logs |= {pk: item.log for pk, item in self.shop.items.items()}
        found = {product.pk: product for product in Product.objects.all()}
        assert found.keys() == self.shop.items.keys()
        rows = {}
        for row in StockChange.objects.order_by("pk").values_list(
            "product_sku", "product", "kind", "previous_qty", "new_qty", "reference"
        ):
            rows.setdefault(row[1], []).append(row[2:])
        gone = rows.pop(None, [])
        for pk, item in self.shop.items.items():
            product = found[pk]
            assert {name: getattr(product, column) for name, column in FIELDS.items()} == item.values
            assert (product.sku, product.stock_qty) == (item.sku, item.stock)
            assert rows.pop(pk, []) == [row[1:] for row in item.log]
        assert not rows
        assert sorted(gone) == sorted(row[1:] for item in self.shop.gone for row in item.log)

    @invariant()
    def orders_are_as_expected(self):
        found = {}
        for order in Order.objects.prefetch_related("items"):
            lines = [(item.product_id, item.quantity, item.unit_price) for item in order.items.all()]
            found[order.pk] = order.order_number, order.customer_id, order.status, order.total_amount, lines
        assert found == {
            pk: (order.number, order.customer, order.status, order.total, self.with_gone(order.lines))
            for pk, order in self.shop.orders.items()
        }

    @invariant()
    def returns_are_as_expected(self):
        found = {}
        for item in ReturnItem.objects.filter(product__isnull=False).select_related("order_return"):
            at = found.setdefault((item.order_return.order_id, item.product_id), [0, 0, 0])
            at[:] = at[0] + item.quantity, at[1] + item.credit, at[2] + item.line_value
        assert found == {
            (pk, product): [pieces, order.credited[product], order.taken_back[product]]
            for pk, order in self.shop.orders.items()
            for product, pieces in order.back.items()
            if product in self.shop.items
        }

    def with_gone(self, lines):
        return [(pk if pk in self.shop.items else None, quantity, price) for pk, quantity, price in lines]


def live(days: int) -> None:
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=days,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_on_a_few_days_the_ledger_is_right(db):
    live(5)


@pytest.mark.slow
def test_whatever_happens_the_ledger_is_right(db):
    live(EXAMPLES)
