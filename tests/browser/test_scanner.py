"""Enter chooses among the answers to what was typed, however fast it was typed and however slow the server is."""

import time

import pytest
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from playwright.sync_api import expect

from sales.models import OrderItem
from tests.factories import make_customer, make_product, make_sales

pytestmark = pytest.mark.browser

SCANS = 20


@pytest.fixture
def slow_server(monkeypatch):
    """Answers to what is typed take 300 ms."""
    get = AutocompleteJsonView.get

    def slowly(view, request, *args, **kwargs):
        time.sleep(0.3)
        return get(view, request, *args, **kwargs)

    monkeypatch.setattr(AutocompleteJsonView, "get", slowly)


def scan(page, code: str, delay: int) -> None:
    """Type into the box that is open, and Enter at once."""
    page.wait_for_selector(".select2-container--open .select2-search__field")
    page.keyboard.type(code, delay=delay)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("delay", [0, *(pytest.param(ms, marks=pytest.mark.slow) for ms in (20, 60, 150))])
def test_each_scan_puts_its_own_product_into_the_order(desk, slow_server, delay):
    for number in range(SCANS + 2):
        make_product(sku=f"HAM-{number:02d}", name=f"Part {(number * 7) % 22:02d}")
    make_product(sku="HAM-021", name="A longer code, whose name comes first")
    make_customer(first_name="Anna", customer_code="CUST-0002")
    buyer = make_customer(first_name="Zoe", customer_code="CUST-0020")
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/sales/order/add/")
    page.locator("#id_customer").locator("xpath=following-sibling::span").first.click()
    scan(page, "CUST-0020", delay)
    expect(page.locator("#id_customer")).not_to_have_value("")
    assert page.input_value("#id_customer") == str(buyer.pk)

    page.locator("#id_items-0-product").locator("xpath=following-sibling::span").first.click()
    codes = [f"ham-{number:02d}" for number in range(2, SCANS + 2)]
    for number, code in enumerate(codes):
        scan(page, code, delay)
        expect(page.locator(f"#id_items-{number}-unit_price")).not_to_have_value("")
        page.wait_for_function(f"document.activeElement.name === 'items-{number}-quantity'")
        if number + 1 < SCANS:
            page.keyboard.press("Enter")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")
    skus = list(OrderItem.objects.order_by("pk").values_list("product_sku", flat=True))
    assert skus == [code.upper() for code in codes]


def test_a_code_that_nothing_has_chooses_nothing(desk, slow_server):
    make_product(sku="HAM-01")
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/sales/order/add/")
    page.locator("#id_items-0-product").locator("xpath=following-sibling::span").first.click()
    scan(page, "4006381333931", 0)
    page.get_by_text("No results found").wait_for()
    assert page.input_value("#id_items-0-product") == ""


def test_going_on_before_the_answer_has_come_loses_no_choice_and_no_key(desk, slow_server):
    product = make_product(sku="HAM-01")
    make_customer(first_name="Anna", customer_code="CUST-0002")
    buyer = make_customer(first_name="Zoe", customer_code="CUST-0020")
    clerk = desk()
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/sales/order/add/")
    page.locator("#id_customer + span .select2-selection").focus()
    page.keyboard.type("cust-0020")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("ham-01")
    page.keyboard.press("Enter")
    expect(page.locator("#id_customer")).to_have_value(str(buyer.pk))
    expect(page.locator("#id_items-0-product")).to_have_value(str(product.pk))
    page.wait_for_function("document.activeElement.name === 'items-0-quantity'")
