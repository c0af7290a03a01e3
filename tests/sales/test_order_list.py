"""The list of orders: tabs, filters, and what the filtered ones come to."""

import html
import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.references import link_references
from sales.admin.orders import OrderAdmin
from sales.services.orders import cancel_order, confirm_order
from tests.clients import signed_in
from tests.factories import make_admin, make_customer, make_order, make_product

ORDERS = reverse("admin:sales_order_changelist")


@pytest.fixture
def four_orders(as_sales):
    """Two pending, one confirmed, one cancelled: of 10, 20, 30 and 40."""
    orders = [make_order((make_product(), pieces), user=as_sales.user) for pieces in (1, 2, 3, 4)]
    confirm_order(orders[2], user=None)
    cancel_order(orders[3], user=None)
    return orders


def shown(client, query=""):
    answer = client.get(ORDERS + query)
    assert answer.status_code == 200
    return answer.context["cl"]


def test_each_status_has_a_tab_with_its_number_and_the_other_filters_stay(as_sales, four_orders):
    for query in ("", "?total_amount_from=&total_amount_to="):
        tabs = shown(as_sales, query).tabs
        assert [(tab["label"], tab["count"], tab["active"]) for tab in tabs] == [
            ("All", 4, True),
            ("Pending", 2, False),
            ("Confirmed", 1, False),
            ("Cancelled", 1, False),
        ]
    tabs = shown(as_sales, "?q=ORD&p=1").tabs
    assert {tab["count"] for tab in tabs} == {""}  # they would be the numbers of another list
    pending = shown(as_sales, tabs[1]["url"])
    assert {order.status for order in pending.queryset} == {"PENDING"} and pending.query == "ORD"
    assert [tab["active"] for tab in pending.tabs] == [False, True, False, False]
    assert shown(as_sales, pending.tabs[0]["url"]).queryset.count() == 4


def test_a_filtered_list_says_what_it_comes_to(as_sales, four_orders):
    assert shown(as_sales).sum == shown(as_sales, "?status__exact=&order_date_from=").sum == ""
    assert shown(as_sales, "?status__exact=PENDING").sum == "2 orders · 30.00 USD"
    assert shown(as_sales, f"?q={four_orders[2]}").sum == "1 order · 30.00 USD"
    assert shown(as_sales, "?q=nothing-like-that").sum == "0 orders · 0.00 USD"
    cancelled = shown(as_sales, "?order_date_period=today").sum
    assert cancelled == "4 orders | Pending: 2 · 30.00 USD | Confirmed: 1 · 30.00 USD | Cancelled: 1 · 40.00 USD"
    assert "2 orders · 30.00 USD" in as_sales.get(ORDERS + "?status__exact=PENDING").content.decode()


def test_what_many_orders_come_to_is_asked_for_by_the_page(as_sales, four_orders, monkeypatch):
    monkeypatch.setattr("sales.admin.order_list.SUMMED_AT_ONCE", 1)
    with CaptureQueriesContext(connection) as captured:
        page = as_sales.get(ORDERS + "?status__exact=PENDING&o=1")
    assert not [query for query in captured if "SUM(" in query["sql"]]
    (url,) = re.findall(r'data-sum="(.+?)"', page.content.decode())
    assert as_sales.get(ORDERS + html.unescape(url)).json() == {"sum": "2 orders · 30.00 USD"}
    assert as_sales.get(ORDERS + "sum/?order_date_from=x").json() == {"sum": "0 orders · 0.00 USD"}
    assert as_sales.get(ORDERS + "sum/?total_amount__lt=3").status_code == 400
    assert "data-sum" not in as_sales.get(ORDERS).content.decode()
    assert signed_in(make_customer()).get(ORDERS + "sum/?status__exact=PENDING").status_code == 302


def test_a_long_list_is_counted_no_further_than_needed(as_sales, monkeypatch):
    monkeypatch.setattr("core.admin.paging.COUNTED", 10)
    monkeypatch.setattr(OrderAdmin, "list_per_page", 5)
    product, customer = make_product(), make_customer()
    for _ in range(32):
        make_order((product, 1), customer=customer)
    page = as_sales.get(ORDERS)
    assert page.context["cl"].paginator.num_pages == 2
    for told in ("10+ results", "Select all 10+ orders", "10+\n", "All 10+ selected"):
        assert told in page.content.decode(), told
    numbers = {order.pk for number in range(1, 8) for order in shown(as_sales, f"?p={number}").result_list}
    assert len(numbers) == 32  # from the last page that is offered it goes on
    assert "32 results" in as_sales.get(ORDERS + "?p=7").content.decode()


def test_orders_are_filtered_by_amount_and_by_who_took_them(as_sales, four_orders):
    between = shown(as_sales, "?total_amount_from=20&total_amount_to=30").queryset
    assert {order.total_amount for order in between} == {Decimal("20.00"), Decimal("30.00")}
    other = make_order((make_product(), 1), user=make_admin())
    mine = shown(as_sales, f"?created_by={as_sales.user.pk}").queryset
    assert set(mine) == set(four_orders) and other not in mine


def test_the_last_day_of_a_range_counts(as_sales, four_orders):
    today = timezone.localdate()
    assert shown(as_sales, f"?order_date_from={today}&order_date_to={today}").queryset.count() == 4
    yesterday = today - timedelta(days=1)
    assert shown(as_sales, f"?order_date_to={yesterday}").queryset.count() == 0


@pytest.mark.parametrize(
    "query",
    [
        "?status__exact=NONSENSE",
        "?total_amount_from=x",
        "?total_amount_from=1e999999999",
        "?created_by=x",
        "?created_by=٣",
    ],
)
def test_a_filter_with_nonsense_in_it_breaks_nothing(as_sales, four_orders, query):
    assert as_sales.get(ORDERS + query, follow=True).status_code == 200


def test_orders_are_found_by_what_is_in_them(as_sales, four_orders):
    product = four_orders[1].items.get().product
    for term in (product.sku.lower(), product.name):
        assert list(shown(as_sales, f"?q={term}").queryset) == [four_orders[1]]


def test_an_order_s_number_leads_to_it_wherever_it_is_written(as_sales, four_orders):
    number = four_orders[2].order_number
    page = reverse("admin:sales_order_by_number", args=[number])
    product = four_orders[2].items.get().product
    for address in (
        reverse("admin:inventory_stockchange_changelist"),
        reverse("admin:inventory_product_change", args=[product.pk]),
        reverse("admin:inventory_stockchange_change", args=[product.stock_changes.first().pk]),
    ):
        assert f'href="{page}">{number}</a>' in as_sales.get(address).content.decode(), address
    assert as_sales.get(page).url == reverse("admin:sales_order_change", args=[four_orders[2].pk])
    assert as_sales.get(reverse("admin:sales_order_by_number", args=["ORD-20200101-0001"])).status_code == 404


def test_a_text_that_only_looks_like_html_stays_text():
    assert link_references("<b>ORD-20261124-0001</b>") == (
        '&lt;b&gt;<a class="text-primary-600 underline whitespace-nowrap dark:text-primary-500" '
        'href="/admin/sales/order/number/ORD-20261124-0001/">ORD-20261124-0001</a>&lt;/b&gt;'
    )
