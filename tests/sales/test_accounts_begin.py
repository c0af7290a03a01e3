"""When the database is migrated, the accounts begin with what the opening balances and the orders of before say."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from accounts.account_models import AccountEntry
from accounts.models import Customer, User
from sales.account_check import account_problem
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.factories import make_customer, make_order, make_product, make_sales
from tests.ledger import without_triggers

pytestmark = pytest.mark.usefixtures("committed_db")
SEEN = ("customer", "kind", "amount", "balance_after", "reference", "text", "due_on", "created_at", "created_by")


def trade():
    clerk, now = make_sales(), timezone.now()
    moments = (now - timedelta(days=90) + timedelta(hours=7 * n) for n in range(200))
    acme = make_customer(company="Acme GmbH", opening_balance=Decimal("100.00"), payment_days=0)
    lee = make_customer(opening_balance=Decimal("-40.50"))
    make_customer()
    User.objects.update(created_at=now - timedelta(days=100))
    date_openings(now - timedelta(days=100))
    tea, rum = make_product(stock=500), make_product(stock=3, selling_price=Decimal("0.10"))
    for customer in (acme, lee, acme):
        order = make_order((tea, 5), customer=customer, user=clerk)
        confirm_order(order, user=clerk, at=next(moments))
        lines = [NewItem(tea, 3), NewItem(rum, 1)]
        amend_order(order, lines=lines, reason="They rang", user=clerk, at=next(moments))
        amend_order(order, lines=[NewItem(tea, 4)], reason="Again", user=clerk, at=next(moments))
        goods = [ReturnedGoods(tea.pk, 1, credit=Decimal("8.00"))]
        return_goods(order, goods, reason="UNWANTED", user=clerk, at=next(moments))
        if customer == acme:
            cancel_order(order, user=clerk, at=next(moments))
    gift = make_order((tea, 1, Decimal(0)), customer=lee)
    confirm_order(gift, user=None, at=next(moments))
    cancel_order(make_order((tea, 1), customer=lee), user=clerk, at=next(moments))
    big = create_order(customer=lee, lines=[NewItem(rum, 9)], user=clerk, beyond_stock=True, customer_reference="PO 1")
    confirm_partly(big, user=clerk, at=next(moments))


def date_openings(at):
    """Opening balances are posted now; the migration takes the moment at which the customer was entered."""
    with without_triggers():
        AccountEntry.objects.update(created_at=at)


def test_entries_are_what_the_services_posted():
    trade()
    posted = list(AccountEntry.objects.order_by("pk").values_list(*SEEN))
    balances = list(Customer.objects.order_by("pk").values_list("pk", "balance"))
    assert {row[1] for row in posted} == {"OPENING", "SALE", "AMENDMENT", "RETURN", "CANCELLATION"} and len(posted) > 15
    with without_triggers():
        AccountEntry.objects.all().delete()
    User.objects.update(balance=0, account_head=None)

    MigrationExecutor(connection).migrate([("sales", "0006_account_checks")])
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())

    assert list(AccountEntry.objects.order_by("pk").values_list(*SEEN)) == posted
    assert list(Customer.objects.order_by("pk").values_list("pk", "balance")) == balances
    assert account_problem() == ""


def test_migrating_to_and_fro_posts_nothing_twice():
    trade()
    posted = list(AccountEntry.objects.order_by("pk").values_list("row_hash", flat=True))
    MigrationExecutor(connection).migrate([("sales", "0006_account_checks")])
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert list(AccountEntry.objects.order_by("pk").values_list("row_hash", flat=True)) == posted
