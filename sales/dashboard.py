"""The figures of the landing page. The template only shows them."""

import json
from datetime import timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Customer
from accounts.money import format_money
from inventory.models import Product
from inventory.stock_status import StockStatus
from sales.models import Order, OrderItem

DAYS = 30
LOWEST = 10  # so many of the products that run low are listed


def callback(request, context):
    """Give the admin's index page its figures, if the user may see them."""
    if request.user.has_perm("sales.view_dashboard"):
        context |= figures(request.user)
    return context


def figures(user) -> dict:
    today = timezone.localdate()
    first = today - timedelta(days=DAYS - 1)
    confirmed = Order.objects.confirmed_between(first, today)
    return {
        "tiles": tiles(user),
        "sales_title": f"Sales of the last {DAYS} days",
        "sales_chart": sales_chart(confirmed.revenue_by_day(), first),
        "best_sellers_title": f"Best-selling products of the last {DAYS} days",
        "best_sellers_chart": best_sellers_chart(confirmed),
        "low_stock": low_stock_table(),
        "latest_orders": latest_orders_table(),
    }


def insights() -> dict:
    """The day's figures: money in the firm's currency, the day in TIME_ZONE. Four queries."""
    today = timezone.localdate()
    stock = Product.objects.stock_counts()
    return {
        "date": today,
        "total_customers": Customer.objects.active().count(),
        **Order.objects.standing_on(today),
        "low_stock_count": stock["low"],
        "out_of_stock_count": stock["out"],
        "low_stock_products": Product.objects.running_low()[:LOWEST],
    }


def tiles(user) -> list[dict]:
    """Each with the list that it counts."""
    orders, counts = reverse("admin:sales_order_changelist"), insights()
    today = counts["date"]
    shown = [
        {
            "label": "Sales today",
            "figure": format_money(counts["total_sales_today"]),
            "url": f"{orders}?status__exact=CONFIRMED&confirmed_at_from={today}&confirmed_at_to={today}",
        },
        {
            "label": "Pending orders",
            "figure": f"{counts['pending_orders_count']:,}",
            "url": f"{orders}?status__exact=PENDING",
        },
        {
            "label": "Low stock",
            "figure": f"{counts['low_stock_count']:,}",
            "url": product_list(StockStatus.LOW_STOCK),
        },
        {
            "label": "Out of stock",
            "figure": f"{counts['out_of_stock_count']:,}",
            "url": product_list(StockStatus.OUT_OF_STOCK),
        },
        {
            "label": "Customers",
            "figure": f"{counts['total_customers']:,}",
            "url": f"{reverse('admin:accounts_customer_changelist')}?is_active__exact=1",
        },
    ]
    if user.has_perm("inventory.view_cost"):
        shown.append(
            {
                "label": "Stock value at cost",
                "figure": format_money(Product.objects.stock_value()),
                "url": reverse("admin:inventory_product_changelist"),
            }
        )
    return shown


def product_list(status: StockStatus) -> str:
    return f"{reverse('admin:inventory_product_changelist')}?stock_status={status}"


def sales_chart(revenue: dict, first) -> str:
    days = [first + timedelta(days=offset) for offset in range(DAYS)]
    return chart([date_format(day, "M j") for day in days], [float(revenue.get(day, 0)) for day in days], "Sales")


def best_sellers_chart(confirmed) -> str:
    rows = OrderItem.objects.filter(order__in=confirmed).best_sellers(8)
    return chart([row["product_name"][:24] for row in rows], [float(row["revenue"]) for row in rows], "Sales")


def chart(labels: list[str], values: list[float], label: str) -> str:
    """What unfold's chart component draws (floats: a picture needs no cents)."""
    colour = "var(--color-primary-600)"
    dataset = {"label": label, "data": values, "backgroundColor": colour, "borderColor": colour, "maxBarThickness": 16}
    dataset |= {"displayYAxis": True, "suffixYAxis": settings.CURRENCY}
    return json.dumps({"labels": labels, "datasets": [dataset]})


def low_stock_table() -> dict:
    return {
        "headers": ["Product", "SKU", "In stock", "Status"],
        "rows": [
            {
                "url": reverse("admin:inventory_product_change", args=[product.pk]),
                "cells": [product.name, product.sku, product.stock_qty, product.stock_status.label],
            }
            for product in Product.objects.running_low()[:LOWEST]
        ],
    }


def latest_orders_table() -> dict:
    latest = Order.objects.select_related("customer")[:10]
    return {
        "headers": ["Order", "Customer", "Total", "Status"],
        "rows": [
            {
                "url": reverse("admin:sales_order_change", args=[order.pk]),
                "cells": [
                    order.order_number,
                    str(order.customer),
                    format_money(order.total_amount),
                    order.get_status_display(),
                ],
            }
            for order in latest
        ],
    }
