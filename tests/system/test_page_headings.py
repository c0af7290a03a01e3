"""The heading of a page says where one is and what one does there."""

import re

import pytest
from django.urls import reverse

from tests.factories import make_product


def heading(client, name: str, *arguments, query="") -> str:
    page = client.get(reverse(f"admin:{name}", args=arguments) + query).content.decode()
    text = re.sub(r"<[^>]*>", " ", re.search(r"<h1.*?</h1>", page, re.S)[0])
    return " ".join(text.replace("chevron_right", ">").split())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("sales_order_add", "Sales > Orders > Add order"),
        ("inventory_product_import", "Inventory > Products > Import"),
        ("accounts_customer_export", "People > Customers > Export"),
        ("inventory_stockchange_changelist", "Inventory > Stock changes"),
        ("accounts_customer_changelist", "People > Customers 0 results"),
    ],
)
def test_it_names_the_step(as_admin, name, said):
    assert heading(as_admin, name) == said


def test_it_names_the_record(as_admin):
    product = make_product(name="Chai", sku="A-1")
    assert heading(as_admin, "inventory_product_change", product.pk) == "Inventory > Products > Chai (A-1)"
    assert heading(as_admin, "inventory_product_history", product.pk).endswith("> Chai (A-1) > History")


def test_a_filtered_list_offers_the_whole_and_no_other_does(as_admin):
    make_product(name="Chai")
    assert heading(as_admin, "inventory_product_changelist") == "Inventory > Products 1 result"
    found = heading(as_admin, "inventory_product_changelist", query="?q=nothing")
    assert found == "Inventory > Products 0 results ( Show all )"
