"""Reverse, the dialog of a stock change: what it shows, what it says no to, and where the two rows lead."""

import pytest
from django.urls import reverse

from inventory.models import StockChange
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.clients import said
from tests.factories import make_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def mistake():
    product = make_product(stock=7, name="Chai", sku="NW-1")
    adjust_stock(product, user=None, new_qty=70, reason="Counted")
    confirm_order(make_order((product, 3)), user=None)
    return product.stock_changes.get(kind="ADJUSTMENT")


def dialog_of(row) -> str:
    return reverse("admin:inventory_stockchange_reverse_one", args=[row.pk])


def page_of(row) -> str:
    return reverse("admin:inventory_stockchange_change", args=[row.pk])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def send(client, row, stock, reason="Wrong product"):
    return client.post(dialog_of(row), {"_form_submitted": "on", "reason": reason, "last_seen": stock})


def test_the_dialog_shows_before_and_after_and_then_reverses(as_admin, mistake):
    assert dialog_of(mistake) in text(as_admin.get(page_of(mistake)))
    assert "67 → 4 (−63)" in text(as_admin.get(dialog_of(mistake)))
    answer = send(as_admin, mistake, "67")
    assert answer.headers["HX-Redirect"].endswith(page_of(mistake))
    assert said(answer) == ["Chai (NW-1): stock 67 → 4."]
    row = StockChange.objects.get(kind="REVERSAL")
    assert (row.reverses, row.change_reason, row.created_by) == (mistake, "Wrong product", as_admin.user)


def test_the_two_rows_lead_to_each_other_and_offer_no_reversal_any_more(as_admin, mistake):
    row = reverse_change(mistake, reason="Wrong product", user=None)
    for one, other in ((mistake, row), (row, mistake)):
        shown = text(as_admin.get(page_of(one)))
        assert f'href="{page_of(other)}"' in shown and dialog_of(one) not in shown


def test_reversing_twice_is_refused_and_says_who_did_it(as_admin, mistake):
    reverse_change(mistake, reason="Wrong product", user=as_admin.user)
    assert f"reversed by {as_admin.user} on" in text(as_admin.get(dialog_of(mistake)))
    assert f"reversed by {as_admin.user} on" in text(send(as_admin, mistake, "4"))
    assert StockChange.objects.filter(kind="REVERSAL").count() == 1


def test_what_stands_in_the_way_is_said_before_anything_is_typed(as_admin, mistake):
    confirm_order(make_order((mistake.product, 7)), user=None)
    assert "63 came in by it, only 60 are left." in text(as_admin.get(dialog_of(mistake)))
    assert "63 came in by it, only 60 are left." in text(send(as_admin, mistake, "60"))
    assert not StockChange.objects.filter(kind="REVERSAL").exists()


def test_a_stock_that_has_changed_since_is_shown_again(as_admin, mistake):
    answer = send(as_admin, mistake, "70")
    assert "67 → 4 (−63)" in text(answer) and "in the meantime" in text(answer)
    assert not StockChange.objects.filter(kind="REVERSAL").exists()


def test_other_kinds_have_no_such_button(as_admin, mistake):
    for row in StockChange.objects.exclude(kind="ADJUSTMENT"):
        assert dialog_of(row) not in text(as_admin.get(page_of(row)))
        assert "Only adjustments and revaluations can be reversed here" in text(as_admin.get(dialog_of(row)))


def test_who_may_not_adjust_may_not_reverse(as_sales, mistake):
    assert dialog_of(mistake) not in text(as_sales.get(page_of(mistake)))
    assert send(as_sales, mistake, "67").status_code == 403


def test_it_needs_a_reason(as_admin, mistake):
    assert "This field is required." in text(send(as_admin, mistake, "67", reason=""))
    assert not StockChange.objects.filter(kind="REVERSAL").exists()
