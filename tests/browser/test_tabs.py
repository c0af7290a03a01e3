import pytest
from playwright.sync_api import expect

from tests.factories import make_admin, make_product

pytestmark = pytest.mark.browser


def test_tabs_that_did_not_fit_come_back_all_at_once(desk):
    clerk = desk()
    clerk.sign_in(make_admin())
    page = clerk.open(f"/admin/inventory/product/{make_product().pk}/change/")
    tabs = page.locator("#tabs-items > a")
    expect(tabs).to_have_count(3)
    page.set_viewport_size({"width": 200, "height": 800})
    expect(tabs).not_to_have_count(3)
    page.set_viewport_size({"width": 1200, "height": 800})
    expect(tabs).to_have_count(3)
