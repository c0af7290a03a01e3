"""An order started from an old one, and orders on paper."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts import roles
from inventory.services.products import delete_product, save_product
from sales.models import Order
from sales.services.orders import cancel_order, confirm_order
from tests.clients import said, signed_in
from tests.factories import make_customer, make_order, make_product
from tests.forms import form_data


def page_of(name: str, order) -> str:
    return reverse(f"admin:sales_order_{name}", args=[order.pk])


def test_a_duplicate_starts_with_customer_and_lines_at_todays_prices_and_is_not_saved_yet(as_sales):
    product, other = make_product(name="Chai"), make_product()
    order = make_order((product, 2, Decimal("3.00")), (other, 5))
    product.selling_price = Decimal("12.00")
    save_product(product, user=None)
    form = as_sales.get(page_of("duplicate_order", order), follow=True)
    lines = form.context["inline_admin_formsets"][0].formset.forms
    assert [(line["product"].value(), line["quantity"].value(), line["unit_price"].value()) for line in lines] == [
        (product.pk, 2, Decimal("12.00")),
        (other.pk, 5, Decimal("10.00")),
    ]
    assert str(form.context["adminform"].form["customer"].value()) == str(order.customer_id)
    assert "Chai" in form.content.decode() and 'data-stock="10"' in form.content.decode()
    assert Order.objects.count() == 1

    address = form.redirect_chain[-1][0]
    as_sales.post(address, form_data(order.customer, (product, 2, "12.00"), (other, 5, "10.00")))
    assert Order.objects.count() == 2 and Order.objects.first().total_amount == Decimal("74.00")


def test_lines_whose_product_is_gone_are_left_out_and_that_is_said(as_sales):
    gone, there = make_product(), make_product()
    order = make_order((gone, 1), (there, 1))
    cancel_order(order, user=None)
    delete_product(gone, user=None)
    answer = as_sales.get(page_of("duplicate_order", order))
    assert said(answer) == ["One line is left out because its product is not sold any more."]
    lines = as_sales.get(answer.url).context["inline_admin_formsets"][0].formset.forms
    assert [line["product"].value() for line in lines] == [there.pk]


def test_who_may_not_see_orders_copies_none(as_sales, monkeypatch):
    order = make_order((make_product(name="Secret tea"), 2))
    monkeypatch.setitem(roles.MATRIX, "sales.view_order", {roles.ADMIN})
    page = as_sales.get(reverse("admin:sales_order_add"), {"copy": order.pk}).content.decode()
    assert "Secret tea" not in page


@pytest.mark.parametrize("copy", ["x", "999999", "-1", "9" * 30])
def test_a_copy_of_nothing_is_an_empty_form(as_sales, copy):
    answer = as_sales.get(reverse("admin:sales_order_add"), {"copy": copy})
    assert len(answer.context["inline_admin_formsets"][0].formset.forms) == 1


def test_a_duplicate_of_sixty_lines_costs_as_many_queries_as_of_one(as_sales, django_assert_max_num_queries):
    order = make_order(*[(make_product(), 1) for _ in range(60)])
    address = as_sales.get(page_of("duplicate_order", order)).url
    with django_assert_max_num_queries(20):
        assert len(as_sales.get(address).context["inline_admin_formsets"][0].formset.forms) == 60


def test_an_order_on_paper_names_the_firm_and_a_packing_slip_no_prices(as_sales, settings):
    settings.FIRM_NAME, settings.FIRM_ADDRESS = "Nordwind", "12 Harbour Street\nHamburg"
    customer = make_customer(address="Main St 1\nBerlin", phone="+49301111111")
    order = make_order((make_product(name="Chai", sku="C-1"), 3, Decimal("7.25")), customer=customer)
    paper = as_sales.get(page_of("print_order", order)).content.decode()
    for text in ("Nordwind", "12 Harbour Street<br>Hamburg", "Main St 1<br>Berlin", "1111111", "21.75 USD", "7.25"):
        assert text in paper
    slip = as_sales.get(page_of("print_packing_slip", order)).content.decode()
    assert f"Packing slip {order}" in slip and "Chai" in slip and "C-1" in slip
    assert "7.25" not in slip and "21.75" not in slip
    assert "Pending" in slip  # nobody shall send what has not been confirmed, or was cancelled
    confirm_order(order, user=None)
    assert "Confirmed" not in as_sales.get(page_of("print_packing_slip", order)).content.decode()
    cancel_order(order, user=None)
    assert "Cancelled" in as_sales.get(page_of("print_packing_slip", order)).content.decode()


def test_many_orders_are_printed_at_once_in_a_few_queries(as_sales, django_assert_max_num_queries):
    orders = [make_order((make_product(name=f"Part {number}", stock=30), number)) for number in range(1, 31)]
    sent = {"action": "print_selected_packing_slips", "_selected_action": [order.pk for order in orders]}
    with django_assert_max_num_queries(15):
        slips = as_sales.post(reverse("admin:sales_order_changelist"), sent).content.decode()
    papers = as_sales.post(
        reverse("admin:sales_order_changelist"), {**sent, "action": "print_selected"}
    ).content.decode()
    for number, order in enumerate(orders, 1):
        assert f"Packing slip {order}" in slips and f"Quotation {order}" in papers and f"Part {number}<" in slips
    assert slips.index(str(orders[0])) < slips.index(str(orders[1])) and "10.00" not in slips


def test_the_packing_slips_of_a_filtered_list_are_those_of_its_orders(as_sales):
    order, other = make_order((make_product(), 1)), make_order((make_product(), 1))
    confirm_order(order, user=None)
    address = reverse("admin:sales_order_changelist") + "?status__exact=CONFIRMED"
    link = reverse("admin:sales_order_packing_slips") + "?status__exact=CONFIRMED"
    assert link in as_sales.get(address).content.decode()
    slips = as_sales.get(link).content.decode()
    assert str(order) in slips and str(other) not in slips
    cancel_order(order, user=None)
    assert as_sales.get(link).url == "../?status__exact=CONFIRMED"


def test_more_orders_than_a_browser_prints_are_not_printed(as_sales, monkeypatch):
    monkeypatch.setattr("sales.admin.print_order.AT_ONCE", 1)
    orders = [make_order((make_product(), 1)) for _ in range(2)]
    sent = {"action": "print_selected", "_selected_action": [order.pk for order in orders]}
    assert said(as_sales.post(reverse("admin:sales_order_changelist"), sent)) == [
        "Please select at most 1 orders at a time."
    ]


def test_customers_cannot_print_what_a_list_shows(db):
    make_order((make_product(), 1))
    assert signed_in(make_customer()).get(reverse("admin:sales_order_packing_slips")).status_code == 302


@pytest.mark.parametrize(
    "query", ["customer__id__exact=abc", "p=zzz", "e=1", "customer__id__exact=99999999999999999999"]
)
def test_nonsense_in_the_address_prints_nothing(as_sales, query):
    make_order((make_product(), 1))
    answer = as_sales.get(f"{reverse('admin:sales_order_packing_slips')}?{query}")
    assert answer.status_code in (200, 302)


def test_a_customer_that_no_database_could_hold_has_no_last_order(as_sales):
    assert as_sales.get("/admin/sales/order/last-order/99999999999999999999/").json() == {}
