"""Questions asked of orders."""

from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate

from accounts.days import start_of_day


def confirmed_within(first: date, last: date) -> Q:
    return Q(
        status="CONFIRMED",
        confirmed_at__gte=start_of_day(first),
        confirmed_at__lt=start_of_day(last + timedelta(days=1)),
    )


class OrderQuerySet(QuerySet):
    def pending(self):
        return self.filter(status="PENDING")

    def confirmed_between(self, first: date, last: date):
        """Orders confirmed on these days (the last one included, in TIME_ZONE) and still confirmed."""
        return self.filter(confirmed_within(first, last))

    def confirmed_on(self, day: date):
        return self.confirmed_between(day, day)

    def revenue(self) -> Decimal:
        """The sum of the orders' totals, in the firm's currency."""
        return self.aggregate(total=Sum("total_amount", default=Decimal(0)))["total"]

    def standing_on(self, day: date) -> dict:
        """`total_sales_today`, what was confirmed on the day and still is, and `pending_orders_count`; one query."""
        waiting, sold = Q(status="PENDING"), confirmed_within(day, day)
        return self.filter(waiting | sold).aggregate(
            pending_orders_count=Count("pk", filter=waiting),
            total_sales_today=Sum("total_amount", filter=sold, default=Decimal(0)),
        )

    def revenue_by_day(self) -> dict[date, Decimal]:
        """Revenue by the day of confirmation in TIME_ZONE; days without any are missing."""
        days = self.order_by().annotate(day=TruncDate("confirmed_at")).values("day")
        return {row["day"]: row["total"] for row in days.annotate(total=Sum("total_amount"))}


class OrderItemQuerySet(QuerySet):
    def best_sellers(self, count: int) -> list[dict]:
        """The products that brought most: `product_sku`, `product_name` and `revenue`."""
        return list(
            self.order_by()
            .values("product_sku", "product_name")
            .annotate(revenue=Sum("total_price"))
            .order_by("-revenue", "product_sku")[:count]
        )
