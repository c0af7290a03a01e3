"""Amending a confirmed order and confirming with what is there, in a browser: by sales and admin, desk and phone."""

import re

import pytest
from playwright.sync_api import expect

from inventory.models import Product
from sales.models import Order
from sales.services.orders import NewItem, create_order
from tests.browser.desk import check_fits, press, submit_dialog
from tests.factories import make_admin, make_confirmed_order, make_customer, make_product, make_sales

pytestmark = pytest.mark.browser

AMEND = re.compile(r"\bAmend$")


@pytest.mark.parametrize("make", [make_sales, make_admin], ids=["sales", "admin"])
@pytest.mark.parametrize("width", [1440, 390])
def test_an_order_is_amended_with_a_shortage_first(desk, make, width):
    chai = make_product(stock=10, name="Chai", sku="NW-1")
    order = make_confirmed_order((chai, 5), customer=make_customer(company="Acme GmbH"))
    clerk = desk(width=width)
    clerk.sign_in(make())
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    press(page, AMEND)
    quantity = page.locator("#id_items-0-quantity")
    quantity.fill("11")
    clerk.see("5 → 11 · only 5 more in stock")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("This field is required.")
    page.locator("#id_reason").fill("They rang")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("Chai (NW-1): 11 ordered, 5 taken already, 5 in stock.")
    check_fits(page)
    clerk.picture(f"70-amend-short-{width}")

    quantity.fill("3")
    clerk.see("5 → 3 · 2 back to stock")
    expect(page.locator("#order-total-live")).to_have_text("50.00 USD → 30.00 USD")
    clerk.picture(f"71-amend-{width}")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("Revision 1.")
    check_fits(page)
    clerk.picture(f"72-amended-{width}")
    order.refresh_from_db()
    assert (str(order.total_amount), Product.objects.get(pk=chai.pk).stock_qty) == ("30.00", 7)


def test_a_code_that_is_scanned_is_one_piece_more_of_an_order_that_is_amended(desk):
    chai, tofu = make_product(stock=10, name="Chai", sku="NW-1"), make_product(stock=10, name="Tofu", sku="NW-14")
    order = make_confirmed_order((chai, 5))
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/sales/order/{order.pk}/amend/")
    page.get_by_label("Scan or type a barcode or SKU").click()
    for code in ("NW-1", "NW-14", "2*NW-1"):
        page.keyboard.type(code)
        page.keyboard.press("Enter")
    clerk.see("5 → 8 · 3 more from stock, 5 there")
    clerk.see("10 in stock")
    page.locator("#id_reason").fill("Three more, and tofu")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("Revision 1.")
    lines = order.items.values_list("product_sku", "quantity").order_by("product_sku")
    assert list(lines) == [("NW-1", 8), ("NW-14", 1)]
    assert Product.objects.get(pk=tofu.pk).stock_qty == 9


@pytest.mark.parametrize("width", [1440, 390])
def test_what_is_there_is_taken_and_the_rest_waits(desk, width):
    chai = make_product(stock=3, name="Chai", sku="NW-1")
    lines = [NewItem(chai, 5)]
    order = create_order(customer=make_customer(), lines=lines, user=None, beyond_stock=True)
    clerk = desk(width=width)
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    press(page, re.compile(r"\bConfirm$"))
    clerk.see("Take what is there: 3 of 5 Chai (NW-1). The rest waits on a new order.")
    clerk.picture(f"73-partly-{width}")
    page.locator("#id_partly").check()
    submit_dialog(page, "Confirm order")
    clerk.see("The rest waits as ORD-")
    clerk.see(str(Order.objects.get(backorder_of=order)))
    clerk.picture(f"74-divided-{width}")
    assert Product.objects.get(pk=chai.pk).stock_qty == 0
