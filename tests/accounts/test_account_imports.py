"""Opening balances in lists of customers are posted to the accounts; taking a list back posts the opposite."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.account_models import AccountEntry
from accounts.models import Customer
from core.imports.registry import undo_import
from tests.factories import make_customer, make_customer_import, make_order, make_product, make_sales
from tests.ledger import prove

pytestmark = pytest.mark.django_db
LIST = "customer_code,company,opening_balance\nC-1,Acme,12.50\nC-2,Lee Ltd,-3\nC-3,Moreau,0\n"


def opened(code) -> list[str]:
    rows = AccountEntry.objects.filter(customer__customer_code=code).order_by("pk")
    assert {row.kind for row in rows} <= {"OPENING"}
    return [str(row.amount) for row in rows]


def balance_of(code) -> Decimal:
    return Customer.objects.get(customer_code=code).balance


def test_a_list_posts_what_opening_balances_change_by_and_a_second_time_nothing():
    clerk, known = make_sales(), make_customer(customer_code="C-2", opening_balance=Decimal("10.00"))
    make_customer_import(LIST, user=clerk)
    assert (opened("C-1"), opened("C-2"), opened("C-3")) == (["12.50"], ["10.00", "-13.00"], [])
    assert (balance_of("C-1"), balance_of("C-2")) == (Decimal("12.50"), Decimal("-3.00"))
    assert AccountEntry.objects.get(customer__customer_code="C-1").created_by == clerk
    known.refresh_from_db()
    assert known.history.count() == 2  # balances leave no version of their own
    assert make_customer_import(LIST, user=clerk) is None and AccountEntry.objects.count() == 3
    prove()


def test_the_command_posts_too(tmp_path):
    (tmp_path / "list.csv").write_text(LIST)
    call_command("import_customers", str(tmp_path / "list.csv"))
    assert opened("C-1") == ["12.50"]
    prove()


def test_undone_the_changed_get_the_opposite_entry_and_the_new_survive_deactivated():
    make_customer(customer_code="C-2", opening_balance=Decimal("10.00"))
    record = make_customer_import(LIST)
    left = undo_import(record, user=None).not_undone.splitlines()
    assert left == [
        "Acme (C-1): stays, deactivated, because its account is kept; its opening balance is taken back.",
    ]
    assert (opened("C-1"), opened("C-2")) == (["12.50", "-12.50"], ["10.00", "-13.00", "13.00"])
    acme = Customer.objects.get(customer_code="C-1")
    assert (acme.is_active, acme.opening_balance, acme.balance, acme.history.count()) == (False, 0, 0, 2)
    assert not Customer.objects.filter(customer_code="C-3").exists()
    prove()


def test_who_has_ordered_since_stays_as_they_are():
    record = make_customer_import(LIST)
    make_order((make_product(), 1), customer=Customer.objects.get(customer_code="C-1"))
    assert "Acme (C-1): stays, because other records refer to them." in undo_import(record, user=None).not_undone
    assert balance_of("C-1") == Decimal("12.50") and Customer.objects.get(customer_code="C-1").is_active
    prove()
