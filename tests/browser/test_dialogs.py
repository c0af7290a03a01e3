"""Dialogs: they scroll inside, keep their buttons in sight, and keep the keyboard until they close."""

import pytest

from sales.models import Order
from tests.browser.desk import press, submit_dialog
from tests.factories import make_customer, make_order, make_product, make_sales

pytestmark = pytest.mark.browser


@pytest.fixture
def long_order(committed_db) -> Order:
    products = [make_product(name=f"Product {number:02d}", stock=9) for number in range(60)]
    return make_order(*((product, 1) for product in products), customer=make_customer())


@pytest.mark.parametrize(("width", "height"), [(1366, 657), (390, 844)])
def test_an_order_of_sixty_lines_is_confirmed_from_its_page(desk, long_order, width, height):
    clerk = desk(width=width)
    clerk.page.set_viewport_size({"width": width, "height": height})
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/sales/order/{long_order.pk}/change/")
    press(page, "Confirm")
    button = page.locator("#dialog").get_by_role("button", name="Confirm order")
    button.wait_for()
    box = button.bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] <= height
    assert page.evaluate(
        "document.querySelector('#dialog-form').scrollHeight > document.querySelector('#dialog-form').clientHeight"
    )
    clerk.picture(f"40-sixty-lines-{width}")
    submit_dialog(page, "Confirm order")
    clerk.see("confirmed.")
    assert Order.objects.get().status == "CONFIRMED"


def test_the_keyboard_goes_in_stays_in_and_goes_back(desk):
    product = make_product(stock=3)
    order = make_order((product, 1), customer=make_customer())
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/sales/order/{order.pk}/change/")
    page.get_by_role("link", name="Confirm").locator("visible=true").first.focus()
    page.keyboard.press("Enter")
    page.locator("#dialog").wait_for()
    page.wait_for_function("document.querySelector('#dialog').contains(document.activeElement)")
    for key in ["Tab"] * 5 + ["Shift+Tab"] * 5:
        page.keyboard.press(key)
        assert page.evaluate("document.querySelector('#dialog').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.locator("#dialog").wait_for(state="hidden")
    page.wait_for_function("document.activeElement.textContent.includes('Confirm')")
    assert Order.objects.get().status == "PENDING"
