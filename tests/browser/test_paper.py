"""An order of several pages on paper."""

import pytest
from pypdf import PdfReader

from tests.browser.desk import SCREENSHOTS
from tests.factories import make_order, make_product, make_sales

pytestmark = pytest.mark.browser


def printed(page, path) -> list[str]:
    """The text of each page, as the browser would print it."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.pdf(path=SCREENSHOTS / path, prefer_css_page_size=True)
    return [page.extract_text() for page in PdfReader(SCREENSHOTS / path).pages]


def test_each_page_names_the_order_and_its_number_and_the_total_stands_once_at_the_end(desk):
    order = make_order(*[(make_product(name=f"Part {number:02d}", stock=5000), 1200) for number in range(60)])
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/sales/order/{order.pk}/print/")
    pages = printed(page, "70-order.pdf")
    assert len(pages) >= 2
    for number, text in enumerate(pages, 1):
        assert f"Page {number} of {len(pages)}" in text
        assert order.order_number in text and "SKU" in text and "Pieces" in text
        assert ("720,000.00 USD" in text) == (number == len(pages))
    assert sum(text.count("Part ") for text in pages) == 60


def test_each_order_starts_on_a_page_of_its_own(desk):
    orders = [make_order((make_product(), 1)) for _ in range(3)]
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/sales/order/packing-slips/?status__exact=PENDING")
    pages = printed(page, "71-packing-slips.pdf")
    assert [str(order) in text for order, text in zip(orders, pages, strict=True)] == [True] * 3
