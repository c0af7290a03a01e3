"""Imports and their undoing while others sell and edit: nothing half done, nothing lost, nobody stuck."""

import time

import pytest
from django.core.management import call_command
from django.db import transaction

from accounts.models import Customer, User
from accounts.resources import CustomerResource
from accounts.services.people import save_user
from core.concurrency import lock_record
from core.imports.exceptions import ImportOutdated
from core.imports.models import ImportRecord
from core.imports.registry import undo_import
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from sales.models import Order
from tests.factories import make_customer, make_customer_import, make_import, make_order, make_product
from tests.imports import mapped
from tests.race import race
from tests.sales.steps import confirm, create, outcomes

pytestmark = pytest.mark.usefixtures("committed_db")


def bring(resource, text, **options):
    importing = resource(reference="list.csv", **options)
    importing.import_data(mapped(text, resource))
    if importing.report.problem:
        raise ImportOutdated(importing.report.problem)


def undo(pk):
    return undo_import(ImportRecord.objects.get(pk=pk), user=None).not_undone


def undo_customers(pk):
    return undo_import(ImportRecord.objects.get(pk=pk), user=None).not_undone


def add_stock(text):
    bring(ProductResource, text, stock_mode="add")


@transaction.atomic
def take_slowly(email):
    User.objects.create_user(email)
    time.sleep(1)


def undo_a_little_later(pk):
    time.sleep(0.4)
    return undo_customers(pk)


@transaction.atomic
def rename(pk):
    customer = lock_record(Customer(pk=pk))
    customer.last_name = "Renamed"
    save_user(customer, by=None)


def test_stock_that_is_imported_sold_and_taken_back_at_once_is_counted_once():
    product = make_product(sku="A-1", stock=10)
    record = make_import("sku,stock_qty\nA-1,20\n", stock_mode="add")
    orders = [make_order((product, 1)) for _ in range(6)]

    results = race((undo, record.pk), (add_stock, "sku,stock_qty\nA-1,5\n"), *[(confirm, order.pk) for order in orders])

    assert outcomes(results) == {"done": 8}, results
    product.refresh_from_db()
    assert product.stock_qty in (9, 29)  # 29: the other import came first, and the stock stays as that has left it
    call_command("check_stock")


def test_an_import_is_undone_by_one_of_four():
    make_product(sku="A-1", stock=3)
    record = make_import("sku,name,selling_price,stock_qty\nA-1,Chai,1,5\nB-1,Cup,1,5\n", stock_mode="add")

    results = race(*[(undo, record.pk)] * 4)

    assert outcomes(results) == {"done": 1, "AlreadyUndone": 3}, results
    assert Product.objects.get().stock_qty == 3
    assert StockChange.objects.filter(kind="DELETION").count() == 1
    call_command("check_stock")


def test_a_product_ordered_while_its_import_is_undone_is_either_gone_or_has_the_order():
    customer = make_customer()
    record = make_import("sku,name,selling_price,stock_qty\nB-1,Cup,1,5\n")
    product = Product.objects.get()

    results = race((undo, record.pk), *[(create, customer.pk, product.pk)] * 4)

    # without a line there is no order: who looked the product up too late
    assert not {outcome for outcome, _ in results} - {"done", "RecordGone", "InvalidOrder"}, results
    assert Product.objects.exists() == Order.objects.exists()
    call_command("check_stock")


def test_a_customer_who_orders_while_their_import_is_undone_is_either_gone_or_has_the_order():
    product = make_product(stock=9)
    record = make_customer_import("email,first_name\nann@example.com,Ann\n")
    customer = Customer.objects.get()

    results = race((undo_customers, record.pk), *[(create, customer.pk, product.pk)] * 4)

    assert not {outcome for outcome, _ in results} - {"done", "RecordGone", "CRASH DoesNotExist"}, results
    assert Customer.objects.exists() == Order.objects.exists()


def test_imports_of_the_same_customers_in_opposite_order_never_deadlock():
    known = [make_customer(email=f"known{number}@example.com", last_name="") for number in range(20)]
    rows = [f"known{number}@example.com,Ann,{number}\n" for number in range(20)]
    rows += [f"new{number}@example.com,Ann,{number}\n" for number in range(200)]
    header = "email,first_name,address\n"

    results = race(
        (bring, CustomerResource, header + "".join(rows)),
        (bring, CustomerResource, header + "".join(rows[::-1])),
        *[(rename, customer.pk) for customer in known[:4]],
    )

    assert not {outcome for outcome, _ in results} - {"done", "ImportOutdated"}, results
    assert "deadlock" not in str(results)
    assert Customer.objects.count() == 220
    assert {str(customer) for customer in Customer.objects.filter(pk__in=[k.pk for k in known[:4]])} == {"Ann Renamed"}


def test_an_old_e_mail_that_is_being_taken_while_an_import_is_undone_is_said():
    make_customer(email="old@example.com", customer_code="C-1")
    record = make_customer_import("customer_code,email\nC-1,new@example.com\n")

    results = race((take_slowly, "old@example.com"), (undo_a_little_later, record.pk))

    assert results[0][0] == "done"
    customer = Customer.objects.get(customer_code="C-1")
    taken = f"{customer} (C-1): the values stay, because somebody else has the old e-mail now."
    assert results[1] == ("done", taken) or results[1][0] == "ImportOutdated", results
    assert Customer.objects.get(customer_code="C-1").email == "new@example.com"
    record.refresh_from_db()
    assert (record.undone_at is None) == (results[1][0] == "ImportOutdated")
