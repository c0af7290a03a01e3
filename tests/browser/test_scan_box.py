"""The box above the lines that a scanner types into, as fast as it can; and codes typed into a line's own box."""

import random
import time
from collections import Counter

import pytest
from playwright.sync_api import expect

from inventory.barcodes import check_digit
from inventory.services.products import set_active
from sales.models import Order, OrderItem
from tests.browser.desk import PATIENCE, check_fits
from tests.factories import make_customer, make_product, make_sales

pytestmark = pytest.mark.browser

SCANS, CODES, TYPED = 200, 40, 60
ADD = "/admin/sales/order/add/"


@pytest.fixture
def clerk(desk):
    sitting = desk()
    sitting.sign_in(make_sales())
    return sitting


def box_of(page):
    return page.get_by_label("Scan or type a barcode or SKU")


def scan(page, *codes, delay=0) -> None:
    for code in codes:
        page.keyboard.type(code, delay=delay)
        page.keyboard.press("Enter")


def pieces(page) -> dict[str, str]:
    """What stands in the lines: pieces by product."""
    return page.evaluate("""() => Object.fromEntries(
        [...document.querySelectorAll('#items-group select[name$="-product"]')]
            .filter((select) => select.value && !select.name.includes("__prefix__"))
            .map((select) => [select.selectedOptions[0].textContent, select.closest("tr")])
            .map(([text, row]) => [text, row.querySelector('[name$="-quantity"]').value])
    )""")


def barcode(number: int) -> str:
    digits = f"4006381{number:05}"
    return f"{digits}{check_digit(digits)}"


def test_two_hundred_scans_of_forty_barcodes_are_two_hundred_pieces_in_forty_lines(clerk):
    codes = [barcode(number) for number in range(CODES)]
    products = [make_product(barcode=code, stock=100) for code in codes]
    buyer = make_customer()
    shuffled = codes * (SCANS // CODES)
    random.Random(1).shuffle(shuffled)
    page = clerk.open(f"{ADD}?customer={buyer.pk}")
    box_of(page).click()
    begun = time.monotonic()
    scan(page, *shuffled, delay=5)
    print(f"{SCANS} scans typed in {time.monotonic() - begun:.1f} s")
    expected = {str(product): str(SCANS // CODES) for product in products}
    for _ in range(PATIENCE // 100):
        if pieces(page) == expected:
            break
        page.wait_for_timeout(100)
    print(f"all of them in the lines after {time.monotonic() - begun:.1f} s")
    assert pieces(page) == expected
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Scan or type a barcode or SKU"
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")
    saved = Counter(dict(OrderItem.objects.values_list("product__barcode", "quantity")))
    assert saved == Counter(shuffled) and OrderItem.objects.count() == CODES
    assert Order.objects.get().total_amount == SCANS * 10


def test_codes_that_come_all_at_once_are_taken_one_after_the_other(clerk):
    products = [make_product(sku=f"HAM-{number}", stock=100) for number in range(20)]
    page = clerk.open(ADD)
    codes = [f"HAM-{number}" for number in range(20)] * 5
    page.evaluate(
        """(codes) => codes.forEach((code) => {
            const box = document.querySelector("[data-scan-box] input");
            box.value = code;
            box.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true }));
        })""",
        codes,
    )
    page.wait_for_function("document.querySelector('[data-scan-done]').textContent.endsWith('(HAM-19): 5')")
    assert pieces(page) == {str(product): "5" for product in products}


def test_saving_waits_for_the_last_scan(clerk):
    pen, buyer = make_product(sku="PEN", stock=50), make_customer()
    page = clerk.open(f"{ADD}?customer={buyer.pk}")
    page.route("**/product/scan/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
    box_of(page).click()
    scan(page, "pen", "12*pen", "pen")
    page.get_by_role("button", name="Save", exact=True).click()
    clerk.see("was added successfully")
    assert list(OrderItem.objects.values_list("product", "quantity")) == [(pen.pk, 14)]


def test_what_is_unknown_or_no_longer_sold_adds_nothing_and_is_said_in_red(clerk):
    pen, chai = make_product(name="Pen", sku="PEN", stock=50), make_product(name="Chai", sku="NW-1")
    set_active([chai.pk], False, user=None)
    page = clerk.open(ADD)
    box_of(page).click()
    scan(page, "4006381333931", "pen", "nw-1", "pen")
    clerk.see("No product has the code “4006381333931”.")
    clerk.see("Chai is no longer sold.")
    expect(page.locator("[data-scan-done]")).to_contain_text(f"{pen}: 2")
    assert pieces(page) == {str(pen): "2"}
    colour = page.locator("[data-scan-problems]").evaluate("element => getComputedStyle(element).color")
    assert "rgb(0, 0, 0)" not in colour and box_of(page).evaluate("box => box === document.activeElement")
    clerk.picture("64-scanned")
    page.get_by_role("button", name="OK").click()
    assert not page.locator("[data-scan-problems]").is_visible()
    assert box_of(page).evaluate("box => box === document.activeElement")
    assert not Order.objects.exists()


def test_a_line_begun_by_scanning_has_its_price_and_total_and_can_be_changed(clerk):
    make_product(name="Pen", sku="PEN", stock=3, selling_price=2)
    page = clerk.open(ADD)
    box_of(page).click()
    scan(page, "4*PEN")
    expect(page.locator("#id_items-0-unit_price")).to_have_value("2.00")
    clerk.see("Only 3 in stock, 4 asked for")
    assert page.locator("#order-total-live").inner_text() == "8.00 USD"
    page.locator("#items-group .delete-template:visible").first.click()
    scan(page, "x")  # onto the page, where it does nothing
    box_of(page).click()
    scan(page, "PEN")
    expect(page.locator("#order-total-live")).to_have_text("2.00 USD")


def test_it_takes_no_place_on_a_telephone_that_is_not_there(desk):
    clerk = desk(width=390)
    clerk.sign_in(make_sales())
    make_product(name="Pen", sku="PEN", stock=3)
    page = clerk.open(ADD)
    box_of(page).click()
    scan(page, "PEN", "NONE")
    clerk.see("No product has the code “NONE”.")
    check_fits(page)
    clerk.picture("65-scanned-on-a-phone")


def test_a_typed_sku_and_enter_is_right_or_nothing(clerk):
    """Into the product's own box of a line: after no time, before and after the answer has come."""
    for number in range(30):
        make_product(sku=f"HAM-{number}", name=f"Part {(number * 7) % 30:02}")
    page, wrong, right = clerk.open(ADD), 0, 0
    waits = [0, 200, 500] * (TYPED // 3)
    choice = random.Random(2)
    for wait in waits:
        number = choice.randrange(40)  # some of which nothing has
        page.locator("#id_items-0-product + span .select2-selection").click()
        page.locator(".select2-container--open .select2-search__field").fill("")
        page.keyboard.type(f"ham-{number}")
        page.wait_for_timeout(wait)
        page.keyboard.press("Enter")
        page.wait_for_timeout(600)
        chosen = page.locator("#id_items-0-product").evaluate(
            "select => (select.selectedOptions[0] || {}).textContent || ''"
        )
        right += chosen.endswith(f"(HAM-{number})")
        wrong += bool(chosen) and not chosen.endswith(f"(HAM-{number})")
        page.keyboard.press("Escape")
        page.evaluate("""django.jQuery("#id_items-0-product").val(null).trigger("change")""")
    print(f"{right} right, {wrong} wrong of {len(waits)}")
    assert wrong == 0 and right >= TYPED // 2


@pytest.mark.parametrize("width", [1920, 1366, 1024, 390])
def test_what_is_folded_away_beside_the_box_can_be_opened(desk, width):
    clerk = desk(width=width)
    clerk.sign_in(make_sales())
    page = clerk.open(ADD)
    page.get_by_text("Reference, delivery, notes").click(timeout=5000)
    page.get_by_label("Beyond today's stock").check()
    assert page.get_by_label("Customer's reference").is_visible()
