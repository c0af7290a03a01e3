"""Every page costs a number of queries that does not grow with what it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.services.people import save_user
from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.clients import queries_of
from tests.counting import found, make_count
from tests.factories import make_customer, make_delivery, make_order, make_product, make_sales, make_supplier
from tests.forms import form_data

pytestmark = pytest.mark.django_db

LISTS = [
    "admin:index",
    "admin:inventory_product_changelist",
    "admin:inventory_stockchange_changelist",
    "admin:inventory_delivery_changelist",
    "admin:inventory_supplier_changelist",
    "to_pack",
    "admin:inventory_stockcount_changelist",
    "admin:sales_order_changelist",
    "admin:accounts_customer_changelist",
    "admin:accounts_user_changelist",
]


def grow(times: int):
    for _ in range(times):
        user, product = make_sales(), make_product(user=None)
        adjust_stock(product, user=user, change=1, reason="Found")
        make_delivery((product, 1), supplier=make_supplier(user=user), user=user)
        confirm_order(make_order((product, 1), user=user), user=user)
        make_order((product, 1), user=user)
        make_count(product, user=user)


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_with_more_rows(as_admin, name):
    grow(2)
    as_admin.get(reverse(name))  # whatever is looked up once per process
    few = queries_of(as_admin, reverse(name))
    grow(12)
    many = queries_of(as_admin, reverse(name))
    assert many == few <= (20 if name == "admin:index" else 15), (few, many)


def test_an_order_page_costs_the_same_with_sixty_lines(as_admin):
    small = make_order((make_product(), 1))
    large = make_order(*[(make_product(), 1) for _ in range(60)])
    few, many = (queries_of(as_admin, reverse("admin:sales_order_change", args=[order.pk])) for order in (small, large))
    assert many <= few <= 20
    confirm_order(small, user=None)
    confirm_order(large, user=None)
    few, many = (queries_of(as_admin, reverse("admin:sales_order_change", args=[order.pk])) for order in (small, large))
    assert many <= few <= 20


def test_the_pages_of_a_count_cost_the_same_with_sixty_lines(as_admin):
    counts = [make_count(*[make_product() for _ in range(number)]) for number in (2, 60)]
    for count in counts:
        for line in count.lines.select_related("product"):
            found(count, line.product, 7, user=make_sales())
            make_order((line.product, 1))
    for page in ("change", "count_pieces", "print_count", "review_variances", "history"):
        addresses = [reverse(f"admin:inventory_stockcount_{page}", args=[count.pk]) for count in counts]
        as_admin.get(addresses[0])
        few, many = (queries_of(as_admin, address) for address in addresses)
        assert many <= few + 1 <= 16, (page, few, many)


def test_saving_an_order_costs_the_same_with_sixty_lines(as_admin):
    counts = []
    for lines in (1, 60):
        data = form_data(make_customer(), *[(make_product(), 1, "") for _ in range(lines)])
        with CaptureQueriesContext(connection) as captured:
            assert as_admin.post(reverse("admin:sales_order_add"), data).status_code == 302
        counts.append(len(captured))
    assert counts[1] <= counts[0] <= 30


def test_a_product_page_costs_the_same_with_more_stock_changes(as_admin):
    product = make_product()
    url = reverse("admin:inventory_product_change", args=[product.pk])
    few = queries_of(as_admin, url)
    for _ in range(30):
        adjust_stock(product, user=make_sales(), change=1, reason="Found")
    assert queries_of(as_admin, url) <= few + 1
    history = reverse("admin:inventory_product_history", args=[product.pk])
    assert queries_of(as_admin, history) <= 12


def test_the_page_of_a_person_costs_the_same_with_more_orders_and_changes(as_admin):
    customer = make_customer()
    confirm_order(make_order((make_product(), 1), customer=customer), user=make_sales())
    pages = {
        reverse("admin:accounts_customer_change", args=[customer.pk]): 16,
        reverse("admin:accounts_customer_history", args=[customer.pk]): 12,
        reverse("admin:accounts_user_change", args=[as_admin.user.pk]): 12,
    }
    few = {page: queries_of(as_admin, page) for page in pages}
    for number in range(30):
        make_order((make_product(), 1), customer=customer)
        for person in (customer, as_admin.user):
            person.first_name = f"Ann {number}"
            save_user(person, by=make_sales())
    for page, most in pages.items():
        assert queries_of(as_admin, page) <= few[page] + 1 <= most, page


@pytest.mark.parametrize("model", ["inventory_product", "accounts_customer", "accounts_user", "sales_order"])
def test_an_empty_form_costs_the_same_with_more_rows(as_admin, model):
    page = reverse(f"admin:{model}_add")
    as_admin.get(page)
    few = queries_of(as_admin, page)
    grow(6)
    assert queries_of(as_admin, page) == few <= 8
