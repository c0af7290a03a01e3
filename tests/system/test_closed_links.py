"""What leads to a page that one may not see is text, not a link that answers 403."""

import re

import pytest
from django.urls import reverse

from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.factories import make_admin, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def links_of(client, address) -> set[str]:
    page = client.get(address).content.decode()
    main = page.partition('id="content-main"')[2] or page
    return {link for link in re.findall(r'href="(/admin/[^"#?]*)', main) if not link.endswith(("/delete/", "/export/"))}


def pages() -> list[str]:
    boss = make_admin(first_name="Ada", last_name="Boss")
    product, customer = make_product(user=boss), make_customer()
    order = confirm_order(make_order((product, 1), customer=customer, user=boss), user=boss)
    adjust_stock(product, user=boss, change=1, reason="Counted")
    customer.created_by = boss
    customer.save()
    return [
        reverse("admin:inventory_product_change", args=[product.pk]),
        reverse("admin:accounts_customer_change", args=[customer.pk]),
        reverse("admin:sales_order_change", args=[order.pk]),
        reverse("admin:inventory_stockchange_change", args=[product.stock_changes.first().pk]),
        reverse("admin:sales_order_changelist"),
        reverse("admin:inventory_stockchange_changelist"),
        reverse("admin:index"),
    ]


def test_no_link_on_the_pages_of_sales_people_is_closed_to_them(as_sales):
    for address in pages():
        closed = {link for link in links_of(as_sales, address) if as_sales.get(link).status_code == 403}
        assert not closed, address


def test_the_name_stays_and_an_admin_has_the_link(as_sales, as_admin):
    product, *_ = pages()
    assert "Ada Boss" in as_sales.get(product).content.decode()
    assert any("/accounts/user/" in link for link in links_of(as_admin, product))
    assert not any("/accounts/user/" in link for link in links_of(as_sales, product))
