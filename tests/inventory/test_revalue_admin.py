"""Revalue stock, the dialog of a product; and what the pages say of value, to those who may see it."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import MATRIX
from inventory.models import Product, StockChange
from inventory.services.revaluation import revalue_stock
from tests.clients import said
from tests.factories import make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1", cost_price=Decimal("5.00"))


def dialog_of(product) -> str:
    return reverse("admin:inventory_product_revalue_stock", args=[product.pk])


def text(response) -> str:
    return " ".join(response.content.decode().split())


def send(client, product, value, seen="10 50.00", reason="Damp"):
    data = {"_form_submitted": "on", "new_value": value, "reason": reason, "last_seen": seen}
    return client.post(dialog_of(product), data)


def test_the_dialog_shows_the_value_and_changes_it(as_admin, chai):
    assert "worth <span" in text(as_admin.get(dialog_of(chai))) and "50.00" in text(as_admin.get(dialog_of(chai)))
    assert send(as_admin, chai, "35,50").headers["HX-Redirect"]
    row = chai.stock_changes.first()
    assert (row.kind, row.new_value, row.change_reason) == ("REVALUATION", Decimal("35.50"), "Damp")
    page = as_admin.get(reverse("admin:inventory_product_change", args=[chai.pk]))
    assert "stock value" in " ".join(said(page)) and "35.50" in text(page) and "3.55 a piece" in text(page)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [("", "This field is required."), ("50", "already, so nothing would change"), ("-1", "greater than or equal to 0")],
)
def test_a_value_that_cannot_be_is_said_at_the_field(as_admin, chai, value, sentence):
    assert sentence in text(send(as_admin, chai, value))
    assert chai.stock_changes.count() == 1


def test_who_was_overtaken_sees_the_value_as_it_is(as_admin, chai):
    revalue_stock(chai, new_value=Decimal("40.00"), reason="Market", user=None)
    assert "40.00" in text(send(as_admin, chai, "30"))
    assert Product.objects.get(pk=chai.pk).stock_value == Decimal("40.00")


def test_a_revaluation_is_reversed_in_its_dialog(as_admin, chai):
    revalue_stock(chai, new_value=Decimal("40.00"), reason="Market", user=None)
    url = reverse("admin:inventory_stockchange_reverse_one", args=[chai.stock_changes.first().pk])
    assert "Stock value" in text(as_admin.get(url)) and "40.00 → 50.00" in text(as_admin.get(url))
    as_admin.post(url, {"_form_submitted": "on", "reason": "Wrong one", "last_seen": "40.00"})
    assert Product.objects.get(pk=chai.pk).stock_value == Decimal("50.00")


PAGES = [
    "admin:inventory_stockchange_changelist",
    "admin:inventory_stockchange_change {row}",
    "admin:inventory_product_change {product}",
]


@pytest.mark.parametrize("address", PAGES)
def test_value_is_for_those_who_may_see_costs(as_admin, chai, address, monkeypatch):
    revalue_stock(chai, new_value=Decimal("37.77"), reason="Market", user=None)
    name, *keys = address.format(row=StockChange.objects.first().pk, product=chai.pk).split()
    url = reverse(name, args=keys)
    assert "12.23" in text(as_admin.get(url))
    monkeypatch.setattr("accounts.roles.MATRIX", {**MATRIX, "inventory.view_cost": set()})
    shown = text(as_admin.get(url))
    assert "12.23" not in shown and "37.77" not in shown


def test_the_export_has_values_for_those_who_may_see_costs(as_admin, chai, monkeypatch):
    url = reverse("admin:inventory_stockchange_export")
    data = {"format": "1", "resource": "0"}
    assert b"value_change" in as_admin.post(url, data).getvalue()
    monkeypatch.setattr("accounts.roles.MATRIX", {**MATRIX, "inventory.view_cost": set()})
    shown = as_admin.post(url, data).getvalue()
    assert b"value" not in shown and b"50.00" not in shown
