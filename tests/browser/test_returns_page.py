"""Taking goods back and reversing an adjustment, in a browser: by sales and admin, at a desk and on a phone."""

import re

import pytest
from playwright.sync_api import expect

from inventory.models import Product, StockChange
from inventory.services.stock import adjust_stock
from sales.return_models import OrderReturn
from tests.browser.desk import check_fits, press, submit_dialog
from tests.factories import make_admin, make_confirmed_order, make_customer, make_product, make_sales

pytestmark = pytest.mark.browser

RETURN = re.compile(r"\bReturn$")  # not the list of them in the sidebar


def shop():
    chai = make_product(stock=10, name="Chai", sku="NW-1")
    tofu = make_product(stock=10, name="Tofu of the longest name that a list of goods has", sku="NW-14")
    customer = make_customer(company="Acme GmbH")
    return make_confirmed_order((chai, 5), (tofu, 2), customer=customer)


@pytest.mark.parametrize("make", [make_sales, make_admin], ids=["sales", "admin"])
@pytest.mark.parametrize("width", [1440, 390])
def test_one_goes_to_the_shelf_and_one_to_the_bin(desk, make, width):
    order = shop()
    clerk = desk(width=width)
    clerk.sign_in(make())
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    clerk.picture(f"60-confirmed-{width}")
    press(page, RETURN)
    clerk.see("sold 5 · back 0 · may come back 5")
    row = page.locator(".return-row").filter(has_text="NW-1)")
    row.get_by_label("To the shelf").fill("1")
    credit = row.get_by_label(re.compile("Credit"))
    expect(credit).to_have_value("10.00")
    row.get_by_label("To the bin").fill("1")
    expect(credit).to_have_value("20.00")
    check_fits(page)
    clerk.picture(f"61-return-{width}")

    page.get_by_role("button", name="Take back").click()
    clerk.see("This field is required.")
    expect(credit).to_have_value("20.00")
    page.locator("#id_reason").select_option("DAMAGED")
    page.get_by_role("button", name="Take back").click()
    clerk.see("2 pieces came back, 20.00 USD credited.")
    clerk.picture(f"62-order-{width}")
    assert Product.objects.get(sku="NW-1").stock_qty == 6

    press(page, RETURN)
    clerk.see("sold 5 · back 2 · may come back 3")
    row.get_by_label("To the shelf").fill("4")
    page.locator("#id_reason").select_option("WRONG")
    page.get_by_role("button", name="Take back").click()
    clerk.see("3 may come back.")
    clerk.picture(f"63-refused-{width}")

    done = OrderReturn.objects.get()
    clerk.open(f"/admin/sales/order/{order.pk}/change/")
    page.get_by_role("link", name=done.number).click()
    clerk.see("Bin")
    clerk.picture(f"64-return-{width}")
    clerk.open("/admin/sales/orderreturn/")
    clerk.see(done.number)
    clerk.picture(f"65-returns-{width}")


@pytest.mark.parametrize("width", [1440, 390])
def test_an_adjustment_is_reversed(desk, width):
    product = make_product(stock=7, name="Chai", sku="NW-1")
    adjust_stock(product, user=None, new_qty=70, reason="Counted")
    make_confirmed_order((product, 3))
    row = product.stock_changes.get(kind="ADJUSTMENT")
    admin = desk(width=width)
    admin.sign_in(make_admin(first_name="Sara", last_name="Lindqvist"))
    page = admin.open(f"/admin/inventory/stockchange/{row.pk}/change/")
    press(page, "Reverse")
    page.locator("#dialog").get_by_text("67 → 4 (−63)").wait_for()
    admin.picture(f"66-reverse-{width}")
    page.locator("#dialog").get_by_label("Reason").fill("Wrong product")
    submit_dialog(page, "Reverse")
    admin.see("stock 67 → 4.")
    admin.picture(f"67-reversed-{width}")
    reversal = StockChange.objects.get(kind="REVERSAL")
    assert reversal.reverses == row and Product.objects.get().stock_qty == 4
    page.get_by_role("link", name=re.compile("67 → 4")).click()
    admin.see("Wrong product")
    admin.picture(f"68-reversal-{width}")
    page.get_by_role("link", name=re.compile("7 → 70")).click()
    page.wait_for_url(f"**/{row.pk}/change/")
    assert page.get_by_role("link", name="Reverse", exact=True).count() == 0
