"""The search of the admin: what each role finds, in which order, at what cost; and that it bears any address."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from accounts.roles import MATRIX
from accounts.services.people import save_user
from inventory.services.counts import open_count
from inventory.services.stock import adjust_stock
from sales.models import Order
from sales.search import LIMIT
from sales.services.orders import confirm_order
from sales.services.payments import record_payment
from sales.services.returns import ReturnedGoods, return_goods
from tests.clients import signed_in
from tests.factories import (
    make_admin,
    make_confirmed_order,
    make_customer,
    make_delivery,
    make_order,
    make_product,
    make_sales,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db


def search(client, term: str, **more):
    return client.get(reverse("admin:search"), {"s": term, **more})


def found(client, term: str) -> list[str]:
    """The titles, best match first."""
    return [result.title for result in search(client, term).context["results"]]


def numbered(order: Order, number: str) -> Order:
    Order.objects.filter(pk=order.pk).update(order_number=number)
    order.refresh_from_db()
    return order


# What is found


@pytest.mark.parametrize("term", ["nw-1", " NW-1 ", "chai", "tea chai", "CHAI"])
def test_a_product_is_found_by_sku_or_words_of_its_name(as_sales, term):
    product = make_product(sku="NW-1", name="Chai tea", stock=1234)
    make_product(sku="X-2", name="Syrup")
    (result,) = search(as_sales, term).context["results"]
    assert (result.title, result.detail, result.kind) == ("Chai tea", "NW-1 · 1,234 in stock", "Product")
    assert result.link == reverse("admin:inventory_product_change", args=[product.pk])


@pytest.mark.parametrize("term", ["ORD-20261122-0042", "ord-20261122-0042", "1122-0042", "0042"])
def test_an_order_is_found_by_its_number_or_a_part_of_it(as_sales, term):
    customer = make_customer(first_name="Maria", last_name="Anders")
    order = numbered(make_order((make_product(), 2), customer=customer), "ORD-20261122-0042")
    (result,) = search(as_sales, term).context["results"]
    assert (result.title, result.detail) == ("ORD-20261122-0042", "Maria Anders · Pending · 20.00 USD")
    assert result.link == reverse("admin:sales_order_change", args=[order.pk])
    confirm_order(order, user=None)
    assert "Confirmed" in search(as_sales, term).context["results"][0].detail


@pytest.mark.parametrize(
    ("title", "detail", "kind", "closed_to"),
    [
        ("RET-{year}-0001", "{order} · Maria Anders · 10.00 USD", "Return", "WAREHOUSE"),
        ("PAY-{year}-0001", "Maria Anders · Cash · 5.00 USD", "Payment", "WAREHOUSE"),
        ("CNT-{year}-0001", "Evening · Shelf B · Open", "Stock count", "SALES"),
    ],
)
def test_what_is_on_paper_is_found_by_its_number(as_admin, title, detail, kind, closed_to):
    product, maria = make_product(shelf="B"), make_customer(first_name="Maria", last_name="Anders")
    order = make_confirmed_order((product, 2), customer=maria)
    return_goods(order, [ReturnedGoods(product.pk, 1)], reason="DAMAGED", user=None)
    record_payment(maria, Decimal(5), "CASH", user=None)
    open_count(scope="SHELF", place="B", title="Evening", user=None)
    title, detail = (text.format(year=timezone.localdate().year, order=order) for text in (title, detail))
    for term in (title, title.lower(), title[:8], title[1:]):
        (result,) = search(as_admin, term).context["results"]
        assert (result.title, result.detail, result.kind) == (title, detail, kind)
    assert as_admin.get(result.link).status_code == 200
    assert title in found(as_admin, "0001")
    assert found(signed_in(make_user(closed_to)), title) == []


@pytest.mark.parametrize("term", ["DEL-{year}-0002", "del-{year}-0002", "0002", "4711-b", "4711"])
def test_a_delivery_is_found_by_its_number_or_its_note(as_sales, term):
    acme = make_supplier(name="Acme", code="A-1")
    make_delivery((make_product(sku="X-1"), 1), supplier=acme, their_reference="5822")
    done = make_delivery((make_product(sku="X-2"), 1), supplier=acme, their_reference="4711-B")
    (result,) = search(as_sales, term.format(year=done.created_at.year)).context["results"]
    assert (result.title, result.kind) == (done.number, "Delivery")
    assert result.detail.startswith("Acme · 4711-B · ")
    assert result.link == reverse("admin:inventory_delivery_change", args=[done.pk])


@pytest.mark.parametrize("term", ["acme", "A-1", "gmbh"])
def test_a_supplier_is_found_by_name_or_code_and_called_archived(as_sales, term):
    make_supplier(name="Rossi Srl", code="R-1")
    acme = make_supplier(name="Acme GmbH", code="A-1", is_active=False)
    (result,) = search(as_sales, term).context["results"]
    assert (result.title, result.detail, result.kind) == ("Acme GmbH", "A-1 · archived", "Supplier")
    assert result.link == reverse("admin:inventory_supplier_change", args=[acme.pk])


@pytest.mark.parametrize(
    "term",
    ["maria", "Anders Mar", "c-07", "maria@alfki", "820", "1820", "901820", "030 901820", "0049 30/90 18-20"]
    + ["+49 30 901820", "+49 (0)30 901820"],
)
def test_a_customer_is_found_by_name_code_email_or_the_last_digits_of_the_phone(as_sales, term):
    customer = make_customer(
        first_name="Maria", last_name="Anders", customer_code="C-07", email="maria@alfki.de", phone="+4930901820"
    )
    make_customer(first_name="Ann", last_name="Lee", email="ann@example.com", phone="+4930182044")
    (result,) = search(as_sales, term).context["results"]
    assert (result.title, result.detail) == ("Maria Anders", "C-07 · maria@alfki.de")
    assert result.link == reverse("admin:accounts_customer_change", args=[customer.pk])


def test_a_deactivated_customer_is_found_and_called_so(as_sales):
    customer = make_customer(first_name="Maria", last_name="", email="maria@example.com")
    customer.is_active = False
    save_user(customer, by=None)
    assert search(as_sales, "maria").context["results"][0].detail == "maria@example.com · deactivated"


def test_pages_of_the_sidebar_are_found_by_their_titles(as_sales):
    assert found(as_sales, "stock") == ["Stock changes", "Stock at a date"]
    assert found(as_sales, "changes") == ["Stock changes"]
    assert found(as_sales, "tock") == []
    make_product(name="Changing mat")
    assert found(as_sales, "chang") == ["Changing mat", "Stock changes"]


# In which order


def test_the_exact_sku_number_or_code_comes_before_all_that_only_contain_it(as_sales):
    for number in range(LIMIT + 2):
        make_product(sku=f"A-1{number}", name=f"A-1 almost {number}")
        make_customer(first_name=f"A-1 almost {number}")
    make_product(sku="A-1", name="Zither")
    make_customer(first_name="Zoe", last_name="", customer_code="A-1")
    assert found(as_sales, "a-1")[:2] == ["Zoe", "Zither"]


def test_the_order_whose_number_ends_so_comes_first_then_the_latest(as_sales):
    product = make_product(sku="A", name="Tea")
    orders = [make_order((product, 1)) for _ in range(3)]
    for order, number in zip(orders, ["ORD-1", "ORD-12", "ORD-121"], strict=True):
        numbered(order, number)
    assert found(as_sales, "ord-1") == ["ORD-1", "ORD-121", "ORD-12"]
    assert found(as_sales, "-1") == ["ORD-1", "ORD-121", "ORD-12"]
    assert found(as_sales, "-12") == ["ORD-12", "ORD-121"]


def test_what_begins_so_comes_before_what_only_contains_it(as_sales):
    make_product(sku="X-1", name="Apple tea")
    make_product(sku="X-2", name="Tea")
    make_product(sku="TEA-3", name="Zest")
    make_customer(first_name="Bea", last_name="Teasdale")
    make_customer(first_name="Stea", last_name="Ham")
    assert found(as_sales, "tea") == ["Bea Teasdale", "Tea", "Zest", "Stea Ham", "Apple tea"]


def test_a_full_name_comes_before_longer_ones(as_sales):
    for number in range(LIMIT):
        make_customer(first_name="Joann", last_name=f"Leeson {number}")
    make_customer(first_name="Ann", last_name="Lee")
    assert found(as_sales, "ann lee")[0] == "Ann Lee"


# For whom


@pytest.mark.parametrize(
    ("permission", "title"),
    [
        ("inventory.view_product", "Zebra7 stripe"),
        ("accounts.view_customer", "Zebra7 Customer"),
        ("accounts.view_user", "Zebra7 Colleague"),
        ("sales.view_order", "ORD-ZEBRA7"),
    ],
)
def test_each_kind_is_found_by_those_who_may_see_it(as_admin, monkeypatch, permission, title):
    make_product(name="Zebra7 stripe")
    make_sales(first_name="Zebra7", last_name="Colleague")
    customer = make_customer(first_name="Zebra7", last_name="Customer")
    numbered(make_order((make_product(), 1), customer=customer), "ORD-ZEBRA7")
    everything = found(as_admin, "zebra7")
    assert sorted(everything) == ["ORD-ZEBRA7", "Zebra7 Colleague", "Zebra7 Customer", "Zebra7 stripe"]
    monkeypatch.setitem(MATRIX, permission, set())
    assert found(as_admin, "zebra7") == [other for other in everything if other != title]


def test_sales_find_no_colleagues_and_no_pages_that_are_closed_to_them(as_admin, as_sales):
    make_sales(first_name="Zebra", last_name="Colleague", email="zebra@example.com")
    make_customer(first_name="Zebra", last_name="Customer")
    (_, colleague) = search(as_admin, "zebra").context["results"]
    assert (colleague.title, colleague.detail) == ("Zebra Colleague", "Sales · zebra@example.com")
    assert found(as_sales, "zebra") == ["Zebra Customer"]
    assert found(as_admin, "staff") == ["Staff users"]
    assert found(as_sales, "staff") == []


def test_the_stock_is_told_to_those_who_may_see_it(as_sales, monkeypatch):
    make_product(sku="NW-1", name="Chai")
    monkeypatch.setitem(MATRIX, "inventory.view_stock", set())
    assert search(as_sales, "chai").context["results"][0].detail == "NW-1"


def test_a_colleague_without_rights_finds_nothing(as_sales, monkeypatch):
    make_order((make_product(), 1))
    monkeypatch.setattr(roles, "MATRIX", {})
    for term in ["or", "product", "customer", "user"]:
        assert found(as_sales, term) == []


@pytest.mark.parametrize("role", ["CUSTOMER", None])
def test_only_staff_may_search(client, role):
    client = signed_in(make_user(role)) if role else client
    response = search(client, "chai")
    assert response.status_code == 302 and "/login/" in response.headers["Location"]


def test_nothing_is_kept_from_one_search_to_the_next():
    colleague, product = make_admin(), make_product(sku="NW-1", name="Chai", stock=1)
    make_admin(first_name="Chai")
    client = signed_in(colleague)
    assert len(found(client, "chai")) == 2
    colleague.role = "SALES"
    save_user(colleague, by=None)
    adjust_stock(product, user=None, change=4, reason="Found")
    (result,) = search(client, "chai").context["results"]
    assert result.detail == "NW-1 · 5 in stock"


# At what cost


def test_a_kind_shows_few_and_leads_to_its_list(as_sales):
    for number in range(LIMIT):
        make_product(name=f"Chai {number}")
    assert found(as_sales, "chai") == [f"Chai {number}" for number in range(LIMIT)]
    make_product(name="Chai & more")
    results = search(as_sales, "chai").context["results"]
    assert len(results) == LIMIT + 1
    assert results[-1].title == "All products with “chai”"
    page = as_sales.get(results[-1].link)
    assert page.context["cl"].result_count == LIMIT + 1


def test_a_search_is_a_few_bounded_queries_however_much_there_is(as_admin):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            search(as_admin, "e1")
        return [query["sql"] for query in captured.captured_queries]

    make_order((make_product(name="Herbe1"), 1))
    few = queries()
    for _ in range(LIMIT + 4):
        make_order((make_product(name="Herbe1"), 1), user=make_sales())
    many = queries()
    assert len(many) == len(few) == 8  # session and user, and one for each kind
    assert all(f"LIMIT {LIMIT + 1}" in sql for sql in many[2:])


def test_a_word_without_a_digit_is_no_order_number_and_does_not_read_all_orders(as_admin):
    make_order((make_product(), 1))
    with CaptureQueriesContext(connection) as captured:
        assert found(as_admin, "ord") == ["Orders"]  # the page
    assert not [query for query in captured.captured_queries if "sales_order" in query["sql"]]


@pytest.mark.parametrize("term", ["", " ", "e", " e ", "\t\n", "\x07e", "é"])
def test_fewer_than_two_letters_ask_the_database_nothing(as_admin, term):
    make_product(name="e")
    with CaptureQueriesContext(connection) as captured:
        response = search(as_admin, term)
    assert (response.status_code, response.content) == (200, b"")
    assert len(captured) == 2  # session and user


# Whatever the address


@pytest.mark.parametrize("page", ["abc", "0", "99999", "", "-1", "1"])
def test_the_search_bears_any_page(as_admin, page):
    assert search(as_admin, "product", page=page, extended="1").status_code == 200
    assert as_admin.get(reverse("admin:search"), {"page": page}).content == b""


@pytest.mark.parametrize(
    "term",
    [
        "x" * 10_000,
        "%" * 10_000,
        "ä " * 5_000,
        "😀" * 255,
        "'\"%_\\;--",
        "%%",
        "__",
        "\u202e\u200b",
        "９" * 30,
        "9" * 255,
    ]
    + ["٣٣٣", "a\x01b", "+" * 200, "+49" + "0" * 100, "<script>alert(1)</script>", "{{ 7 }}"],
)
def test_the_search_bears_any_text_and_finds_nothing_by_it(as_admin, term):
    make_order((make_product(), 1), customer=make_customer(customer_code="C", phone="+4930901820"))
    response = search(as_admin, term)
    assert response.status_code == 200
    assert b"Nothing found" in response.content


def test_a_nul_in_the_address_is_not_understood_in_whatever_charset(as_admin):
    assert as_admin.get("/admin/search/?s=a%00b").status_code == 400
    for hidden in ("a+AAA-b", "a+2AA-b"):
        address = f"/admin/search/?s={hidden}"
        assert as_admin.get(address, headers={"content-type": "text/plain; charset=utf-7"}).status_code == 200


def test_names_are_shown_as_text(as_sales):
    make_product(sku="X-1", name="<b>Chai</b>")
    make_product(sku="X-2", name="100% tea_bag")
    assert "&lt;b&gt;Chai&lt;/b&gt;" in search(as_sales, "chai").content.decode()
    assert found(as_sales, "00%") == found(as_sales, "a_b") == ["100% tea_bag"]
