"""Whatever people do, in whatever order: stock, log and orders are what the shop in plain Python says they must be.

STATE_MACHINE_EXAMPLES sets how many such days are lived through.
"""

import os
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, seed, settings
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

from accounts.account_models import AccountEntry
from accounts.models import Customer, User
from accounts.services.people import save_user
from core.exceptions import BusinessError
from core.imports.models import ImportedRow, ImportRecord
from core.imports.registry import undo_import
from core.models import DocumentCounter
from inventory.count_models import StockCount, StockCountLine
from inventory.delivery_models import Delivery, DeliveryItem
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from inventory.services.count_posting import post_count, reverse_count
from inventory.services.counts import cancel_count, enter_count, open_count
from inventory.services.deliveries import DeliveredGoods, receive_delivery, reverse_delivery
from inventory.services.products import delete_product, products_fingerprint, save_product, set_for_all
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from inventory.stock_check import check_stock
from sales.models import Order, OrderItem, OrderNumberCounter
from sales.open_items import open_items
from sales.payment_models import Payment, PaymentAllocation
from sales.return_models import OrderReturn, ReturnItem
from sales.services.allocations import Allocation
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order, delete_order, edit_order
from sales.services.payments import (
    credit_customer,
    reallocate_payment,
    record_payment,
    refund,
    reverse_payment,
    sell_at_counter,
)
from sales.services.returns import ReturnedGoods, return_goods
from tests.factories import make_admin, make_customer, make_supplier
from tests.imports import mapped
from tests.ledger import prove
from tests.sales.expected import MAX_QUANTITY, Refused, Sale, Shop, total

EXAMPLES, PARTS = int(os.environ.get("STATE_MACHINE_EXAMPLES", 32)), 4
KEPT = [
    *[Product, StockChange, ImportRecord, ImportedRow, Order, OrderItem, OrderNumberCounter, User],
    *[OrderReturn, ReturnItem, Delivery, DeliveryItem, DocumentCounter, StockCount, StockCountLine, AccountEntry],
    *[Payment, PaymentAllocation],
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
openings = st.sampled_from([Decimal("0.00"), Decimal("100.00"), Decimal("-40.55")])
credit_limits = st.sampled_from([None, None, Decimal("0.00"), Decimal("30.00"), Decimal("200.00")])
amounts = st.sampled_from([*map(Decimal, ("5.00", "30.00", "200.00")), Decimal("0.00"), Decimal("-1.00")])
now_and_then = st.sampled_from([False] * 7 + [True])


def everything() -> list:
    return [list(model._base_manager.order_by("pk").values_list()) for model in KEPT]


def as_file(lines) -> bytes:
    rows = [",".join("" if line[name] is None else str(line[name]) for name in COLUMNS) for line in lines]
    return "\n".join([",".join(COLUMNS.values()), *rows]).encode()


class Days(RuleBasedStateMachine):
    products, orders, imports, deliveries = map(Bundle, ("products", "orders", "imports", "deliveries"))
    counts, payments = map(Bundle, ("counts", "payments"))
    lines = st.lists(st.tuples(products, quantities, prices), min_size=1, max_size=3)

    def __init__(self):
        super().__init__()
        self.day = transaction.atomic()
        self.day.__enter__()
        self.shop, self.given, self.opened, self.logs, self.refused = Shop(), set(), {}, {}, False
        self.shop.year = timezone.localdate().year
        self.user, self.customers = make_admin(), [make_customer(), make_customer()]
        self.suppliers = [make_supplier(), make_supplier(), None]

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
            self.refused = True
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

    # Stocktakes

    @rule(target=counts, pks=st.lists(products, min_size=1, max_size=3))
    def open_count(self, pks):
        done = self.both(
            lambda: self.shop.open_count(pks),
            lambda: open_count(scope="CHOSEN", products=pks, user=self.user),
        )
        if done is None:
            return multiple()
        assert done[1].number == done[0].number
        self.shop.counts[done[1].pk] = done[0]
        return done[1].pk

    @rule(key=counts, data=st.data(), counted=pieces | pieces | st.none() | st.sampled_from([-1, MAX_QUANTITY]))
    def enter_count(self, key, data, counted):
        pk = data.draw(st.sampled_from(sorted(self.shop.counts[key].lines)))
        line = StockCountLine.objects.filter(count=key, product=pk).first()
        if line:  # else its product is deleted
            self.both(
                lambda: self.shop.enter_count(key, pk, counted), lambda: enter_count(line, counted, user=self.user)
            )

    @rule(key=counts, rest=st.sampled_from(["leave", "leave", "zero"]), data=st.data(), old=now_and_then)
    def post_count(self, key, rest, data, old):
        lines = dict(StockCountLine.objects.filter(count=key, product__isnull=False).values_list("product", "pk"))
        without = data.draw(st.lists(st.sampled_from(sorted(lines)), max_size=1)) if lines else []

        def expect():
            if old and self.shop.counts[key].status == "OPEN":
                raise Refused("RecordChanged")
            return self.shop.post_count(key, rest, without)

        how = {"rest": rest, "without": [lines[pk] for pk in without], "last_seen": "old" if old else None}
        self.both(expect, lambda: post_count(StockCount(pk=key), user=self.user, **how))

    @rule(key=counts)
    def cancel_count(self, key):
        self.both(
            lambda: self.shop.cancel_count(key), lambda: cancel_count(StockCount.objects.get(pk=key), user=self.user)
        )

    @rule(key=counts, reason=reasons)
    def reverse_count(self, key, reason):
        self.both(
            lambda: self.shop.reverse_count(key, reason),
            lambda: reverse_count(StockCount(pk=key), reason=reason, user=self.user),
        )

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

    @rule(target=payments, pk=orders, outdated=now_and_then)
    def sell_at_counter(self, pk, outdated):
        order = self.open(Order, pk)

        def expect():
            self.shop.confirm(pk, outdated, exceed=True)
            sale = self.shop.orders[pk]
            return sale.total and self.shop.pay(sale.customer, sale.total, [(pk, sale.total)])

        seen = self.seen(order, outdated)
        done = self.both(expect, lambda: sell_at_counter(order, "CASH", user=self.user, last_seen=seen))
        return self.booked((done[0], Payment.objects.latest("pk")) if done and done[0] else None)

    @rule(pk=orders, outdated=now_and_then, exceed=now_and_then)
    def confirm(self, pk, outdated, exceed):
        order = self.open(Order, pk)
        how = {"last_seen": self.seen(order, outdated), "exceed_limit": exceed}
        self.both(
            lambda: self.shop.confirm(pk, outdated, exceed),
            lambda: confirm_order(order, user=self.user, **how),
        )

    @rule(target=orders, pk=orders, outdated=now_and_then, exceed=now_and_then)
    def confirm_partly(self, pk, outdated, exceed):
        order = self.open(Order, pk)
        how = {"last_seen": self.seen(order, outdated), "exceed_limit": exceed}
        done = self.both(
            lambda: self.shop.confirm_partly(pk, outdated, exceed),
            lambda: confirm_partly(order, user=self.user, **how),
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

    @rule(pk=orders, lines=lines, reason=reasons, outdated=now_and_then, exceed=now_and_then)
    def amend(self, pk, lines, reason, outdated, exceed):
        order, asked = self.open(Order, pk), self.as_lines(lines)
        how = {"reason": reason, "last_seen": self.seen(order, outdated), "exceed_limit": exceed}
        self.both(
            lambda: self.shop.amend(pk, lines, reason, outdated, exceed),
            lambda: amend_order(order, lines=asked, user=self.user, **how),
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

    # Deliveries

    @rule(target=deliveries, lines=lines, who=st.sampled_from([0, 0, 1, 2]), reference=st.sampled_from(["7", "8", ""]))
    def receive(self, lines, who, reference):
        supplier, goods = self.suppliers[who], [DeliveredGoods(*line) for line in lines]
        note = {"supplier": supplier, "their_reference": reference}
        done = self.both(
            lambda: self.shop.deliver((supplier and supplier.pk, reference), lines),
            lambda: receive_delivery(lines=goods, user=self.user, set_cost=False, **note)[0],
        )
        return self.delivered(done)

    def delivered(self, done):
        if done is None:
            return multiple()
        expected, delivery = done
        assert delivery.number == expected.number
        self.shop.deliveries[delivery.pk] = expected
        return delivery.pk

    @rule(target=deliveries, pk=deliveries, reason=reasons)
    def reverse_delivery(self, pk, reason):
        delivery = Delivery.objects.get(pk=pk)
        return self.delivered(
            self.both(
                lambda: self.shop.reverse_delivery(pk, reason),
                lambda: reverse_delivery(delivery, reason=reason, user=self.user),
            )
        )

    @rule(who=st.sampled_from([0, 1]), opening=openings, limit=credit_limits)
    def open_account(self, who, opening, limit):
        customer = Customer.objects.get(pk=self.customers[who].pk)
        customer.opening_balance, customer.credit_limit = opening, limit
        save_user(customer, by=self.user)
        self.shop.open_account(customer.pk, opening, limit)

    # Payments

    def parts(self, data, customer, payment=None):
        """What somebody says that money is for: mostly what is open, sometimes too much or what is not theirs."""
        keys = [None, *self.shop.still_open(customer), *(payment.parts if payment else ())]
        strange = st.sampled_from([None, *self.shop.orders])
        part = st.tuples(st.sampled_from(keys) | st.sampled_from(keys) | strange, amounts)
        return data.draw(st.lists(part, max_size=2))

    def as_allocations(self, parts):
        return [Allocation(*part) for part in parts]

    def booked(self, done):
        if done is None:
            return multiple()
        expected, payment = done
        found = payment.number, payment.customer_id, payment.amount, payment.is_incoming
        assert found == (expected.number, expected.customer, expected.amount, expected.incoming)
        self.shop.payments[payment.pk] = expected
        return payment.pk

    @rule(target=payments, who=st.sampled_from([0, 1]), amount=amounts, chosen=st.booleans(), data=st.data())
    def pay(self, who, amount, chosen, data):
        customer, outdated = self.customers[who], data.draw(now_and_then)
        parts = self.parts(data, customer.pk) if chosen else None
        how = {"allocations": self.as_allocations(parts) if chosen else None, "last_seen": "old" if outdated else ""}
        return self.booked(
            self.both(
                lambda: self.shop.pay(customer.pk, amount, parts, outdated),
                lambda: record_payment(customer, amount, "CARD", user=self.user, **how),
            )
        )

    @rule(target=payments, data=st.data(), amount=st.none() | amounts, outdated=now_and_then)
    def pay_back(self, data, amount, outdated):
        owed = [customer for customer in self.customers if self.shop.owes(customer.pk) < 0]
        customer = data.draw(st.sampled_from([*owed * 4, *self.customers]))  # mostly one with a credit
        if amount is None:  # all of it
            amount = -self.shop.owes(customer.pk)
        return self.booked(
            self.both(
                lambda: self.shop.refund(customer.pk, amount, outdated),
                lambda: refund(customer, amount, "CASH", user=self.user, last_seen="old" if outdated else ""),
            )
        )

    @rule(who=st.sampled_from([0, 1]), amount=amounts, reason=reasons)
    def credit(self, who, amount, reason):
        customer = self.customers[who]
        self.both(
            lambda: self.shop.credit(customer.pk, amount, reason),
            lambda: credit_customer(customer, amount, reason, user=self.user),
        )

    @rule(key=payments, data=st.data(), outdated=now_and_then)
    def reallocate(self, key, data, outdated):
        payment = self.shop.payments[key]
        parts = self.parts(data, payment.customer, payment)
        how = {"user": self.user, "last_seen": "old" if outdated else ""}
        self.both(
            lambda: self.shop.reallocate(key, parts, outdated),
            lambda: reallocate_payment(Payment.objects.get(pk=key), self.as_allocations(parts), **how),
        )

    @rule(target=payments, key=payments, reason=reasons)
    def reverse_payment(self, key, reason):
        return self.booked(
            self.both(
                lambda: self.shop.reverse_payment(key, reason),
                lambda: reverse_payment(Payment.objects.get(pk=key), reason, user=self.user),
            )
        )

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
    def everything_is_as_expected(self):
        if self.refused:  # then nothing has changed
            self.refused = False
            return
        prove()
        self.products_and_their_log_are_as_expected()
        self.orders_are_as_expected()
        self.returns_are_as_expected()
        self.counts_are_as_expected()
        self.accounts_are_as_expected()
        self.what_is_open_is_as_expected()
        self.payments_are_as_expected()

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

    def orders_are_as_expected(self):
        found = {}
        for order in Order.objects.prefetch_related("items"):
            lines = [(item.product_id, item.quantity, item.unit_price) for item in order.items.all()]
            found[order.pk] = order.order_number, order.customer_id, order.status, order.total_amount, lines
        assert found == {
            pk: (order.number, order.customer, order.status, order.total, self.with_gone(order.lines))
            for pk, order in self.shop.orders.items()
        }

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

    def counts_are_as_expected(self):
        found = {count.pk: (count.number, count.status) for count in StockCount.objects.all()}
        assert found == {key: (count.number, count.status) for key, count in self.shop.counts.items()}

    def accounts_are_as_expected(self):
        for customer in self.customers:
            rows = AccountEntry.objects.filter(customer=customer).order_by("pk")
            expected = self.shop.accounts[customer.pk]
            assert list(rows.values_list("kind", "amount", "reference")) == expected
            assert Customer.objects.get(pk=customer.pk).balance == self.shop.owes(customer.pk)

    def what_is_open_is_as_expected(self):
        owed = {customer.pk: self.shop.still_open(customer.pk) for customer in self.customers}
        numbers = {order.number: pk for pk, order in self.shop.orders.items()}
        found = {pk: {} for pk in owed}
        for item in open_items(list(owed)):
            found[item.customer_id][numbers.get(item.order_number)] = item.amount
        assert found == owed
        orders = dict(Order.objects.with_open().values_list("pk", "open"))
        assert orders == {pk: owed[order.customer].get(pk, 0) for pk, order in self.shop.orders.items()}

    def payments_are_as_expected(self):
        found = {payment.pk: [payment.number, payment.unallocated] for payment in Payment.objects.with_unallocated()}
        assert found == {
            pk: [payment.number, payment.standing and payment.amount - abs(sum(payment.parts.values()))]
            for pk, payment in self.shop.payments.items()
        }

    def with_gone(self, lines):
        return [(pk if pk in self.shop.items else None, quantity, price) for pk, quantity, price in lines]


def live(days: int, part: int = 0) -> None:
    """So many days; where the same ones are wanted each time (CI), each part has others."""
    run_state_machine_as_test(
        seed(part)(Days) if settings.default.derandomize else Days,
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
@pytest.mark.parametrize("part", range(1, PARTS + 1))  # more than one process can live through them
def test_whatever_happens_the_ledger_is_right(db, part):
    live(EXAMPLES // PARTS, part)
