"""Nobody owes more than they may, unless an admin lets them on purpose."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Customer
from accounts.services.account import NewEntry, post_entries
from sales.exceptions import CreditLimitExceeded
from sales.models import Order
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, confirm_order, create_order
from tests.clients import Caller, said
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales
from tests.forms import DIALOG, form_data
from tests.ledger import prove

pytestmark = pytest.mark.django_db
SENTENCE = "Acme owes 900.00 of 1,000.00; this order adds 250.00."
LOGGED = f"Confirmed. Credit limit exceeded: {SENTENCE}"


@pytest.fixture
def acme():
    values = {"company": "Acme", "credit_limit": Decimal(1000), "opening_balance": Decimal(900)}
    return make_customer(**values)


@pytest.fixture
def tea():
    return make_product(stock=100, selling_price=Decimal("25.00"))


@pytest.fixture
def order(acme, tea):
    return make_order((tea, 10), customer=acme)


def status_of(order) -> str:
    return Order.objects.get(pk=order.pk).status


def reason_of(order) -> str:
    return order.history.first().history_change_reason


def balance_of(customer) -> str:
    return str(Customer.objects.get(pk=customer.pk).balance)


def dialog(client, order, **ticked):
    seen = order.modified_at.isoformat()
    return client.post(reverse("admin:sales_order_confirm_one", args=[order.pk]), DIALOG | {"last_seen": seen} | ticked)


def test_an_order_beyond_it_is_refused_and_nothing_happens(acme, tea, order):
    with pytest.raises(CreditLimitExceeded) as refused:
        confirm_order(order, user=None)
    assert str(refused.value) == SENTENCE
    tea.refresh_from_db()
    assert (status_of(order), tea.stock_qty, balance_of(acme)) == ("PENDING", 100, "900.00")
    confirm_order(make_order((tea, 4), customer=acme), user=None)  # just as much as may be owed
    assert balance_of(acme) == "1000.00"
    prove()


def test_whoever_has_a_credit_is_not_said_to_owe(tea):
    customer = make_customer(company="Acme", opening_balance=Decimal("-20.00"), credit_limit=Decimal("10.00"))
    with pytest.raises(CreditLimitExceeded) as refused:
        confirm_order(make_order((tea, 2), customer=customer), user=None)
    assert str(refused.value) == "Acme has a credit of 20.00 and may owe 10.00; this order adds 50.00."


def test_without_a_limit_there_is_none_and_one_of_zero_is_one(tea):
    confirm_order(make_order((tea, 100), customer=make_customer()), user=None)
    nothing = make_customer(credit_limit=Decimal(0))
    more = make_product(stock=9)
    with pytest.raises(CreditLimitExceeded, match=r"owes 0.00 of 0.00; this order adds 10.00\."):
        confirm_order(make_order((more, 1), customer=nothing), user=None)
    confirm_order(make_order((more, 1, Decimal(0)), customer=nothing), user=None)
    entries = [NewEntry(nothing.pk, "CREDIT", Decimal("-10.00"), "", "For the fault")]
    post_entries(entries, user=None)
    confirm_order(make_order((more, 1), customer=nothing), user=None)


def test_only_what_is_there_counts_when_an_order_is_divided(acme, order):
    scarce = make_product(stock=2, selling_price=Decimal("25.00"))
    asked = {"customer": acme, "user": None, "beyond_stock": True}
    small = create_order(lines=[NewItem(scarce, 9)], **asked)
    confirm_partly(small, user=None)
    assert balance_of(acme) == "950.00"
    scarce = make_product(stock=3, selling_price=Decimal("25.00"))
    large = create_order(lines=[NewItem(scarce, 9)], **asked)
    with pytest.raises(CreditLimitExceeded, match="this order adds 75.00"):
        confirm_partly(large, user=None)
    assert (status_of(large), large.items.get().quantity) == ("PENDING", 9)
    prove()


def test_an_amendment_may_add_no_more_than_is_left(acme, tea):
    order = confirm_order(make_order((tea, 4), customer=acme), user=None)
    with pytest.raises(CreditLimitExceeded, match=r"Acme owes 1,000.00 of 1,000.00; this order adds 25.00\."):
        amend_order(order, lines=[NewItem(tea, 5)], reason="More", user=None)
    amend_order(order, lines=[NewItem(tea, 3)], reason="Fewer", user=None)
    amend_order(order, lines=[NewItem(tea, 5)], reason="More", user=None, exceed_limit=True)
    assert reason_of(order).endswith("Credit limit exceeded: Acme owes 975.00 of 1,000.00; this order adds 50.00.")
    amend_order(order, lines=[NewItem(tea, 4)], reason="Still too much", user=None)  # but less than before
    assert balance_of(acme) == "1000.00"
    prove()


def test_a_salesperson_reads_it_in_the_dialog_and_is_offered_nothing(as_sales, order):
    page = as_sales.get(reverse("admin:sales_order_confirm_one", args=[order.pk])).content.decode()
    assert SENTENCE in page and "exceed_limit" not in page
    assert SENTENCE in " ".join(said(dialog(as_sales, order, exceed_limit="on")))
    assert status_of(order) == "PENDING"


def test_an_admin_ticks_it_and_the_history_says_so(as_admin, acme, order):
    page = as_admin.get(reverse("admin:sales_order_confirm_one", args=[order.pk])).content.decode()
    assert SENTENCE in page and "Confirm beyond the credit limit" in page
    assert SENTENCE in " ".join(said(dialog(as_admin, order)))
    assert status_of(order) == "PENDING"
    dialog(as_admin, order, exceed_limit="on")
    assert (status_of(order), reason_of(order), balance_of(acme)) == ("CONFIRMED", LOGGED, "1150.00")
    assert SENTENCE in as_admin.get(reverse("admin:sales_order_history", args=[order.pk])).content.decode()
    prove()


def test_where_nothing_is_exceeded_nobody_is_asked(as_admin, acme, tea):
    order = make_order((tea, 1), customer=acme)
    page = as_admin.get(reverse("admin:sales_order_confirm_one", args=[order.pk])).content.decode()
    assert "exceed_limit" not in page and "owes" not in page
    dialog(as_admin, order)
    assert reason_of(order) == "Confirmed"


def test_many_at_once_are_confirmed_as_far_as_the_limit_goes(as_admin, acme, tea):
    orders = [make_order((tea, 2), customer=acme) for _ in range(3)]
    seen = ",".join(f"{order.pk}@{order.modified_at.isoformat()}" for order in orders)
    data = {"action": "confirm_selected", "_selected_action": [order.pk for order in orders], "orders": seen}
    page = as_admin.post(reverse("admin:sales_order_changelist"), data).content.decode()
    assert [status_of(order) for order in orders] == ["CONFIRMED", "CONFIRMED", "PENDING"]
    assert "Acme owes 1,000.00 of 1,000.00; this order adds 50.00." in page
    prove()


def ask_about(client, orders):
    data = {"action": "confirm_selected", "_selected_action": [order.pk for order in orders]}
    return client.post(reverse("admin:sales_order_changelist"), data)


def test_the_page_that_asks_about_many_foretells_which_will_exceed_the_limit(as_admin, acme, tea):
    """Each after those before it; what is refused leaves its room to the ones behind it, as it then does."""
    orders = [make_order((tea, quantity), customer=acme) for quantity in (2, 3, 1, 2)]
    free = make_order((tea, 9))
    page = ask_about(as_admin, [*orders, free])
    foretold = [result.remarks for result, *_ in page.context_data["rows"]]
    sentence = "Acme owes {}.00 of 1,000.00; this order adds {}.00."
    assert foretold == [[], [sentence.format(950, 75)], [], [sentence.format(975, 50)], []]
    text = page.content.decode()
    assert "2 orders exceed what their customers may owe, and stay pending." in text

    data = {"action": "confirm_selected", "_selected_action": "0", "select_across": "1"}
    page = as_admin.post(reverse("admin:sales_order_changelist"), data | {"orders": page.context_data["orders"]})
    assert [result.remarks for result, *_ in page.context_data["rows"]] == foretold
    statuses = [status_of(order) for order in [*orders, free]]
    assert statuses == ["CONFIRMED", "PENDING", "CONFIRMED", "PENDING", "CONFIRMED"]
    refused = [order for order in orders if status_of(order) == "PENDING"]
    assert [result.remarks for result, *_ in ask_about(as_admin, refused).context_data["rows"]] == [
        [sentence.format(975, 75)],
        [sentence.format(975, 50)],
    ]
    prove()


def test_foretelling_the_credit_of_many_orders_takes_no_more_queries(as_admin, acme, tea, django_assert_num_queries):
    orders = [make_order((tea, 1), customer=customer) for customer in (acme, *[make_customer(credit_limit=5)] * 9)]
    ask_about(as_admin, orders[:1])
    with CaptureQueriesContext(connection) as one:
        ask_about(as_admin, orders[:1])
    with django_assert_num_queries(len(one)):
        ask_about(as_admin, orders)


def test_the_page_that_amends_offers_it_to_admins_for_customers_who_have_a_limit(as_admin, as_sales, acme, tea):
    order = confirm_order(make_order((tea, 4), customer=acme), user=None)
    free = confirm_order(make_order((tea, 1)), user=None)
    url = reverse("admin:sales_order_amend_order", args=[order.pk])
    assert "exceed_limit" in as_admin.get(url).content.decode()
    assert "exceed_limit" not in as_sales.get(url).content.decode()
    unlimited = as_admin.get(reverse("admin:sales_order_amend_order", args=[free.pk]))
    assert "exceed_limit" not in unlimited.content.decode()
    data = form_data(None, (tea, 6, "25.00"), reason="More", last_seen=order.modified_at.isoformat())
    for client, ticked in ((as_sales, {"exceed_limit": "on"}), (as_admin, {})):
        refused = client.post(url, data | ticked)
        assert "Acme owes 1,000.00 of 1,000.00; this order adds 50.00." in refused.content.decode()
    assert as_admin.post(url, data | {"exceed_limit": "on"}).status_code == 302
    assert balance_of(acme) == "1050.00"


def test_the_api_answers_409_and_lets_admins_exceed_it(acme, tea, order):
    admin, sales = Caller(make_admin()), Caller(make_sales())
    path = f"/orders/{order.pk}/confirm/"
    refused = sales.post(path)
    assert (refused.status_code, refused.json()["detail"]) == (409, SENTENCE)
    assert sales.patch(f"/orders/{order.pk}/", {"status": "CONFIRMED"}).status_code == 409
    assert sales.post(path, {"exceed_limit": True}).status_code == 403
    assert admin.post(path, {"partly": True}).status_code == 409
    assert admin.post(path, {"exceed_limit": "yes"}).status_code == 400
    assert status_of(order) == "PENDING"
    assert admin.post(path, {"exceed_limit": True}).status_code == 200
    assert reason_of(order) == LOGGED
    items = {"items": [{"product_id": tea.pk, "quantity": 11}], "reason": "More"}
    amend = f"/orders/{order.pk}/amend/"
    refused = sales.post(amend, items)
    assert (refused.status_code, "this order adds 25.00" in refused.json()["detail"]) == (409, True)
    assert sales.post(amend, items | {"exceed_limit": True}).status_code == 403
    assert admin.post(amend, items | {"exceed_limit": True}).status_code == 200
    assert balance_of(acme) == "1175.00"
    prove()


def test_a_new_limit_counts_at_once(acme, order):
    Customer.objects.filter(pk=acme.pk).update(credit_limit=Decimal(1150))
    confirm_order(order, user=None)
    assert balance_of(acme) == "1150.00"
