"""The demo shop."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Customer, User
from inventory.delivery_models import Delivery, Supplier
from inventory.models import Product, StockChange
from sales.models import Order, OrderItem
from sales.return_models import OrderReturn, ReturnItem
from sales.services.orders import confirm_order
from tests.factories import make_order, make_product
from tests.ledger import prove

pytestmark = pytest.mark.django_db


def test_the_demo_shop_is_believable_and_proved(capsys, settings):
    settings.DEBUG = True
    call_command("load_demo")
    told = capsys.readouterr().out
    assert "admin@example.com / demo  (Admin)" in told

    assert 180 <= Product.objects.count() <= 220
    assert (Customer.objects.count(), Order.objects.count()) == (60, 420)
    oldest, now = Order.objects.order_by("created_at").first(), timezone.now()
    assert now - timedelta(days=62) < oldest.created_at < now - timedelta(days=40)
    assert not Order.objects.filter(created_at__gt=now).exists()
    assert set(Order.objects.values_list("status", flat=True)) == {"PENDING", "CONFIRMED", "CANCELLED"}
    assert all(f"{order.order_date:ORD-%Y%m%d-}" in order.order_number for order in Order.objects.all())
    assert min(Product.objects.stock_counts().values()) > 0
    assert set(OrderReturn.objects.values_list("reason", flat=True)) == set(OrderReturn.Reason.values)
    assert set(ReturnItem.objects.values_list("restocked", flat=True)) == {True, False}
    assert not OrderReturn.objects.filter(created_at__gt=now).exists()
    assert Delivery.objects.count() > 20 and Supplier.objects.count() > 3
    assert not Delivery.objects.filter(created_at__gt=now).exists()
    assert not Product.objects.filter(supplier=None).exists()
    call_command("check_stock")
    call_command("check_accounts")
    prove()

    with pytest.raises(CommandError, match="has data already"):
        call_command("load_demo")
    call_command("load_demo", if_empty=True)
    assert Order.objects.count() == 420


def test_a_shop_of_any_size_is_what_the_services_would_have_written():
    call_command("load_demo", products=30, orders=120, customers=20, days=40)

    assert (Product.objects.count(), Customer.objects.count(), Order.objects.count()) == (30, 21, 120)
    call_command("check_stock")
    call_command("check_accounts")
    assert set(Order.objects.values_list("status", flat=True)) == {"PENDING", "CONFIRMED", "CANCELLED"}
    assert not Order.objects.disagreeing_with_lines().exists() and not OrderItem.objects.miscalculated().exists()
    assert Product.history.count() == StockChange.objects.count() + 30
    for record in (*Product.objects.all(), *Order.objects.all()):
        version = record.history.first()
        tracked = [field.attname for field in version.tracked_fields]
        assert [getattr(version, name) for name in tracked] == [getattr(record, name) for name in tracked]
    for order in Order.objects.all():
        steps = list(order.history.order_by("history_id").values_list("history_type", "status"))
        assert steps[0] == ("+", "PENDING") and steps[-1][1] == order.status
        taken = StockChange.objects.filter(reference=order.order_number)
        balance = sum(row.quantity_change for row in taken)
        assert balance == (-sum(order.quantities().values()) if order.status == "CONFIRMED" else 0)
    assert (
        Product.objects.filter(name__holds="hammer").count() == Product.objects.filter(name__contains="hammer").count()
    )


def test_work_goes_on_where_a_loaded_shop_stands():
    call_command("load_demo", products=5, orders=10, customers=5, days=3)
    customer, product = Customer.objects.first(), Product.objects.filter(stock_qty__gt=0).first()
    before = set(Order.objects.values_list("order_number", flat=True))

    order = confirm_order(make_order((product, 1), customer=customer), user=None)

    assert order.order_number not in before and make_product().pk > product.pk
    call_command("check_stock")
    call_command("check_accounts")


def test_a_size_is_a_number_of_at_least_one():
    with pytest.raises(CommandError, match="at least 1"):
        call_command("load_demo", "--orders=0")


def test_it_refuses_a_database_with_data():
    make_product()
    with pytest.raises(CommandError, match="only for an empty one"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_in_production_its_passwords_are_nobody_elses(capsys, settings, monkeypatch):
    settings.DEBUG = False
    from config.management.commands import load_demo

    monkeypatch.setattr(load_demo, "ORDERS", 3)
    call_command("load_demo")
    assert "/ demo " not in capsys.readouterr().out
    assert not User.objects.get(email="admin@example.com").check_password("demo")
