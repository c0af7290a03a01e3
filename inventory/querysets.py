"""Questions asked of products and of the stock change log."""

from collections.abc import Iterable, Sequence
from datetime import datetime
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
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Coalesce, Lag

from core.expressions import NullIfBlank
from core.text_search import (
    all_of,
    any_field,
    any_of,
    by_number,
    every_word,
    for_each_row,
    is_long,
    lookup_for,
    rank,
    row_by_row,
    text_of,
)
from inventory.stock_status import StockStatus

SEARCHED = ("product_sku", "product_name", "reference")
SEARCHED_OF_CUSTOMER = ("company", "first_name", "last_name", "customer_code")
LATEST, PAGE = 5000, 50  # of the latest so many stock changes, so many fill a page


class ProductQuerySet(QuerySet):
    def matching(self, term: str):
        """Products by words of SKU and name, or a barcode; the best `rank` first, so an exact code before all."""
        exact, close = Q(barcode=term) | Q(sku=term), Q(sku__istartswith=term) | Q(name__istartswith=term)
        found = self.filter(exact | every_word(term, "sku", "name"))
        return found.annotate(rank=rank(exact=exact, close=close)).order_by("rank", "name", "pk")

    def offered_for(self, term: str):
        """Those of `matching` that are sold. An archived product's code finds nothing, not others that begin so."""
        archived = self.filter(Q(barcode=term) | Q(sku=term), is_active=False)
        return self.matching(term).filter(~Exists(archived), is_active=True)

    def with_code(self, code: str):
        """The product with exactly this barcode or, if there is none, this SKU; or None."""
        found = self.filter(Q(barcode=code) | Q(sku=code)).alias(rank=rank(exact=Q(barcode=code), close=Q(sku=code)))
        return found.order_by("rank").first()

    def with_status(self):
        """Annotate `status` with the StockStatus of each product."""
        return self.annotate(status=StockStatus.in_sql())

    def with_free(self):
        """Annotate `promised`, the pieces that pending orders ask for; `Product.free` is what is left then.

        Nothing is reserved by it: whoever confirms first takes the pieces.
        """
        asked = self.promised_lines().filter(product=OuterRef("pk")).values("product").annotate(sum=Sum("quantity"))
        return self.annotate(promised=Coalesce(Subquery(asked.values("sum"), output_field=BigIntegerField()), 0))

    def add_free(self, products: Iterable) -> list:
        """These products, `with_free`: one query more, which reads no others."""
        products = list(products)
        lines = self.promised_lines().filter(product__in=[product.pk for product in products])
        promised = dict(lines.values_list("product").annotate(Sum("quantity")))
        for product in products:
            product.promised = promised.get(product.pk, 0)
        return products

    def promised_lines(self):
        """The lines of pending orders."""
        return self.model.order_lines.rel.related_model.objects.filter(order__status="PENDING").order_by()

    def categories(self) -> list[str]:
        """Every category in use, in order; "" if there are products without one."""
        return list(self.order_by("category").values_list("category", flat=True).distinct())

    def running_low(self):
        """Products that are low or out, the fewest pieces first; what is not sold any more need not be there."""
        return self.filter(StockStatus.low_or_out(), is_active=True).order_by("stock_qty", "name", "id")

    def stock_counts(self) -> dict[str, int]:
        """How many products that are sold are `low` and how many `out`, in one query."""
        return self.filter(StockStatus.low_or_out(), is_active=True).aggregate(
            low=Count("pk", filter=Q(stock_qty__gt=0)), out=Count("pk", filter=Q(stock_qty=0))
        )

    def stock_worth(self) -> dict:
        """The `pieces` in stock and their `value`, what they cost in the firm's currency to 2 places; one query."""
        return self.aggregate(value=Sum("stock_value", default=Decimal(0)), pieces=Sum("stock_qty", default=0))

    def disagreeing_with_ledger(self):
        """Products whose stock is not the sum of their stock changes; `ledger_qty` says what that sum is."""
        changes = self.model.stock_changes.rel.related_model.objects.filter(product=OuterRef("pk")).order_by()
        moved = changes.values("product").annotate(sum=Sum(F("new_qty") - F("previous_qty"))).values("sum")
        ledger_qty = Coalesce(Subquery(moved, output_field=BigIntegerField()), 0)
        return self.annotate(ledger_qty=ledger_qty).exclude(stock_qty=F("ledger_qty")).order_by("pk")


class StockChangeQuerySet(QuerySet):
    def with_words(self, words: Sequence, fields=SEARCHED, of_customer=SEARCHED_OF_CUSTOMER) -> Q:
        """Changes that have each of these words in one of the fields, or of their customer's.

        Their ids are put together from what indexes find: of those that have the rare words themselves, and of those
        whose customer has one of them. But what the latest rows are full of is asked of each row, from the newest on:
        the first page is found in a moment, and putting a third of the log together takes long.
        """
        if not words:
            return Q()
        lookup, anywhere = lookup_for(words), [*fields, *(f"customer__{field}" for field in of_customer)]
        sought = [words[place] for place in self.sought_by_index(words, fields)]
        rest = all_of([word for word in words if word not in sought], *anywhere, lookup=for_each_row(lookup))
        if not sought:
            return row_by_row(rest)  # a planner that sees how rare each word is would rather read the whole table
        found = [self.filter(all_of(sought, *fields, lookup=lookup))]
        if of_customer:
            people = self.model._meta.get_field("customer").related_model.objects.order_by()
            people = people.filter(reduce(or_, (any_field(word, of_customer, lookup) for word in sought)))
            of_them = self.filter(customer__in=people.values("pk"))
            each = all_of(sought, *anywhere, lookup=for_each_row(lookup))
            found.append(of_them.filter(each) if len(sought) > 1 else of_them)
        return rest & any_of(*(changes.order_by().values("pk") for changes in found), lookup="among")

    def sought_by_index(self, words: Sequence, fields=SEARCHED) -> tuple[int, ...]:
        """The places of the words for which an index is asked: the rare ones, at least one.

        None, if as many of the latest changes have all the words in their fields as a page shows.
        """
        last = self.order_by("-pk").values_list("pk", flat=True).first() or 0
        latest, texts = self.filter(pk__gt=last - LATEST).order_by(), list(map(text_of, words))

        def fill_a_page(*texts: str) -> bool:
            having = all_of(texts, *fields, lookup=for_each_row(lookup_for(texts)))
            # The index finds a letter or two in half of the log: these few rows are read sooner.
            return latest.filter(having if is_long(max(texts, key=len)) else row_by_row(having))[:PAGE].count() == PAGE

        if fill_a_page(*texts):
            return ()
        served = [place for place, text in enumerate(texts) if is_long(text)] or range(len(texts))
        rare = [place for place in served if len(texts) > 1 and not fill_a_page(texts[place])]
        return tuple(rare) or (max(served, key=lambda place: len(texts[place])),)

    def latest_before(self, moment: datetime):
        """The last change of each product before this moment, where it left any pieces: the stock as it was then.

        Products that are deleted by now are in it, called what they were called then. (Of those deleted before there
        were hashes only the SKU tells the product.)
        """
        unnamed = Case(When(product_key=0, then="product_sku"), default=Value(""))
        before = self.filter(created_at__lt=moment).order_by()
        latest = before.values("product_key", unnamed=unnamed).annotate(latest=Max("pk")).values("latest")
        return self.filter(pk__in=latest, new_qty__gt=0)

    def worth(self) -> dict:
        """The `pieces` that these changes left, and their `value`, to 2 places."""
        return self.aggregate(pieces=Sum("new_qty", default=0), value=Sum("new_value", default=Decimal(0)))

    def broken_links(self):
        """Rows that do not start where the product's row before them ended; `expected_qty` is where that was."""
        before = Window(Lag("new_qty", default=0), partition_by="product_id", order_by="id")
        linked = self.filter(product__isnull=False).annotate(expected_qty=before)
        return linked.exclude(previous_qty=F("expected_qty")).order_by("pk")

    def broken_values(self):
        """The same of what the pieces are worth; `expected_value` is what they were worth then."""
        worth = Coalesce("new_value", Value(Decimal(0)), output_field=DecimalField(max_digits=20, decimal_places=2))
        before = Window(Lag(worth, default=Decimal(0)), partition_by="product_id", order_by="id")
        linked = self.filter(product__isnull=False, new_value__isnull=False).annotate(expected_value=before)
        return linked.exclude(previous_value=F("expected_value")).order_by("pk")

    def wrong_reversals(self):
        """Reversals that are not the opposite of one earlier row of their product, and others that claim to reverse."""
        reversals = self.filter(kind="REVERSAL").order_by().values("pk")
        claims = self.filter(reverses__isnull=False).order_by().values("pk")
        concerned = self.filter(pk__in=reversals.union(claims, all=True))  # each by its index
        moved = F("reverses__new_qty") - F("reverses__previous_qty")
        right = concerned.annotate(moved=moved).filter(
            ~Q(reverses__kind="REVERSAL"),
            kind="REVERSAL",
            reverses__id__lt=F("id"),
            reverses__product_key=F("product_key"),
            moved=F("previous_qty") - F("new_qty"),
        )
        return concerned.exclude(pk__in=right.order_by().values("pk")).order_by("pk")


class SupplierQuerySet(QuerySet):
    def matching(self, term: str):
        """Suppliers by words of name, code and contact; the best `rank` first."""
        exact, close = Q(code=term) | Q(name__iexact=term), Q(name__istartswith=term)
        found = self.filter(every_word(term, "name", "code", "contact"))
        return found.annotate(rank=rank(exact=exact, close=close)).order_by("rank", "name", "pk")


class DeliveryQuerySet(QuerySet):
    def matching(self, term: str):
        """Deliveries by their number or the number of the supplier's note; the best `rank` first."""
        exact = Q(number=term) | Q(their_reference__iexact=term)
        close = Q(number__iendswith=term) | Q(their_reference__istartswith=term)
        found = self.filter(every_word(term, "number", "their_reference"))
        return found.annotate(rank=rank(exact=exact, close=close)).order_by("rank", "-pk")

    def standing(self):
        """Those that count: neither reversed nor the reversal of another one."""
        return self.filter(reverses__isnull=True, reversed_by__isnull=True)

    def with_sums(self):
        """Annotate `pieces` and `cost`, what all goods of each came to; 0 of a reversal, which has none."""
        pieces, cost = Sum("items__quantity", default=0), Sum("items__total_cost", default=Decimal(0))
        return self.annotate(pieces=pieces, cost=cost)


class StockCountQuerySet(QuerySet):
    def matching(self, term: str):
        """Counts by a part of their number; the best `rank` first, then the latest."""
        return by_number(self, term, series="CNT")

    def with_progress(self):
        """Annotate `size`, the lines of each count, and `done`, those that have been counted."""
        return self.annotate(size=Count("lines"), done=Count("lines__counted"))


class StockCountLineQuerySet(QuerySet):
    def by_shelf(self):
        """In the order in which one walks along the shelves; what has none comes last."""
        return self.order_by(NullIfBlank("product_shelf").asc(nulls_last=True), "product_name", "pk")

    def with_difference(self):
        """Those that were counted, with the `pieces` found beyond the expected ones."""
        return self.filter(counted__isnull=False).annotate(pieces=F("counted") - F("expected"))

    def with_expected_now(self, *, hidden: bool = False):
        """Annotate `expected_now`: the stock when it was counted or, until then, what it is now; NULL if `hidden`."""
        stock = Value(None) if hidden else Coalesce("expected", "product__stock_qty")
        return self.annotate(expected_now=Cast(stock, IntegerField()))
