"""Questions asked of products and of the stock change log."""

from decimal import Decimal

from django.db.models import BigIntegerField, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Window
from django.db.models.functions import Coalesce, Lag

from core.text_search import every_word, rank
from inventory.stock_status import StockStatus


class ProductQuerySet(QuerySet):
    def matching(self, term: str):
        """Products by words of SKU and name; the best `rank` first, so the exact SKU before all."""
        exact, close = Q(sku=term), Q(sku__istartswith=term) | Q(name__istartswith=term)
        found = self.filter(exact | every_word(term, "sku", "name"))
        return found.annotate(rank=rank(exact=exact, close=close)).order_by("rank", "name", "pk")

    def with_status(self):
        """Annotate `status` with the StockStatus of each product."""
        return self.annotate(status=StockStatus.in_sql())

    def with_free(self):
        """Annotate `promised`, the pieces that pending orders ask for, and `free`, what is left then (or is missing).

        Nothing is reserved by it: whoever confirms first takes the pieces.
        """
        lines = self.model.order_lines.rel.related_model.objects.filter(product=OuterRef("pk")).order_by()
        asked = lines.filter(order__status="PENDING").values("product").annotate(sum=Sum("quantity")).values("sum")
        promised = Coalesce(Subquery(asked, output_field=BigIntegerField()), 0)
        return self.annotate(promised=promised, free=F("stock_qty") - F("promised"))

    def categories(self) -> list[str]:
        """Every category in use, in order; "" if there are products without one."""
        return list(self.order_by("category").values_list("category", flat=True).distinct())

    def running_low(self):
        """Products that are low or out, the fewest pieces first."""
        return self.with_status().exclude(status=StockStatus.IN_STOCK).order_by("stock_qty", "name", "id")

    def stock_counts(self) -> dict[str, int]:
        """How many products are `low` and how many `out`, in one query."""
        return self.with_status().aggregate(
            low=Count("pk", filter=Q(status=StockStatus.LOW_STOCK)),
            out=Count("pk", filter=Q(status=StockStatus.OUT_OF_STOCK)),
        )

    def stock_worth(self) -> dict:
        """The `pieces` in stock and their `value`, what they cost in the firm's currency; one query."""
        value = Sum(F("stock_qty") * F("cost_price"), default=Decimal(0))
        return self.aggregate(value=value, pieces=Sum("stock_qty", default=0))

    def disagreeing_with_ledger(self):
        """Products whose stock is not the sum of their stock changes; `ledger_qty` says what that sum is."""
        changes = self.model.stock_changes.rel.related_model.objects.filter(product=OuterRef("pk")).order_by()
        moved = changes.values("product").annotate(sum=Sum(F("new_qty") - F("previous_qty"))).values("sum")
        ledger_qty = Coalesce(Subquery(moved, output_field=BigIntegerField()), 0)
        return self.annotate(ledger_qty=ledger_qty).exclude(stock_qty=F("ledger_qty")).order_by("pk")


class StockChangeQuerySet(QuerySet):
    def broken_links(self):
        """Rows that do not start where the product's row before them ended; `expected_qty` is where that was."""
        before = Window(Lag("new_qty", default=0), partition_by="product_id", order_by="id")
        linked = self.filter(product__isnull=False).annotate(expected_qty=before)
        return linked.exclude(previous_qty=F("expected_qty")).order_by("pk")

    def wrong_reversals(self):
        """Reversals that are not the opposite of one earlier row of their product, and others that claim to reverse."""
        concerned = self.filter(Q(kind="REVERSAL") | Q(reverses__isnull=False))
        moved = F("reverses__new_qty") - F("reverses__previous_qty")
        right = concerned.annotate(moved=moved).filter(
            ~Q(reverses__kind="REVERSAL"),
            kind="REVERSAL",
            reverses__id__lt=F("id"),
            reverses__product_key=F("product_key"),
            moved=F("previous_qty") - F("new_qty"),
        )
        return concerned.exclude(pk__in=right.order_by().values("pk")).order_by("pk")
