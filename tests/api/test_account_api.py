"""Accounts over the API: staff see any customer's, customers their own."""

from decimal import Decimal
from urllib.parse import urlencode

import pytest

from accounts import roles
from accounts.account_models import AccountEntry
from sales.schemas import AccountEntryOut
from tests.clients import Caller
from tests.factories import make_confirmed_order, make_customer, make_product

pytestmark = pytest.mark.django_db
FIELDS = ["id", "kind", "amount", "balance_after", "reference", "text", "due_on", "created_at"]


@pytest.fixture
def acme():
    acme = make_customer(opening_balance=Decimal("-12.50"))
    for price in ("30.00", "0.10", "5.00"):
        make_confirmed_order((make_product(), 1, Decimal(price)), customer=acme)
    make_confirmed_order((make_product(), 1))
    return acme


def rows_of(caller, path, **query) -> list[dict]:
    return caller.get(f"{path}?{urlencode(query)}").json()["results"]


def test_the_latest_entry_comes_first_and_the_oldest_if_asked(sales, acme):
    path = f"/customers/{acme.pk}/account/"
    rows = rows_of(sales, path)
    assert [row["balance_after"] for row in rows] == ["22.60", "17.60", "17.50", "-12.50"]
    assert rows_of(sales, path, ordering="id") == rows[::-1]
    assert list(rows[0]) == FIELDS
    opening, first = rows[3], rows[2]
    assert [opening[name] for name in ("kind", "amount", "reference", "due_on")] == ["OPENING", "-12.50", "", None]
    assert (first["kind"], first["amount"], first["reference"][:4]) == ("SALE", "30.00", "ORD-")
    page = sales.get(f"{path}?page_size=3&ordering=id").json()
    assert len(page["results"]) == 3 and page["next"] and not page["previous"]


def test_an_entry_is_what_its_schema_says(sales, acme):
    for row in rows_of(sales, f"/customers/{acme.pk}/account/"):
        described = AccountEntryOut.from_orm(AccountEntry.objects.get(pk=row["id"])).model_dump(mode="json")
        assert row.items() >= (described | {"created_at": row["created_at"]}).items()


def test_customers_see_their_own_and_nobody_elses(acme):
    caller = Caller(acme)
    assert [row["amount"] for row in rows_of(caller, "/auth/me/account/")] == ["5.00", "0.10", "30.00", "-12.50"]
    assert caller.get(f"/customers/{acme.pk}/account/").status_code == 403
    assert rows_of(Caller(make_customer()), "/auth/me/account/") == []


def test_a_customer_that_is_not_there_is_404(sales):
    assert sales.get("/customers/987654/account/").status_code == 404
    assert sales.get(f"/customers/{10**30}/account/").status_code == 404


def test_lists_of_customers_have_the_balance_and_are_sorted_by_it(sales, acme, monkeypatch):
    make_customer(opening_balance=Decimal("900.00")), make_customer(opening_balance=Decimal("-900.00"))
    balances = [row["balance"] for row in rows_of(sales, "/customers/", ordering="-balance")]
    assert balances == ["900.00", "22.60", "10.00", "-900.00"]
    monkeypatch.setitem(roles.MATRIX, "sales.view_account", {roles.ADMIN})
    assert not any("balance" in row for row in rows_of(sales, "/customers/"))
    assert sales.get(f"/customers/{acme.pk}/account/").status_code == 403
