"""Columns that one chooses, and views of a list that one keeps."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from core.admin.saved_views import AT_MOST
from core.models import SavedView
from tests.clients import signed_in
from tests.factories import make_order, make_product, make_sales

pytestmark = pytest.mark.django_db

LISTS = ["inventory_product", "sales_order", "accounts_customer", "inventory_stockchange"]
PRODUCTS = "/admin/inventory/product/"


def shown(client, address=PRODUCTS):
    return client.get(address).context["cl"].list_display


def change(client, address=PRODUCTS, **data):
    return client.post(f"{address}views/", data)


@pytest.mark.parametrize("name", LISTS)
def test_every_column_can_go_but_the_first_and_more_can_come(as_admin, name):
    make_order((make_product(), 1))
    address = reverse(f"admin:{name}_changelist")
    page = as_admin.get(address)
    usual = [column for column in page.context["cl"].list_display if column != "action_checkbox"]
    columns = page.context["cl"].views["columns"]
    assert [column["name"] for column in columns if column["shown"]] == usual[1:]
    assert all(column["label"] and "_" not in column["label"] for column in columns)
    more = [column["name"] for column in columns if not column["shown"]]
    assert more
    change(as_admin, address, column=more)
    now = [column for column in shown(as_admin, address) if column != "action_checkbox"]
    assert now == [usual[0], *more]
    change(as_admin, address, column=usual)
    assert shown(as_admin, address)[-len(usual) :] == usual
    assert not SavedView.objects.exists()


def test_each_person_has_columns_of_their_own(as_admin, as_sales):
    make_product()
    before = shown(as_sales)
    change(as_admin, column=["sku", "price"])
    assert shown(as_admin)[-3:] == ["product", "sku", "price"]
    assert shown(as_sales) == before


def test_a_view_keeps_filters_search_sorting_and_columns(as_sales):
    for number in range(3):
        make_product(sku=f"TEA-{number}", name=f"Tea {number}", category="Tea", stock=number * 10)
    make_product(sku="CUP-1", name="Cup", category="Tea")
    query = f"category=Tea&o=-{shown(as_sales).index('stock')}&q=tea-"
    answer = change(as_sales, query=query + "&p=2", keep="1", name="Teas by stock")
    view = SavedView.objects.get()
    assert QueryDict(view.query).dict() == {**QueryDict(query).dict(), "columns": QueryDict(view.query)["columns"]}
    assert answer.url == f"../?{view.query}"
    change(as_sales, column=["sku"])  # what one sees elsewhere by then
    page = as_sales.get(f"{PRODUCTS}?{view.query}")
    assert [str(product) for product in page.context["cl"].result_list] == [f"Tea {n} (TEA-{n})" for n in (2, 1, 0)]
    assert "stock" in page.context["cl"].list_display
    (saved,) = page.context["cl"].views["saved"]
    assert (saved["name"], saved["active"]) == ("Teas by stock", True)
    assert "Teas by stock" in as_sales.get(PRODUCTS).content.decode()
    assert not page.context["cl"].views["query"].count("p=")


def test_columns_chosen_in_a_view_are_that_views(as_admin):
    answer = change(as_admin, query="columns=product,sku&q=x&o=2", column=["price"])
    assert QueryDict(answer.url[4:]).dict() == {"columns": "product,price", "q": "x"}
    assert not SavedView.objects.exists()


def test_a_name_that_is_there_is_written_over_and_a_view_forgotten(as_admin):
    for query in ("q=a", "q=b"):
        change(as_admin, query=query, keep="1", name="Mine")
    assert QueryDict(SavedView.objects.get().query)["q"] == "b"
    change(as_admin, forget="Mine")
    assert not SavedView.objects.exists()


@pytest.mark.parametrize(
    "name, sentence",
    [("", "Please give the view a name."), ("  ", "Please give the view a name."), ("x" * 61, "at most 60 characters")],
)
def test_a_name_that_is_none(as_admin, name, sentence):
    change(as_admin, query="q=a", keep="1", name=name)
    assert sentence in as_admin.get(PRODUCTS).content.decode()
    assert not SavedView.objects.exists()


def test_an_address_that_is_too_long_is_not_kept(as_admin):
    change(as_admin, query=f"q={'a' * 2500}", keep="1", name="Long")
    assert "at most 2000 characters" in as_admin.get(PRODUCTS).content.decode()
    assert not SavedView.objects.exists()


def test_there_is_an_end_to_views(as_admin):
    for number in range(AT_MOST + 1):
        change(as_admin, keep="1", name=f"View {number}")
    assert SavedView.objects.count() == AT_MOST
    assert "Please remove one first." in as_admin.get(PRODUCTS).content.decode()


def test_nobody_sees_or_forgets_the_views_of_others(as_admin):
    change(as_admin, query="q=secret", keep="1", name="Mine")
    colleague = signed_in(make_sales())
    assert "Mine" not in colleague.get(PRODUCTS).content.decode()
    change(colleague, forget="Mine")
    assert SavedView.objects.count() == 1


@pytest.mark.parametrize("columns", ["nonsense", "password,stock_qty", ",,,", "product"])
def test_columns_that_there_are_not_are_passed_over(as_admin, columns):
    make_product()
    page = as_admin.get(f"{PRODUCTS}?columns={columns}")
    assert page.status_code == 200
    assert "password" not in page.context["cl"].list_display
    assert len(page.context["cl"].result_list) == 1


def test_a_view_is_changed_by_posting_alone(as_admin):
    assert as_admin.get(f"{PRODUCTS}views/").status_code == 405
