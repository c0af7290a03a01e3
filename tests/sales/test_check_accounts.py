"""check_accounts proves what customers owe, and names the customer and the entry where somebody went round it."""

from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.account_models import ACCOUNT_CHAIN, AccountEntry
from accounts.models import Customer, User
from accounts.services.account import NewEntry, post_entries
from core.append_only import missing_triggers
from core.ledger_check import KEPT
from sales.account_check import account_problem, check_accounts
from sales.account_models import AccountCheck
from sales.models import Order
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.factories import make_confirmed_order, make_customer, make_product
from tests.ledger import without_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    """Entries of 100.00 opening, 50.00 sold, 10.00 less, 8.00 back, and −30.00 of an order that was cancelled."""
    acme, tea = make_customer(company="Acme GmbH", customer_code="C-7", opening_balance=Decimal(100)), make_product(50)
    order = make_confirmed_order((tea, 5), customer=acme)
    amend_order(order, lines=[NewItem(tea, 4)], reason="They rang", user=None)
    return_goods(order, [ReturnedGoods(tea.pk, 1, credit=Decimal(8))], reason="UNWANTED", user=None)
    cancel_order(make_confirmed_order((tea, 3), customer=acme), user=None)
    make_confirmed_order((tea, 2))
    return Customer.objects.get(pk=acme.pk)


def tamper(statement: str, *values) -> None:
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def entry(kind: str) -> AccountEntry:
    return AccountEntry.objects.filter(kind=kind).order_by("pk").first()


def test_a_sound_database_is_proved_and_the_run_is_kept(acme, capsys):
    call_command("check_accounts")
    said = capsys.readouterr().out
    assert "Accounts are proved: 2 customers, 7 account entries." in said
    assert f"written down elsewhere: {ACCOUNT_CHAIN.heads(AccountEntry).head()}" in said
    assert str(AccountCheck.objects.get()) == "7 account entries proved"
    for _ in range(KEPT + 2):
        AccountCheck.keep(head="", problem="", customers=1, entries=1)
    assert AccountCheck.objects.count() == KEPT


CHANGED = "Acme GmbH (C-7): account entry {pk} of {day} is not what was written, or one before it has been erased."


@pytest.mark.parametrize(
    "change",
    ["text = 'x'", "reference = 'ORD-1'", "due_on = '2020-01-01'", "kind = 'CREDIT'", "created_by_id = customer_id"],
)
def test_a_changed_entry_is_named(acme, change):
    row = entry("SALE")
    tamper(f"UPDATE accounts_accountentry SET {change} WHERE id = %s", row.pk)
    assert account_problem() == CHANGED.format(pk=row.pk, day=f"{row.created_at:%Y-%m-%d}")
    with pytest.raises(CommandError, match="is not what was written"):
        call_command("check_accounts")
    assert AccountCheck.objects.get().problem == account_problem()


def test_a_changed_amount_is_named_even_if_all_adds_up(acme):
    row = entry("SALE")
    tamper("UPDATE accounts_accountentry SET amount = 40, balance_after = 140 WHERE id = %s", row.pk)
    following = entry("AMENDMENT")
    start = f"Acme GmbH (C-7): account entry {following.pk} of {following.created_at:%Y-%m-%d} starts at 150.00"
    assert account_problem() == f"{start}, but the balance was 140.00 then."


def test_a_changed_last_amount_is_named(acme):
    last = AccountEntry.objects.filter(customer=acme).order_by("pk").last()
    tamper("UPDATE accounts_accountentry SET amount = -20, balance_after = 142 WHERE id = %s", last.pk)
    User.objects.filter(pk=acme.pk).update(balance=142)
    assert account_problem() == CHANGED.format(pk=last.pk, day=f"{last.created_at:%Y-%m-%d}")


def test_a_changed_balance_is_named(acme):
    User.objects.filter(pk=acme.pk).update(balance=Decimal("131.99"))
    said = "Acme GmbH (C-7): the balance is 131.99, but the account entries add up to 132.00."
    assert account_problem() == said


def test_an_erased_entry_is_found(acme):
    tamper("DELETE FROM accounts_accountentry WHERE id = %s", entry("AMENDMENT").pk)
    assert "Acme GmbH (C-7): account entry" in account_problem() and "starts at 140.00" in account_problem()


def test_the_latest_entries_erased_and_the_balance_set_to_match_are_found(acme):
    row = AccountEntry.objects.filter(customer=acme).order_by("pk").last()
    tamper("DELETE FROM accounts_accountentry WHERE id = %s", row.pk)
    User.objects.filter(pk=acme.pk).update(balance=row.balance_before)
    said = "Acme GmbH (C-7): the latest account entries have been erased, or written past the program."
    assert account_problem() == said


def test_all_erased_is_found(acme):
    tamper("DELETE FROM accounts_accountentry WHERE customer_id = %s", acme.pk)
    User.objects.filter(pk=acme.pk).update(balance=0)
    assert "Acme GmbH (C-7): the latest account entries have been erased" in account_problem()


def test_an_entry_too_many_is_found(acme):
    AccountEntry.objects.create(
        customer=acme,
        kind="CREDIT",
        amount=-1,
        balance_before=acme.balance,
        balance_after=acme.balance - 1,
        row_hash="1:x",
    )
    row = AccountEntry.objects.order_by("-pk").first()
    assert account_problem() == CHANGED.format(pk=row.pk, day=f"{row.created_at:%Y-%m-%d}")


def test_an_entry_of_an_order_too_many_is_found_though_it_was_posted_properly(acme):
    order = Order.objects.order_by("pk").first()
    post_entries([NewEntry(acme.pk, "SALE", Decimal("5.00"), order.order_number, "")], user=None)
    said = f"Acme GmbH (C-7): the account entries of {order} come to 37.00, but the order to 32.00."
    assert account_problem() == said


def test_an_entry_of_no_order_is_found(acme):
    [row] = post_entries([NewEntry(acme.pk, "SALE", Decimal("5.00"), "ORD-1", "")], user=None)
    assert f"account entry {row.pk} of" in account_problem()
    assert account_problem().endswith("is of an order that does not exist: ORD-1.")


def test_an_opening_balance_changed_past_the_program_is_found(acme):
    User.objects.filter(pk=acme.pk).update(opening_balance=5)
    assert account_problem() == "Acme GmbH (C-7): the opening balance is 5.00, but 100.00 was posted for it."


def test_an_order_whose_total_was_changed_is_found(acme):
    order = Order.objects.filter(status="CONFIRMED").order_by("pk").first()
    Order.objects.filter(pk=order.pk).update(total_amount=41)
    assert f"the account entries of {order} come to 32.00, but the order to 33.00" in account_problem()


def test_a_dropped_trigger_is_missed():
    assert missing_triggers(connection) == []
    with transaction.atomic(), without_triggers():
        assert [name for name in missing_triggers(connection) if "accountentry" in name]


def test_entries_of_two_customers_do_not_mix(acme):
    """A chain is one customer's: what the other one's entry says after an erased one is still right."""
    found = ACCOUNT_CHAIN.verify(AccountEntry)
    assert found.rows == 7 and len(found.heads) == 2 and check_accounts().head == found.head()
