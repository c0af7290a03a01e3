"""The list of stock changes is searched by product, reference and customer, whether a word is rare or common."""

import pytest
from django.urls import reverse

from sales.services.orders import confirm_order
from tests.factories import make_customer, make_order, make_product

CHANGES = reverse("admin:inventory_stockchange_changelist")


@pytest.mark.parametrize("common", [1, 1000])
def test_stock_changes_are_found_by_product_reference_and_customer(as_admin, monkeypatch, common):
    monkeypatch.setattr("inventory.querysets.COMMON", common)
    nia, hammer = make_customer(first_name="Nia", last_name="Müller"), make_product(name="Claw hammer", sku="HAM-1")
    order = confirm_order(make_order((hammer, 1), customer=nia), user=None)
    make_product(name="Claw of a crab")

    def found(term: str) -> list[str]:
        return [row.kind for row in as_admin.get(CHANGES, {"q": term}).context["cl"].result_list]

    assert found("hammer") == found("ham-1") == ["SALE", "INITIAL"]
    assert found(f"{order}") == found("müller") == found("Nia claw") == found('"claw hammer" Nia') == ["SALE"]
    assert len(found("claw")) == 3 and found("crab Nia") == found("nothing") == []
    assert found("cl") == found("claw") and found("aw") == []  # two letters begin something
