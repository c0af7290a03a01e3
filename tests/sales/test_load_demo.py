"""The demo shop."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from accounts.models import Customer, User
from inventory.models import Product
from sales.models import Order
from tests.factories import make_product

pytestmark = pytest.mark.django_db


def test_the_demo_shop_is_believable_and_proved(capsys, settings):
    settings.DEBUG = True
    call_command("load_demo")
    told = capsys.readouterr().out
    assert "admin@example.com / demo  (Admin)" in told

    assert 180 <= Product.objects.count() <= 220
    assert (Customer.objects.count(), Order.objects.count()) == (60, 400)
    oldest, now = Order.objects.order_by("created_at").first(), timezone.now()
    assert now - timedelta(days=62) < oldest.created_at < now - timedelta(days=40)
    assert not Order.objects.filter(created_at__gt=now).exists()
    assert set(Order.objects.values_list("status", flat=True)) == {"PENDING", "CONFIRMED", "CANCELLED"}
    assert all(f"{order.order_date:ORD-%Y%m%d-}" in order.order_number for order in Order.objects.all())
    assert min(Product.objects.stock_counts().values()) > 0
    call_command("check_stock")

    with pytest.raises(CommandError, match="has data already"):
        call_command("load_demo")
    call_command("load_demo", if_empty=True)
    assert Order.objects.count() == 400


def test_it_refuses_a_database_with_data():
    make_product()
    with pytest.raises(CommandError, match="only for an empty one"):
        call_command("load_demo")
    assert not User.objects.exists()


def test_in_production_its_passwords_are_nobody_elses(capsys, settings, monkeypatch):
    settings.DEBUG = False
    from sales.management.commands import load_demo

    monkeypatch.setattr(load_demo, "ORDERS", 3)
    call_command("load_demo")
    assert "/ demo " not in capsys.readouterr().out
    assert not User.objects.get(email="admin@example.com").check_password("demo")
