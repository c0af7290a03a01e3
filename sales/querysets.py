"""Questions asked of orders."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    DecimalField,
    Exists,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.functions import Cast, Coalesce, ExtractHour, Round, Substr, TruncDate

from accounts.account_models import AccountEntry
from accounts.models import Customer
from core.bulk import find_all
from core.dates import end_of_day, start_of_day
from core.i18n import format_change, format_count
from core.money import NOTHING
from core.text_search import MAX_WORDS, any_field, any_of, by_number, lookup_for
from inventory.models import Product

MONEY = DecimalField(max_digits=20, decimal_places=2)
# The kinds of account entries that orders post, under their numbers.
ORDER_KINDS = tuple(AccountEntry.Kind[kind] for kind in ("SALE", "AMENDMENT", "CANCELLATION", "RETURN"))
SEARCHED_OF_CUSTOMER = ("company", "first_name", "last_name", "email")


@dataclass(frozen=True)
class StockMove:
    """What a step of orders does to one product's stock: so many pieces more (or, negative, fewer)."""

    product: Product
    pieces: int

    @property
    def change(self) -> str:
        return format_change(self.pieces)

    @property
    def after(self) -> int:
        return self.product.stock_qty + self.pieces

    @property
    def then(self) -> str:
        return format_count(self.after)

    @property
    def in_stock(self) -> str:
        return format_count(self.product.stock_qty)

    @property
    def is_short(self) -> bool:
        return self.after < 0


def confirmed_within(first: date, last: date) -> Q:
    return Q(
        status="CONFIRMED",
        confirmed_at__gte=start_of_day(first),
        confirmed_at__lt=end_of_day(last),
    )


def entries_of_orders() -> QuerySet:
    """The account entries of each order of the query that this stands in."""
    return AccountEntry.objects.filter(reference=OuterRef("order_number"), kind__in=ORDER_KINDS).order_by()


class OrderQuerySet(QuerySet):
    def matching(self, term: str):
        """Orders by a part of their number; the best `rank` first, then the latest."""
        return by_number(self, term, "order_number")

    def with_words(self, words: Sequence) -> Q:
        """Orders in whose number or customer's name or e-mail each of these words is, found by index.

        For each word the ids of both are put together: an OR across tables would be asked of every order.
        """
        lookup, found = lookup_for(words), Q()
        for word in words[:MAX_WORDS]:
            people = Customer.objects.filter(any_field(word, SEARCHED_OF_CUSTOMER, lookup)).order_by()
            numbered = self.filter(**{f"order_number__{lookup}": word}).order_by().values("pk")
            bought = self.filter(customer__in=people.values("pk")).order_by().values("pk")
            found &= any_of(numbered, bought)
        return found

    def pending(self):
        return self.filter(status="PENDING")

    def confirmable(self):
        """Pending orders for which everything is there now."""
        lines = self.model.items.rel.related_model.objects.filter(order=OuterRef("pk")).order_by()
        asked = lines.values("product", "product__stock_qty").annotate(asked=Sum("quantity"))
        return self.pending().exclude(Exists(asked.filter(asked__gt=F("product__stock_qty"))))

    def confirmed_between(self, first: date, last: date):
        """Orders confirmed on these days (the last one included, in TIME_ZONE) and still confirmed."""
        return self.filter(confirmed_within(first, last))

    def confirmed_on(self, day: date):
        return self.confirmed_between(day, day)

    def revenue(self) -> Decimal:
        """The sum of the orders' totals, in the firm's currency."""
        return self.aggregate(total=Sum("total_amount", default=Decimal(0)))["total"]

    def figures_of_day(self, day: date) -> dict:
        """`total_sales_today`, what was confirmed on the day and still is, and `pending_orders_count`; one query."""
        waiting, sold = Q(status="PENDING"), confirmed_within(day, day)
        return self.filter(waiting | sold).aggregate(
            pending_orders_count=Count("pk", filter=waiting),
            total_sales_today=Sum("total_amount", filter=sold, default=Decimal(0)),
        )

    def revenue_of(self, **periods) -> dict[str, Decimal]:
        """The revenue of each of these periods (with a `first` and a `last` day), by their names; one query."""
        sold = {name: confirmed_within(period.first, period.last) for name, period in periods.items()}
        sums = {name: Sum("total_amount", filter=when, default=Decimal(0)) for name, when in sold.items()}
        return self.filter(reduce(or_, sold.values())).aggregate(**sums)

    def revenue_by_hour(self) -> dict[int, Decimal]:
        """Revenue by the hour of confirmation in TIME_ZONE; hours without any are missing."""
        hours = self.order_by().annotate(hour=ExtractHour("confirmed_at")).values("hour")
        return {row["hour"]: row["total"] for row in hours.annotate(total=Sum("total_amount"))}

    def totals(self) -> dict:
        """The `count` of the orders, what the `confirmed` and the `pending` ones come to, `last_date`; one query."""
        return self.aggregate(
            count=Count("pk"),
            confirmed=Sum("total_amount", filter=Q(status="CONFIRMED"), default=Decimal(0)),
            pending=Sum("total_amount", filter=Q(status="PENDING"), default=Decimal(0)),
            last_date=Max("order_date"),
        )

    def revenue_by_day(self) -> dict[date, Decimal]:
        """Revenue by the day of confirmation in TIME_ZONE; days without any are missing."""
        days = self.order_by().annotate(day=TruncDate("confirmed_at")).values("day")
        return {row["day"]: row["total"] for row in days.annotate(total=Sum("total_amount"))}

    def stock_moves(self, status: str) -> list["StockMove"]:
        """What it does to each product's stock when these orders become `status`; short ones first, then by name.

        What has come back already does not come back again. A product that has been deleted since is left out. Three
        queries.
        """
        lines = self.model.items.rel.related_model.objects.filter(order__in=self.order_by().values("pk"))
        sign = {("PENDING", "CONFIRMED"): -1, ("CONFIRMED", "CANCELLED"): 1}
        pieces: Counter[int] = Counter()
        per_status = lines.order_by().exclude(product=None).values_list("product", "order__status")
        for product, now, quantity in per_status.annotate(Sum("quantity")):
            pieces[product] += sign.get((now, status), 0) * quantity
        if status == "CANCELLED":
            sold = self.filter(status="CONFIRMED").order_by()
            returned = self.model.returns.rel.related_model.items.rel.related_model.objects
            pieces.subtract(returned.filter(order_return__order__in=sold.values("pk")).pieces_by_product())
        products = find_all(Product.objects.only("name", "sku", "stock_qty"), "pk", pieces)
        moves = [StockMove(product, pieces[product.pk]) for product in products]
        return sorted(moves, key=lambda move: (not move.is_short, str(move.product)))

    def with_all_back(self):
        """`all_back`: whether every piece of the order has come back by returns."""
        lines = self.model.items.rel.related_model.objects.filter(order=OuterRef("pk")).order_by()
        returned = self.model.returns.rel.related_model.items.rel.related_model.objects.order_by()
        returned = returned.filter(order_return__order=OuterRef("pk")).values("order_return__order")
        sold, back = (rows.annotate(n=Sum("quantity")).values("n") for rows in (lines.values("order"), returned))
        same = self.annotate(sold=Subquery(sold), back=Subquery(back))
        return same.annotate(all_back=Case(When(back=F("sold"), then=True), default=False))

    def with_open(self):
        """`open`: what is owed for the order and not paid; negative: to the customer's credit."""
        paid = self.model.allocations.rel.related_model.objects.live().filter(order=OuterRef("pk")).order_by()
        owed = Subquery(entries_of_orders().values("reference").annotate(sum=Sum("amount")).values("sum"))
        settled = Subquery(paid.values("order").annotate(sum=Sum("amount")).values("sum"))
        rest = Coalesce(owed, NOTHING, output_field=MONEY) - Coalesce(settled, NOTHING, output_field=MONEY)
        return self.annotate(open=Round(rest, 2, output_field=MONEY))

    def unpaid(self, *, due_before: date | None = None):
        """Orders of which something is open; `due_before` this day."""
        owed = entries_of_orders().filter(due_on__lt=due_before or date.max)
        return self.exclude(status="PENDING").filter(Exists(owed)).with_open().filter(open__gt=0)

    def disagreeing_with_lines(self):
        """Orders whose total is not the sum of their lines; `lines_total` says what that is."""
        lines = self.model.items.rel.related_model.objects.filter(order=OuterRef("pk")).order_by()
        summed = lines.values("order").annotate(sum=Sum("total_price")).values("sum")
        lines_total = Round(Coalesce(Subquery(summed), Decimal(0)), 2, output_field=MONEY)
        return self.annotate(lines_total=lines_total).exclude(total_amount=F("lines_total")).order_by("pk")

    def highest_numbers(self):
        """The `highest` order number of each `day` (as text, 20261122), of orders with a number of ours."""
        numbered = self.filter(order_number__regex=r"^ORD-[0-9]{8}-[0-9]{1,15}$").order_by()
        number = Cast(Substr("order_number", len("ORD-20261122-") + 1), BigIntegerField())
        return numbered.values(day=Substr("order_number", len("ORD-") + 1, 8)).annotate(highest=Max(number))


class OrderItemQuerySet(QuerySet):
    def quantities_of(self, order_id):
        """The order's lines in pairs of product id and pieces, without products that are deleted."""
        lines = self.filter(order_id=order_id, product__isnull=False)
        return lines.order_by("pk").values_list("product_id", "quantity")

    def miscalculated(self):
        """Lines whose total is not quantity times price."""
        product = Round(F("quantity") * F("unit_price"), 2, output_field=MONEY)
        return self.annotate(calculated=product).exclude(total_price=F("calculated")).order_by("pk")

    def best_sellers(self, count: int) -> list[dict]:
        """The products that brought most: `product_sku`, `product_name` and `revenue`."""
        return list(
            self.order_by()
            .values("product_sku", "product_name")
            .annotate(revenue=Sum("total_price"))
            .order_by("-revenue", "product_sku")[:count]
        )


class ReturnItemQuerySet(QuerySet):
    def pieces(self) -> int:
        return self.aggregate(pieces=Sum("quantity", default=0))["pieces"]

    def line_value(self) -> Decimal:
        """The share of their orders' lines that they take back, whatever was credited for it."""
        return self.aggregate(value=Sum("line_value", default=Decimal(0)))["value"]

    def pieces_by_product(self) -> dict[int, int]:
        """Pieces by product id, without products that are deleted."""
        found = self.filter(product__isnull=False).order_by().values_list("product")
        return dict(found.annotate(Sum("quantity")))


class OrderReturnQuerySet(QuerySet):
    def matching(self, term: str):
        """Returns by a part of their number; the best `rank` first, then the latest."""
        return by_number(self, term, series="RET")


class PaymentQuerySet(QuerySet):
    def matching(self, term: str):
        """Payments by a part of their number; the best `rank` first, then the latest."""
        return by_number(self, term, series="PAY")

    def with_unallocated(self):
        """`unallocated`: what of the payment is for no order and not for the opening balance; of one that does not
        count (it is reversed, or reverses another), nothing."""
        parts = self.model.allocations.rel.related_model.objects.filter(payment=OuterRef("pk")).order_by()
        put = Coalesce(Subquery(parts.values("payment").annotate(sum=Sum("amount")).values("sum")), NOTHING)
        rest = Case(When(direction="IN", then=F("amount") - put), default=F("amount") + put, output_field=MONEY)
        counts = Q(reverses__isnull=True, reversal__isnull=True)
        return self.annotate(
            unallocated=Case(When(counts, then=Round(rest, 2, output_field=MONEY)), default=NOTHING, output_field=MONEY)
        )


class PaymentAllocationQuerySet(QuerySet):
    def live(self):
        """Those of payments that have not been reversed."""
        return self.filter(payment__reversal__isnull=True)
