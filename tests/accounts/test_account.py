"""The account of a customer: entries that are only ever added, a balance that is their sum, and who writes it."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.account_models import ACCOUNT_CHAIN, AccountEntry
from accounts.exceptions import BalanceTooLarge
from accounts.models import Customer
from accounts.services.account import MAX_BALANCE, NewEntry, post_entries
from accounts.services.people import save_user
from core.exceptions import RecordGone
from tests.factories import make_customer, make_sales

pytestmark = pytest.mark.django_db
Kind = AccountEntry.Kind


def post(customer, *amounts, kind=Kind.CREDIT, **fields) -> list[AccountEntry]:
    entries = [NewEntry(customer.pk, kind, Decimal(amount), "X-1", "For a test", **fields) for amount in amounts]
    return post_entries(entries, user=None)


def entries_of(customer) -> list[tuple]:
    rows = AccountEntry.objects.filter(customer=customer).order_by("pk")
    return [(row.kind, str(row.amount), str(row.balance_after)) for row in rows]


def test_an_entry_begins_where_the_one_before_it_ended():
    customer, clerk = make_customer(), make_sales()
    post(customer, "250.10", "-0.30", "0.00", "-300.00")
    post_entries([NewEntry(customer.pk, Kind.SALE, Decimal("0.05"), "X-2", "One", date(2026, 12, 24))], user=clerk)
    assert entries_of(customer) == [
        ("CREDIT", "250.10", "250.10"),
        ("CREDIT", "-0.30", "249.80"),
        ("CREDIT", "-300.00", "-50.20"),
        ("SALE", "0.05", "-50.15"),
    ]
    customer.refresh_from_db()
    found = ACCOUNT_CHAIN.verify(AccountEntry)
    assert customer.balance == Decimal("-50.15") and found.broken_row is None and found.rows == 4
    assert found.heads == {customer.pk: customer.account_head} and found.levels == {customer.pk: [-5015]}
    assert str(AccountEntry.objects.first()).endswith("-50.20 → -50.15")


def test_posting_moves_neither_the_history_nor_what_an_open_form_has_seen():
    customer = make_customer()
    post(customer, "12.00")
    now = Customer.objects.get(pk=customer.pk)
    assert now.modified_at == customer.modified_at and now.history.count() == 1
    customer.first_name = "Somebody else"
    save_user(customer, by=None)  # as somebody had it on the screen before
    now.refresh_from_db()
    assert (now.first_name, now.balance, now.account_head is None) == ("Somebody else", Decimal("12.00"), False)


def test_an_account_holds_only_so_much():
    customer = make_customer()
    post(customer, MAX_BALANCE)
    with (
        pytest.raises(BalanceTooLarge, match="an account cannot hold more than 999,999,999,999.99"),
        transaction.atomic(),
    ):
        post(customer, "0.01")
    assert [amount for _, amount, _ in entries_of(customer)] == ["999999999999.99"]
    assert ACCOUNT_CHAIN.verify(AccountEntry).broken_row is None


def test_nothing_is_posted_to_somebody_who_is_gone():
    with pytest.raises(RecordGone), transaction.atomic():
        post_entries([NewEntry(987654, Kind.CREDIT, Decimal(1), "", "")], user=None)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"amount": 0, "balance_before": 5, "balance_after": 5}, "amount_not_zero"),
        ({"amount": 1, "balance_before": 5, "balance_after": 5}, "balance_adds_up"),
        ({"amount": Decimal("0.01"), "balance_before": Decimal("0.10"), "balance_after": Decimal("0.12")}, "adds_up"),
    ],
)
def test_the_database_adds_up_itself(fields, constraint):
    customer = make_customer()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AccountEntry.objects.create(customer=customer, kind=Kind.CREDIT, row_hash="-", **fields)


@pytest.mark.parametrize("change", ["UPDATE accounts_accountentry SET amount = 1", "DELETE FROM accounts_accountentry"])
def test_the_database_refuses_to_change_or_delete_an_entry(change):
    post(make_customer(), "5.00")
    with pytest.raises(IntegrityError, match="never changed or deleted"), transaction.atomic():
        connection.cursor().execute(change)


def test_every_cent_adds_up_in_the_database():
    """On SQLite these are binary fractions."""
    customer = make_customer()
    amounts = [Decimal(cents).scaleb(-2) for cents in range(-1500, 1500, 7) if cents]
    amounts += [Decimal("99999999999.99"), Decimal("-99999999999.97"), Decimal("123456789.33")]
    post(customer, *amounts)
    customer.refresh_from_db()
    assert customer.balance == sum(amounts)
    assert ACCOUNT_CHAIN.verify(AccountEntry).broken_row is None
