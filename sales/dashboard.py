"""The figures of the landing page. The template only shows them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer
from core.admin.paging import COUNTED_AT_A_COST, bounded_count
from core.i18n import format_count
from core.money import format_money, round_money
from core.recent import recent
from inventory.models import Product
from inventory.stock_status import StockStatus
from inventory.visibility import may_see
from sales.account_check import latest_checks
from sales.charts import chart, chart_options
from sales.models import Order, OrderItem
from sales.status_badge import status_badge
from sales.tiles import receivables_tiles, tile

PERIODS = {1: _("Today"), 7: _("7 days"), 30: _("30 days"), 90: _("90 days")}
USUAL_PERIOD = 30
LOWEST = 10  # so many of the products that run low are listed
SHOWN_ORDERS = 10


@dataclass(frozen=True)
class Period:
    """So many days up to today in TIME_ZONE."""

    last: date
    days: int

    @classmethod
    def chosen(cls, days: str | None) -> "Period":
        """What the page's address asks for; anything that is not offered is the usual period."""
        return cls(timezone.localdate(), next((number for number in PERIODS if str(number) == days), USUAL_PERIOD))

    @property
    def first(self) -> date:
        return self.last - timedelta(days=self.days - 1)

    @property
    def before(self) -> "Period":
        """As many days before that."""
        return Period(self.first - timedelta(days=1), self.days)


def callback(request, context):
    """Give the admin's index page its figures, if the user may see them."""
    if request.user.has_perm("sales.view_dashboard"):
        context |= figures(request.user, Period.chosen(request.GET.get("days")))
        context["refreshing"] = "X-Refresh" in request.headers
    return context


def figures(user, period: Period) -> dict:
    confirmed = Order.objects.confirmed_between(period.first, period.last)
    counts = recent(f"figures {period.last}", insights)
    waiting = list(Order.objects.pending().select_related("customer").order_by("pk")[:SHOWN_ORDERS])
    return {
        "periods": [
            {"label": label, "url": f"?days={days}", "active": days == period.days} for days, label in PERIODS.items()
        ],
        "buttons": buttons(user),
        **latest_checks(),
        "tiles": tiles(user, period, counts, waiting),
        "sales_title": sales_title(period),
        "sales_chart": sales_chart(confirmed, period),
        "sales_options": chart_options(),
        "best_sellers_options": chart_options(indexAxis="y"),
        "best_sellers_title": best_sellers_title(period),
        "best_sellers_chart": best_sellers_chart(confirmed, period),
        "low_stock": low_stock_table(counts["low_stock_products"]),
        "waiting_orders": waiting_orders_table(user, waiting),
        "latest_orders": latest_orders_table(),
    }


def buttons(user) -> list[dict]:
    """What one comes here to begin, as far as the role may."""
    offered = [
        (gettext("New order"), "add", "admin:sales_order_add", "sales.add_order"),
        (gettext("New customer"), "person_add", "admin:accounts_customer_add", "accounts.add_customer"),
        (gettext("Import products"), "upload", "admin:inventory_product_import", "inventory.import_product"),
    ]
    return [
        {"label": label, "icon": icon, "url": reverse(view)}
        for label, icon, view, permission in offered
        if user.has_perm(permission)
    ]


def insights() -> dict:
    """The day's figures: money in the firm's currency, the day in TIME_ZONE. Four queries."""
    today = timezone.localdate()
    stock = Product.objects.stock_counts()
    return {
        "date": today,
        "total_customers": Customer.objects.active().count(),
        **Order.objects.figures_of_day(today),
        "low_stock_count": stock["low"],
        "out_of_stock_count": stock["out"],
        "low_stock_products": list(Product.objects.running_low()[:LOWEST]),
    }


# Tiles


def tiles(user, period: Period, counts: dict, waiting: list[Order]) -> list[dict]:
    """Each with the list that it counts, and a note that says what to compare it with."""
    today = Period(period.last, 1)
    periods = {"yesterday": today.before, "period": period, "before": period.before}
    sold = recent(f"revenue {period.last} {period.days}", lambda: Order.objects.revenue_of(**periods))
    note = compare(counts["total_sales_today"], sold["yesterday"], today)
    shown = [tile(gettext("Sales today"), counts["total_sales_today"], sales_list(today), note)]
    if period.days > 1:
        note = compare(sold["period"], sold["before"], period)
        shown.append(tile(sales_title(period), sold["period"], sales_list(period), note))
    shown += [
        tile(
            gettext("Pending orders"),
            counts["pending_orders_count"],
            f"{reverse('admin:sales_order_changelist')}?status__exact=PENDING",
            waiting_note(waiting),
        ),
        tile(gettext("Low stock"), counts["low_stock_count"], product_list(StockStatus.LOW_STOCK), colour="warning"),
        tile(
            gettext("Out of stock"),
            counts["out_of_stock_count"],
            product_list(StockStatus.OUT_OF_STOCK),
            colour="danger",
        ),
        tile(
            gettext("Customers"),
            counts["total_customers"],
            f"{reverse('admin:accounts_customer_changelist')}?is_active__exact=1",
            new_customers(period),
        ),
    ]
    shown += receivables_tiles(user)
    if may_see(user, "stock_value"):
        stock = recent("stock worth", Product.objects.stock_worth)
        pieces = ngettext("%(n)s pieces", "%(n)s pieces", stock["pieces"]) % {"n": format_count(stock["pieces"])}
        url = f"{reverse('admin:inventory_product_changelist')}?activity=all"
        shown.append(tile(gettext("Stock value"), stock["value"], url, pieces))
    return shown


def compare(now: Decimal, before: Decimal, period: Period) -> str:
    """What was sold against the days before, as `▲ 12 % · yesterday 1,230.00 USD`."""
    if not before:
        return nothing_sold_before(period)
    percent = int(round_money((now - before) * 100 / before).to_integral_value())
    sign = "▲" if percent > 0 else "▼" if percent < 0 else "="
    if period.days == 1:
        sentence = gettext("%(sign)s %(percent)s %% · yesterday %(amount)s")
    else:
        sentence = ngettext(
            "%(sign)s %(percent)s %% · the %(days)s day before %(amount)s",
            "%(sign)s %(percent)s %% · the %(days)s days before %(amount)s",
            period.days,
        )
    figures = {"sign": sign, "percent": format_count(abs(percent)), "amount": format_money(before)}
    return sentence % {**figures, "days": period.days}


def nothing_sold_before(period: Period) -> str:
    if period.days == 1:
        return gettext("Nothing sold yesterday")
    sentence = ngettext(
        "Nothing sold in the %(days)s day before", "Nothing sold in the %(days)s days before", period.days
    )
    return sentence % {"days": period.days}


def waiting_note(waiting: list[Order]) -> str:
    """How old the oldest pending order is, and how many of them have all that they ask for."""
    if not waiting:
        return gettext("No order is waiting to be confirmed")
    oldest = gettext("The oldest is from %(date)s") % {"date": date_format(waiting[0].order_date)}
    ready = recent("confirmable orders", lambda: bounded_count(Order.objects.confirmable(), COUNTED_AT_A_COST))
    return f"{oldest} · {gettext('%(n)s can be confirmed now') % {'n': ready}}"


def new_customers(period: Period) -> str:
    count = format_count(Customer.objects.active().created_between(period.first, period.last).count())
    if period.days == 1:
        return gettext("%(n)s new today") % {"n": count}
    sentence = ngettext("%(n)s new in %(days)s day", "%(n)s new in %(days)s days", period.days)
    return sentence % {"n": count, "days": period.days}


def sales_list(period: Period) -> str:
    orders = reverse("admin:sales_order_changelist")
    return f"{orders}?status__exact=CONFIRMED&confirmed_at_from={period.first}&confirmed_at_to={period.last}"


def product_list(status: StockStatus) -> str:
    return f"{reverse('admin:inventory_product_changelist')}?stock_status={status}"


# Charts


def sales_title(period: Period) -> str:
    if period.days == 1:
        return gettext("Sales of today")
    sentence = ngettext("Sales of the last %(days)s day", "Sales of the last %(days)s days", period.days)
    return sentence % {"days": period.days}


def best_sellers_title(period: Period) -> str:
    if period.days == 1:
        return gettext("Best-selling products of today")
    sentence = ngettext(
        "Best-selling products of the last %(days)s day",
        "Best-selling products of the last %(days)s days",
        period.days,
    )
    return sentence % {"days": period.days}


def sales_chart(confirmed, period: Period) -> str:
    """Sales by day, or by hour if the period is a day."""
    if period.days == 1:
        revenue = confirmed.revenue_by_hour()
        return chart([f"{hour}:00" for hour in range(24)], [revenue.get(hour, 0) for hour in range(24)])
    revenue = recent(f"by day {period.last} {period.days}", confirmed.revenue_by_day)
    days = [period.first + timedelta(days=offset) for offset in range(period.days)]
    day_format = pgettext("day of a chart, as Django's date filter spells it", "M j")
    return chart([date_format(day, day_format) for day in days], [revenue.get(day, 0) for day in days])


def best_sellers_chart(confirmed, period: Period) -> str:
    sold = OrderItem.objects.filter(order__in=confirmed)
    rows = recent(f"best sellers {period.last} {period.days}", lambda: sold.best_sellers(8))
    return chart([row["product_name"][:24] for row in rows], [row["revenue"] for row in rows])


# Tables


def low_stock_table(products: list[Product]) -> dict:
    return {
        "headers": [gettext("Product"), gettext("SKU"), pgettext("quantity", "In stock"), gettext("To order")],
        "not_on_phones": 2,
        "all": product_list(StockStatus.LOW_STOCK),
        "rows": [
            {
                "url": reverse("admin:inventory_product_change", args=[product.pk]),
                "cells": [
                    product.name,
                    product.sku,
                    format_count(product.stock_qty),
                    format_count(product.suggested_order_qty),
                ],
            }
            for product in products
        ],
    }


def waiting_orders_table(user, waiting: list[Order]) -> dict:
    """The orders that have waited longest to be confirmed, with the dialog that confirms them."""
    may_confirm = user.has_perm("sales.confirm_order")
    return {
        "headers": [gettext("Order"), gettext("Customer"), gettext("Since"), gettext("Total")],
        "not_on_phones": 3,
        "all": f"{reverse('admin:sales_order_changelist')}?status__exact=PENDING",
        "rows": [
            {
                **order_row(order, date_format(order.order_date), format_money(order.total_amount)),
                "dialog": reverse("admin:sales_order_confirm_one", args=[order.pk]) if may_confirm else "",
                "dialog_label": gettext("Confirm"),
                "dialog_name": gettext("Confirm %(order)s") % {"order": order},
            }
            for order in waiting
        ],
    }


def latest_orders_table() -> dict:
    latest = Order.objects.prefetch_related("customer")[:SHOWN_ORDERS]
    return {
        "headers": [gettext("Order"), gettext("Customer"), gettext("Total"), gettext("Status")],
        "all": reverse("admin:sales_order_changelist"),
        "rows": [order_row(order, format_money(order.total_amount), status_badge(order)) for order in latest],
    }


def order_row(order: Order, *cells: str) -> dict:
    url = reverse("admin:sales_order_change", args=[order.pk])
    return {"url": url, "cells": [order.order_number, str(order.customer), *cells]}
