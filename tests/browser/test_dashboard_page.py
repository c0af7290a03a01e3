"""The dashboard in a browser: it keeps itself up to date, and an order is confirmed from it."""

import pytest

from inventory.services.stock import adjust_stock
from sales.models import Order
from tests.factories import make_order, make_product, make_sales

pytestmark = pytest.mark.browser


def test_the_dashboard_refreshes_itself_and_confirms_an_order(desk):
    product = make_product(stock=50, name="Chai")
    first = make_order((product, 2))
    sales = desk()
    sales.page.clock.install()
    sales.sign_in(make_sales())
    page = sales.open("/admin/")
    sales.see(first.order_number)

    second = make_order((product, 1))
    adjust_stock(product, user=None, new_qty=3, reason="Counted")
    page.get_by_role("button", name=f"Confirm {first.order_number}").focus()
    chart = page.evaluate("Chart.getChart(document.querySelector('canvas.chart')).id")
    page.clock.fast_forward("01:01")
    sales.see(second.order_number)
    sales.see("Running low")
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == f"Confirm {first.order_number}"  # whoever works with the keyboard stays where they are
    assert page.get_by_role("link", name="Pending orders 2").count() == 1
    assert page.evaluate("Chart.getChart(document.querySelector('canvas.chart')).id") == chart  # not drawn anew
    sales.picture("40-dashboard-refreshed")

    page.get_by_role("button", name=f"Confirm {first.order_number}").click()
    page.locator("#dialog").get_by_role("button", name="Confirm order").click()
    sales.see(f"{first.order_number} confirmed.")
    assert page.url.endswith("/admin/")
    sales.see("Waiting to be confirmed")
    assert Order.objects.get(pk=first.pk).status == "CONFIRMED"
