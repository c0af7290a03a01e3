"""What is not sold any more is archived: nobody orders it anew, nobody is told to buy it, and the past stays."""

import pytest
from django.urls import reverse

from inventory.models import Product
from inventory.services.products import set_active
from sales.exceptions import InvalidOrder
from sales.models import Order
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order, confirm_order, edit_order
from tests.clients import Caller, said
from tests.factories import make_customer, make_order, make_product, make_sales
from tests.forms import form_data

pytestmark = pytest.mark.django_db


def archive(*products) -> None:
    set_active([product.pk for product in products], False, user=None)


def boxes(client, term, model="sales.orderitem") -> list[str]:
    app_label, model_name = model.split(".")
    query = {"app_label": app_label, "model_name": model_name, "field_name": "product", "term": term}
    return [row["text"] for row in client.get(reverse("admin:autocomplete"), query).json()["results"]]


def test_it_is_in_no_box_of_an_order_and_its_code_finds_no_other_that_begins_so(as_sales):
    chai, other = make_product(name="Chai", sku="HAM-01"), make_product(name="Chai, large", sku="HAM-012")
    assert boxes(as_sales, "chai") == [str(chai), str(other)]
    archive(chai)
    assert boxes(as_sales, "chai") == boxes(as_sales, "") == [str(other)]
    assert boxes(as_sales, "ham-01") == []
    assert str(chai) in boxes(as_sales, "chai", "inventory.stockchange")
    assert "archived" in as_sales.get("/admin/search/", {"s": "HAM-01"}).content.decode()


def test_it_is_neither_low_nor_out_on_the_dashboard(as_sales):
    low, out, sold = make_product(stock=1), make_product(stock=0), make_product(name="Still sold", stock=2)
    archive(low, out)
    assert Product.objects.stock_counts() == {"low": 1, "out": 0}
    assert list(Product.objects.running_low()) == [sold]
    told = Caller(make_sales()).get("/dashboard/").json()
    assert (told["low_stock_count"], told["out_of_stock_count"]) == (1, 0)
    assert [row["name"] for row in told["low_stock_products"]] == ["Still sold"]


def test_an_old_order_is_confirmed_cancelled_and_gives_its_pieces_back():
    chai = make_product(stock=5)
    order = make_order((chai, 2))
    archive(chai)
    confirm_order(order, user=None)
    chai.refresh_from_db()
    assert chai.stock_qty == 3
    cancel_order(order, user=None)
    chai.refresh_from_db()
    assert chai.stock_qty == 5


def test_a_new_line_is_refused_and_one_that_the_order_has_stays():
    chai, tea = make_product(name="Chai"), make_product()
    order, other = make_order((chai, 2)), make_order((tea, 1))
    archive(chai)
    with pytest.raises(InvalidOrder, match=r"^Line 2: Chai is no longer sold\.$"):
        make_order((tea, 1), (chai, 1))
    edit_order(order, customer=order.customer, lines=[NewItem(chai, 3), NewItem(tea, 1)], user=None)
    with pytest.raises(InvalidOrder, match="Line 1: Chai is no longer sold"):
        edit_order(other, customer=other.customer, lines=[NewItem(chai, 1)], user=None)
    confirm_order(order, user=None), confirm_order(other, user=None)
    amend_order(order, lines=[NewItem(chai, 4)], reason="They rang", user=None)
    with pytest.raises(InvalidOrder, match="Line 2: Chai is no longer sold"):
        amend_order(other, lines=[NewItem(tea, 1), NewItem(chai, 1)], reason="They rang", user=None)


def test_the_form_says_so_at_the_line_and_the_api_at_items(as_sales):
    chai, tea, customer = make_product(name="Chai"), make_product(), make_customer()
    archive(chai)
    page = as_sales.post(reverse("admin:sales_order_add"), form_data(customer, (tea, 1, ""), (chai, 1, "")))
    first, second = page.context["inline_admin_formsets"][0].formset.forms
    assert (first.errors, second.errors) == ({}, {"product": ["Chai is no longer sold."]})
    lines = [{"product_id": tea.pk, "quantity": 1}, {"product_id": chai.pk, "quantity": 1}]
    refused = Caller(as_sales.user).post("/orders/", {"customer_id": customer.pk, "items": lines})
    assert (refused.status_code, refused.json()) == (400, {"items": ["Line 2: Chai is no longer sold."]})
    assert not Order.objects.exists()


def test_an_order_that_is_copied_leaves_it_out_and_says_so(as_sales):
    chai, tea = make_product(), make_product(name="Tea")
    order = make_order((chai, 1), (tea, 2))
    archive(chai)
    response = as_sales.get(reverse("admin:sales_order_duplicate_order", args=[order.pk]))
    assert said(response) == ["One line is left out because its product is not sold any more."]
    page = as_sales.get(response.headers["Location"])
    assert [line["product"] for line in page.context["inline_admin_formsets"][0].formset.initial_extra] == [tea.pk]


def test_the_list_shows_what_is_sold_and_a_tab_what_is_not(as_admin):
    chai, tea = make_product(stock=1), make_product(stock=1)
    address = reverse("admin:inventory_product_changelist")
    data = {"action": "archive", "_selected_action": [chai.pk]}
    assert said(as_admin.post(address, data)) == ["1 product changed."]
    assert chai.history.first().history_change_reason == "Bulk change of active (1 product)"
    found = {
        query: {product.pk for product in as_admin.get(address + query).context["cl"].result_list}
        for query in ("", "?activity=archived", "?activity=all", "?stock_status=LOW_STOCK")
    }
    assert found == {
        "": {tea.pk},
        "?activity=archived": {chai.pk},
        "?activity=all": {chai.pk, tea.pk},
        "?stock_status=LOW_STOCK": {tea.pk},
    }
    tabs = as_admin.get(f"{address}?activity=archived").context["cl"].tabs
    assert [(str(tab["label"]), tab["count"], tab["active"]) for tab in tabs] == [
        ("Active", "1", False),
        ("Archived", "1", True),
        ("All", "2", False),
    ]
    as_admin.post(f"{address}?activity=archived", {"action": "restore", "_selected_action": [chai.pk]})
    chai.refresh_from_db()
    assert chai.is_active


def test_archiving_is_for_those_who_change_products(as_sales):
    chai = make_product()
    address = reverse("admin:inventory_product_changelist")
    as_sales.post(address, {"action": "archive", "_selected_action": [chai.pk]})
    assert Caller(as_sales.user).patch(f"/products/{chai.pk}/", {"is_active": False}).status_code == 403
    chai.refresh_from_db()
    assert chai.is_active


def test_over_the_api_it_is_archived_found_and_told():
    from tests.factories import make_admin

    admin, chai = Caller(make_admin()), make_product()
    assert admin.patch(f"/products/{chai.pk}/", {"is_active": False}).json()["is_active"] is False
    assert [row["id"] for row in admin.get("/products/?is_active=false").json()["results"]] == [chai.pk]
    assert admin.get("/products/?is_active=true").json()["results"] == []
    assert Caller(make_customer()).get(f"/products/{chai.pk}/").json()["is_active"] is False
    assert admin.patch(f"/products/{chai.pk}/", {"is_active": "maybe"}).status_code == 400
