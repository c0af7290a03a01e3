"""Every route costs a number of queries that does not grow with what it shows."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.environment import POSTGRESQL
from tests.factories import make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db


def queries_of(caller, method, path, body=None) -> int:
    """How many statements a request costs, transaction control aside."""
    with CaptureQueriesContext(connection) as captured:
        answer = caller(method, path, body)
    assert answer.status_code in (200, 201), answer.content
    control = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT")
    return len([query for query in captured if not query["sql"].startswith(control)])


def grow(times: int):
    for _ in range(times):
        user = make_sales()
        product = make_product(user=user)
        adjust_stock(product, user=user, change=-5, reason="Broken")
        confirm_order(make_order((product, 1), (make_product(user=user), 2), user=user), user=user)


LISTS = ["/products/", "/orders/", "/customers/", "/products/stock-changes/", "/dashboard/"]


@pytest.mark.parametrize("path", LISTS)
def test_a_list_costs_at_most_five_whatever_the_size_of_its_page(admin, path):
    grow(2)
    few = queries_of(admin, "GET", f"{path}?page_size=1")
    grow(12)
    many = queries_of(admin, "GET", f"{path}?page_size=100")
    assert many == few <= 5


def test_one_record_costs_at_most_five(admin):
    product, buyer = make_product(user=admin.user), make_customer()
    small, large = make_order((product, 1)), make_order(*[(make_product(), 1) for _ in range(50)], user=admin.user)
    for path in (f"/products/{product.pk}/", f"/customers/{buyer.pk}/", f"/orders/{small.pk}/", f"/orders/{large.pk}/"):
        assert queries_of(admin, "GET", path) <= 5
    assert queries_of(admin, "GET", f"/orders/{large.pk}/items/?page_size=100") <= 5


def test_placing_and_confirming_an_order_costs_the_same_for_fifty_lines(sales):
    counts = []
    for lines in (1, 50):
        items = [{"product_id": make_product().pk, "quantity": 1} for _ in range(lines)]
        body = {"customer_id": make_customer().pk, "items": items}
        sales.post("/orders/", body)  # the day's first order makes its number counter
        counts.append(
            (
                queries_of(sales, "POST", "/orders/", body),
                queries_of(sales, "POST", f"/orders/{sales.get('/orders/').json()['results'][0]['id']}/confirm/"),
            )
        )
    assert counts[0] == counts[1]
    to_place, to_confirm = counts[1]
    assert (to_place, to_confirm) == ((9, 12) if POSTGRESQL else (12, 16))
