"""The orders beside a customer's page: what they come to, the latest, and the way to more."""

from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from accounts import roles
from accounts.roles import MATRIX
from sales.models import Order
from sales.services.orders import cancel_order, confirm_order
from tests.clients import queries_of
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

TAB = "activeTab == 'dataset-order'"


def page_of(customer) -> str:
    return reverse("admin:accounts_customer_change", args=[customer.pk])


@pytest.fixture
def regular():
    """A customer with one order of each status: 10.00 pending, 20.00 confirmed, 40.00 cancelled."""
    product, customer = make_product(stock=100), make_customer(first_name="Regular")
    make_order((product, 1), customer=customer)
    confirm_order(make_order((product, 2), customer=customer), user=None)
    cancel_order(make_order((product, 4), customer=customer), user=None)
    make_order((product, 8))
    return customer


def test_the_sums_are_those_of_this_customer(regular):
    assert Order.objects.filter(customer=regular).totals() == {
        "count": 3,
        "confirmed": Decimal(20),
        "pending": Decimal(10),
        "last_date": timezone.localdate(),
    }
    nothing = {"count": 0, "confirmed": Decimal(0), "pending": Decimal(0), "last_date": None}
    assert Order.objects.filter(customer=make_customer()).totals() == nothing


def test_the_tab_shows_sums_and_orders_with_links(as_admin, as_sales, regular):
    for client in (as_admin, as_sales):
        page = client.get(page_of(regular)).content.decode()
        assert TAB in page
        for figure in ("20.00 USD", "10.00 USD", date_format(timezone.localdate())):
            assert figure in page
        for order in Order.objects.all():
            link = f'href="{reverse("admin:sales_order_change", args=[order.pk])}"'
            assert (link in page) == (order.customer_id == regular.pk)
        assert "Pending" in page and "Confirmed" in page and "Cancelled" in page


def test_the_links_lead_to_the_customers_orders_and_to_a_new_one(as_sales, regular):
    page = as_sales.get(page_of(regular)).content.decode()
    list_url = f"{reverse('admin:sales_order_changelist')}?customer__id__exact={regular.pk}"
    add_url = f"{reverse('admin:sales_order_add')}?customer={regular.pk}"
    assert f'href="{list_url}"' in page and f'href="{add_url}"' in page
    listed = as_sales.get(list_url).context["cl"].result_list
    assert len(listed) == 3 and {order.customer_id for order in listed} == {regular.pk}
    assert as_sales.get(add_url).context["adminform"].form["customer"].value() == str(regular.pk)


def test_the_twenty_latest_are_listed_the_newest_first(as_sales, regular):
    orders = [make_order((make_product(), 1), customer=regular) for _ in range(20)]
    page = as_sales.get(page_of(regular)).content.decode()
    places = [page.index(str(order)) for order in reversed(orders)]
    assert places == sorted(places)
    assert str(Order.objects.filter(customer=regular).last()) not in page
    assert "These are the latest 20" in page and ">23<" in page


def test_who_has_ordered_nothing_has_an_empty_tab(as_sales):
    page = as_sales.get(page_of(make_customer())).content.decode()
    assert TAB in page and "No orders yet." in page


def test_a_deactivated_customer_is_not_offered_a_new_order(as_sales):
    customer = make_customer(is_active=False)
    assert "New order" not in as_sales.get(page_of(customer)).content.decode()


def test_the_tab_is_for_those_who_see_orders_and_the_button_for_those_who_take_them(as_sales, regular, monkeypatch):
    monkeypatch.setitem(MATRIX, "sales.add_order", {roles.ADMIN})
    page = as_sales.get(page_of(regular)).content.decode()
    assert TAB in page and "New order" not in page
    monkeypatch.setitem(MATRIX, "sales.view_order", {roles.ADMIN})
    monkeypatch.setitem(MATRIX, "sales.view_account", {roles.ADMIN})  # the tab beside it, which says what was sold
    page = as_sales.get(page_of(regular)).content.decode()
    assert TAB not in page and "20.00 USD" not in page and "ORD-" not in page


def test_the_form_for_a_new_customer_has_no_tab(as_sales):
    assert TAB not in as_sales.get(reverse("admin:accounts_customer_add")).content.decode()


def test_the_page_costs_the_same_with_more_orders(as_sales):
    small, large, product = make_customer(), make_customer(), make_product(stock=1000)
    make_order((product, 1), customer=small)
    for _ in range(30):
        make_order((product, 1), customer=large)
    queries_of(as_sales, page_of(small))  # whatever is looked up once per process
    assert queries_of(as_sales, page_of(large)) == queries_of(as_sales, page_of(small)) <= 14


def test_an_address_that_is_no_customer_is_no_crash(as_sales):
    for key in ("0", "abc", "9" * 30, "_5F"):
        response = as_sales.get(reverse("admin:accounts_customer_change", args=[key]))
        assert response.status_code == 302, key


def test_nothing_can_be_posted_to_the_tab(as_admin, regular):
    order = Order.objects.filter(customer=regular).pending().get()
    for dataset in ("CustomerOrders", "None", ""):
        sent = {"dataset": dataset, "action": "confirm_selected", "_selected_action": order.pk}
        assert as_admin.post(page_of(regular), sent).status_code == 302
    order.refresh_from_db()
    assert order.is_pending


def test_saving_the_customer_needs_nothing_of_the_tab(as_admin, regular):
    data = {"first_name": "Renamed", "email": regular.email, "is_active": "on", "opening_balance": "0.00"}
    assert as_admin.post(page_of(regular), data).status_code == 302
    refused = as_admin.post(page_of(regular), {**data, "first_name": ""})
    assert refused.status_code == 200 and TAB in refused.content.decode()
    regular.refresh_from_db()
    assert regular.first_name == "Renamed"
