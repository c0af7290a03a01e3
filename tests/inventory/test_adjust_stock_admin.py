"""Adjusting a stock in the admin: one dialog, from a product's page and from the list."""

import pytest
from django.urls import reverse

from inventory.models import ADJUSTMENT_REASONS
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from tests.clients import said
from tests.factories import make_admin, make_product

pytestmark = pytest.mark.django_db

LIST = "admin:inventory_product_changelist"
DIALOG = "adjust_stock"
ADJUST = {"_form_submitted": "on", "mode": "set", "quantity": "5", "reason": "Counted"}


def url(name: str, product) -> str:
    return reverse(f"admin:inventory_product_{name}", args=[product.pk])


@pytest.mark.parametrize(("mode", "quantity", "stock"), [("set", 5, 5), ("add", 5, 13), ("remove", 5, 3)])
def test_stock_is_adjusted_in_a_dialog(as_admin, mode, quantity, stock):
    product = make_product(stock=8)
    response = as_admin.post(url("adjust_stock", product), {**ADJUST, "mode": mode, "quantity": quantity})
    assert response.headers["HX-Redirect"] == url("change", product)
    assert said(response) == [f"{product}: stock 8 → {stock}."]
    row = product.stock_changes.first()
    assert (row.new_qty, row.change_reason, row.created_by) == (stock, "Counted", as_admin.user)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reason": ""}, "This field is required"),
        ({"reason": "Moonshine"}, "Select a valid choice"),
        ({"reason": "Other"}, "Please say in a few words why the stock changes."),
        ({"reason": "Other", "details": "  "}, "Please say in a few words why the stock changes."),
        ({"details": "x" * 256}, "at most 255 characters"),
        ({"quantity": "x"}, "not a number"),
        ({"quantity": "1.5"}, "must be a whole number"),
        ({"quantity": "-1"}, "greater than or equal to 0"),
        ({"quantity": "8"}, "nothing would change"),
        ({"mode": "remove", "quantity": "9"}, "9 cannot be removed"),
        ({"mode": "steal"}, "Select a valid choice"),
    ],
)
def test_a_bad_adjustment_is_refused_in_the_dialog(as_admin, change, message):
    product = make_product(stock=8)
    response = as_admin.post(url("adjust_stock", product), {**ADJUST, **change})
    assert message in response.content.decode()
    product.refresh_from_db()
    assert product.stock_qty == 8


@pytest.mark.parametrize(
    ("reason", "details", "logged"),
    [
        ("Counted", "", "Counted"),
        ("Counted", " shelf 3 ", "Counted: shelf 3"),
        ("Other", "Given to the fair", "Other: Given to the fair"),
    ],
)
def test_the_log_says_the_reason_that_was_picked_and_the_details(as_admin, reason, details, logged):
    product = make_product(stock=8)
    as_admin.post(url("adjust_stock", product), {**ADJUST, "reason": reason, "details": details})
    assert product.stock_changes.first().change_reason == logged
    assert product.history.first().history_change_reason == logged


def test_every_reason_can_be_picked_and_none_is_picked_beforehand(as_admin):
    product = make_product(stock=8)
    page = as_admin.get(url("adjust_stock", product)).content.decode()
    assert all(f'<option value="{reason}">' in page for reason in ADJUSTMENT_REASONS)


def test_an_adjustment_from_the_list_leads_back_to_the_list_as_it_was_filtered(as_admin):
    product = make_product(stock=8)
    page = as_admin.get(reverse(LIST), {"category": "-"}).content.decode()
    assert f'hx-get="{url("adjust_stock", product)}"' in page
    behind = f"http://testserver{reverse(LIST)}?category=-"
    response = as_admin.post(url("adjust_stock", product), ADJUST, headers={"HX-Current-URL": f"{behind}#top"})
    assert response.headers["HX-Redirect"] == behind
    assert said(response) == [f"{product}: stock 8 → 5."]
    product.refresh_from_db()
    assert product.stock_qty == 5


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_a_dialog_leads_nowhere_else(as_admin, elsewhere):
    product = make_product(stock=8)
    response = as_admin.post(url("adjust_stock", product), ADJUST, headers={"HX-Current-URL": elsewhere})
    assert response.headers["HX-Redirect"] == url("change", product)


def test_a_page_of_the_list_that_is_no_more_is_the_first_with_the_same_filter(as_admin, monkeypatch):
    for _ in range(3):
        make_product(category="Tea")
    make_product()
    monkeypatch.setattr("inventory.admin.products.ProductAdmin.list_per_page", 2)
    found = as_admin.get(reverse(LIST), {"category": "Tea", "p": "7"}).context["cl"]
    assert (found.page_num, found.result_count) == (1, 3)


def test_a_product_deleted_before_the_dialog_is_answered_is_not_found(as_admin):
    product = make_product(stock=8)
    address = url("adjust_stock", product)
    delete_product(product, user=None)
    assert as_admin.post(address, ADJUST).status_code == 404


def test_a_stock_that_moves_while_the_answer_is_checked_is_not_overwritten(as_admin, monkeypatch):
    product = make_product(stock=8)

    def sold_meanwhile(*args, **options):
        adjust_stock(product, user=None, change=-1, reason="Sold by hand")
        return adjust_stock(*args, **options)

    monkeypatch.setattr("inventory.services.stock.adjust_stock", sold_meanwhile)
    response = as_admin.post(url("adjust_stock", product), ADJUST)
    assert said(response) == [f"The stock of {product} has changed from 8 to 7 in the meantime."]
    product.refresh_from_db()
    assert product.stock_qty == 7


def test_a_salesperson_is_offered_no_adjustment_and_gets_none(as_sales):
    product = make_product(stock=8)
    assert "adjust-stock" not in as_sales.get(reverse(LIST)).content.decode()
    assert as_sales.get(url(DIALOG, product)).status_code == 403
    assert as_sales.post(url(DIALOG, product), ADJUST).status_code == 403
    product.refresh_from_db()
    assert product.stock_qty == 8


def test_the_button_in_each_row_weighs_little(as_admin, monkeypatch):
    for _ in range(20):
        make_product()
    with_buttons = len(as_admin.get(reverse(LIST)).content)
    monkeypatch.setattr("inventory.admin.products.ProductAdmin.actions_row", [])
    assert with_buttons - len(as_admin.get(reverse(LIST)).content) < 20 * 1000


def test_opening_the_dialog_changes_nothing(as_admin):
    product = make_product(stock=8)
    assert "in stock now" in as_admin.get(url(DIALOG, product), ADJUST).content.decode()
    product.refresh_from_db()
    assert product.stock_qty == 8


@pytest.mark.parametrize("key", ["999999", "abc"])
def test_the_dialog_of_no_product_is_not_found(as_admin, key):
    address = reverse(f"admin:inventory_product_{DIALOG}", args=[key])
    assert as_admin.get(address).status_code == as_admin.post(address, ADJUST).status_code == 404


def test_a_dialog_that_shows_an_older_stock_shows_it_anew(as_admin):
    product = make_product(stock=39)
    page = as_admin.get(url("adjust_stock", product)).content.decode()
    assert 'name="last_seen" value="39"' in page
    adjust_stock(product, user=make_admin(first_name="Sara", last_name="Lee"), change=-4, reason="Sold by hand")
    again = as_admin.post(url("adjust_stock", product), {**ADJUST, "last_seen": "39"}).content.decode()
    assert "Sara Lee has changed" in again and 'name="last_seen" value="35"' in again
    product.refresh_from_db()
    assert product.stock_qty == 35
