"""Payments in the admin: the page that records one, refunds and credits, the list, files and paper."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.models import Customer
from sales.models import Order
from sales.payment_models import Payment
from sales.services.payments import record_payment
from sales.services.returns import ReturnedGoods, return_goods
from tests.accounts.balances import prove_accounts
from tests.clients import said, signed_in
from tests.factories import make_admin, make_confirmed_order, make_customer, make_product, make_sales

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "on"}


@pytest.fixture
def client():
    return signed_in(make_sales())


@pytest.fixture
def acme():
    return make_customer(company="Acme", opening_balance=Decimal("100.00"))


@pytest.fixture
def order(acme):
    return make_confirmed_order((make_product(stock=100), 25), customer=acme)


def page_url(customer) -> str:
    return f"{reverse('admin:sales_payment_add')}?customer={customer.pk}"


def filled_in(client, customer, **values) -> dict:
    """The page's form as somebody has filled it in."""
    form = client.get(page_url(customer)).context["form"]
    hidden = {name: form.initial[name] for name in ("last_seen", "key")}
    rows = {f"{row.prefix}-part": "" for row in form.rows}
    return {"method": "TRANSFER", "paid_on": "2026-11-24", **hidden, **rows, **values}


def act_url(name: str, record) -> str:
    return reverse(f"admin:{name}", args=[record.pk])


def test_a_payment_goes_to_what_was_due_first(client, acme, order):
    answer = client.post(page_url(acme), filled_in(client, acme, amount="300,00", note="Invoice 4711"))

    payment = Payment.objects.get()
    assert answer.headers["Location"] == act_url("sales_payment_change", payment)
    assert said(answer) == [f"{payment}: 300.00 USD from Acme."]
    assert [part.amount for part in payment.allocations.all()] == [100, 200]
    prove_accounts()


def test_sent_twice_it_is_one_payment_and_sent_again_with_another_amount_it_is_told(client, acme, order):
    data = filled_in(client, acme, amount="300")
    first, second = client.post(page_url(acme), data), client.post(page_url(acme), data)
    assert first.headers["Location"] == second.headers["Location"]
    answer = client.post(page_url(acme), data | {"amount": "30"})
    assert "This payment has been recorded already" in answer.text
    assert Payment.objects.count() == 1


def test_what_was_typed_beside_an_order_holds(client, acme, order):
    data = filled_in(client, acme, amount="120", by_hand="1", **{f"order-{order.pk}-part": "120"})
    client.post(page_url(acme), data)
    assert list(Payment.objects.get().allocations.values_list("order", "amount")) == [(order.pk, 120)]


def test_too_much_is_said_at_its_row(client, acme, order):
    data = filled_in(client, acme, amount="300", by_hand="1", **{f"order-{order.pk}-part": "250.01"})
    form = client.post(page_url(acme), data).context["form"]
    assert {row.label: row.errors.get("part") for row in form.rows} == {
        "Opening balance": None,
        order.order_number: [f"{order}: 250.00 is open."],
    }
    data |= {"amount": "0"}
    assert "amount" in client.post(page_url(acme), data).context["form"].errors
    assert not Payment.objects.exists()


def test_whoever_was_overtaken_is_told_and_sees_the_account_as_it_is(client, acme, order):
    data = filled_in(client, acme, amount="300")
    record_payment(acme, Decimal("50.00"), "CASH", user=None)
    answer = client.post(page_url(acme), data)
    assert "Somebody has changed the account of Acme" in answer.text
    assert answer.context["form"].rows[0].rest == Decimal("50.00")
    again = data | {"last_seen": answer.context["form"].data["last_seen"], "key": answer.context["form"].data["key"]}
    assert client.post(page_url(acme), again).status_code == 302
    assert Payment.objects.count() == 2


def test_a_customer_that_there_is_not_is_asked_for(client):
    for address in ("?customer=x", "?customer=987654", ""):
        answer = client.get(reverse("admin:sales_payment_add") + address)
        assert (answer.status_code, answer.context["form"]) == (200, None)


def test_a_payment_is_put_on_something_else(client, acme, order):
    payment = record_payment(acme, Decimal("150.00"), "CASH", user=None)
    address = act_url("sales_payment_allocate_payment", payment)
    form = client.get(address).context["form"]
    assert [row.initial["part"] for row in form.rows] == [Decimal("100.00"), Decimal("50.00")]
    data = {"last_seen": form.initial["last_seen"], "key": "k", "order-opening-part": ""}
    answer = client.post(address, data | {f"order-{order.pk}-part": "150"})
    assert said(answer) == [f"{payment} changed."]
    assert Order.objects.with_open().get().open == Decimal("100.00")
    prove_accounts()


def test_a_reversal_is_shown_before_and_after_and_only_an_admin_makes_it(client, acme, order):
    payment = record_payment(acme, Decimal("150.00"), "CASH", user=None)
    address = act_url("sales_payment_reverse_one", payment)
    assert client.get(address).status_code == 403
    admin = signed_in(make_admin())
    assert "200.00 → 350.00" in admin.get(address).text
    answer = admin.post(address, CONFIRMED | {"reason": "Bounced"})
    statement = reverse("admin:accounts_customer_statement", args=[payment.customer_id])
    assert f"{payment.number} reversed: Bounced" in admin.get(statement).text
    assert said(answer) == [f"{payment} reversed with {payment.reversal}."]
    assert f"{payment} was reversed with" in admin.get(address).text
    assert "/allocate/" not in admin.get(act_url("sales_payment_change", payment)).text


def test_what_a_payment_is_for_stays_on_the_page_however_much_is_open(client, acme, order, monkeypatch):
    payment = record_payment(acme, Decimal("150.00"), "CASH", user=None)
    another = make_confirmed_order((make_product(stock=9), 5), customer=acme)
    monkeypatch.setattr("sales.admin.payment_page.SHOWN", 1)
    address = act_url("sales_payment_allocate_payment", payment)

    form = client.get(address).context["form"]
    assert [(row.label, row.now) for row in form.rows] == [("Opening balance", 100), (order.order_number, 50)]
    assert form.total_open == "400.00 USD" and another.total_amount == 50
    rows = {f"{row.prefix}-part": str(row.now) for row in form.rows}
    client.post(address, {name: form.initial[name] for name in ("last_seen", "key")} | rows)
    assert payment.allocations.count() == 2


def test_what_was_paid_for_goods_that_came_back_is_open_no_more(client, acme, order):
    payment = record_payment(acme, Decimal("350.00"), "CASH", user=None)
    return_goods(order, [ReturnedGoods(order.items.get().product_id, 5)], reason="DAMAGED", user=None)
    form = client.get(act_url("sales_payment_allocate_payment", payment)).context["form"]
    assert [(row.now, row.rest) for row in form.rows] == [(100, 100), (250, 200)]
    assert form.total_open == "300.00 USD"


def test_refund_and_credit_are_dialogs_of_the_customer(client, acme, order):
    record_payment(acme, Decimal("370.00"), "CASH", user=None)
    address = act_url("accounts_customer_refund_one", acme)
    assert "-20.00" in client.get(address).text
    answer = client.post(address, CONFIRMED | {"amount": "20.01", "method": "CASH"})
    assert said(answer) == ["Acme has a credit of 20.00 USD, so no more can be paid back."]
    answer = client.post(address, CONFIRMED | {"amount": "20", "method": "CASH"})
    assert "20.00 USD to Acme." in said(answer)[-1]
    credit = act_url("accounts_customer_credit_one", acme)
    assert client.get(credit).status_code == 403
    answer = signed_in(make_admin()).post(credit, CONFIRMED | {"amount": "5", "reason": "Late delivery"})
    assert said(answer) == ["Credited. Acme has a credit of 5.00 USD now."]
    assert Customer.objects.get(pk=acme.pk).balance == Decimal("-5.00")
    prove_accounts()


def test_after_a_credit_it_says_what_is_still_owed(acme):
    url = act_url("accounts_customer_credit_one", acme)
    client = signed_in(make_admin())
    assert "Give a credit" in client.get(url).text
    answer = client.post(url, CONFIRMED | {"amount": "5", "reason": "Late delivery"})
    assert said(answer) == ["Credited. Acme owes 95.00 USD now."]


def test_the_list_calls_things_as_clerks_do(client, acme):
    record_payment(acme, Decimal("400.00"), "CASH", user=None)
    text = client.get(reverse("admin:sales_payment_changelist")).text
    assert all(words in text for words in ("Not assigned", "Not fully assigned", "Status"))
    assert not any(words in text for words in ("Not allocated", "Standing"))
    assert "In credit" in client.get(reverse("admin:accounts_who_owes")).text


def test_the_list_finds_what_is_for_nothing_yet_and_what_was_reversed(client, acme, order):
    payment = record_payment(acme, Decimal("400.00"), "CASH", user=None)
    paid = record_payment(make_customer(opening_balance=Decimal(9)), Decimal(9), "CARD", user=None)
    signed_in(make_admin()).post(act_url("sales_payment_reverse_one", paid), CONFIRMED | {"reason": "x"})
    address = reverse("admin:sales_payment_changelist")
    found = {
        query: [row.pk for row in client.get(address + query).context["cl"].result_list]
        for query in ("?standing=unallocated", "?standing=reversed", "?direction__exact=OUT", "?q=Acme")
    }
    assert list(found.values()) == [[payment.pk], [paid.pk], [paid.reversal.pk], [payment.pk]]


def test_pages_take_a_constant_number_of_queries(client, acme, order, django_assert_max_num_queries):
    for _ in range(5):
        record_payment(make_customer(opening_balance=Decimal(9)), Decimal(5), "CARD", user=None)
    for name, args, query in (
        ("sales_payment_changelist", [], ""),
        ("accounts_accountentry_changelist", [], ""),
        ("accounts_who_owes", [], ""),
        ("accounts_who_owes", [], "?age=not_due"),
        ("accounts_customer_statement", [acme.pk], ""),
        ("sales_order_changelist", [], "?payment=unpaid&columns=order_number,open_amount"),
        ("sales_order_changelist", [], "?payment=overdue"),
    ):
        with django_assert_max_num_queries(15):
            assert client.get(reverse(f"admin:{name}", args=args) + query).status_code == 200


@pytest.mark.parametrize("day", ["2026-02-30", "soon", "0001-01-01"])
def test_an_impossible_day_is_said_and_another_one_is_shown(client, acme, day):
    today = timezone.localdate()
    for query in ({"day": day}, {"day": day, "age": "credit"}):
        page = client.get(reverse("admin:accounts_who_owes"), query)
        assert page.context["day"] == today and page.context["form"].errors["day"][0] in page.text
    url = reverse("admin:accounts_customer_statement", args=[acme.pk])
    page = client.get(url, {"first": "2026-01-01", "last": day})
    assert page.context["statement"].last == today and page.context["form"].errors["last"][0] in page.text
    assert not client.get(url).context["form"].errors


def test_the_list_of_orders_finds_what_is_not_paid(client, acme, order):
    overdue = make_confirmed_order((make_product(), 1), customer=make_customer(payment_days=0))
    paid = make_confirmed_order((make_product(), 1))
    record_payment(paid.customer, Decimal("10.00"), "CASH", user=None)
    address = reverse("admin:sales_order_changelist")
    for query, numbers in {"?payment=unpaid": [overdue, order], "?payment=overdue": []}.items():
        assert list(client.get(address + query).context["cl"].result_list) == numbers
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert list(Order.objects.unpaid(due_before=tomorrow)) == [overdue]
    assert "250.00" in client.get(f"{address}?columns=order_number,open_amount").text


def test_filters_that_work_something_out_for_each_record_count_no_further_than_needed(client, acme, monkeypatch):
    monkeypatch.setattr("core.admin.base.COUNTED_AT_A_COST", 2)
    monkeypatch.setattr("sales.admin.order_list.SUMMED_AT_ONCE", 2)
    product = make_product(stock=100)
    for _ in range(3):
        make_confirmed_order((product, 1), customer=acme)
    address = reverse("admin:sales_order_changelist")
    assert "3 results" in client.get(f"{address}?status__exact=CONFIRMED").text
    page = client.get(f"{address}?payment=unpaid")
    assert "2+ results" in page.text and "data-sum" in page.text and len(page.context["cl"].result_list) == 3
    record_payment(acme, Decimal("500.00"), "CASH", user=None)
    assert "1 result" in client.get(f"{reverse('admin:sales_payment_changelist')}?standing=unallocated").text


def sheet_of(response) -> list[tuple]:
    file = BytesIO(b"".join(response.streaming_content))
    return list(openpyxl.load_workbook(file).active.values)


def test_payments_entries_statement_and_who_owes_are_files_too(client, acme, order):
    payment = record_payment(acme, Decimal("120.00"), "CASH", note="=1+1", user=None)
    data = {"format": "0", "resource": "0"}
    header, row = sheet_of(client.post(reverse("admin:sales_payment_export"), data))
    assert dict(zip(header, row, strict=True))["number"] == payment.number
    assert dict(zip(header, row, strict=True))["amount"] == 120
    rows = sheet_of(client.post(reverse("admin:accounts_accountentry_export"), data))
    assert [row[rows[0].index("kind")] for row in rows[1:]] == ["PAYMENT", "SALE", "OPENING"]
    rows = sheet_of(client.get(act_url("accounts_customer_statement", acme), {"format": "xlsx"}))
    assert [row[-1] for row in rows] == ["Balance", 0, 100, 350, 230, 230, 0, 0, 0, 0, 0]
    rows = sheet_of(client.get(reverse("admin:accounts_who_owes"), {"format": "xlsx"}))
    assert rows[1][0] == "Acme" and rows[1][-1] == 230
    rows = sheet_of(client.get(reverse("admin:accounts_who_owes"), {"format": "xlsx", "age": "not_due"}))
    assert rows[1][1:] == (order.order_number, rows[1][2], 0, 230)


def test_payments_and_entries_of_a_period_go_out_alone(client, acme):
    for day in (30, 31):
        at = datetime(2026, 3, day, 12, tzinfo=UTC)
        record_payment(acme, Decimal(day), "CASH", paid_on=at.date(), user=None, at=at)
    april = datetime(2026, 4, 1, 12, tzinfo=UTC)
    record_payment(acme, Decimal(1), "CASH", paid_on=date(2026, 3, 31), user=None, at=april)
    for name, field, amounts in (
        ("sales_payment", "paid_on", {31, 1}),
        ("accounts_accountentry", "created_at", {-31}),
    ):
        address = f"{reverse(f'admin:{name}_export')}?{field}_from=2026-03-31&{field}_to=2026-03-31"
        header, *rows = sheet_of(client.post(address, {"format": "0", "resource": "0"}))
        assert {row[header.index("amount")] for row in rows} == amounts and len(rows) == len(amounts)


@pytest.mark.parametrize("query", ["?day=x", "?day=2026-13-01", "?age=x", "?p=99", "?customer=x&age=30", "?print"])
def test_addresses_that_make_no_sense_show_something(client, acme, order, query):
    assert client.get(reverse("admin:accounts_who_owes") + query).status_code == 200
    assert client.get(act_url("accounts_customer_statement", acme) + "?first=x&last=").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "0001-05-05", "1899-12-31", "1900-01-01", "2999-12-31", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_no_errors(client, acme, order, day):
    for query in ({"day": day}, {"day": day, "age": "credit"}):
        assert client.get(reverse("admin:accounts_who_owes"), query).status_code == 200
    for query in ({"first": day}, {"last": day}, {"first": day, "last": day}):
        assert client.get(act_url("accounts_customer_statement", acme), query).status_code == 200
    for name in ("created_at", "paid_on"):
        query = {f"{name}_from": day, f"{name}_to": day}
        assert client.get(reverse("admin:sales_payment_changelist"), query).status_code == 200
