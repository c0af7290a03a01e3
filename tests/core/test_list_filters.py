"""Filters of lists: what is typed is understood, or said at its field and above the list; chips say what is active."""

from datetime import date
from decimal import Decimal
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from core.admin.filters import days_of
from sales.models import Order
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db
ORDERS = "admin:sales_order_changelist"


def shown(client, **filters):
    return client.get(reverse(ORDERS), filters).context_data["cl"]


def page(client, **filters) -> str:
    return client.get(reverse(ORDERS), filters).content.decode()


@pytest.fixture
def orders():
    made = [make_order((make_product(), 1)) for _ in range(3)]
    for order, day in zip(made, (date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)), strict=True):
        Order.objects.filter(pk=order.pk).update(order_date=day, total_amount=Decimal(day.day) + Decimal("0.50"))
    return made


@pytest.mark.parametrize("typed", ["2026-11-23", "23.11.2026", "11/23/2026", "Nov 23, 2026", "23 November 2026"])
def test_a_date_is_understood_as_it_is_written_here(as_sales, orders, typed):
    found = shown(as_sales, order_date_from=typed, order_date_to=typed)
    assert [order.pk for order in found.queryset] == [orders[1].pk]


@pytest.mark.parametrize("typed", ["23/11/2026", "23.11.2026", "2026-11-23"])
def test_in_arabic_the_day_stands_first(as_sales, orders, typed):
    as_sales.cookies.load({"django_language": "ar"})
    found = shown(as_sales, order_date_from=typed, order_date_to=typed)
    assert [order.pk for order in found.queryset] == [orders[1].pk]


@pytest.mark.parametrize(
    ("name", "typed", "title"),
    [
        ("order_date_from", "31.02.2026", "Order date"),
        ("confirmed_at_to", "yesterday or so", "Confirmed"),
        ("total_amount_from", "1.234", "Total"),
        ("total_amount_to", "ten", "Total"),
    ],
)
def test_what_is_not_understood_is_said_and_finds_nothing(as_sales, orders, name, typed, title):
    html = page(as_sales, **{name: typed})
    assert f"Nothing is shown. {title}: “{typed}”" in html
    assert 'class="errorlist"' in html or "errors" in html
    assert f'value="{typed}"' in html  # it can be mended where it was typed
    assert not shown(as_sales, **{name: typed}).queryset.exists()


@pytest.mark.parametrize(("typed", "found"), [("23.50", 2), ("23,50", 2), ("23,51", 1)])
def test_an_amount_is_understood_with_a_comma_too(as_sales, orders, typed, found):
    assert shown(as_sales, total_amount_from=typed).queryset.count() == found


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("today", date(2026, 3, 1), date(2026, 3, 1)),
        ("yesterday", date(2026, 2, 28), date(2026, 2, 28)),
        ("this_week", date(2026, 2, 23), date(2026, 3, 1)),
        ("this_month", date(2026, 3, 1), date(2026, 3, 1)),
        ("last_month", date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_period_is_these_days(period, first, last):
    assert days_of(period, date(2026, 3, 1)) == (first, last)  # a Sunday


def test_a_period_is_one_click_and_another_takes_it_away(as_sales):
    order = make_order((make_product(), 1))
    found = shown(as_sales, order_date_period="today")
    assert [chip["text"] for chip in found.chips] == ["Today"]
    assert found.chips[0]["url"] == "?" and [order.pk] == [one.pk for one in found.queryset]
    assert not shown(as_sales, order_date_period="yesterday").queryset.exists()
    assert [link["label"] for link in found.periods if link["active"]] == ["Today"]


def test_each_active_filter_is_a_chip_in_words_and_its_link_leaves_the_others(as_sales, orders):
    customer = make_customer(first_name="Maria", last_name="Anders")
    found = shown(
        as_sales,
        status__exact="PENDING",
        customer__id__exact=customer.pk,
        created_by=as_sales.user.pk,
        total_amount_from="10",
        order_date_from="2026-11-22",
        order_date_to="2026-11-23",
    )
    assert {chip["label"]: chip["text"] for chip in found.chips} == {
        "Status": "Pending",
        "Customer": "Maria Anders",
        "Order date": "Nov. 22, 2026 – Nov. 23, 2026",
        "Total": "≥ 10.00",
        "User": str(as_sales.user),
    }
    (link,) = [chip["url"] for chip in found.chips if chip["label"] == "Order date"]
    assert "order_date" not in link and "status__exact=PENDING" in link and "total_amount_from=10" in link


def test_a_day_counts_to_its_last_minute_in_the_firms_time_zone(as_sales, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    today = timezone.localdate().isoformat()
    make_order((make_product(), 1))
    address = reverse("admin:inventory_stockchange_changelist")
    found = as_sales.get(address, {"created_at_from": today, "created_at_to": today}).context_data["cl"]
    assert found.queryset.count() == 1


def test_a_record_leads_back_to_the_list_as_it_was(as_sales, orders):
    order, addresses = Order.objects.first(), reverse(ORDERS)
    record = reverse("admin:sales_order_change", args=[order.pk])
    query = {"q": order.order_number, "o": "1"}
    link = f"{record}?{urlencode({'_changelist_filters': urlencode(query)})}"
    assert f'href="{record}"' in as_sales.get(addresses).text
    assert f'href="{link}"' in as_sales.get(addresses, query).text
    assert f'href="{addresses}?{urlencode(query).replace("&", "&amp;")}"' in as_sales.get(link).text
