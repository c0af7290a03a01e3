"""What orders post to the account of their customer, from their confirmation to their last return."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.account_models import AccountEntry
from accounts.exceptions import UserInUse
from accounts.models import Customer
from accounts.services.people import delete_user, save_user
from inventory.services.products import delete_product
from sales.account_check import account_problem
from sales.merging import merge_customers
from sales.models import Order
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales
from tests.ledger import prove

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme():
    return make_customer(company="Acme GmbH", customer_code="C-7", opening_balance=Decimal("100.00"))


@pytest.fixture
def tea():
    return make_product(stock=500, name="Chai", sku="NW-1", selling_price=Decimal("10.00"))


def balance_of(customer) -> str:
    return str(Customer.objects.get(pk=customer.pk).balance)


def posted(customer) -> list[tuple]:
    rows = AccountEntry.objects.filter(customer=customer).order_by("pk")
    return [(row.kind, str(row.amount), str(row.balance_after)) for row in rows]


def posted_for(order) -> list[tuple]:
    rows = AccountEntry.objects.filter(reference=order.order_number).order_by("pk")
    return [(row.kind, str(row.amount)) for row in rows]


def amend(order, *lines, **fields):
    return amend_order(order, lines=[NewItem(*line) for line in lines], reason="They rang", user=None, **fields)


def give_back(order, product, pieces, credit=None, restocked=True):
    goods = [ReturnedGoods(product.pk, pieces, restocked, credit and Decimal(credit))]
    return return_goods(order, goods, reason="UNWANTED", user=None)


def test_an_account_is_what_was_agreed_changed_and_brought_back(acme, tea):
    """Payments stand aside: 250 sold, 30 less by an amendment, 40 back."""
    clerk = make_sales()
    lines = [NewItem(tea, 25)]
    order = create_order(customer=acme, lines=lines, user=clerk, customer_reference="PO 1")
    confirm_order(order, user=clerk)
    amend(order, (tea, 22))
    done = give_back(order, tea, 4)
    assert posted(acme) == [
        ("OPENING", "100.00", "100.00"),
        ("SALE", "250.00", "350.00"),
        ("AMENDMENT", "-30.00", "320.00"),
        ("RETURN", "-40.00", "280.00"),
    ]
    opening, sale, amendment, returned = AccountEntry.objects.order_by("pk")
    day = timezone.localdate() + timedelta(days=14)
    assert (opening.reference, opening.text, opening.due_on) == ("", "", None)
    assert (sale.reference, sale.text, sale.due_on, sale.created_by) == (order.order_number, "PO 1", day, clerk)
    assert (amendment.text, returned.text, returned.due_on) == ("Revision 1", done.number, None)
    prove()


def test_an_order_amended_a_day_later_posts_the_difference_then(acme, tea):
    yesterday = timezone.now() - timedelta(days=1)
    order = make_order((tea, 5), (make_product(), 2, Decimal("4.00")), customer=acme)
    confirm_order(order, user=None, at=yesterday)
    amend(order, (tea, 3), (make_product(), 4, Decimal("2.50")))
    sale, amendment = AccountEntry.objects.filter(reference=order.order_number).order_by("pk")
    assert (str(sale.amount), sale.created_at) == ("58.00", yesterday)
    assert (str(amendment.amount), amendment.created_at > yesterday) == ("-18.00", True)
    assert Order.objects.confirmed_on(timezone.localdate(yesterday)).revenue() == Decimal("40.00")
    order.refresh_from_db()
    cancel_order(order, user=None)
    assert posted_for(order)[-1] == ("CANCELLATION", "-40.00") and balance_of(acme) == "100.00"
    prove()


def test_a_return_credits_what_was_paid(tea):
    acme = make_customer()
    order = confirm_order(make_order((tea, 5), customer=acme), user=None)
    goods = [ReturnedGoods(tea.pk, 1), ReturnedGoods(tea.pk, 1, restocked=False)]
    return_goods(order, goods, reason="DAMAGED", user=None)
    assert posted_for(order) == [("SALE", "50.00"), ("RETURN", "-20.00")] and balance_of(acme) == "30.00"
    prove()


def test_a_fee_that_was_kept_is_owed_when_the_rest_is_cancelled(tea):
    """Of 50.00, 20.00 back in full and one piece for 8.00 only: what is left of the order is 2.00."""
    acme = make_customer()
    order = confirm_order(make_order((tea, 5), customer=acme), user=None)
    give_back(order, tea, 2)
    give_back(order, tea, 1, "8.00")
    cancel_order(order, user=None)
    steps = [("SALE", "50.00"), ("RETURN", "-20.00"), ("RETURN", "-8.00"), ("CANCELLATION", "-20.00")]
    assert posted_for(order) == steps and balance_of(acme) == "2.00"
    prove()


def test_what_costs_nothing_posts_nothing(tea):
    acme = make_customer()
    order = confirm_order(make_order((tea, 1, Decimal(0)), customer=acme), user=None)
    amend(order, (tea, 2, Decimal(0)))
    give_back(order, tea, 1)
    cancel_order(order, user=None)
    cancel_order(make_order((tea, 1), customer=acme), user=None)
    assert posted(acme) == [] and account_problem() == ""


def test_only_what_is_taken_is_owed(tea):
    acme, scarce = make_customer(), make_product(stock=3)
    order = create_order(customer=acme, lines=[NewItem(scarce, 5)], user=None, beyond_stock=True)
    order = confirm_partly(order, user=None)
    assert posted_for(order) == [("SALE", "30.00")] and posted_for(order.backorders.get()) == []
    prove()


def test_a_product_deleted_since_is_credited_all_the_same(tea):
    acme, cup = make_customer(), make_product(stock=5)
    order = confirm_order(make_order((tea, 1), (cup, 2), customer=acme), user=None)
    delete_product(cup, user=None)
    cancel_order(order, user=None)
    assert balance_of(acme) == "0.00"
    prove()


@pytest.mark.parametrize(("days", "due"), [(None, 14), (0, 0), (30, 30)])
def test_it_is_due_so_many_days_after_the_day_of_the_confirmation(tea, days, due):
    acme = make_customer(payment_days=days)
    at = timezone.now() - timedelta(days=3)
    order = confirm_order(make_order((tea, 1), customer=acme), user=None, at=at)
    amend(order, (tea, 2))
    dues = set(AccountEntry.objects.values_list("due_on", flat=True))
    assert dues == {timezone.localdate(at) + timedelta(days=due)}


# The opening balance, at every door


def opened(customer) -> list[str]:
    rows = AccountEntry.objects.filter(customer=customer, kind="OPENING").order_by("pk")
    return [str(row.amount) for row in rows]


def test_the_admin_posts_what_the_opening_balance_changes_by(as_admin, acme):
    page = as_admin.get(reverse("admin:accounts_customer_change", args=[acme.pk]))
    assert "100.00" in page.content.decode()
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {"opening_balance": "70.50"}
    assert as_admin.post(reverse("admin:accounts_customer_change", args=[acme.pk]), data).status_code == 302
    assert opened(acme) == ["100.00", "-29.50"] and balance_of(acme) == "70.50"
    new = {"company": "Lee Ltd", "customer_code": "C-8", "opening_balance": "-5", "is_active": "on"}
    as_admin.post(reverse("admin:accounts_customer_add"), new | {"email": "", "first_name": "", "last_name": ""})
    assert opened(Customer.objects.get(customer_code="C-8")) == ["-5.00"]
    assert AccountEntry.objects.order_by("pk").last().created_by == as_admin.user
    prove()


def test_the_api_posts_what_the_opening_balance_changes_by(acme):
    admin = Caller(make_admin())
    made = admin.post("/customers/", {"company": "Lee Ltd", "opening_balance": "12.50"}).json()
    told = admin.patch(f"/customers/{made['id']}/", {"opening_balance": "10.00"}).json()
    assert (made["balance"], told["balance"], told["opening_balance"]) == ("12.50", "10.00", "10.00")
    assert opened(Customer(pk=made["id"])) == ["12.50", "-2.50"]
    admin.patch(f"/customers/{made['id']}/", {"phone": "+12025550123"})
    assert len(opened(Customer(pk=made["id"]))) == 2
    prove()


def test_a_customer_with_an_account_is_not_deleted(acme):
    with pytest.raises(UserInUse, match="Acme GmbH appears in account entries. Deactivate them instead."):
        delete_user(acme, by=None)


def test_what_is_owed_moves_with_the_orders_when_two_records_become_one(acme, tea):
    other = make_customer(company="Acme AG", customer_code="C-9", opening_balance=Decimal("-20.00"))
    order = confirm_order(make_order((tea, 5), customer=other), user=None)
    mine = confirm_order(make_order((tea, 1), customer=acme), user=None)
    merge_customers(Customer.objects.get(pk=other.pk), Customer.objects.get(pk=acme.pk), user=None)
    assert posted(other)[-2:] == [("OPENING", "20.00", "50.00"), ("TRANSFER", "-50.00", "0.00")]
    assert posted(acme)[-2:] == [("OPENING", "-20.00", "90.00"), ("TRANSFER", "50.00", "140.00")]
    moved = AccountEntry.objects.filter(kind="TRANSFER")
    assert {row.text for row in moved} == {"Acme AG (C-9) merged into Acme GmbH (C-7)"}
    order.refresh_from_db()
    amend(order, (tea, 4))
    cancel_order(order, user=None)
    cancel_order(mine, user=None)
    entries = AccountEntry.objects.filter(reference=order.order_number)
    assert sum(row.amount for row in entries) == 0 and balance_of(acme) == "80.00" and balance_of(other) == "0.00"
    prove()


def test_a_form_that_was_open_meanwhile_is_saved_all_the_same(as_sales, acme, tea):
    """Neither the customer's form nor another order's is refused because something was posted."""
    url = reverse("admin:accounts_customer_change", args=[acme.pk])
    form = as_sales.get(url).context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {"company": "Acme AG"}
    confirm_order(make_order((tea, 1), customer=acme), user=None)
    assert as_sales.post(url, data).status_code == 302
    acme = Customer.objects.get(pk=acme.pk)
    assert (acme.company, str(acme.balance)) == ("Acme AG", "110.00")
    save_user(Customer.objects.get(pk=acme.pk), by=None)
    assert balance_of(acme) == "110.00"
