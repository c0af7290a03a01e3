"""Stock changes are searched by product, reference and customer, whether few or many of the latest ones are found."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from sales.services.orders import confirm_order
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db
CHANGES = reverse("admin:inventory_stockchange_changelist")


@pytest.mark.parametrize("page", [1, 1000])
def test_stock_changes_are_found_by_product_reference_and_customer(as_admin, monkeypatch, page):
    monkeypatch.setattr("inventory.querysets.PAGE", page)
    nia, hammer = make_customer(first_name="Nia", last_name="Müller"), make_product(name="Claw hammer", sku="HAM-1")
    order = confirm_order(make_order((hammer, 1), customer=nia), user=None)
    make_product(name="Claw of a crab")

    def found(term: str) -> list[str]:
        return [row.kind for row in as_admin.get(CHANGES, {"q": term}).context["cl"].result_list]

    assert found("hammer") == found("ham-1") == ["SALE", "INITIAL"]
    assert found(f"{order}") == found("müller") == found("Nia claw") == found('"claw hammer" Nia') == ["SALE"]
    assert len(found("claw")) == 3 and found("crab Nia") == found("nothing") == []
    assert found("cl") == found("claw") and found("aw") == []  # two letters begin something


@pytest.mark.parametrize("page", [1, 1000])
def test_the_api_finds_them_by_product_reason_and_reference(monkeypatch, page):
    monkeypatch.setattr("inventory.querysets.PAGE", page)
    hammer, nia = make_product(name="Claw hammer 450 g, no. 1", sku="HAM-1"), make_customer(first_name="Nia")
    order = confirm_order(make_order((hammer, 1), customer=nia), user=None)
    make_product(name="Claw of a crab")
    admin = Caller(make_admin())

    def found(term: str) -> list[str]:
        answer = admin.get(f"/products/stock-changes/?{urlencode({'search': term})}").json()
        return [row["kind"] for row in answer["results"]]

    for term in ("hammer", "ham-1", "Claw hammer 450 g, no. 1", "1 hammer"):
        assert found(term) == ["SALE", "INITIAL"]
    assert found(f"{order}") == found(f"claw order {order}") == found("or cl") == ["SALE"]
    assert len(found("claw")) == len(found("cl")) == 3
    assert found("Nia") == found("hammer 9") == found("aw") == found("crab hammer") == []
