"""The dashboard: its figures are those of the lists it opens."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from inventory.models import Product
from inventory.services.stock import adjust_stock
from sales.models import Order
from sales.services.orders import cancel_order, confirm_order
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def tiles(client) -> dict[str, dict]:
    return {tile["label"]: tile for tile in client.get(reverse("admin:index")).context["tiles"]}


def sum_of_list(client, tile) -> Decimal:
    return sum(order.total_amount for order in client.get(tile["url"]).context["cl"].queryset)


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
        "Sales of the last 30 days": "6.66 USD",
        "Pending orders": "1",
        "Low stock": "1",
        "Out of stock": "2",
        "Customers": "4",
        "Receivables": "6.66 USD",
        "Stock value": "196.00 USD",
    }
    for label in ("Pending orders", "Low stock", "Out of stock", "Customers"):
        listed = as_admin.get(shown[label]["url"]).context["cl"].result_count
        assert str(listed) == shown[label]["figure"]
    for label in ("Sales today", "Sales of the last 30 days"):
        assert sum_of_list(as_admin, shown[label]) == Decimal("6.66")


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


NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize("day", [datetime(2026, 3, 8), datetime(2026, 11, 1), datetime(2026, 7, 1)])
def test_a_tile_is_the_sum_of_its_list_to_the_second_in_the_firms_time(as_admin, settings, monkeypatch, day):
    """On the days when the clocks go forward and back, and on any other."""
    settings.TIME_ZONE = "America/New_York"
    midnight, next_midnight = (
        datetime(day.year, day.month, day.day + offset, tzinfo=NEW_YORK).astimezone(UTC) for offset in (0, 1)
    )
    product, second = make_product(stock=100), timedelta(seconds=1)
    for at in (midnight - second, midnight, next_midnight - second, next_midnight):
        confirm_order(make_order((product, 1)), user=None, at=at)
    for now, sold in ((midnight, "20.00 USD"), (next_midnight - second, "20.00 USD"), (next_midnight, "10.00 USD")):
        monkeypatch.setattr("django.utils.timezone.now", lambda now=now: now)
        as_admin.force_login(as_admin.user)
        tile = tiles(as_admin)["Sales today"]
        assert tile["figure"] == sold == f"{sum_of_list(as_admin, tile)} USD"


@pytest.mark.parametrize(
    ("days", "label", "figure", "note"),
    [
        ("7", "Sales of the last 7 days", "30.00 USD", "▲ 50 % · the 7 days before 20.00 USD"),
        ("30", "Sales of the last 30 days", "50.00 USD", "Nothing sold in the 30 days before"),
        ("90", "Sales of the last 90 days", "50.00 USD", "Nothing sold in the 90 days before"),
        ("1", "Sales today", "10.00 USD", "▼ 50 % · yesterday 20.00 USD"),
        ("8", "Sales of the last 30 days", "50.00 USD", "Nothing sold in the 30 days before"),
        ("x", "Sales of the last 30 days", "50.00 USD", "Nothing sold in the 30 days before"),
        ("٣", "Sales of the last 30 days", "50.00 USD", "Nothing sold in the 30 days before"),
    ],
)
def test_a_period_is_compared_with_as_many_days_before(as_admin, days, label, figure, note):
    product, now = make_product(stock=100), timezone.now()
    for ago, pieces in ((0, 1), (1, 2), (8, 2)):
        confirm_order(make_order((product, pieces)), user=None, at=now - timedelta(days=ago))
    page = as_admin.get(reverse("admin:index"), {"days": days})
    tile = next(tile for tile in page.context["tiles"] if tile["label"] == label)
    assert (tile["figure"], tile["note"]) == (figure, note)
    chart = json.loads(page.context["sales_chart"])
    assert sum(chart["datasets"][0]["data"]) == float(figure.split()[0])
    assert len(chart["labels"]) == (24 if days == "1" else int(label.split()[-2]))


def test_the_orders_that_wait_longest_can_be_confirmed_from_here(as_sales, monkeypatch):
    orders = [make_order((make_product(), 1)) for _ in range(12)]
    page = as_sales.get(reverse("admin:index"))
    rows = page.context["waiting_orders"]["rows"]
    assert [row["cells"][0] for row in rows] == [order.order_number for order in orders[:10]]
    assert f'hx-get="{rows[0]["dialog"]}"' in page.content.decode()
    from accounts import roles

    monkeypatch.setitem(roles.MATRIX, "sales.confirm_order", {roles.ADMIN})
    assert rows[0]["dialog"] not in as_sales.get(reverse("admin:index")).content.decode()


def test_the_script_that_fetches_the_dashboard_takes_no_message_from_another_page(as_sales):
    order = make_order((make_product(), 1))
    as_sales.post(reverse("admin:sales_order_confirm_one", args=[order.pk]), {"_form_submitted": "on"})
    fetched = as_sales.get(reverse("admin:index"), headers={"X-Refresh": "1"}).content.decode()
    assert "Sales today" in fetched and f"{order} confirmed." not in fetched
    assert f"{order} confirmed." in as_sales.get(reverse("admin:sales_order_changelist")).content.decode()


def test_what_runs_low_says_how_much_to_order(as_admin):
    make_product(sku="A", stock=4, low_stock_threshold=7), make_product(sku="B", stock=5)
    rows = as_admin.get(reverse("admin:index")).context["low_stock"]["rows"]
    assert [row["cells"][1:] for row in rows] == [["A", "4", "10"], ["B", "5", "15"]]


def test_the_dashboard_says_when_the_stock_was_proved(as_admin):
    page = reverse("admin:index")
    assert "Stock never verified" in as_admin.get(page).content.decode()
    product = make_product(stock=4)
    call_command("check_stock")
    shown = as_admin.get(page).content.decode()
    assert "Stock verified" in shown and "Accounts never verified" in shown
    call_command("check_accounts")
    assert "Stock and accounts verified" in as_admin.get(page).content.decode()
    Product.objects.filter(pk=product.pk).update(stock_qty=3)
    with pytest.raises(CommandError):
        call_command("check_stock")
    assert "stock is 3, but its stock changes add up to 4" in as_admin.get(page).content.decode()
    User.objects.filter(pk=as_admin.user.pk).update(balance=1)
    with pytest.raises(CommandError):
        call_command("check_accounts")
    shown = as_admin.get(page).content.decode()
    assert "Accounts are wrong" in shown and "the balance is 1.00, but the account entries add up to 0.00" in shown


def test_running_low_lists_the_emptiest_first(as_admin):
    few, none = make_product(stock=4), make_product(stock=0)
    make_product(stock=50)
    rows = as_admin.get(reverse("admin:index")).context["low_stock"]["rows"]
    assert [row["cells"][1] for row in rows] == [none.sku, few.sku]


def test_an_empty_shop_has_a_dashboard_too(as_admin):
    page = as_admin.get(reverse("admin:index")).content.decode()
    assert "No orders yet." in page and "Every product is in good supply." in page


def test_without_view_cost_no_stock_value_is_shown(as_sales, monkeypatch):
    assert "Stock value" in tiles(as_sales)
    from accounts import roles

    monkeypatch.setitem(roles.MATRIX, "inventory.view_cost", {roles.ADMIN})
    assert "Stock value" not in tiles(as_sales)


def test_a_product_runs_low_by_its_own_threshold(as_admin):
    product = make_product(stock=30, low_stock_threshold=20)
    adjust_stock(product, user=None, new_qty=19, reason="Counted")
    assert tiles(as_admin)["Low stock"]["figure"] == "1"
