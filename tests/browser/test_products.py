"""Products in a browser: the dialog in a row of the list, many changed at once, and the product's page on a phone."""

import io

import pytest
from django.core.files.base import ContentFile
from PIL import Image

from inventory.models import Product
from inventory.services.stock import adjust_stock
from tests.browser.desk import check_fits
from tests.factories import make_admin, make_product

pytestmark = pytest.mark.browser

PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1440, "height": 900}


def test_a_clerk_adjusts_a_stock_in_the_list_and_stays_in_it(desk):
    tea = make_product(name="Chai", sku="NW-1", category="Tea", stock=8)
    make_product(name="Cup", category="Cups")
    clerk = desk()
    clerk.sign_in(make_admin())
    page = clerk.open("/admin/inventory/product/?category=Tea")
    page.get_by_role("link", name="Adjust stock").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Pieces").fill("5")
    dialog.get_by_label("Reason").select_option("Other")
    dialog.get_by_role("button", name="Adjust stock").click()
    dialog.get_by_text("Please say in a few words").wait_for()
    clerk.picture("40-adjust-in-list-refused")
    page.set_viewport_size(PHONE)
    clerk.picture("41-adjust-in-list-phone")
    page.set_viewport_size(SCREEN)
    dialog.get_by_label("Details").fill("Given to the fair")
    dialog.get_by_role("button", name="Adjust stock").click()
    clerk.see("stock 8 → 5")
    assert page.url.endswith("/admin/inventory/product/?category=Tea")
    assert page.locator(".data-row").count() == 1
    clerk.picture("42-adjusted-in-list")
    page.set_viewport_size(PHONE)
    clerk.picture("43-list-phone")
    assert tea.stock_changes.first().change_reason == "Other: Given to the fair"


def test_a_clerk_changes_the_category_of_every_page_at_once(desk, monkeypatch):
    monkeypatch.setattr("inventory.admin.products.ProductAdmin.list_per_page", 20)
    for _ in range(25):
        make_product(category="Tea")
    make_product(category="Cups")
    clerk = desk()
    clerk.sign_in(make_admin())
    page = clerk.open("/admin/inventory/product/?category=Tea")
    page.locator("#action-toggle").check()
    page.get_by_role("link", name="Select all 25 products").click()
    clerk.picture("44-all-selected")
    page.get_by_label("Select action to run").select_option(label="Change category of selected products")
    page.get_by_role("button", name="Run").click()
    clerk.see("… and 5 more")
    clerk.picture("45-bulk-change")
    page.get_by_role("button", name="Change", exact=True).click()
    clerk.see("This field is required.")
    page.set_viewport_size(PHONE)
    clerk.picture("46-bulk-change-refused-phone")
    page.set_viewport_size(SCREEN)
    page.get_by_label("Category").fill("Drinks")
    page.get_by_role("button", name="Change", exact=True).click()
    clerk.see("25 products changed.")
    clerk.picture("47-bulk-changed")
    assert Product.objects.filter(category="Drinks").count() == 25
    assert Product.objects.filter(category="Cups").count() == 1


def test_a_products_page_shows_picture_prices_and_stock(desk):
    buffer = io.BytesIO()
    Image.new("RGB", (1600, 900), "teal").save(buffer, "PNG")
    tea = make_product(name="Chai", category="Tea", stock=8, cost_price=4, selling_price=9)
    tea.image.save("chai.png", ContentFile(buffer.getvalue()))
    adjust_stock(tea, user=make_admin(), change=-3, reason="Counted: shelf 3")
    clerk = desk()
    clerk.sign_in(make_admin())
    page = clerk.open(f"/admin/inventory/product/{tea.pk}/change/")
    clerk.see("Margin on cost")
    assert page.get_by_alt_text("The present picture").evaluate("image => image.naturalWidth") == 1600
    clerk.picture("48-product")
    page.set_viewport_size(PHONE)
    check_fits(page)
    clerk.picture("49-product-phone")
    page.set_viewport_size(SCREEN)
    clerk.open(f"/admin/inventory/product/{tea.pk}/change/")
    page.get_by_role("link", name="Stock changes").last.click()
    clerk.see("Counted: shelf 3")
    clerk.picture("50-product-stock-changes")
    clerk.open(f"/admin/inventory/product/{tea.pk}/history/")
    clerk.picture("51-product-history")
    clerk.open("/admin/inventory/product/add/")
    clerk.picture("52-product-add")
