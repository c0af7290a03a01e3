"""The admin in Arabic: right to left on a desk and on a phone."""

import pytest

from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.browser.desk import check_fits
from tests.factories import make_admin, make_order, make_product

pytestmark = pytest.mark.browser

PAGES = [
    "/admin/",
    "/admin/profile/",
    "/admin/inventory/product/",
    "/admin/inventory/product/{product}/change/",
    "/admin/inventory/product/{product}/history/",
    "/admin/inventory/product/import/",
    "/admin/inventory/stockchange/",
    "/admin/sales/order/",
    "/admin/sales/order/add/",
    "/admin/sales/order/{order}/change/",
    "/admin/sales/order/{order}/print/",
    "/admin/accounts/customer/",
]


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), pytest.param(390, "dark", marks=pytest.mark.slow)])
def test_arabic_pages_run_from_right_to_left(desk, settings, width, theme):
    settings.LANGUAGE_CODE = "ar"
    user, product = make_admin(), make_product(stock=8)
    adjust_stock(product, user=user, new_qty=5, reason="جرد")
    order = make_order((product, 2), user=user)
    confirm_order(order, user=user)
    reader = desk(width=width, theme=theme, language="ar")
    reader.sign_in(user)
    page = reader.open("/admin/")
    for number, path in enumerate(PAGES):
        reader.open(path.format(product=product.pk, order=order.pk))
        reader.picture(f"rtl-{width}-{number:02}")
        assert page.evaluate("document.documentElement.dir") == "rtl", path
        check_fits(page)
        if "print" in path:
            continue
        sidebar = page.locator("#nav-sidebar-apps").bounding_box() if width > 500 else None
        assert sidebar is None or sidebar["x"] > width / 2, path
        heading = page.locator("th.column-order_number, th.column-product").first
        if width > 500 and heading.count():
            assert heading.evaluate("cell => getComputedStyle(cell).textAlign") in ("right", "start"), path


def test_the_language_is_chosen_in_the_menu_at_ones_name(desk):
    user = make_admin(first_name="Sara")
    reader = desk()
    reader.sign_in(user)
    page = reader.open("/admin/")
    page.get_by_text("Sara").first.click()
    page.locator("form:has(input[value=ar]) button").click()
    page.wait_for_function("document.documentElement.dir === 'rtl'")
    reader.see("لوحة المتابعة")
