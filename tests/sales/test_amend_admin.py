"""Amending a confirmed order on its page, confirming with what is there, and what one sees of both."""

import pytest
from django.urls import reverse

from inventory.models import Product
from inventory.services.products import delete_product
from sales.models import Order
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order
from tests.clients import said
from tests.factories import make_customer, make_order, make_product
from tests.forms import DIALOG, form_data

ADD = "admin:sales_order_add"


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1")


@pytest.fixture
def order(chai):
    return confirm_order(make_order((chai, 5)), user=None)


def url(name: str, order) -> str:
    return reverse(f"admin:sales_order_{name}", args=[order.pk])


def amend_url(order) -> str:
    return reverse("admin:sales_order_amend_order", args=[order.pk])


def last_seen(page) -> str:
    return page.context["adminform"].form["last_seen"].value()


def stock_of(product) -> int:
    return Product.objects.get(pk=product.pk).stock_qty


def test_a_confirmed_order_is_amended_on_a_page_of_its_own(as_sales, order, chai):
    cup = make_product(stock=3)
    page = as_sales.get(amend_url(order))
    assert page.context["title"] == f"Amend {order}"
    (formset,) = [inline.formset for inline in page.context["inline_admin_formsets"]]
    assert [form["quantity"].value() for form in formset.initial_forms] == [5]
    assert 'name="last_seen"' in page.content.decode() and 'name="waits"' not in page.content.decode()
    assert formset.initial_forms[0].fields["quantity"].widget.attrs["data-taken"] == 5
    data = form_data(None, (chai, 3, "10.00"), (cup, 1, ""), reason="They rang", last_seen=last_seen(page))
    response = as_sales.post(amend_url(order), data)
    assert response.status_code == 302 and response.url == url("change", order)
    order.refresh_from_db()
    assert (order.status, order.revision, str(order.total_amount)) == ("CONFIRMED", 1, "40.00")
    assert (stock_of(chai), stock_of(cup)) == (7, 2)
    shown = as_sales.get(url("change", order)).content.decode()
    assert "Revision 1." in shown
    history = as_sales.get(url("history", order)).content.decode()
    assert "They rang" in history


def test_an_amendment_that_cannot_be_is_said_at_its_place(as_sales, order, chai):
    seen = last_seen(as_sales.get(amend_url(order)))
    short = as_sales.post(amend_url(order), form_data(None, (chai, 11, ""), reason="More", last_seen=seen))
    (formset,) = [inline.formset for inline in short.context["inline_admin_formsets"]]
    assert formset.forms[0].errors["quantity"] == ["Chai (NW-1): 11 ordered, 5 taken already, 5 in stock."]
    silent = as_sales.post(amend_url(order), form_data(None, (chai, 4, ""), last_seen=seen))
    assert silent.context["adminform"].form.errors["reason"] == ["This field is required."]
    same = as_sales.post(amend_url(order), form_data(None, (chai, 5, "10.00"), reason="?", last_seen=seen))
    assert "Nothing is different" in same.content.decode()
    assert order.revisions.count() == 0 and stock_of(chai) == 5


def test_who_comes_second_is_told_and_nothing_is_lost(as_sales, order, chai):
    seen = last_seen(as_sales.get(amend_url(order)))
    amend_order(order, lines=[NewItem(chai, 4)], reason="Faster", user=as_sales.user)
    late = as_sales.post(amend_url(order), form_data(None, (chai, 1, ""), reason="Late", last_seen=seen))
    assert "has changed" in late.content.decode()
    cancel_order(Order.objects.get(pk=order.pk), user=as_sales.user)
    gone = as_sales.post(amend_url(order), form_data(None, (chai, 1, ""), reason="Late", last_seen=seen))
    assert gone.status_code == 302 and "it was cancelled by" in said(gone)[0]
    assert stock_of(chai) == 10


def test_only_confirmed_orders_offer_it(as_sales, chai):
    pending = make_order((chai, 1))
    assert "/amend/" not in as_sales.get(url("change", pending)).content.decode()
    assert as_sales.post(amend_url(pending), form_data(None, (chai, 2, ""), reason="?")).status_code in (302, 403)
    pending.refresh_from_db()
    assert (pending.revision, pending.items.get().quantity) == (0, 1)
    confirm_order(pending, user=None)
    assert "/amend/" in as_sales.get(url("change", pending)).content.decode()


def test_lines_of_deleted_products_are_shown_and_stay(as_sales, chai):
    cup = make_product(stock=3, name="Cup", sku="CUP")
    order = confirm_order(make_order((chai, 2), (cup, 1)), user=None)
    delete_product(cup, user=None)
    page = as_sales.get(amend_url(order))
    assert "1 × Cup (CUP)" in page.content.decode()
    data = form_data(None, (chai, 1, "10.00"), reason="One less", last_seen=last_seen(page))
    assert as_sales.post(amend_url(order), data).status_code == 302
    order.refresh_from_db()
    assert [item.product_sku for item in order.items.all()] == ["CUP", "NW-1"]


def test_amending_costs_as_many_queries_for_forty_lines_as_for_two(as_sales, django_assert_max_num_queries):
    products = [make_product(stock=9) for _ in range(40)]
    order = confirm_order(make_order(*[(product, 2) for product in products]), user=None)
    with django_assert_max_num_queries(20):
        page = as_sales.get(amend_url(order))
    data = form_data(None, *[(product, 3, "") for product in products], reason="More", last_seen=last_seen(page))
    with django_assert_max_num_queries(41):
        assert as_sales.post(amend_url(order), data).status_code == 302


# With what is there


def waiting_order(*lines) -> Order:
    asked = [NewItem(*line) for line in lines]
    return create_order(customer=make_customer(), lines=asked, user=None, beyond_stock=True)


def confirm_url(order) -> str:
    return reverse("admin:sales_order_confirm_one", args=[order.pk])


def test_the_dialog_offers_what_is_there(as_sales, chai):
    order = waiting_order((chai, 12))
    dialog = as_sales.get(confirm_url(order)).content.decode()
    assert "Take what is there: 10 of 12 Chai (NW-1). The rest waits on a new order." in dialog
    assert "12 ordered, 10 in stock" in " ".join(said(as_sales.post(confirm_url(order), DIALOG)))
    taken = as_sales.post(confirm_url(order), {**DIALOG, "partly": "on"})
    order.refresh_from_db()
    rest = order.backorders.get()
    assert (order.status, rest.status, rest.items.get().quantity) == ("CONFIRMED", "PENDING", 2)
    assert f"The rest waits as {rest}." in " ".join(said(taken))
    assert str(rest) in as_sales.get(url("change", order)).content.decode()
    assert str(order) in as_sales.get(url("change", rest)).content.decode()


def test_the_dialog_of_an_order_of_which_all_or_nothing_is_there_offers_nothing(as_sales, chai):
    assert "Take what is there" not in as_sales.get(confirm_url(make_order((chai, 2)))).content.decode()
    none = waiting_order((make_product(stock=0), 1))
    assert "Take what is there" not in as_sales.get(confirm_url(none)).content.decode()


def test_an_order_beyond_the_stock_is_taken_on_purpose(as_sales, chai):
    data = form_data(make_customer(), (chai, 12, ""))
    assert "12 ordered, 10 in stock" in as_sales.post(reverse(ADD), data).content.decode()
    assert as_sales.post(reverse(ADD), {**data, "waits": "on"}).status_code == 302
    assert Order.objects.get().waits


def test_orders_that_can_be_confirmed_now_are_a_filter_and_a_note_on_the_dashboard(as_sales, chai):
    waiting, ready = waiting_order((chai, 12)), make_order((chai, 1))
    confirm_partly(ready, user=None)
    small = make_order((chai, 2))
    found = as_sales.get(reverse("admin:sales_order_changelist"), {"confirmable": "yes"})
    assert list(found.context["cl"].result_list) == [small]
    assert waiting not in found.context["cl"].result_list
    assert "1 can be confirmed now" in as_sales.get(reverse("admin:index")).content.decode()


def test_what_is_promised_and_free_is_shown_where_one_decides(as_sales, chai):
    make_order((chai, 4))
    info = as_sales.get(reverse("admin:sales_product_info", args=[chai.pk])).json()
    assert (info["stock_qty"], info["promised"]) == (10, 4)
    listed = as_sales.get(reverse("admin:inventory_product_changelist")).content.decode()
    assert "4 promised · 6 free" in listed
