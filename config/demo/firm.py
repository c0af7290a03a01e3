"""A demo shop of any size: years of trade made up in the order of time, and written in bulk.

What is written is what the services would have written, move by move and version by version; it is made by their own
functions (build_items, log_moves, …), and only locking and asking the database are left out: it is all new.
"""

import random
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import accumulate

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.account_models import AccountEntry
from accounts.models import ACCOUNT_FIELDS, Customer, User
from accounts.services.account import NewEntry, chain_entries
from config.demo.data import CATALOGUE, FIRST_NAMES, LAST_NAMES, STREETS, TOWNS, demo_barcode
from core.bulk import update_fields
from core.bulk_load import Table, Versions, go_on_counting
from core.i18n import in_firms_language
from core.money import round_money
from inventory.models import Product, StockChange
from inventory.services.loading import StockLoader
from sales.models import Order, OrderItem, OrderNumberCounter
from sales.services.account import Kind as EntryKind
from sales.services.account import due_day
from sales.services.orders import NewItem, build_items, describe_items, mark, total_of
from sales.services.terms import set_terms

Status, Kind = Order.Status, StockChange.Kind
FATES = {Status.CONFIRMED: 88, Status.CANCELLED: 7, Status.PENDING: 5}  # so many of a hundred orders
LATEST, FATES_OF_LATEST = 20, {Status.CONFIRMED: 55, Status.CANCELLED: 5, Status.PENDING: 40}
DELIVERIES = 0.5  # so many for each line that is sold
STEPS = {
    Status.CONFIRMED: (Kind.SALE, _("Order %(order)s confirmed")),
    Status.CANCELLED: (Kind.CANCELLATION, _("Order %(order)s cancelled")),
}


class DemoFirm:
    """So many products, customers and orders, spread evenly over so many days up to now."""

    def __init__(self, *, admin: User, seller: User, products: int, customers: int, orders: int, days: int):
        self.random = random.Random(20260101)  # the same firm for everybody
        self.now = timezone.now()
        self.opened = self.now - timedelta(days=days + 5)
        self.days, self.admin, self.seller = days, admin, seller
        self.customers = list(self.make_customers(customers))
        self.products = list(self.make_products(products))
        self.popularity = list(accumulate(1 / (rank + 20) for rank in range(products)))
        self.moments = sorted(self.moment() for _ in range(orders))
        self.numbers: Counter[date] = Counter()

    def moment(self) -> datetime:
        """Some moment of some day's opening hours, never in the future."""
        day = timezone.localdate(self.now) - timedelta(days=self.random.randrange(self.days))
        opening = timezone.make_aware(datetime.combine(day, time(8)))
        moment = opening + timedelta(seconds=self.random.randrange(36_000))
        return min(moment, self.now)

    def make_customers(self, count: int) -> Iterator[Customer]:
        for number in range(1, count + 1):
            first, last = self.random.choice(FIRST_NAMES), self.random.choice(LAST_NAMES)
            customer = Customer(
                email=f"buyer{number}@example.com",
                first_name=first,
                last_name=last,
                customer_code=f"CUST-{number + 1:04d}",
                phone=f"+1202{5_560_000 + number:07d}",
                address=f"{self.random.randint(1, 180)} {self.random.choice(STREETS)}\n{self.random.choice(TOWNS)}",
                role=User.Role.CUSTOMER,
            )
            customer.set_unusable_password()
            customer.stamp(self.admin, at=self.opened)
            customer.modified_at = self.opened
            yield customer

    def make_products(self, count: int) -> Iterator[Product]:
        """The catalogue again and again, each time in another batch."""
        lines = [(category, *line) for category, lines in CATALOGUE.items() for line in lines]
        kinds = [(*line[:3], variant, *line[4:]) for line in lines for variant in line[3]]
        for number in range(count):
            category, name, stem, variant, first_cost, growth = kinds[number % len(kinds)]
            cost = round_money(Decimal(first_cost) * Decimal(self.random.uniform(1, 3 * growth)))
            margin = Decimal(self.random.uniform(1.35, 1.95))
            yield Product(
                sku=f"{stem}-{number + 1:05d}",
                name=f"{name} {variant}, no. {number // len(kinds) + 1}",
                category=category,
                barcode=demo_barcode(number + 1),
                shelf=f"{category[0]}-{number % 100:02}",
                cost_price=cost,
                selling_price=round_money(cost * margin),
                low_stock_threshold=self.random.choice([None, None, None, 5, 20]),
                stock_qty=self.random.choice([3, 9, 12, 18, 25, 40, 60]),
            )

    # Writing

    def load(self, progress) -> None:
        """Write it all; `progress` wraps the moments at which orders come in. One transaction of the caller's."""
        self.load_customers()
        self.stock = StockLoader(self.products, user=self.admin, at=self.opened)
        self.orders, self.items, self.versions = Table(Order, ids=True), Table(OrderItem), Versions(Order)
        self.entries = Table(AccountEntry)
        last = Order.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for pk, at in enumerate(progress(self.moments), last + 1):
            self.trade(pk, at)
        for table in (self.orders, self.items, self.versions, self.entries):
            table.write()
        self.stock.finish()
        update_fields(Customer, self.customers, [*ACCOUNT_FIELDS])
        OrderNumberCounter.objects.bulk_create(OrderNumberCounter(day=day, last=n) for day, n in self.numbers.items())
        go_on_counting(Order)

    def load_customers(self) -> None:
        table, versions = Table(Customer, ids=True), Versions(User)
        last = User.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for pk, customer in enumerate(self.customers, last + 1):
            customer.pk = pk
        table.add(self.customers)
        versions.note(self.customers, "+", at=self.opened, user=self.admin, reason="Demo data")
        table.write()
        versions.write()
        go_on_counting(User)

    def trade(self, pk: int, at: datetime) -> None:
        """One order, what becomes of it, and a delivery now and then."""
        order, items = self.place(pk, at)
        fates = FATES_OF_LATEST if at >= self.moments[-LATEST:][0] else FATES
        [fate] = self.random.choices(list(fates), list(fates.values()))
        sold = {item.product: item.quantity for item in items}
        taken: list[StockChange] = []
        if fate == Status.CONFIRMED or (fate == Status.CANCELLED and self.random.random() < 0.5):
            taken = self.step(order, Status.CONFIRMED, [(product, -pieces) for product, pieces in sold.items()])
        if fate == Status.CANCELLED:
            back = {row.product_id: -(row.value_change or 0) for row in taken}
            self.step(order, fate, [(row.product, -row.quantity_change) for row in taken], values=back)
        self.orders.add([order])
        self.items.add(items)
        if fate == Status.CONFIRMED:
            self.receive(sold, at)

    def place(self, pk: int, at: datetime) -> tuple[Order, list[OrderItem]]:
        """A pending order of one to six products of which there are some."""
        wanted = self.random.choices(self.products, cum_weights=self.popularity, k=self.random.randint(1, 6))
        in_stock = [product for product in dict.fromkeys(wanted) if product.stock_qty]
        lines = [NewItem(product, self.random.randint(1, min(6, product.stock_qty))) for product in in_stock]
        items = build_items(lines or [self.something()])
        day = timezone.localdate(at)
        self.numbers[day] += 1
        order = Order(pk=pk, order_date=day, total_amount=total_of(items))
        set_terms(order, self.random.choice(self.customers), {})
        order.order_number, order.modified_at = f"ORD-{day:%Y%m%d}-{self.numbers[day]:04d}", at
        reason = in_firms_language(_("Created: %(lines)s")) % {"lines": describe_items(items)}
        order.stamp(self.seller, reason, at=at)
        self.versions.note([order], "+", at=at, user=self.seller, reason=reason)
        for item in items:
            item.order = order
        return order, items

    def something(self) -> NewItem:
        """One piece of a product that is in stock; the last ones of a product are never all sold (`receive`)."""
        return NewItem(next(product for product in self.products if product.stock_qty), 1)

    def step(self, order: Order, status: Order.Status, pieces: list[tuple[Product, int]], **posting) -> list:
        """Confirm or cancel the order, moving these pieces into stock or (negative) out of it; the log's rows."""
        kind, said = STEPS[status]
        posting |= {"kind": kind, "reference": order.order_number, "customer": order.customer, "at": order.created_at}
        moves = [(product, product.stock_qty + moved) for product, moved in pieces]
        reason = in_firms_language(said) % {"order": order.order_number}
        rows = self.stock.post(sorted(moves, key=pk_of), user=self.seller, reason=reason, **posting)
        mark(order, status, user=self.seller, at=order.created_at)
        self.versions.note([order], "~", at=order.created_at, user=self.seller, reason=order._change_reason)
        if order.confirmed_at:
            self.post(order, EntryKind(kind), order.total_amount if kind == Kind.SALE else -order.total_amount)
        return rows

    def post(self, order: Order, kind: EntryKind, amount: Decimal) -> None:
        """Post it to the customer's account."""
        customer = order.customer
        due_on = due_day(order, customer) if kind == EntryKind.SALE else None
        entry = NewEntry(customer.pk, kind, amount, order.order_number, "", due_on)
        self.entries.add(chain_entries({customer.pk: customer}, [entry], user=self.seller, at=order.created_at))

    def receive(self, sold: dict[Product, int], at: datetime) -> None:
        """Some of what has just been sold is bought again, and everything that has run out."""
        for product, quantity in sold.items():
            if not product.stock_qty or self.random.random() < DELIVERIES:
                pieces = quantity + self.random.choice([0, 1, 2])
                reason, stock = f"Delivery of {pieces} received", product.stock_qty + pieces
                self.stock.post([(product, stock)], kind=Kind.ADJUSTMENT, reason=reason, user=self.admin, at=at)


def pk_of(move: tuple[Product, int]) -> int:
    return move[0].pk
