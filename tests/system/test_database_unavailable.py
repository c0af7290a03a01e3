"""A database that cannot write now is a 503 that says so, in JSON or as a page, with nothing half done."""

import threading
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import InterfaceError, OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse

from config.middleware.database_unavailable import is_database_unavailable
from inventory.models import Product, StockChange
from sales.models import Order
from tests.clients import Caller, signed_in
from tests.environment import POSTGRESQL
from tests.factories import make_admin, make_order, make_product

pytestmark = pytest.mark.usefixtures("committed_db")


@contextmanager
def somebody_writes(product):
    """Another connection holds what this one is going to wait for, longer than it is patient."""
    held, done = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            Product.objects.select_for_update().get(pk=product.pk)
            held.set()
            done.wait(30)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    assert held.wait(10)
    patience = "SET lock_timeout = '200ms'" if POSTGRESQL else "PRAGMA busy_timeout = 200"
    with connection.cursor() as cursor:
        cursor.execute(patience)
    try:
        yield
    finally:
        done.set()
        thread.join()
        connection.close()


def test_the_api_says_503_and_the_same_request_succeeds_afterwards():
    admin, product = Caller(make_admin()), make_product(stock=5)
    order = make_order((product, 2))
    address = f"/orders/{order.pk}/confirm/"

    with somebody_writes(product):
        response = admin.post(address, Idempotency_Key="once")
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "busy" in response.json()["detail"]
    order.refresh_from_db()
    assert (order.status, StockChange.objects.filter(kind="SALE").count()) == ("PENDING", 0)

    assert admin.post(address, Idempotency_Key="once").json()["status"] == "CONFIRMED"
    call_command("check_stock")


@pytest.mark.parametrize("debug", [True, False])
def test_the_admin_shows_a_page_of_its_own(settings, debug):
    settings.DEBUG = debug
    admin, product = signed_in(make_admin()), make_product(stock=5)
    order = make_order((product, 2))
    address = reverse("admin:sales_order_changelist")
    data = {"action": "confirm_selected", "_selected_action": "0", "select_across": "1"}
    data["orders"] = f"{order.pk}@{order.modified_at.isoformat()}"

    with somebody_writes(product):
        response = admin.post(address, data)

    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert "The system is busy" in response.content.decode()
    assert Order.objects.get().status == "PENDING"


def test_an_import_that_cannot_lock_its_products_says_so(tmp_path):
    product = make_product(sku="A-1", stock=5)
    file = tmp_path / "list.csv"
    file.write_text("sku,stock_qty\nA-1,9\n")

    with somebody_writes(product), pytest.raises(CommandError, match="nothing was imported"):
        call_command("import_products", str(file), stock="set")

    assert Product.objects.get().stock_qty == 5


def failing(*args, **kwargs):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM no_such_table")


def test_what_fails_outside_a_view_is_answered_too():
    client = Client(raise_request_exception=False)
    with patch("django.contrib.sessions.middleware.SessionMiddleware.process_request", side_effect=lost()):
        response = client.get("/admin/")
    assert (response.status_code, "The system is busy" in response.content.decode()) == (503, True)


def test_a_mistake_of_ours_stays_a_mistake():
    assert (
        not is_database_unavailable(None)
        and not is_database_unavailable(ValueError())
        and not is_database_unavailable(OperationalError("no such table"))
    )
    with pytest.raises(Exception, match="no_such_table") as raised:
        failing()
    assert not is_database_unavailable(raised.value)


@pytest.mark.parametrize(
    ("sqlstate", "busy"),
    [
        ("40P01", True),
        ("40001", True),
        ("55P03", True),
        ("57P01", True),
        ("57014", True),
        (None, True),
        ("28P01", False),
    ],
)
def test_which_errors_of_postgresql_pass(sqlstate, busy):
    for kind in (OperationalError, InterfaceError):
        assert is_database_unavailable(lost(kind, sqlstate)) == busy


def lost(kind=OperationalError, sqlstate=None):
    import psycopg

    error, cause = kind("the connection is lost"), psycopg.OperationalError()
    cause.sqlstate = sqlstate
    error.__cause__ = cause
    return error


@pytest.mark.postgres
def test_a_deadlock_is_a_503():
    admin, first, second = Caller(make_admin()), make_product(stock=5), make_product(stock=5)
    order = make_order((first, 1), (second, 1))
    reached = threading.Event()

    def against_the_order():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL deadlock_timeout = '30s'")
            Product.objects.select_for_update().get(pk=second.pk)
            reached.set()
            threading.Event().wait(0.7)  # the order has locked the first by now
            Product.objects.select_for_update().get(pk=first.pk)
        connections.close_all()

    thread = threading.Thread(target=against_the_order)
    thread.start()
    reached.wait(10)
    response = admin.post(f"/orders/{order.pk}/confirm/")
    thread.join()
    assert (response.status_code, Order.objects.get().status) == (503, "PENDING")
