"""Where a customer's name is shown, a firm's is."""

import pytest
from django.urls import reverse

from sales.resources import OrderResource
from sales.services.orders import confirm_order
from tests.clients import Caller
from tests.factories import make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db


@pytest.fixture
def order():
    customer = make_customer(
        company="Zebra Boatyard",
        first_name="Ada",
        last_name="Moreau",
        email=None,
        customer_code="Z-1",
        tax_id="DE123",
        address="Quay 1\n20457 Hamburg",
        delivery_address="Dock 9\n20457 Hamburg",
    )
    return confirm_order(make_order((make_product(stock=5), 1), customer=customer), user=None)


@pytest.fixture
def sales() -> Caller:
    return Caller(make_sales())


def suggestions(client, term):
    query = {"app_label": "sales", "model_name": "order", "field_name": "customer", "term": term}
    return client.get(reverse("admin:autocomplete"), query).json()["results"]


def test_on_pages_and_papers(order, as_sales):
    for address in (
        reverse("admin:sales_order_changelist"),
        reverse("admin:sales_order_change", args=[order.pk]),
        reverse("admin:accounts_customer_changelist"),
        reverse("admin:accounts_customer_change", args=[order.customer_id]),
        reverse("admin:inventory_stockchange_changelist"),
        reverse("admin:index"),
    ):
        assert "Zebra Boatyard" in as_sales.get(address).content.decode(), address
    paper = as_sales.get(reverse("admin:sales_order_print_order", args=[order.pk])).content.decode()
    for printed in ("Zebra Boatyard", "Ada Moreau", "Quay 1", "Dock 9", "DE123", "Z-1"):
        assert printed in paper
    assert "None" not in paper


@pytest.mark.parametrize("term", ["zebra", "boatyard ada", "moreau", "Z-1"])
def test_it_is_found_by_firm_and_by_person(order, as_sales, sales, term):
    (found,) = suggestions(as_sales, term)
    assert (found["text"], found["detail"]) == ("Zebra Boatyard", "Z-1 · 20457 Hamburg")
    assert "Zebra Boatyard" in as_sales.get("/admin/search/", {"s": term}).content.decode()
    assert [row["company"] for row in sales.get(f"/customers/?search={term}").json()["results"]] == ["Zebra Boatyard"]
    if term != "Z-1":
        listed = as_sales.get(reverse("admin:sales_order_changelist"), {"q": term}).content.decode()
        assert order.order_number in listed
        assert [row["id"] for row in sales.get(f"/orders/?search={term}").json()["results"]] == [order.pk]


def test_over_the_api_and_in_exports(order, sales):
    assert sales.get(f"/orders/{order.pk}/").json()["customer"] == "Zebra Boatyard"
    row = OrderResource().export().dict[0]
    assert (row["customer"], row["customer_email"]) == ("Zebra Boatyard", "")


def test_firms_and_persons_are_sorted_by_what_is_shown(order, as_sales):
    make_customer(first_name="Yara"), make_customer(company="Abel AG", first_name="Zoe")
    page = as_sales.get(reverse("admin:accounts_customer_changelist"))
    assert [str(customer) for customer in page.context["cl"].result_list][0] == "Abel AG"
    assert [str(customer) for customer in page.context["cl"].result_list][-1] == "Zebra Boatyard"
