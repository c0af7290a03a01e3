"""The page that takes goods back, the list of returns, and what an order's page says of them."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import roles
from inventory.services.products import delete_product
from sales.models import Order
from sales.return_models import OrderReturn, ReturnItem
from sales.services import returns
from sales.services.orders import cancel_order
from sales.services.returns import ReturnedGoods, return_goods
from tests.clients import queries_of, said
from tests.factories import make_confirmed_order, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1")


@pytest.fixture
def order(chai):
    return make_confirmed_order((chai, 5), customer=make_customer(company="Acme GmbH"))


def page_of(order) -> str:
    return reverse("admin:sales_order_return_goods", args=[order.pk])


def data(order, *rows, reason="DAMAGED", details="") -> dict:
    """What the page posts for (product, shelf, bin, credit) rows."""
    fields = {"reason": reason, "details": details, "last_seen": Order.objects.get(pk=order.pk).modified_at.isoformat()}
    for product, *values in rows:
        names = ("shelf", "trash", "credit")
        fields |= {f"product-{product.pk}-{name}": value for name, value in zip(names, values, strict=True)}
    return fields


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_one_goes_to_the_shelf_and_one_to_the_bin(as_sales, chai, order):
    answer = as_sales.get(page_of(order))
    assert "sold 5 · back 0 · may come back 5" in text(answer) and "Acme GmbH" in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "1", "1", "20.00")))
    assert answer.status_code == 302 and answer.headers["Location"].endswith(f"/{order.pk}/change/")
    done = OrderReturn.objects.get()
    assert said(answer) == [f"{done.number}: 2 pieces came back, 20.00 USD credited."]
    assert done.created_by == as_sales.user
    assert list(done.items.values_list("quantity", "restocked", "credit")) == [(1, True, 10), (1, False, 10)]
    chai.refresh_from_db()
    assert chai.stock_qty == 6
    assert "sold 5 · back 2 · may come back 3" in text(as_sales.get(page_of(order)))


def test_an_empty_credit_is_what_was_paid_and_a_typed_one_is_shared_by_pieces(as_sales, chai, order):
    as_sales.post(page_of(order), data(order, (chai, "1", "", "")))
    as_sales.post(page_of(order), data(order, (chai, "1", "2", "25,00")))
    credits = [str(credit) for credit in ReturnItem.objects.order_by("pk").values_list("credit", flat=True)]
    assert credits == ["10.00", "8.33", "16.67"]


def test_what_is_wrong_is_said_at_its_row_and_what_was_typed_stays(as_sales, chai, order):
    answer = as_sales.post(page_of(order), data(order, (chai, "6", "", "")))
    assert "Chai (NW-1): 5 may come back." in text(answer) and 'value="6"' in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "1", "", "10.01")))
    assert "the credit must be between 0 and 10.00." in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "", "", "5")))
    assert "Please say how many pieces have come back." in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "", "", "")))
    assert "Please say what has come back." in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "1", "", ""), reason="OTHER"))
    assert "Please say in a few words why the goods come back." in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "1", "", ""), reason=""))
    assert "This field is required." in text(answer)
    answer = as_sales.post(page_of(order), data(order, (chai, "1.5", "-1", "x")))
    assert answer.status_code == 200
    assert not OrderReturn.objects.exists()


def test_sent_twice_it_is_taken_back_once(as_sales, chai, order):
    sent = data(order, (chai, "1", "", ""))
    as_sales.post(page_of(order), sent)
    again = as_sales.post(page_of(order), sent)
    assert f"has changed {order} in the meantime" in text(again)
    assert "sold 5 · back 1 · may come back 4" in text(again)
    assert OrderReturn.objects.count() == 1
    seen = Order.objects.get().modified_at.isoformat()
    assert f'name="last_seen" value="{seen}"' in text(again)  # sent once more, it is a decision


def test_who_is_overtaken_while_it_is_sent_is_told_so(as_sales, chai, order, monkeypatch):
    take_back = returns.return_goods

    def overtaken(asked, items, **how):
        take_back(Order.objects.get(), items, **{**how, "last_seen": None})
        return take_back(asked, items, **how)

    monkeypatch.setattr(returns, "return_goods", overtaken)
    late = as_sales.post(page_of(order), data(order, (chai, "1", "", "")))
    assert late.status_code == 200 and f"has changed {order} in the meantime" in text(late)
    assert OrderReturn.objects.count() == 1


def test_without_what_was_seen_nothing_is_taken_back(as_sales, chai, order):
    as_sales.post(page_of(order), data(order, (chai, "1", "", "")) | {"last_seen": ""})
    assert not OrderReturn.objects.exists()


def test_only_a_confirmed_order_has_the_page_and_the_button(as_sales, chai, order):
    address = reverse("admin:sales_order_change", args=[order.pk])
    assert page_of(order) in text(as_sales.get(address))
    cancel_order(order, user=None)
    assert page_of(order) not in text(as_sales.get(address))
    for method in (as_sales.get, as_sales.post):
        answer = method(page_of(order))
        assert answer.status_code == 302
        assert "it was cancelled by" in said(answer)[-1]
    pending = make_order((chai, 1))
    assert page_of(pending) not in text(as_sales.get(reverse("admin:sales_order_change", args=[pending.pk])))


def test_what_is_gone_is_said_and_what_is_back_has_no_fields(as_sales, chai):
    tofu = make_product(name="Tofu")
    order = make_confirmed_order((chai, 1), (tofu, 1))
    return_goods(order, [ReturnedGoods(chai.pk, 1)], reason="WRONG", user=None)
    delete_product(tofu, user=None)
    shown = text(as_sales.get(page_of(order)))
    assert "may come back 0" in shown and f"product-{chai.pk}-shelf" not in shown
    assert "Lines whose product has been deleted cannot come back." in shown


def test_the_order_leads_to_its_returns_and_these_to_the_order(as_sales, chai, order):
    done = return_goods(order, [ReturnedGoods(chai.pk, 1)], reason="OTHER", details="Too <big>", user=as_sales.user)
    by_number = reverse("admin:sales_orderreturn_by_number", args=[done.number])
    assert by_number in text(as_sales.get(reverse("admin:sales_order_change", args=[order.pk])))
    address = as_sales.get(by_number).headers["Location"]
    assert address == reverse("admin:sales_orderreturn_change", args=[done.pk])
    shown = text(as_sales.get(address))
    assert reverse("admin:sales_order_by_number", args=[order.order_number]) in shown
    assert "Chai (NW-1)" in shown and "Too &lt;big&gt;" in shown and 'name="_save"' not in shown
    assert as_sales.get(reverse("admin:sales_orderreturn_by_number", args=["RET-2020-0001"])).status_code == 404


def test_what_came_back_is_not_given_back_again_in_the_dialog_that_cancels(as_sales, chai, order):
    return_goods(order, [ReturnedGoods(chai.pk, 2)], reason="WRONG", user=None)
    dialog = text(as_sales.get(reverse("admin:sales_order_cancel_one", args=[order.pk])))
    assert "+3" in dialog and "+5" not in dialog


def test_cancelling_many_says_which_are_all_back_with_no_more_queries_than_for_one(as_sales, django_assert_num_queries):
    product = make_product(stock=100)
    orders = [make_confirmed_order((product, 2), (product, 1)) for _ in range(6)]
    for order in orders[:3]:
        return_goods(order, [ReturnedGoods(product.pk, 3)], reason="WRONG", user=None)
    return_goods(orders[3], [ReturnedGoods(product.pk, 2)], reason="WRONG", user=None)

    def ask(chosen):
        sent = {"action": "cancel_selected", "_selected_action": [order.pk for order in chosen]}
        return as_sales.post(reverse("admin:sales_order_changelist"), sent)

    ask(orders[:1])
    with CaptureQueriesContext(connection) as few:
        ask([orders[0], orders[5]])
    with django_assert_num_queries(len(few)):
        page = ask(orders)
    hindered = [str(result.order) for result, *_ in page.context_data["rows"] if result.remarks]
    assert hindered == [str(order) for order in orders[:3]]
    assert "Cancel 3 orders?" in page.content.decode() and Order.objects.filter(status="CONFIRMED").count() == 6


def test_an_order_that_is_all_back_is_not_cancelled_from_its_dialog(as_sales, chai, order):
    return_goods(order, [ReturnedGoods(chai.pk, 5)], reason="WRONG", user=None)
    answer = as_sales.post(reverse("admin:sales_order_cancel_one", args=[order.pk]), {"_form_submitted": "on"})
    assert "all of its goods have come back already" in text(answer)
    assert Order.objects.get().status == "CONFIRMED"


def test_the_list_is_searched_filtered_and_exported(as_sales, chai, order):
    first = return_goods(order, [ReturnedGoods(chai.pk, 2)], reason="WRONG", user=as_sales.user)
    other = make_confirmed_order((make_product(), 1), customer=make_customer(company="Bolts Ltd"))
    second = return_goods(
        other, [ReturnedGoods(other.items.get().product_id, 1)], reason="OTHER", details="Wet", user=None
    )
    address = reverse("admin:sales_orderreturn_changelist")

    def found(**query) -> list[str]:
        shown = text(as_sales.get(address, query))
        return [done.number for done in (first, second) if f">{done.number}<" in shown]

    assert found() == [first.number, second.number]
    assert found(q=first.number) == [first.number]
    assert found(q=other.order_number) == [second.number]
    assert found(q="Acme") == [first.number]
    assert found(reason__exact="OTHER") == [second.number]
    assert found(created_by=as_sales.user.pk) == [first.number]
    assert found(order__customer__id__exact=order.customer_id) == [first.number]
    assert found(credit_from="15") == [first.number]
    assert found(created_at_period="today") == [first.number, second.number]
    assert found(created_at_period="yesterday") == []
    export = reverse("admin:sales_orderreturn_export")
    returns = b"".join(as_sales.post(export, {"format": "1", "resource": "0"}).streaming_content).decode()
    assert "number,created_at,order_number,customer" in returns and f"{second.number}," in returns
    goods = b"".join(as_sales.post(f"{export}?q=Acme", {"format": "1", "resource": "1"}).streaming_content).decode()
    assert "NW-1,Chai,2" in goods and second.number not in goods


def test_pages_cost_no_more_for_many(as_sales, chai):
    products = [make_product() for _ in range(10)]
    order = make_confirmed_order((chai, 2), *[(product, 2) for product in products])
    return_goods(order, [ReturnedGoods(chai.pk, 1)], reason="WRONG", user=None)
    order_page = reverse("admin:sales_order_change", args=[order.pk])
    addresses = [reverse("admin:sales_orderreturn_changelist"), page_of(order), order_page]
    for address in addresses:
        as_sales.get(address)
    few = [queries_of(as_sales, address) for address in addresses]
    for product in products:
        return_goods(order, [ReturnedGoods(product.pk, 1)], reason="WRONG", user=None)
    assert [queries_of(as_sales, address) for address in addresses] == few
    assert few[1] <= 8, few


def test_who_may_not_take_back_sees_no_button(as_sales, order, monkeypatch):
    monkeypatch.setitem(roles.MATRIX, "sales.return_goods", {roles.ADMIN})
    assert page_of(order) not in text(as_sales.get(reverse("admin:sales_order_change", args=[order.pk])))
    assert as_sales.get(page_of(order)).status_code == 403
