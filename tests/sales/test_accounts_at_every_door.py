"""One balance at every door: list, form, API, statement and aging, today and on any day of the past."""

import random
import re
from collections import Counter
from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Customer
from accounts.services.account import NewEntry, post_entries
from core.dates import end_of_day
from sales.admin.account import CustomerAccount
from sales.admin.payments import ReversePaymentForm
from sales.aging import age_of, agings_at, balances_at
from sales.merging import merge_customers
from sales.open_items import open_items
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order
from sales.services.payments import credit_customer, record_payment, refund, reverse_payment
from sales.statement import statement_of
from tests.accounts.balances import prove_accounts
from tests.clients import Caller, signed_in
from tests.factories import make_confirmed_order, make_customer, make_product, make_sales

pytestmark = pytest.mark.django_db

DAYS = 60


@pytest.fixture
def shop():
    """60 customers who order, pay, are credited and have payments bounce, on 60 days; what each owed at their ends."""
    chance = random.Random(6)
    product = make_product(stock=100_000, selling_price=Decimal("7.35"))
    customers = [make_customer(payment_days=chance.choice([0, 5, 14, None])) for _ in range(60)]
    owed = {customer.pk: Decimal(0) for customer in customers}
    ends = []
    for ago in range(DAYS, 0, -1):
        at = timezone.now() - timedelta(days=ago)
        for customer in chance.sample(customers, 6):
            owed[customer.pk] += do_something(chance, customer, product, owed[customer.pk], at)
        ends.append((timezone.localdate(at), dict(owed)))
    return customers, ends


def do_something(chance, customer, product, owed: Decimal, at) -> Decimal:
    """What it changes in what the customer owes."""
    step = chance.random()
    if step < 0.5 or not owed:
        lines = [NewItem(product, chance.randint(1, 40))]
        order = confirm_order(create_order(customer=customer, lines=lines, user=None, at=at), user=None, at=at)
        if step < 0.05:
            cancel_order(order, user=None, at=at)
            return Decimal(0)
        return order.total_amount
    amount = Decimal(chance.randint(1, 30_000)) / 100
    if owed < 0:
        refund(customer, -owed, "CASH", user=None, at=at)
        return -owed
    if step < 0.6:
        credit_customer(customer, amount, "Late delivery", user=None, at=at)
        return -amount
    payment = record_payment(customer, amount, "TRANSFER", user=None, at=at)
    if step < 0.7:
        reverse_payment(payment, "Bounced", user=None, at=at)
        return Decimal(0)
    return -amount


def test_60_customers_have_one_balance_on_60_past_days_at_every_door(shop):
    customers, ends = shop
    for day, owed in ends:
        balances, agings = balances_at(day), agings_at(day)
        assert {pk: balances.get(pk, 0) for pk in owed} == owed
        assert {pk: aging.balance for pk, aging in agings.items() if aging.balance} == {
            pk: balance for pk, balance in owed.items() if balance
        }
        for pk in random.Random(str(day)).sample(list(owed), 5):
            found = statement_of(Customer(pk=pk), ends[0][0], day)
            assert found.balance == found.aging.balance == owed[pk]
    prove_accounts()
    last = ends[-1][1]
    client, caller = signed_in(make_sales()), Caller(make_sales())
    page = client.get(reverse("admin:accounts_who_owes"), {"day": ends[-1][0].isoformat()}).context
    assert {row["customer"].pk: row["balance"] for row in page["rows"] if row["balance"] != "0.00"} == {
        pk: f"{balance:,.2f}" for pk, balance in last.items() if balance
    }
    assert listed_balances(client) == {pk: f"{balance:,.2f}" for pk, balance in last.items()}
    for customer in customers:
        shown = f"{last[customer.pk]:,.2f}"
        form = client.get(reverse("admin:accounts_customer_change", args=[customer.pk])).text
        assert f"{shown} USD" in form
        statement = client.get(reverse("admin:accounts_customer_statement", args=[customer.pk])).context
        assert statement["balance"] == f"{shown} USD"
        rows = caller.get(f"/customers/{customer.pk}/account/").json()["results"]
        assert Decimal(rows[0]["balance_after"] if rows else 0) == last[customer.pk]
        assert Decimal(caller.get(f"/customers/{customer.pk}/").json()["balance"]) == last[customer.pk]


def listed_balances(client) -> dict[int, str]:
    """The column Balance of the list of customers, all its pages."""
    address, found = reverse("admin:accounts_customer_changelist"), {}
    pages = client.get(address).context["cl"].paginator.page_range
    for number in pages:
        page = client.get(address, {"p": number})
        balances = re.findall(r'<td class="[^"]*field-owed[^"]*"[^>]*>(.*?)</td>', page.text, re.S)
        cells = [strip_tags(cell).strip() for cell in balances]
        found |= zip((row.pk for row in page.context["cl"].result_list), cells, strict=True)
    return found


def test_every_amount_of_who_owes_is_the_sum_of_its_list(shop):
    _customers, ends = shop
    day = ends[40][0]
    client = signed_in(make_sales())
    address = reverse("admin:accounts_who_owes")
    total = client.get(address, {"day": day.isoformat()}).context["total"]
    for amount, url in total["cells"]:
        if url:
            assert client.get(address + url).context["total"] == f"{amount} USD"


def test_a_long_statement_costs_as_many_queries_as_a_short_one(django_assert_max_num_queries):
    customer = make_customer()
    for number in range(20):
        at = timezone.now() - timedelta(days=300 - number)
        entries = [NewEntry(customer.pk, "CREDIT", Decimal(-1), "", f"{number}") for _ in range(100)]
        post_entries(entries, user=None, at=at)
    today = timezone.localdate()
    with django_assert_max_num_queries(6):
        found = statement_of(customer, today - timedelta(days=365), today)
    assert (len(found.rows), found.balance) == (2000, Decimal(-2000))
    client = signed_in(make_sales())
    with django_assert_max_num_queries(12):
        client.get(reverse("admin:accounts_customer_statement", args=[customer.pk]))


@pytest.fixture
def merged():
    """A record with 200 of an order paid before it was merged and 30 afterwards, the one that stays, and a payment."""
    source, target = (make_customer(company="Acme", opening_balance=Decimal(opening)) for opening in (-20, 100))
    ten_days_ago, today = timezone.now() - timedelta(days=10), timezone.now()
    product = make_product(stock=1000)
    order = create_order(customer=source, lines=[NewItem(product, 25)], user=None, at=ten_days_ago)
    confirm_order(order, user=None, at=ten_days_ago)
    payment = record_payment(source, Decimal("200.00"), "CASH", user=None, at=ten_days_ago + timedelta(days=1))
    record_payment(target, Decimal("40.00"), "CASH", user=None, at=ten_days_ago + timedelta(days=2))
    merge_customers(source, target, user=None)
    record_payment(Customer.objects.get(pk=target.pk), Decimal("30.00"), "CARD", user=None, at=today)
    make_confirmed_order((product, 1), customer=Customer.objects.get(pk=target.pk))
    return Customer.objects.get(pk=source.pk), Customer.objects.get(pk=target.pk), payment


def test_two_records_that_were_merged_have_one_balance_at_every_door(merged):
    source, target, _payment = merged
    today = timezone.localdate()
    for ago in range(12, -1, -1):
        day = today - timedelta(days=ago)
        owed = balances_at(day).get(target.pk, Decimal(0))
        for record in merged[:2]:
            for first in (today - timedelta(days=30), day):
                found = statement_of(record, first, day)
                assert (found.customer, found.balance, found.aging.balance) == (target, owed, owed)
    rows = statement_of(source, today - timedelta(days=30), today).rows
    assert "TRANSFER" not in {row.entry.kind for row in rows} and rows[-1].balance == target.balance
    assert sum(row.entry.amount for row in rows) == target.balance
    client = signed_in(make_sales())
    for record in (source, target):
        statement = client.get(reverse("admin:accounts_customer_statement", args=[record.pk])).context
        assert statement["balance"] == f"{target.balance:,.2f} USD"
    prove_accounts()


def test_of_a_merged_record_nothing_is_open(merged, rf):
    source, target, payment = merged
    figures = {
        record: [
            amount
            for _label, amount in CustomerAccount(rf.get("/"), {"object": str(record.pk)}).figures(record)["tiles"][:3]
        ]
        for record in (source, target)
    }
    assert figures[source] == ["0.00 USD"] * 3
    assert figures[target][0] == f"{target.balance:,.2f} USD"
    form = ReversePaymentForm.__new__(ReversePaymentForm)
    form.record = ReversePaymentForm.queryset.get(pk=payment.pk)
    assert f"{target.balance:,.2f} → {target.balance + 200:,.2f}" in form.balance


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Pacific/Kiritimati"])
def test_what_an_aging_says_is_the_sum_of_the_items_that_it_opens(zone, settings):
    settings.TIME_ZONE = zone
    product = make_product(stock=100)
    for payment_days in (0, 14, None):
        make_confirmed_order((product, 2), customer=make_customer(payment_days=payment_days))
    someone = make_customer(opening_balance=Decimal("100.00"))  # which has no day on which it is due
    record_payment(someone, Decimal("30.00"), "CASH", user=None)
    make_customer(opening_balance=Decimal("-40.00"))
    for ahead in range(-1, 130):
        day = timezone.localdate() + timedelta(days=ahead)
        sums = Counter()
        for item in open_items(before=end_of_day(day)):
            if item.amount > 0:
                sums[item.customer_id, age_of(item, day)] += item.amount
        told = {(pk, age): amount for pk, aging in agings_at(day).items() for age, amount in aging.amounts.items()}
        assert {cell: amount for cell, amount in told.items() if amount > 0} == sums, day


def test_the_dashboard_says_what_is_overdue_once_it_is_there():
    product, yesterday = make_product(stock=100), timezone.now() - timedelta(days=1)
    for payment_days in (0, 30):
        customer, lines = make_customer(payment_days=payment_days), [NewItem(product, 3)]
        order = create_order(customer=customer, lines=lines, user=None, at=yesterday)
        confirm_order(order, user=None, at=yesterday)
    client = signed_in(make_sales())
    (tile,) = [tile for tile in client.get(reverse("admin:index")).context["tiles"] if tile["note_url"]]
    assert tile["figure"] == "60.00 USD"
    assert "Overdue: 30.00 USD" in client.get(tile["note_url"]).text
