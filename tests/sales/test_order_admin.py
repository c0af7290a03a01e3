"""Orders in the admin: the form, the steps, the locks."""

from decimal import Decimal

import pytest
from django.urls import reverse

from inventory.models import Product
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from sales.models import Order
from sales.services.orders import NewItem, cancel_order, confirm_order, edit_order
from tests.clients import said
from tests.factories import make_customer, make_order, make_product
from tests.forms import DIALOG, form_data

ADD = "admin:sales_order_add"


def url(name: str, order) -> str:
    return reverse(f"admin:sales_order_{name}", args=[order.pk])


def test_a_salesperson_takes_an_order_with_two_lines(as_sales):
    customer, chai, chang = make_customer(), make_product(selling_price=Decimal("18.00")), make_product()
    response = as_sales.post(reverse(ADD), form_data(customer, (chai, 2, ""), (chang, 1, "9.50")))
    assert response.status_code == 302
    order = Order.objects.get()
    assert (order.customer, order.total_amount, order.created_by) == (customer, Decimal("45.50"), as_sales.user)
    assert order.order_number in said(response)[0]


@pytest.mark.parametrize(
    ("line", "field", "message"),
    [
        (("{product}", "0", "1"), "quantity", "greater than or equal to 1"),
        (("{product}", "-3", "1"), "quantity", "greater than or equal to 1"),
        (("{product}", "1.5", "1"), "quantity", "whole number"),
        (("{product}", "", "1"), "quantity", "required"),
        (("{product}", "99999999999", "1"), "quantity", "less than or equal to"),
        (("{product}", "1", "-1"), "unit_price", "greater than or equal to 0"),
        (("{product}", "1", "1.005"), "unit_price", "could be thousands"),
        (("{product}", "1", "NaN"), "unit_price", "not a number"),
        (("999999", "1", "1"), "product", "Select a valid choice"),
        (("chai", "1", "1"), "product", "Select a valid choice"),
        (("", "1", "1"), "product", "required"),
        (("{product}", "11", ""), "quantity", "Chai (NW-1): 11 ordered, 10 in stock."),
    ],
)
def test_a_bad_line_is_named_at_its_field_and_nothing_is_written(as_sales, line, field, message):
    product = make_product(stock=10, name="Chai", sku="NW-1")
    picked = [str(product.pk) if value == "{product}" else value for value in line]
    response = as_sales.post(reverse(ADD), form_data(make_customer(), picked))
    assert response.status_code == 200
    errors = response.context["inline_admin_formsets"][0].formset.forms[0].errors
    assert message in str(errors[field][0])
    assert not Order.objects.exists()


def test_two_lines_that_are_too_much_together_are_refused_at_the_last_of_them(as_sales):
    product = make_product(stock=5)
    response = as_sales.post(reverse(ADD), form_data(make_customer(), (product, 3, ""), (product, 3, "")))
    first, second = response.context["inline_admin_formsets"][0].formset.forms
    assert not first.errors
    assert second.errors["quantity"] == [f"{product}: 6 ordered, 5 in stock."]


def test_an_order_without_lines_or_customer_is_refused(as_sales):
    response = as_sales.post(reverse(ADD), form_data(make_customer()))
    assert "at least one line" in str(response.context["inline_admin_formsets"][0].formset.non_form_errors())
    response = as_sales.post(reverse(ADD), form_data(None, (make_product(), 1, "")))
    assert "required" in str(response.context["adminform"].form.errors["customer"])
    inactive = make_customer(is_active=False)
    response = as_sales.post(reverse(ADD), form_data(inactive, (make_product(), 1, "")))
    assert "not an active customer" in str(response.context["adminform"].form.errors["customer"])
    assert not Order.objects.exists()


def test_the_status_cannot_be_posted(as_admin):
    product = make_product()
    data = form_data(make_customer(), (product, 1, "1"), status="CONFIRMED", order_number="X", total_amount="0")
    as_admin.post(reverse(ADD), data)
    order = Order.objects.get()
    assert (order.status, order.total_amount) == ("PENDING", Decimal("1.00"))
    assert order.order_number.startswith("ORD-")


def edit_data(order, *lines):
    data = form_data(order.customer, *lines, initial=order.items.count(), last_seen=order.modified_at.isoformat())
    for number, item in enumerate(order.items.all()):
        data[f"items-{number}-id"] = item.pk
    return data


def test_an_admin_edits_a_pending_order(as_admin):
    first, second = make_product(), make_product()
    order = make_order((first, 1), (second, 1))
    data = edit_data(order, (first, 4, "2.00"), (second, 1, "1.00"))
    data["items-1-DELETE"] = "on"
    response = as_admin.post(url("change", order), data)
    assert response.status_code == 302
    order.refresh_from_db()
    assert order.total_amount == Decimal("8.00")
    assert list(order.items.values_list("product", "quantity")) == [(first.pk, 4)]


def test_an_edit_that_came_too_late_is_told_so_and_keeps_what_was_typed(as_admin):
    product = make_product()
    order = make_order((product, 1))
    data = edit_data(order, (product, 4, "2.00"))
    edit_order(order, customer=order.customer, lines=[NewItem(product, 2)], user=as_admin.user)
    response = as_admin.post(url("change", order), data)
    assert response.status_code == 200
    assert "changed ORD-" in str(response.context["adminform"].form.non_field_errors())
    assert order.items.get().quantity == 2


def test_a_salesperson_cannot_edit_or_delete(as_sales):
    product = make_product()
    order = make_order((product, 1))
    assert as_sales.get(url("change", order)).status_code == 200
    assert as_sales.post(url("change", order), edit_data(order, (product, 4, "2"))).status_code == 403
    assert as_sales.post(url("delete", order), {"post": "yes"}).status_code == 403
    assert order.items.get().quantity == 1


@pytest.mark.parametrize("step", [confirm_order, cancel_order])
def test_a_closed_order_is_locked_for_everybody(as_admin, step):
    product = make_product()
    order = make_order((product, 1))
    step(order, user=None)
    response = as_admin.post(url("change", order), edit_data(order, (product, 4, "2")))
    assert said(response)[0].startswith("Your changes were not saved: it was ")
    assert as_admin.post(url("delete", order), {"post": "yes"}).status_code == 403
    assert order.items.get().quantity == 1


def test_no_list_offers_to_delete_what_is_selected(as_admin):
    order = make_order((make_product(), 1))
    confirm_order(order, user=None)
    for name in ("sales_order", "inventory_product", "accounts_customer", "accounts_user", "inventory_stockchange"):
        page = as_admin.get(reverse(f"admin:{name}_changelist"))
        assert "delete_selected" not in page.content.decode()
    as_admin.post(
        reverse("admin:sales_order_changelist"),
        {"action": "delete_selected", "_selected_action": [order.pk], "post": "yes"},
    )
    assert Order.objects.filter(pk=order.pk).exists()


def test_an_admin_deletes_a_pending_order(as_admin):
    order = make_order((make_product(), 1))
    assert as_admin.get(url("delete", order)).status_code == 200
    as_admin.post(url("delete", order), {"post": "yes"})
    assert not Order.objects.exists()


# The steps


def test_the_confirm_dialog_shows_what_happens_and_a_get_changes_nothing(as_sales):
    product = make_product(stock=10)
    order = make_order((product, 3))
    page = as_sales.get(url("confirm_one", order)).content.decode()
    assert str(product) in page and "−3" in page and ">7<" in page
    order.refresh_from_db()
    assert order.status == "PENDING"


def test_confirm_and_cancel_by_dialog(as_sales):
    product = make_product(stock=10)
    order = make_order((product, 3))
    response = as_sales.post(url("confirm_one", order), DIALOG)
    assert response.headers["HX-Redirect"] == url("change", order)
    product.refresh_from_db()
    assert product.stock_qty == 7
    as_sales.post(url("cancel_one", order), DIALOG)
    product.refresh_from_db()
    assert product.stock_qty == 10
    row = product.stock_changes.first()
    assert (row.kind, row.created_by) == ("CANCELLATION", as_sales.user)


def test_a_shortage_in_the_dialog_is_shown_and_then_refused(as_sales):
    product = make_product(stock=10, name="Chai", sku="NW-1")
    order = make_order((product, 5))
    adjust_stock(product, user=None, new_qty=3, reason="Broken")
    assert "not enough" in as_sales.get(url("confirm_one", order)).content.decode()
    response = as_sales.post(url("confirm_one", order), DIALOG)
    assert said(response) == [f"{order}: Chai (NW-1): 5 ordered, 3 in stock."]
    order.refresh_from_db()
    assert order.status == "PENDING"


def test_a_second_confirm_says_who_was_first(as_sales):
    order = make_order((make_product(), 1))
    confirm_order(order, user=as_sales.user)
    page = as_sales.post(url("confirm_one", order), DIALOG).content.decode()
    assert f"it was confirmed by {as_sales.user} on" in page


@pytest.mark.parametrize("name", ["confirm_one", "cancel_one"])
@pytest.mark.parametrize("key", ["999999", "abc", "1 OR 1=1"])
def test_a_dialog_for_no_order_is_not_found(as_sales, name, key):
    assert as_sales.get(reverse(f"admin:sales_order_{name}", args=[key])).status_code == 404
    assert as_sales.post(reverse(f"admin:sales_order_{name}", args=[key]), DIALOG).status_code == 404


def test_dialogs_need_the_csrf_token(as_sales):
    order = make_order((make_product(), 1))
    as_sales.handler.enforce_csrf_checks = True
    assert as_sales.post(url("confirm_one", order), DIALOG).status_code == 403


def test_the_buttons_are_those_the_order_can_still_take(as_sales):
    order = make_order((make_product(), 1))
    page = as_sales.get(url("change", order)).content.decode()
    assert url("confirm_one", order) in page and url("cancel_one", order) in page
    confirm_order(order, user=None)
    page = as_sales.get(url("change", order)).content.decode()
    assert url("confirm_one", order) not in page and url("cancel_one", order) in page
    cancel_order(order, user=None)
    page = as_sales.get(url("change", order)).content.decode()
    assert url("confirm_one", order) not in page and url("cancel_one", order) not in page


def ask_about(sales, action, orders):
    """What the page says before anything happens, and what it posts when somebody agrees."""
    sent = {"action": action, "_selected_action": [order.pk for order in orders]}
    page = sales.post(reverse("admin:sales_order_changelist"), sent)
    agreed = {"action": action, "_selected_action": "0", "select_across": "1", "orders": page.context_data["orders"]}
    return page.content.decode(), agreed


def test_bulk_confirm_asks_first_and_says_what_came_of_each(as_sales):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    orders = [make_order((product, 3)) for _ in range(2)] + [make_order((product, 1))]
    confirm_order(orders[2], user=None)
    page, agreed = ask_about(as_sales, "confirm_selected", orders)
    assert "Confirm 2 orders?" in page and "60.00 USD" in page and "not enough of 1 product" in page
    assert f"{orders[2]} cannot be confirmed: it was confirmed" in page
    assert Order.objects.filter(status="PENDING").count() == 2  # nothing has happened yet

    page = as_sales.post(reverse("admin:sales_order_changelist"), agreed).content.decode()
    assert "1 order confirmed." in page and "Chai (NW-1): 3 ordered, 1 in stock." in page
    assert [Order.objects.get(pk=order.pk).status for order in orders] == ["CONFIRMED", "PENDING", "CONFIRMED"]

    page = as_sales.post(reverse("admin:sales_order_changelist"), agreed).content.decode()  # sent twice
    assert "0 orders confirmed." in page
    assert Product.objects.get().stock_qty == 1


def test_an_order_that_was_changed_while_somebody_read_the_page_is_left_alone(as_sales):
    order = make_order((make_product(), 1))
    _, agreed = ask_about(as_sales, "confirm_selected", [order])
    lines = [NewItem(item.product, 2) for item in order.items.all()]
    edit_order(order, customer=order.customer, lines=lines, user=None)
    page = as_sales.post(reverse("admin:sales_order_changelist"), agreed).content.decode()
    assert "0 orders confirmed." in page and "in the meantime" in page
    assert Order.objects.get().is_pending


def test_bulk_cancel_asks_first_and_says_what_could_not_be_put_back(as_sales):
    product, kept = make_product(stock=5, name="Chai", sku="NW-1"), make_product(stock=5, name="Chang", sku="NW-2")
    order = make_order((product, 3), (kept, 2))
    confirm_order(order, user=None)
    delete_product(product, user=None)
    page, agreed = ask_about(as_sales, "cancel_selected", [order])
    assert "Cancel 1 order?" in page and "Chang (NW-2)" in page and "+2" in page
    page = as_sales.post(reverse("admin:sales_order_changelist"), agreed).content.decode()
    assert "1 order cancelled." in page
    assert "Chai (NW-1) has been deleted, so its 3 pieces could not be put back." in page
    kept.refresh_from_db()
    assert kept.stock_qty == 5


def test_more_orders_than_anybody_waits_for_are_not_taken_at_once(as_sales, monkeypatch):
    monkeypatch.setattr("sales.admin.bulk_steps.AT_ONCE", 2)
    orders = [make_order((make_product(), 1)) for _ in range(3)]
    sent = {"action": "confirm_selected", "_selected_action": [order.pk for order in orders]}
    response = as_sales.post(reverse("admin:sales_order_changelist"), sent)
    assert said(response) == ["Please select at most 2 orders at a time."]


@pytest.mark.parametrize(
    "orders", ["abc", "{pk}", "{pk}@yesterday", "{pk}@2026-99-99", "999999@2026-01-01T00:00:00+00:00", "@,@", ""]
)
def test_nonsense_instead_of_orders_confirms_nothing(as_sales, orders):
    order = make_order((make_product(), 1))
    sent = {"action": "confirm_selected", "_selected_action": "0", "select_across": "1"}
    sent["orders"] = orders.format(pk=order.pk)
    response = as_sales.post(reverse("admin:sales_order_changelist"), sent, follow=True)
    assert response.status_code == 200
    order.refresh_from_db()
    assert order.is_pending


def test_asking_about_many_orders_takes_no_more_queries_than_about_one(as_sales, django_assert_max_num_queries):
    orders = [make_order((make_product(), 1)) for _ in range(30)]
    sent = {"action": "confirm_selected", "_selected_action": [order.pk for order in orders]}
    with django_assert_max_num_queries(15):
        as_sales.post(reverse("admin:sales_order_changelist"), sent)


# Round about the form


def test_picking_a_product_tells_its_price_and_stock(as_sales, client):
    product = make_product(stock=7, selling_price=Decimal("12.30"))
    address = reverse("admin:sales_product_info", args=[product.pk])
    assert as_sales.get(address).json() == {"unit_price": "12.30", "stock_qty": 7, "promised": 0, "last_price": ""}
    assert client.get(address).status_code == 302


def test_what_the_customer_paid_the_last_time_is_told(as_sales):
    product, buyer = make_product(selling_price=Decimal("12.30")), make_customer()
    address = reverse("admin:sales_product_info", args=[product.pk])
    for price in ("11.00", "10.50"):
        confirm_order(make_order((product, 1, Decimal(price)), customer=buyer), user=None)
    make_order((product, 1, Decimal("9.99")), customer=buyer)  # not agreed yet
    guest = make_customer()
    confirm_order(make_order((product, 1, Decimal(0)), customer=guest), user=None)
    assert as_sales.get(address, {"customer": guest.pk}).json()["last_price"] == "0.00"
    confirm_order(make_order((product, 1)), user=None)  # somebody else
    told = {
        customer: as_sales.get(address, {"customer": customer}).json()["last_price"]
        for customer in (buyer.pk, make_customer().pk, "", "x", 10**30)
    }
    assert list(told.values()) == ["10.50", "", "", "", ""]


def test_the_printed_order_has_everything_on_it(as_sales):
    product = make_product(name="Chai", sku="NW-1")
    order = make_order((product, 3, Decimal("4.50")), customer=make_customer(address="1 Mill Lane\nAshford"))
    page = as_sales.get(url("print_order", order)).content.decode()
    for text in (order.order_number, "Chai", "NW-1", "4.50", "13.50", "1 Mill Lane<br>Ashford"):
        assert text in page


def test_the_order_list_can_be_narrowed_to_a_day_that_counts_to_its_last_minute(as_sales):
    product = make_product()
    order = make_order((product, 1))
    confirm_order(order, user=None)
    order.refresh_from_db()
    day = order.confirmed_at.date().isoformat()
    address = reverse("admin:sales_order_changelist")
    page = as_sales.get(address, {"confirmed_at_from": day, "confirmed_at_to": day})
    assert page.context["cl"].result_count == 1
    page = as_sales.get(address, {"confirmed_at_to": "2000-01-01"})
    assert page.context["cl"].result_count == 0


def test_searching_finds_number_and_customer(as_sales):
    order = make_order((make_product(), 1), customer=make_customer(first_name="Zacharias"))
    for term in (order.order_number, "zachar", order.customer.email):
        page = as_sales.get(reverse("admin:sales_order_changelist"), {"q": term})
        assert page.context["cl"].result_count == 1
    assert Product.objects.count() == 1


def test_a_long_order_that_is_only_read_comes_in_pages(as_sales, monkeypatch):
    monkeypatch.setattr("sales.admin.orders.LINES_PER_PAGE", 2)
    product = make_product(stock=10)
    order = make_order(*[(product, 1)] * 5, user=as_sales.user)

    def lines_on(query):
        response = as_sales.get(reverse("admin:sales_order_change", args=[order.pk]), query)
        return len(response.context["inline_admin_formsets"][0].formset.forms)

    assert lines_on({}) == 5  # one form, because it can be edited
    confirm_order(order, user=as_sales.user)
    assert [lines_on({}), lines_on({"items-page": "2"}), lines_on({"items-page": "3"})] == [2, 2, 1]
