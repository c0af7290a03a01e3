"""No page does what its Content-Security-Policy forbids, and the policy holds. (The desk hears of every violation.)"""

import pytest
from playwright.sync_api import expect

from tests.browser.desk import CATALOGUE, pick
from tests.factories import make_admin, make_customer, make_customer_import, make_import, make_order, make_product

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_no_page_of_the_admin_does_what_its_policy_forbids(desk, tmp_path):
    admin = make_admin()
    product, other = make_product(name="Chai", user=admin), make_product(name="Chang", stock=1)
    customer = make_customer(first_name="Maria")
    order = make_order((product, 2), (other, 1), customer=customer, user=admin)
    imported = make_import("sku,name,selling_price\nIMP-1,Imported,1\n")
    make_customer_import("email,first_name\nimported@example.com,Imported\n")
    someone = desk()
    someone.sign_in(admin)
    page = someone.open("/admin/")

    def look(path):
        someone.open(path)
        page.wait_for_load_state("networkidle")

    def open_dialog(link):
        page.locator(f"[hx-get$='{link}'], a[href$='{link}']").first.click()
        page.locator("#dialog form").wait_for()
        page.wait_for_load_state("networkidle")

    page.locator("canvas").first.wait_for()  # the chart of the dashboard
    for name in ("inventory/product", "inventory/stockchange", "core/importrecord", "sales/order"):
        look(f"/admin/{name}/")
    for name in ("accounts/customer", "accounts/user"):
        look(f"/admin/{name}/")
    for path in (
        f"inventory/product/{product.pk}/history/",
        f"inventory/product/{other.pk}/delete/",
        "inventory/product/add/",
        "inventory/product/export/",
        f"core/importrecord/{imported.pk}/change/",
        f"sales/order/{order.pk}/change/",
        f"sales/order/{order.pk}/history/",
        f"sales/order/{order.pk}/print/",
        f"sales/order/{order.pk}/packing-slip/",
        f"accounts/customer/{customer.pk}/change/",
        "accounts/customer/add/",
        f"accounts/user/{admin.pk}/change/",
        f"accounts/user/{admin.pk}/password/",
        "profile/",
        "password_change/",
    ):
        look(f"/admin/{path}")
        assert page.title(), path

    look(f"/admin/inventory/product/{product.pk}/change/")
    open_dialog("adjust-stock/")
    look(f"/admin/sales/order/{order.pk}/change/")
    page.get_by_role("link", name="Confirm").click()
    page.locator("#dialog form").wait_for()

    look("/admin/sales/order/add/")
    pick(page, "#id_customer", "Maria")
    pick(page, "#id_items-0-product", "Chai")
    expect(page.locator("#id_items-0-unit_price")).to_have_value("10.00")
    page.get_by_text("Add another Line").click()

    page.keyboard.press("Escape")
    look("/admin/")
    page.keyboard.press("Control+k")
    page.get_by_role("searchbox", name="Search").fill("chai")
    page.locator("#command-results-list li").first.wait_for()

    file = tmp_path / "catalogue.csv"
    file.write_text(CATALOGUE)
    look("/admin/inventory/product/import/")
    page.set_input_files("input[type=file]", file)
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Show what will happen").click()
    page.get_by_role("button", name="Import now").wait_for()

    assert someone.wrong == []
    look("/nowhere/")
    someone.see("There is nothing at this address")
    assert all("404" in line for line in someone.wrong)  # the browser notes it
    someone.wrong.clear()
    page.context.clear_cookies()
    look("/admin/login/")
    assert page.get_by_role("button", name="Log in").is_enabled()


def test_swagger_and_redoc_stay_inside_their_policy(desk):
    someone = desk()
    someone.open("/api/docs/").locator(".opblock").first.wait_for()
    assert someone.wrong == []
    someone.open("/api/redoc/").get_by_role("heading", name="Place an order").wait_for()
    someone.page.wait_for_load_state("networkidle")
    someone.open("/healthz/")  # from now on nothing comes after
    assert all("cdn.redoc.ly" in line for line in someone.wrong)  # its maker's logo, kept back
    someone.wrong.clear()


def test_what_is_smuggled_into_a_page_does_not_run(desk):
    """As if the escaping of a template had failed."""
    someone = desk()
    someone.sign_in(make_admin())
    page = someone.open("/admin/")
    page.evaluate(
        """() => {
            const inline = document.createElement("script");
            inline.textContent = "window.smuggled = 'inline'";
            document.body.append(inline);
            document.body.insertAdjacentHTML("beforeend", "<img src='/x' onerror=\\"window.smuggled = 'handler'\\">");
            document.body.insertAdjacentHTML("beforeend", "<form id=out action='https://evil.example/'></form>");
            document.body.insertAdjacentHTML("beforeend", "<base href='https://evil.example/'>");
            document.getElementById("out").submit();
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("[window.smuggled, document.baseURI.includes('evil')]") == [None, False]
    assert page.url.startswith(someone.address)
    for directive in ("script-src-elem inline", "script-src-attr inline", "form-action", "base-uri"):
        assert any(f"policy: {directive}" in line for line in someone.wrong), directive
    someone.wrong.clear()
