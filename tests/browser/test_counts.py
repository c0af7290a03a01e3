"""A stocktake in a browser: Anna counts on the phone while Ben sells at the desk, and an admin posts what was found."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from inventory.count_models import StockCount
from inventory.models import Product, StockChange
from inventory.stock_check import stock_problem
from tests.browser.desk import check_fits, press, submit_dialog
from tests.counting import line_of, make_count
from tests.factories import make_admin, make_order, make_packer, make_product, make_sales

pytestmark = pytest.mark.browser

ADD = "/admin/inventory/stockcount/add/"


def shop() -> dict[str, Product]:
    chai = make_product(stock=12, name="Chai", sku="NW-1", shelf="B 1", cost_price=Decimal("9.00"))
    tofu = make_product(stock=7, name="Tofu of the longest name that a list of goods has", sku="NW-14", shelf="B 2")
    syrup = make_product(stock=3, name="Aniseed Syrup", sku="NW-3", shelf="B 2", barcode="4006381333931")
    make_product(stock=5, name="Elsewhere", shelf="C")
    return {"chai": chai, "tofu": tofu, "syrup": syrup}


def field(page, name):
    return page.locator(".count-row", has_text=name).locator("input")


def remark(page, name):
    return page.locator(".count-row", has_text=name).locator(".count-remark")


@pytest.mark.parametrize(("theme", "width"), [("light", 1440), ("dark", 390)])
def test_anna_counts_on_the_phone_while_ben_sells_and_the_difference_is_posted(desk, theme, width):
    goods = shop()
    order = make_order((goods["chai"], 3))
    admin = make_admin(first_name="Sara", last_name="Lee")

    boss = desk(theme=theme, width=width)
    boss.sign_in(admin)
    page = boss.open(ADD)
    page.locator("#id_scope").select_option("ALL")
    expect(page.locator("#id_shelf")).to_be_hidden()
    page.locator("#id_scope").select_option("CHOSEN")
    expect(page.locator("#id_codes")).to_be_visible()
    boss.picture(f"80-open-{theme}")
    page.locator("#id_codes").fill("NW-1\nNW-14\n4006381333931")
    page.get_by_role("button", name="Save", exact=True).click()
    boss.see("0 of 3")
    count = StockCount.objects.get()
    boss.picture(f"81-count-{theme}")

    anna = desk(width=390, theme=theme)
    anna.sign_in(make_packer(first_name="Anna", last_name="Bell"))
    phone = anna.open(f"/admin/inventory/stockcount/{count.pk}/count/")
    anna.see("counted 0 of 3")
    anna.picture(f"82-phone-{theme}")
    field(phone, "Chai").fill("10")
    expect(remark(phone, "Chai")).to_contain_text("Anna Bell")
    expect(phone.locator("[data-progress]")).to_have_text("counted 1 of 3")

    ben = desk(theme=theme)
    ben.sign_in(make_sales(first_name="Ben", last_name="Cole"))
    counter = ben.open(f"/admin/sales/order/{order.pk}/change/")
    press(counter, re.compile(r"Confirm$"))
    submit_dialog(counter, "Confirm order")
    ben.see("confirmed.")
    assert Product.objects.get(sku="NW-1").stock_qty == 9

    field(phone, "Tofu").fill("7")
    phone.keyboard.press("Enter")
    expect(field(phone, "Aniseed")).not_to_be_focused()  # by shelf and name: the syrup stands before the tofu
    expect(remark(phone, "Tofu")).to_contain_text("Anna Bell")
    scanner = phone.get_by_label("Scan or type a barcode or SKU")
    scanner.click()
    for code in ("4006381333931", "nw-3", "4006381333931", "3*NW-3", "NOPE"):
        phone.keyboard.type(code)
        phone.keyboard.press("Enter")
    expect(field(phone, "Aniseed")).to_have_value("6")
    anna.see("No product has the code “NOPE”.")
    expect(phone.locator("[data-progress]")).to_have_text("counted 3 of 3")
    field(phone, "Tofu").fill("x")
    expect(remark(phone, "Tofu")).to_have_text("This is not a number.")
    anna.picture(f"83-counted-{theme}")
    check_fits(phone)
    field(phone, "Tofu").fill("7")
    expect(remark(phone, "Tofu")).to_contain_text("Anna Bell")

    page = boss.open(f"/admin/inventory/stockcount/{count.pk}/change/")
    boss.see("3 of 3")
    press(page, re.compile("Differences"))
    boss.see("counted 10, expected 12")
    boss.see("moved since")
    boss.picture(f"84-differences-{theme}")
    page.get_by_role("button", name="Correct the stock").click()
    boss.see(f"{count.number} posted: the stock of 2 products was corrected.")
    boss.picture(f"85-posted-{theme}")
    assert [Product.objects.get(sku=sku).stock_qty for sku in ("NW-1", "NW-14", "NW-3")] == [7, 7, 6]
    assert not stock_problem()

    press(page, re.compile(r"Reverse$"))
    boss.picture(f"86-reverse-{theme}")
    page.locator("#dialog").get_by_label("Reason").fill("Wrong shelf")
    submit_dialog(page, "Reverse")
    boss.see("reversed.")
    assert StockChange.objects.filter(kind="REVERSAL").count() == 2 and not stock_problem()


def test_on_the_phone_every_page_of_a_count_fits(desk):
    goods = shop()
    count = make_count(*goods.values(), title="Shelf B, in the evening")
    clerk = desk(width=390)
    clerk.sign_in(make_admin())
    pages = {"change": "count", "count": "phone", "variances": "differences", "print": "sheet", "import": "file"}
    for path, name in pages.items():
        page = clerk.open(f"/admin/inventory/stockcount/{count.pk}/{path}/")
        clerk.picture(f"87-{name}-390")
        check_fits(page)
    page = clerk.open("/admin/inventory/stockcount/")
    clerk.picture("87-counts-390")
    check_fits(page)
    page = clerk.open(f"/admin/inventory/stockcount/{count.pk}/variances/?rest=zero")
    clerk.see("3 products that nobody counted are set to zero, too.")
    clerk.picture("88-zero-390")
    check_fits(page)


def test_what_is_typed_without_a_network_is_saved_when_it_is_back(desk):
    goods = shop()
    count = make_count(*goods.values(), blind=True)
    clerk = desk(width=390)
    clerk.sign_in(make_packer())
    page = clerk.open(f"/admin/inventory/stockcount/{count.pk}/count/")
    assert "expected" not in page.inner_text("#count-page")
    page.context.set_offline(True)
    field(page, "Chai").fill("9")
    expect(remark(page, "Chai")).to_have_text("Not saved yet")
    page.context.set_offline(False)
    expect(page.locator("[data-progress]")).to_have_text("counted 1 of 3")
    assert line_of(count, goods["chai"]).counted == 9
    clerk.wrong = [line for line in clerk.wrong if "ERR_INTERNET_DISCONNECTED" not in line]


def test_a_scan_whose_answer_is_lost_is_counted_once(desk):
    goods = shop()
    count = make_count(*goods.values())
    clerk = desk(width=390)
    clerk.sign_in(make_packer())
    page = clerk.open(f"/admin/inventory/stockcount/{count.pk}/count/")
    lost = []

    def lose_the_first(route):
        route.fetch()
        lost.append(route.request.post_data)
        route.abort()

    page.route("**/scan/", lose_the_first, times=1)
    page.get_by_label("Scan or type a barcode or SKU").click()
    page.keyboard.type("NW-3")
    page.keyboard.press("Enter")
    clerk.see("“NW-3” is not saved yet. It is sent again by itself.")
    clerk.picture("89-no-answer-390")
    assert lost and line_of(count, goods["syrup"]).counted == 1
    expect(field(page, "Aniseed")).to_have_value("1")
    page.keyboard.type("NW-3")
    page.keyboard.press("Enter")
    expect(field(page, "Aniseed")).to_have_value("2")
    assert line_of(count, goods["syrup"]).counted == 2
    clerk.wrong = [line for line in clerk.wrong if "ERR_FAILED" not in line]
