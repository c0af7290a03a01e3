"""Orders of before get the name and the addresses that their customer's record has when the database is migrated."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from sales.models import Order
from sales.order_check import without_snapshot
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.usefixtures("committed_db")


def test_they_get_them_as_a_new_order_would():
    tea, address = make_product(stock=50), "Quay 1\nHamburg"
    for fields in (
        {"first_name": "Ada", "last_name": "Lee", "address": address, "delivery_address": "Dock 9"},
        {"first_name": "Bo", "last_name": "", "address": ""},
        {"company": "Acme GmbH", "first_name": "", "last_name": "", "email": None, "address": address},
        {"company": "Acme AG", "first_name": "Cy", "last_name": "May", "address": address},
        {"company": "Acme KG", "first_name": "Di", "last_name": "", "address": ""},
    ):
        make_order((tea, 1), customer=make_customer(**fields))
    seen = ("pk", "customer_name", "customer_address", "delivery_address", "modified_at")
    before = list(Order.objects.order_by("pk").values_list(*seen))
    assert {row[1] for row in before} == {"Ada Lee", "Bo", "Acme GmbH", "Acme AG", "Acme KG"}
    MigrationExecutor(connection).migrate([("sales", "0002_amendments")])
    MigrationExecutor(connection).migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())
    assert list(Order.objects.order_by("pk").values_list(*seen)) == before
    assert not without_snapshot().exists()
