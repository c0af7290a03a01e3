"""The dashboard: its figures are those of the lists it opens."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse
from django.utils import timezone

from inventory.services import adjust_stock
from sales.models import Order
from sales.services import cancel_order, confirm_order
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def tiles(client) -> dict[str, dict]:
    return {tile["label"]: tile for tile in client.get(reverse("admin:index")).context["tiles"]}


def test_each_tile_counts_what_its_list_shows(as_admin):
    plenty = make_product(stock=100, cost_price=Decimal("2.00"), selling_price=Decimal("3.33"))
    make_product(stock=3), make_product(stock=0), make_product(stock=0)
    orders = [make_order((plenty, 1)) for _ in range(4)]
    confirm_order(orders[0], user=None)
    confirm_order(orders[1], user=None)
    confirm_order(orders[2], user=None)
    cancel_order(orders[2], user=None)
    make_customer(is_active=False)

    shown = tiles(as_admin)
    assert {label: tile["figure"] for label, tile in shown.items()} == {
        "Sales today": "6.66 USD",
        "Pending orders": "1",
        "Low stock": "1",
        "Out of stock": "2",
        "Customers": "4",
        "Stock value at cost": "196.00 USD",
    }
    for label in ("Pending orders", "Low stock", "Out of stock", "Customers"):
        listed = as_admin.get(shown[label]["url"]).context["cl"].result_count
        assert str(listed) == shown[label]["figure"]
    todays = as_admin.get(shown["Sales today"]["url"]).context["cl"].queryset
    assert sum(order.total_amount for order in todays) == Decimal("6.66")


def test_sales_today_are_those_of_the_firms_day(settings):
    settings.TIME_ZONE = "America/New_York"
    with timezone.override(ZoneInfo("America/New_York")):
        product, day = make_product(stock=100), datetime(2026, 3, 8).date()  # clocks go forward on this day
        midnight = datetime(2026, 3, 8, 5, tzinfo=UTC)  # 00:00 in New York
        for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=23, seconds=-1)):
            confirm_order(make_order((product, 1)), user=None, at=at)
        confirm_order(make_order((product, 1)), user=None, at=midnight + timedelta(hours=23))
        assert Order.objects.confirmed_on(day).count() == 2
        assert Order.objects.confirmed_on(day).revenue() == Decimal("20.00")
        by_day = Order.objects.confirmed_between(day, day).revenue_by_day()
        assert by_day == {day: Decimal("20.00")}


def test_running_low_lists_the_emptiest_first(as_admin):
    few, none = make_product(stock=4), make_product(stock=0)
    make_product(stock=50)
    rows = as_admin.get(reverse("admin:index")).context["low_stock"]["rows"]
    assert [row["cells"][1] for row in rows] == [none.sku, few.sku]


def test_an_empty_shop_has_a_dashboard_too(as_admin):
    page = as_admin.get(reverse("admin:index")).content.decode()
    assert "No orders yet." in page and "Every product is well stocked." in page


def test_without_view_cost_no_stock_value_is_shown(as_sales, monkeypatch):
    assert "Stock value at cost" in tiles(as_sales)
    from accounts import roles

    monkeypatch.setitem(roles.MATRIX, "inventory.view_cost", {roles.ADMIN})
    assert "Stock value at cost" not in tiles(as_sales)


def test_a_product_runs_low_by_its_own_threshold(as_admin):
    product = make_product(stock=30, low_stock_threshold=20)
    adjust_stock(product, user=None, new_qty=19, reason="Counted")
    assert tiles(as_admin)["Low stock"]["figure"] == "1"
