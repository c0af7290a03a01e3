"""Changing the category or the threshold of many products from the list: a page that asks, then the change."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from inventory.models import MAX_QUANTITY, Product
from inventory.services.products import (
    delete_product,
    products_fingerprint,
    save_product,
    set_category,
    set_low_stock_threshold,
)
from inventory.services.stock import take_from_stock
from tests.clients import said
from tests.factories import make_admin, make_product
from tests.race import race

pytestmark = pytest.mark.django_db

LIST = "admin:inventory_product_changelist"
ACTIONS = ["change_category", "change_low_stock_threshold"]


def ask(client, products, action="change_category", *, across=False, query=""):
    """What ticking these products in the list and running the action shows."""
    chosen = {"_selected_action": [product.pk for product in products], "select_across": int(across)}
    return client.post(reverse(LIST) + query, {"action": action, "index": "0", **chosen})


def change(client, page, query="", **answer):
    """Press "Change" on the page."""
    hidden = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.content.decode())
    return client.post(reverse(LIST) + query, {**dict(hidden), **answer})


def categories() -> list[str]:
    return list(Product.objects.order_by("pk").values_list("category", flat=True))


# The page


def test_the_page_shows_what_will_change_and_changes_nothing(as_admin):
    products = [make_product(category="Tea"), make_product(category="")]
    page = ask(as_admin, products).content.decode()
    assert "Change category of 2 products" in page and "Category now" in page
    assert all(str(product) in page for product in products)
    assert '<option value="Tea">' in page  # suggested
    assert categories() == ["Tea", ""]


def test_the_page_shows_the_thresholds_and_which_are_the_firms(as_admin):
    products = [make_product(low_stock_threshold=3), make_product()]
    page = ask(as_admin, products, "change_low_stock_threshold").content.decode()
    assert "10 (usual)" in page and "your usual threshold, 10." in page


def test_of_many_products_the_first_twenty_are_shown(as_admin):
    products = [make_product() for _ in range(23)]
    page = ask(as_admin, products).content.decode()
    shown = [str(product) in page for product in sorted(products, key=str)]
    assert shown == [True] * 20 + [False] * 3 and "… and 3 more" in page
    assert "… and" not in ask(as_admin, products[:20]).content.decode()


def test_an_address_alone_changes_nothing(as_admin):
    product = make_product(category="Tea")
    query = {"action": "change_category", "products": product.pk, "category": "x", "select_across": 1}
    assert as_admin.get(reverse(LIST), query).status_code == 400
    assert categories() == ["Tea"]


def test_names_cannot_put_anything_into_the_page(as_admin):
    product = make_product(name="<script>alert(1)</script>", category='"><script>')
    assert "<script>alert(1)" not in (page := ask(as_admin, [product]).content.decode()) and '"><script>' not in page


# The change


def test_the_category_of_the_selected_products_changes_and_the_history_says_who_and_why(as_admin):
    one, two, other = make_product(category="Tea"), make_product(), make_product(category="Cups")
    response = change(as_admin, ask(as_admin, [one, two]), category="  Drinks ")
    assert response.headers["Location"] == reverse(LIST)
    assert said(response) == ["2 products changed."]
    assert categories() == ["Drinks", "Drinks", "Cups"]
    version = one.history.first()
    assert (version.category, version.history_user, version.history_type) == ("Drinks", as_admin.user, "~")
    assert version.history_change_reason == "Bulk change of category (2 products)"
    one.refresh_from_db()
    assert one.modified_by == as_admin.user
    assert other.history.count() == Product.objects.get(pk=other.pk).history.count() == 2  # made, and its stock


@pytest.mark.parametrize(("typed", "stored"), [("7", 7), ("0", 0), ("", None)])
def test_the_threshold_of_the_selected_products_is_set_or_left_to_the_firm(as_admin, typed, stored):
    products = [make_product(low_stock_threshold=3), make_product(low_stock_threshold=99)]
    page = ask(as_admin, products, "change_low_stock_threshold")
    assert said(change(as_admin, page, low_stock_threshold=typed)) == ["2 products changed."]
    assert set(Product.objects.values_list("low_stock_threshold", flat=True)) == {stored}
    assert products[0].history.first().history_change_reason == "Bulk change of low stock threshold (2 products)"


def test_only_what_really_changes_is_written(as_admin):
    tea, cup = make_product(category="Tea"), make_product(category="Cups")
    response = change(as_admin, ask(as_admin, [tea, cup]), category="Tea")
    assert said(response) == ["1 product changed. 1 had this value already."]
    assert tea.history.first().history_change_reason != cup.history.first().history_change_reason
    again = change(as_admin, ask(as_admin, [tea, cup]), category="Tea")
    assert said(again)[-1] == "Nothing to change: all of them had this value already."


def test_stock_and_every_other_field_stay_as_they_are(as_admin):
    product = make_product(stock=8, category="Tea", cost_price=3)
    before = Product.objects.filter(pk=product.pk).values("name", "sku", "stock_qty", "cost_price", "created_at").get()
    change(as_admin, ask(as_admin, [product]), category="Drinks")
    after = Product.objects.filter(pk=product.pk).values("name", "sku", "stock_qty", "cost_price", "created_at").get()
    assert before == after and product.stock_changes.count() == 1


def test_select_all_changes_the_products_of_every_page_of_the_filtered_list(as_admin, monkeypatch):
    monkeypatch.setattr("inventory.admin.products.ProductAdmin.list_per_page", 2)
    teas = [make_product(category="Tea") for _ in range(5)]
    make_product(category="Cups")
    page = ask(as_admin, teas[:2], across=True, query="?category=Tea")
    assert "Change category of 5 products" in page.content.decode()
    response = change(as_admin, page, query="?category=Tea", category="Drinks")
    assert response.headers["Location"] == f"{reverse(LIST)}?category=Tea"
    assert categories() == ["Drinks"] * 5 + ["Cups"]


def test_what_joins_the_filtered_list_after_the_page_was_shown_is_not_changed(as_admin):
    page = ask(as_admin, [make_product(category="Tea")], across=True, query="?category=Tea")
    make_product(category="Tea")
    change(as_admin, page, query="?category=Tea", category="Drinks")
    assert categories() == ["Drinks", "Tea"]


# Refusals


@pytest.mark.parametrize(
    ("action", "field", "value", "message"),
    [
        ("change_category", "category", "", "This field is required."),
        ("change_category", "category", "   ", "This field is required."),
        ("change_category", "category", "x" * 101, "at most 100 characters"),
        ("change_category", "category", "a\x07b", "invisible control character"),
        ("change_low_stock_threshold", "low_stock_threshold", "many", "This is not a number."),
        ("change_low_stock_threshold", "low_stock_threshold", "-1", "greater than or equal to 0"),
        ("change_low_stock_threshold", "low_stock_threshold", str(MAX_QUANTITY + 1), "less than or equal to"),
    ],
)
def test_bad_input_is_named_at_the_field_and_nothing_is_lost(as_admin, action, field, value, message):
    products = [make_product(category="Tea"), make_product(category="Tea")]
    again = change(as_admin, ask(as_admin, products, action), **{field: value})
    assert message in str(again.context["form"].errors[field])
    assert again.context["form"][field].value() == value
    assert categories() == ["Tea", "Tea"]
    good = change(as_admin, again, **{field: "7"})
    assert said(good) == ["2 products changed."]


@pytest.mark.parametrize("action", ACTIONS)
def test_a_salesperson_can_neither_ask_nor_change(as_sales, action):
    product = make_product(category="Tea")
    assert action not in as_sales.get(reverse(LIST)).content.decode()
    asked = ask(as_sales, [product], action)
    answered = as_sales.post(
        reverse(LIST),
        {"action": action, "_selected_action": "0", "select_across": "1", "products": product.pk, "category": "x"},
    )
    for response in (asked, answered):  # the list as if nothing had been asked
        assert response.status_code == 302 or response.context["cl"].result_count == 1
    assert categories() == ["Tea"] and Product.objects.get().low_stock_threshold is None


@pytest.mark.parametrize("keys", ["abc", "", "1,,2", "-1", "1;2", "9" * 30, "1 OR 1=1"])
def test_ids_that_are_no_numbers_lead_back_to_the_list(as_admin, keys):
    make_product(category="Tea")
    page = ask(as_admin, Product.objects.all())
    response = change(as_admin, page, products=keys, category="Drinks")
    assert response.status_code == 302 and "could not be understood" in said(response)[0]
    assert as_admin.post(reverse(LIST), {"action": ACTIONS[0], "_selected_action": "x"}).status_code == 302
    assert categories() == ["Tea"]


@pytest.mark.parametrize("number", [9_990, 10_000])
def test_ten_thousand_ids_are_answered(as_admin, number):
    product = make_product(category="Tea")
    keys = range(product.pk, product.pk + number)
    page = as_admin.post(reverse(LIST), {"action": ACTIONS[0], "index": "0", "_selected_action": list(keys)})
    assert page.status_code == (200 if number < 10_000 else 400)  # more than any list shows, refused by Django itself
    answer = {"action": ACTIONS[0], "_selected_action": "0", "select_across": "1", "category": "Drinks"}
    with CaptureQueriesContext(connection) as captured:
        response = as_admin.post(reverse(LIST), {**answer, "products": ",".join(map(str, keys))})
    assert said(response) == ["1 product changed."]
    assert len(captured) <= 35  # a lock for every thousand


# Two people at once


def test_what_somebody_changed_meanwhile_is_not_overwritten_but_shown(as_admin):
    one, two = make_product(category="Tea"), make_product(category="Tea")
    page = ask(as_admin, [one, two])
    one.category = "Coffee"
    save_product(one, user=make_admin())
    again = change(as_admin, page, category="Drinks")
    shown = again.content.decode()
    assert "Somebody has changed or deleted some of these products." in shown and "Coffee" in shown
    assert 'value="Drinks"' in shown and categories() == ["Coffee", "Tea"]
    assert said(change(as_admin, again, category="Drinks")) == ["2 products changed."]


def test_a_product_deleted_meanwhile_is_gone_from_the_page_that_comes_back(as_admin):
    one, two = make_product(category="Tea"), make_product(category="Tea")
    page = ask(as_admin, [one, two])
    delete_product(one, user=None)
    again = change(as_admin, page, category="Drinks")
    assert "Change category of 1 product" in again.content.decode() and str(one) not in again.content.decode()
    assert said(change(as_admin, again, category="Drinks")) == ["1 product changed."]


def test_when_all_of_them_are_deleted_meanwhile_that_is_said_in_the_list(as_admin):
    product = make_product()
    page = ask(as_admin, [product])
    delete_product(product, user=None)
    response = change(as_admin, page, category="Drinks")
    assert response.status_code == 302 and said(response) == ["Somebody has deleted these products in the meantime."]


def test_a_sale_meanwhile_is_no_reason_to_refuse(as_admin):
    product = make_product(stock=8, category="Tea")
    page = ask(as_admin, [product])
    save_product(Product.objects.get(pk=product.pk), user=None)
    assert said(change(as_admin, page, category="Drinks")) == ["1 product changed."]


# The service


def test_the_service_changes_all_or_none_and_counts():
    one, two = make_product(category="Tea"), make_product(category="Cups")
    seen = products_fingerprint([two, one], "category")
    assert set_category([two.pk, one.pk, one.pk, 0], "Cups", user=None, last_seen=seen) == (1, 1)
    assert set_low_stock_threshold([one.pk], 5, user=None) == (1, 0)
    assert set_low_stock_threshold([one.pk], None, user=None) == (1, 0)
    assert set_category([], "Tea", user=None) == (0, 0)


def test_both_steps_cost_the_same_for_many_products(as_admin):
    counts = []
    for number in (2, 60):
        products = [make_product(category=f"Tea {number}") for _ in range(number)]
        with CaptureQueriesContext(connection) as captured:
            change(as_admin, ask(as_admin, products), category="Drinks")
        counts.append(len(captured))
    assert counts[1] == counts[0] <= 40


def test_two_changes_and_a_sale_at_once_wait_for_each_other_in_no_circle(committed_db):
    keys = [make_product(stock=10).pk for _ in range(30)]
    outcomes = race(
        (set_in_order, keys, "Tea"),
        (set_in_order, keys[::-1], "Coffee"),
        (sell_one_of_each, keys[::-1]),
    )
    assert [outcome for outcome, _ in outcomes] == ["done"] * 3
    assert len(set(categories())) == 1 and set(Product.objects.values_list("stock_qty", flat=True)) == {9}
    assert Product.history.filter(history_change_reason__startswith="Bulk change").count() == 60


def test_of_two_who_saw_the_same_only_the_first_changes_it(committed_db):
    product = make_product(category="Water")
    seen = products_fingerprint([product], "category")
    outcomes = race((set_in_order, [product.pk], "Tea", seen), (set_in_order, [product.pk], "Coffee", seen))
    assert sorted(outcome for outcome, _ in outcomes) == ["RecordChanged", "done"]


def set_in_order(keys, category, seen=None):
    return set_category(keys, category, user=None, last_seen=seen)


def sell_one_of_each(keys):
    return take_from_stock(dict.fromkeys(keys, 1), reference="SO-1", reason="Sold", user=None)
