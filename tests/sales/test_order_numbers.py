"""Order numbers: ORD-YYYYMMDD-0001, by the day in TIME_ZONE, never twice."""

from datetime import UTC, date, datetime

import pytest

from sales.models import OrderNumberCounter
from sales.services.orders import NewItem, create_order, delete_order, next_order_number
from tests.factories import make_customer, make_product

pytestmark = pytest.mark.django_db


def order_at(moment):
    return create_order(customer=make_customer(), lines=[NewItem(make_product(), 1)], user=None, at=moment)


def test_numbers_count_up_within_a_day_and_start_again_on_the_next():
    numbers = [order_at(datetime(2026, 3, day, 12, tzinfo=UTC)).order_number for day in (1, 1, 2)]
    assert numbers == ["ORD-20260301-0001", "ORD-20260301-0002", "ORD-20260302-0001"]


def test_the_day_is_the_firms_not_greenwichs(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    order = order_at(datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    assert order.order_number == "ORD-20260302-0001"
    assert order.order_date == date(2026, 3, 2)


def test_the_number_of_a_deleted_order_is_not_used_again():
    moment = datetime(2026, 3, 1, 12, tzinfo=UTC)
    delete_order(order_at(moment), user=None)
    assert order_at(moment).order_number == "ORD-20260301-0002"


def test_numbers_go_on_past_9999():
    OrderNumberCounter.objects.create(day=date(2026, 3, 1), last=9998)
    assert [next_order_number(date(2026, 3, 1)) for _ in range(2)] == ["ORD-20260301-9999", "ORD-20260301-10000"]
