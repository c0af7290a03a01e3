"""The API's documentation in a browser, without any other host."""

import pytest

from accounts.tokens import issue_tokens
from tests.factories import make_order, make_product, make_sales

pytestmark = pytest.mark.browser


def test_swagger_shows_every_route_and_tries_one_out(desk):
    order = make_order((make_product(), 1))
    someone = desk()
    page = someone.open("/api/docs/")
    page.locator(".opblock").first.wait_for()
    assert page.locator(".opblock").count() >= 37
    page.locator("button.authorize").click()
    page.locator("section input").fill(issue_tokens(make_sales())["access"])
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    page.get_by_text("List orders", exact=True).click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").get_by_text(order.order_number).wait_for()
    someone.picture("api-swagger")


def test_redoc_is_drawn_and_its_makers_logo_is_not_fetched(desk):
    someone = desk()
    fetched = []
    someone.page.on("response", lambda response: fetched.append(response.url))
    page = someone.open("/api/redoc/")
    page.get_by_role("heading", name="Place an order").wait_for()
    someone.picture("api-redoc")
    page.close()  # or another complaint of the browser comes after they are looked at
    assert fetched and all(url.startswith((someone.address, "data:", "blob:")) for url in fetched)
    assert all("cdn.redoc.ly" in complaint for complaint in someone.wrong)  # the browser says that it was kept back
    someone.wrong.clear()
