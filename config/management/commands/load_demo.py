"""`manage.py load_demo`: a small hardware shop with two months of trade, to try the system with."""

import argparse
import random
import secrets
from datetime import datetime, time, timedelta
from decimal import Decimal
from itertools import count
from string import ascii_uppercase

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from accounts.account_models import AccountEntry
from accounts.models import Customer, User
from accounts.services.people import save_user
from config.demo.data import CATALOGUE, FIRST_NAMES, LAST_NAMES, STREETS, TOWNS, TRADES, demo_barcode
from config.demo.firm import DemoFirm
from core import search_index
from core.money import round_money
from inventory.count_models import StockCount
from inventory.delivery_models import Delivery, Supplier
from inventory.models import Product, StockChange
from inventory.services.count_posting import post_count
from inventory.services.counts import enter_count, open_count
from inventory.services.deliveries import DeliveredGoods, receive_delivery
from inventory.services.products import save_product, set_active
from inventory.services.suppliers import save_supplier
from inventory.stock_check import check_stock
from sales.account_check import check_accounts
from sales.models import Order
from sales.payment_models import Payment
from sales.return_models import OrderReturn
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order
from sales.services.payments import record_payment
from sales.services.returns import ReturnedGoods, return_goods
from sales.services.terms import Terms

DAYS, ORDERS, CUSTOMERS = 60, 400, 60
USUAL = {"products": 200, "orders": ORDERS, "customers": CUSTOMERS}  # where only one size is given
SEARCHED = [User, Product, StockChange, Order, AccountEntry]
LOGINS = ["admin@example.com", "sales@example.com", "warehouse@example.com", "customer1@example.com"]


class Command(BaseCommand):
    help = (
        f"Load a demo shop: about 200 products, {CUSTOMERS} customers and {ORDERS} orders of the last {DAYS} days. "
        "Everything goes through the same services as real work; each is told the moment in the past (`at`) at which "
        "it is to have happened. With --products, --orders or --customers: a shop of that size, written in bulk. "
        "Only for an empty database."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing, successfully, if there is data already"
        )
        for kind in ("products", "orders", "customers"):
            parser.add_argument(f"--{kind}", type=at_least_one, help="so many instead of the small shop's")
        parser.add_argument(
            "--days", type=at_least_one, default=730, help="of trade; only with those above (%(default)s)"
        )

    def handle(self, *, if_empty, products=None, orders=None, customers=None, days=730, **options):
        if User.objects.exists() or Product.objects.exists() or Order.objects.exists():
            if if_empty:
                return self.print_logins()
            raise CommandError("This database has data already. The demo shop is only for an empty one.")
        self.random, self.purse = random.Random(20260101), random.Random(7)  # the same shop for everybody
        self.now = timezone.now()
        password = "demo" if settings.DEBUG else secrets.token_urlsafe(12)
        large = {"products": products, "orders": orders, "customers": customers}
        with transaction.atomic():
            if any(large.values()):
                self.load_firm(password, days, **{kind: n or USUAL[kind] for kind, n in large.items()})
            else:
                self.open_shop(password)
                self.trade()
                self.count_shelves()
                set_active([self.products[-1].pk], False, user=self.admin)
            check_stock()
            check_accounts()
        tidy_up()
        self.stdout.write(
            f"The demo shop has {Product.objects.count()} products, {Customer.objects.count()} customers "
            f"and {Order.objects.count()} orders."
        )
        self.print_logins(password)

    def print_logins(self, password="demo") -> None:
        people = User.objects.filter(email__in=LOGINS).order_by("pk")
        right = [user for user in people if user.check_password(password)]
        if right:
            self.stdout.write("Demo logins (e-mail / password):")
        for user in right:
            self.stdout.write(f"  {user.email} / {password}  ({user.get_role_display()})")

    # The shop

    def load_firm(self, password: str, days: int, **sizes: int) -> None:
        self.hire(password, self.moment(days + 5))
        self.customer(1, password, self.moment(days + 5))
        firm = DemoFirm(admin=self.admin, seller=self.seller, days=days, **sizes)
        for model in SEARCHED:  # made anew afterwards, their indexes take a fraction of the time
            search_index.remove(model)
        firm.load(lambda moments: tqdm(moments, unit=" orders", disable=None))
        for model in SEARCHED:
            search_index.install(model)

    def hire(self, password: str, opened: datetime) -> None:
        self.admin = self.person("admin@example.com", "ADMIN", "Sara", "Lindqvist", password, opened)
        self.seller = self.person("sales@example.com", "SALES", "Tom", "Baker", password, opened)
        self.packer = self.person("warehouse@example.com", "WAREHOUSE", "Nina", "Costa", password, opened)

    def open_shop(self, password: str) -> None:
        opened = self.moment(DAYS + 5)
        self.hire(password, opened)
        self.customers = [self.customer(number, password, opened) for number in range(1, CUSTOMERS + 1)]
        self.products = list(self.stock_shelves(opened))

    def person(self, email, role, first_name, last_name, password, at, **fields) -> User:
        user = User(email=email, role=role, first_name=first_name, last_name=last_name, **fields)
        user.set_password(password)
        return save_user(user, by=getattr(self, "admin", None), reason="Demo data", at=at)

    def customer(self, number: int, password: str, at: datetime) -> Customer:
        """A customer; the first one can sign in to the API, every third is a firm, and a few have no e-mail."""
        first, last = self.random.choice(FIRST_NAMES), LAST_NAMES[number % len(LAST_NAMES)]
        is_firm = number % 3 == 0
        customer = Customer(
            email=None if number % 7 == 0 else f"customer{number}@example.com",
            company=f"{last} {TRADES[number % len(TRADES)]}" if is_firm else "",
            first_name="" if number % 9 == 0 else first,
            last_name="" if number % 9 == 0 else last,
            tax_id=f"XX{number:09}" if is_firm else "",
            payment_days=30 if number % 6 == 0 else None,
            credit_limit=Decimal(2000) if number % 6 == 0 else None,
            customer_code=f"CUST-{number:04d}",
            phone=f"+1202555{number + 99:04d}",
            address=f"{self.random.randint(1, 180)} {self.random.choice(STREETS)}\n{self.random.choice(TOWNS)}",
            opening_balance=Decimal(self.random.choice([0, 0, 0, 0, 120, 75, -40])),
        )
        customer.set_password(password if number == 1 else None)
        return save_user(customer, by=self.admin, reason="Demo data", at=at)

    def supplier(self, category: str, number: int, at: datetime) -> Supplier:
        """One for each part of the range."""
        name, town = f"{LAST_NAMES[number % len(LAST_NAMES)]} {category} Ltd.", TOWNS[number % len(TOWNS)]
        fields = {"code": f"S{number}", "our_number": f"{number}017", "lead_days": number % 5 + 2}
        supplier = Supplier(name=name, address=f"{number} {STREETS[number % len(STREETS)]}\n{town}", **fields)
        return save_supplier(supplier, user=self.admin, at=at)

    def stock_shelves(self, at: datetime):
        numbers = count(1)
        for aisle, (category, lines) in zip(ascii_uppercase, CATALOGUE.items(), strict=False):
            supplier = self.supplier(category, ord(aisle), at)
            for bay, (name, stem, variants, first_cost, growth) in enumerate(lines, 1):
                for position, variant in enumerate(variants):
                    cost = round_money(Decimal(first_cost) * Decimal(growth) ** position)
                    price = (cost * Decimal(self.random.uniform(1.35, 1.95))).quantize(Decimal("0.1")) - Decimal("0.01")
                    product = Product(
                        sku=f"{stem}-{position + 1:02d}",
                        name=f"{name} {variant}",
                        category=category,
                        barcode=demo_barcode(next(numbers)),
                        shelf=f"{aisle}-{bay:02}-{position + 1}",
                        cost_price=cost,
                        selling_price=max(price, cost),
                        low_stock_threshold=self.random.choice([None, None, None, 5, 20]),
                        supplier=supplier,
                        supplier_sku=f"{supplier.code}-{stem}{position + 1}",
                        pack_size=10,
                    )
                    stock = self.random.choice([3, 9, 12, 18, 25, 40, 60])
                    yield save_product(product, user=self.admin, initial_stock=stock, at=at)

    # Two months of trade

    def trade(self) -> None:
        """Orders come in one after the other; most are confirmed at once, some cancelled, the latest still wait.

        Now and then one is amended, one is divided, and something of an earlier one comes back.
        """
        sold: list[Order] = []
        moments = sorted(self.moment(self.random.triangular(0, DAYS, 6)) for _ in range(ORDERS))
        for number, moment in enumerate(moments):
            order = self.place_order(moment)
            if self.random.random() < (0.4 if number >= ORDERS - 20 else 0.01):
                continue
            if self.random.random() < 0.04:
                cancel_order(order, user=self.seller, at=moment)
                continue
            seller = self.random.choice([self.seller, self.seller, self.admin])
            confirm_order(order, user=seller, exceed_limit=True, at=moment)
            if self.random.random() < 0.03:
                cancel_order(order, user=self.admin, at=moment)
            else:
                sold.append(order)
                if number % 20 == 5:
                    self.amend(order, moment)
            if number % 40 == 30:
                self.divide(moment)
            if number % 20 == 10:
                self.take_back(sold.pop(-min(8, len(sold))), number // 20, moment)
            if number % 6 == 0:
                self.receive_delivery(moment)
            if number % 3:
                self.collect(moment)

    def place_order(self, at: datetime) -> Order:
        """One to six products of which there are some, at list price or a little less."""
        in_stock = {product.pk: product for product in Product.objects.filter(stock_qty__gt=0)}
        chosen = self.random.sample(sorted(in_stock), self.random.choice([1, 1, 2, 2, 3, 4, 6]))
        lines = []
        for pk in chosen:
            product = in_stock[pk]
            discount = self.random.choice([Decimal(1), Decimal(1), Decimal(1), Decimal("0.95")])
            price = max(round_money(product.selling_price * discount), product.cost_price)
            lines.append(NewItem(product, self.random.randint(1, min(6, product.stock_qty)), price))
        customer = self.random.choice(self.customers)
        terms: Terms = {"customer_reference": f"PO {at:%y%m%d}-{customer.pk}"} if customer.company else {}
        return create_order(customer=customer, lines=lines, user=self.seller, at=at, **terms)

    def take_back(self, order: Order, number: int, at: datetime) -> None:
        """One piece of the order's first line, for each reason in turn; every other one is broken."""
        reason = OrderReturn.Reason.values[number % 4]
        details = "Bought one too many" if reason == OrderReturn.Reason.OTHER else ""
        goods = ReturnedGoods(order.items.earliest("pk").product_id, 1, restocked=bool(number % 2))
        return_goods(order, [goods], reason=reason, details=details, user=self.seller, at=at)

    def amend(self, order: Order, at: datetime) -> None:
        """The customer rings: one piece more of the first product or, if there is none, one fewer."""
        items = list(order.items.select_related("product"))
        pieces = items[0].quantity + (1 if items[0].product.stock_qty else -1)
        if pieces:
            quantities = [pieces, *(item.quantity for item in items[1:])]
            lines = [
                NewItem(item.product, quantity, item.unit_price)
                for item, quantity in zip(items, quantities, strict=True)
            ]
            amend_order(order, lines=lines, reason="The customer rang", user=self.seller, exceed_limit=True, at=at)

    def divide(self, at: datetime) -> None:
        """An order for more than there is of one product: what is there is taken, the rest waits."""
        product = Product.objects.filter(stock_qty__gt=0).order_by("stock_qty", "pk").first()
        lines = [NewItem(product, product.stock_qty + 4)]
        customer = self.customers[product.pk % len(self.customers)]
        order = create_order(customer=customer, lines=lines, user=self.seller, beyond_stock=True, at=at)
        confirm_partly(order, user=self.seller, exceed_limit=True, at=at)

    def collect(self, at: datetime) -> None:
        """Somebody pays, mostly all that they owe, now and then the half."""
        owing = Customer.objects.filter(balance__gt=0).order_by("pk")
        if owing:
            customer = self.purse.choice(owing)
            amount = customer.balance if self.purse.random() < 0.7 else round_money(customer.balance / 2)
            method = self.purse.choice([*[Payment.Method.TRANSFER] * 3, Payment.Method.CASH, Payment.Method.CARD])
            record_payment(customer, amount, method, paid_on=timezone.localdate(at), user=self.seller, at=at)

    def count_shelves(self) -> None:
        """One category has been counted and posted, another one is being counted."""
        done, begun = (
            open_count(scope=StockCount.Scope.CATEGORY, place=category, user=self.admin)
            for category in list(CATALOGUE)[:2]
        )
        for number, line in enumerate(done.lines.select_related("product")):
            found = line.product.stock_qty - (number % 9 == 4)
            enter_count(line, max(0, found), user=self.packer)
        for line in begun.lines.select_related("product")[:5]:
            enter_count(line, line.product.stock_qty, user=self.packer)
        post_count(done, user=self.admin)

    def receive_delivery(self, at: datetime) -> None:
        """What has run low is bought again, not everything and not at once. The warehouse books it without costs."""
        low = list(Product.objects.running_low().select_related("supplier"))
        if not low:
            return
        supplier = self.random.choice(low).supplier
        theirs = [product for product in low if product.supplier == supplier]
        number, lines = Delivery.objects.count() + 1, []
        for product in self.random.sample(theirs, min(3, len(theirs))):
            cost = product.cost_price * Decimal(self.random.randint(970, 1040)) / 1000
            unit_cost = round(cost, 4) if number % 2 else None
            lines.append(DeliveredGoods(product.pk, self.random.choice([20, 30, 50]), unit_cost))
        note = {"their_reference": f"{supplier.code}-{4700 + number}", "received_on": timezone.localdate(at)}
        user = self.admin if number % 2 else self.packer
        receive_delivery(supplier=supplier, lines=lines, user=user, at=at, **note)

    def moment(self, days_ago: float) -> datetime:
        """A moment of the opening hours so many days ago, never in the future."""
        day = timezone.localdate(self.now) - timedelta(days=int(days_ago))
        opening = timezone.make_aware(datetime.combine(day, time(8)))
        return min(opening + timedelta(minutes=self.random.randint(0, 600)), self.now)


def at_least_one(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError("at least 1")
    return int(text)


def tidy_up() -> None:
    """Let the database know how large its tables are now, as it would find out by itself in a while."""
    if not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
