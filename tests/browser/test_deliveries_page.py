"""A delivery typed with a scanner, at a desk and on a phone: its note, its costs, its reversal. And what to pack."""

import random

import pytest
from playwright.sync_api import expect

from inventory.delivery_models import Delivery
from inventory.models import Product
from tests.browser.desk import check_fits, pick, press, submit_dialog
from tests.factories import (
    make_admin,
    make_confirmed_order,
    make_customer,
    make_delivery,
    make_packer,
    make_product,
    make_supplier,
)

pytestmark = pytest.mark.browser

ADD = "/admin/inventory/delivery/add/"


def box_of(page):
    return page.get_by_label("Scan or type a barcode or SKU")


def scan(page, *codes, delay=0) -> None:
    box_of(page).click()
    for code in codes:
        page.keyboard.type(code, delay=delay)
        page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [1440, 390])
def test_a_delivery_by_scanner_against_a_note_that_is_booked_already(desk, width):
    acme = make_supplier(name="Acme")
    chai = make_product(stock=10, name="Chai", sku="NW-1", cost_price="5.00")
    tofu = make_product(
        stock=2, name="Tofu of the longest name that a list of goods has", sku="NW-14", cost_price="2.00"
    )
    make_delivery((chai, 1), supplier=acme, their_reference="4711", user=make_admin(first_name="Sara", last_name="Lee"))
    admin = desk(width=width)
    admin.sign_in(make_admin())
    page = admin.open(ADD)
    pick(page, "#id_supplier", "Acme")
    page.get_by_label("Delivery note").fill("4711")
    scan(page, "nw-1", "12*NW-14", "nw-1", "nothing", "19*nw-1", delay=5)
    admin.see("No product has the code “nothing”.")
    expect(page.locator("#delivery-total-live")).to_have_text("Pieces: 33 · 129.00 USD")
    cost = page.locator("#id_items-0-unit_cost")
    expect(cost).to_have_value("5.00")
    cost.fill("6.2005")
    expect(page.locator("#delivery-total-live")).to_have_text("Pieces: 33 · 154.21 USD")
    cost.fill("1.234,50")
    expect(page.locator("#delivery-total-live")).to_have_text("Pieces: 33 · 25,948.50 USD")
    cost.fill("1,234.50")
    expect(page.locator("#delivery-total-live")).to_have_text("Pieces: 33 · 25,948.50 USD")
    cost.fill("6.2005")
    admin.see("11 in stock")
    check_fits(page)
    admin.picture(f"70-delivery-{width}")
    page.get_by_role("button", name="Save", exact=True).click()
    admin.see("Delivery note 4711 of Acme is booked already as DEL-")
    expect(cost).to_have_value("6.2005")
    expect(page.locator("#delivery-total-live")).to_have_text("Pieces: 33 · 154.21 USD")
    admin.picture(f"71-note-is-known-{width}")
    page.get_by_label("Delivery note").fill("4712")
    page.get_by_role("button", name="Save", exact=True).click()
    admin.see("was added successfully")
    admin.see("Received")
    check_fits(page)
    admin.picture(f"72-delivered-{width}")
    assert [Product.objects.get(pk=pk).stock_qty for pk in (chai.pk, tofu.pk)] == [32, 14]

    press(page, "Reverse")
    page.locator("#dialog").get_by_text("32 → 11 (−21)").wait_for()
    admin.picture(f"73-reverse-{width}")
    page.locator("#dialog").get_by_label("Reason").fill("Booked on the wrong day")
    submit_dialog(page, "Reverse")
    admin.see("Its delivery note can be booked anew.")
    admin.picture(f"74-reversed-{width}")
    assert Product.objects.get(pk=chai.pk).stock_qty == 11
    admin.open("/admin/inventory/delivery/")
    admin.see("Reversal")
    check_fits(page)
    admin.picture(f"75-deliveries-{width}")
    admin.open(f"/admin/inventory/supplier/{acme.pk}/change/")
    admin.see("Acme")
    check_fits(page)
    admin.picture(f"76-supplier-{width}")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_warehouse_begins_with_what_is_to_be_packed_and_receives_without_costs(desk, width):
    chai = make_product(stock=10, name="Chai", sku="NW-1", cost_price="5.55", shelf="B 12")
    order = make_confirmed_order((chai, 3), customer=make_customer(company="Acme GmbH"))
    packer = desk(width=width, theme="dark" if width == 390 else "light")
    packer.sign_in(make_packer())
    page = packer.open("/admin/")
    page.wait_for_url("**/admin/to-pack/")
    packer.see("Acme GmbH")
    check_fits(page)
    packer.picture(f"77-to-pack-{width}")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name=order.order_number).click()
    slip = opened.value.inner_text("body")
    assert "Chai" in slip and "B 12" in slip and "10.00" not in slip and "30.00" not in slip
    packer.open(ADD)
    scan(page, "20*nw-1")
    expect(page.locator("#delivery-total-live")).to_have_text("Pieces: 20")
    assert "cost" not in page.inner_text("main, #content, body").lower()
    packer.picture(f"78-without-costs-{width}")
    page.get_by_role("button", name="Save", exact=True).click()
    packer.see("was added successfully")
    assert Product.objects.get().stock_qty == 27


def test_sixty_lines_at_a_scanners_speed_and_a_double_click_are_one_delivery(desk):
    products = [make_product(sku=f"HAM-{number}", stock=0) for number in range(60)]
    admin = desk()
    admin.sign_in(make_admin())
    page = admin.open(ADD)
    codes = [f"ham-{number}" for number in range(60)] * 2
    random.Random(1).shuffle(codes)
    scan(page, *codes, delay=5)
    expect(page.locator("#delivery-total-live")).to_contain_text("Pieces: 120")
    page.get_by_role("button", name="Save", exact=True).dblclick()
    admin.see("was added successfully")
    done = Delivery.objects.get()
    assert sorted(done.items.values_list("product", "quantity")) == [(product.pk, 2) for product in products]
    assert set(Product.objects.values_list("stock_qty", flat=True)) == {2}


def test_a_line_is_removed_and_enter_goes_on_to_the_next(desk):
    make_product(name="Pen", sku="PEN", stock=3)
    make_product(name="Ink", sku="INK", stock=3)
    admin = desk()
    admin.sign_in(make_admin())
    page = admin.open(ADD)
    scan(page, "PEN", "INK")
    expect(page.locator("#delivery-total-live")).to_contain_text("Pieces: 2 ")
    page.locator("#items-group .delete-template:visible").first.click()
    expect(page.locator("#delivery-total-live")).to_contain_text("Pieces: 1 ")
    page.locator("#id_items-1-quantity").fill("7")
    page.locator("#id_items-1-quantity").press("Enter")
    page.locator(".select2-container--open .select2-search__field").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Save", exact=True).click()
    admin.see("was added successfully")
    assert list(Delivery.objects.values_list("items__product__sku", "items__quantity")) == [("INK", 7)]
