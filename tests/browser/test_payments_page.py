"""Payments, statements and who owes what, in the browser."""

import re
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from playwright.sync_api import expect
from pypdf import PdfReader

from accounts.models import Customer
from sales.models import Order
from sales.payment_models import Payment
from sales.services.orders import NewItem, confirm_order, create_order
from sales.services.payments import record_payment
from tests.browser.desk import SCREENSHOTS, press
from tests.factories import make_admin, make_confirmed_order, make_customer, make_product, make_sales

pytestmark = pytest.mark.browser


def days_ago(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def sell(customer, product, quantity, days: int) -> Order:
    at = days_ago(days)
    order = create_order(customer=customer, lines=[NewItem(product, quantity)], user=None, at=at)
    return confirm_order(order, user=None, at=at)


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_a_payment_goes_to_what_was_due_first_until_somebody_says_otherwise(desk, width, theme):
    acme, product = make_customer(company="Acme GmbH"), make_product(stock=500)
    first, second = sell(acme, product, 20, 40), sell(acme, product, 30, 20)
    clerk = desk(width=width, theme=theme)
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/accounts/customer/{acme.pk}/change/")
    if width > 500:
        page.locator(f"a[href$='/{acme.pk}/payment/']:visible").first.click()
    else:  # there the buttons are in a menu
        clerk.open(f"/admin/sales/payment/add/?customer={acme.pk}")
    page.wait_for_url(f"**/sales/payment/add/?customer={acme.pk}")

    page.locator("#id_amount").fill("300")
    parts = [page.locator(f"#id_order-{order.pk}-part") for order in (first, second)]
    expect(parts[0]).to_have_value("200.00")
    expect(parts[1]).to_have_value("100.00")
    clerk.picture(f"72-payment-{width}-{theme}")
    parts[0].fill("50,00")
    parts[1].fill("200")
    expect(page.locator("[data-rest-of-payment]")).to_have_text("50.00")
    page.get_by_role("button", name="Record the payment").dblclick()
    clerk.see("300.00 USD from Acme GmbH")
    clerk.picture(f"73-payment-recorded-{width}-{theme}")

    payment = Payment.objects.get()
    assert list(payment.allocations.values_list("order", "amount")) == [(first.pk, 50), (second.pk, 200)]
    open_of = dict(Order.objects.with_open().values_list("pk", "open"))
    assert open_of == {first.pk: Decimal("150.00"), second.pk: Decimal("100.00")}


@pytest.mark.parametrize("width", [1440, 390])
def test_the_customer_is_found_by_typing_and_a_bounced_payment_is_reversed(desk, width):
    acme = make_customer(company="Acme GmbH", customer_code="C-7")
    order = make_confirmed_order((make_product(), 3), customer=acme)
    boss = desk(width=width)
    boss.sign_in(make_admin())
    page = boss.open("/admin/sales/payment/add/")
    page.locator(".select2-selection").click()
    page.keyboard.type("C-7")
    page.get_by_role("option", name="Acme GmbH").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/add/?customer={acme.pk}")
    expect(page.locator("#id_amount")).to_be_focused()
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    boss.see("30.00 USD from Acme GmbH")
    assert Order.objects.with_open().get().open == 0

    press(page, re.compile(r"Reverse$"))
    page.get_by_label("Reason").fill("The transfer bounced")
    boss.picture(f"74-reverse-payment-{width}")
    page.locator("#dialog").get_by_role("button", name="Reverse").click()
    boss.see("reversed with PAY-")
    assert Order.objects.with_open().get().open == Decimal("30.00")
    boss.open(f"/admin/accounts/customer/{acme.pk}/change/#dataset-accountentry")
    page.get_by_text("Account", exact=True).first.click()
    boss.see("The transfer bounced")
    boss.picture(f"75-account-{width}")
    assert Customer.objects.get(pk=acme.pk).balance == order.total_amount


@pytest.fixture
def busy_year():
    """Twelve months, 40 entries: an order every eighteen days or so, each paid some days later, but the last ones."""
    customer = make_customer(company="Acme GmbH", customer_code="C-7", address="Hafenstraße 1\n20457 Hamburg")
    product = make_product(stock=5000, selling_price=Decimal("123.45"))
    for number in range(21):
        sell(customer, product, number + 1, 350 - 16 * number)
        if number < 19:
            at = days_ago(340 - 16 * number)
            record_payment(customer, Decimal("123.45") * (number + 1), "TRANSFER", user=None, at=at)
    return customer


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_year_s_statement_is_one_page(desk, busy_year, language):
    assert busy_year.account_entries.count() == 40
    clerk = desk(language=language)
    clerk.sign_in(make_sales())
    page = clerk.open(f"/admin/accounts/customer/{busy_year.pk}/statement/")
    clerk.picture(f"76-statement-{language}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else None)
    page.pdf(path=SCREENSHOTS / f"76-statement-{language}.pdf", prefer_css_page_size=True)
    pages = PdfReader(SCREENSHOTS / f"76-statement-{language}.pdf").pages
    assert len(pages) == 1
    text = pages[0].extract_text()
    assert text.count("ORD-") == 21 and text.count("PAY-") == 19
    assert "Excel" not in text
    assert page.locator("tbody tr").count() == 40 + 1 + 1  # brought forward, and the ages


@pytest.mark.parametrize("language", ["en", "ar"])
def test_who_owes_is_one_page_for_a_dozen_customers(desk, language):
    product = make_product(stock=50_000, selling_price=Decimal("1234.56"))
    for number in range(12):
        customer = make_customer(company=f"Acme {number} Handelsgesellschaft mbH", payment_days=0)
        for days in (0, 10, 40, 70, 100):
            sell(customer, product, 20 + number, days)
    clerk = desk(language=language)
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/accounts/accountentry/who-owes/?print")
    clerk.picture(f"79-who-owes-paper-{language}")
    assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else None)
    assert page.locator("tbody tr").count() == 12
    page.pdf(path=SCREENSHOTS / f"79-who-owes-{language}.pdf", prefer_css_page_size=True)
    (paper,) = PdfReader(SCREENSHOTS / f"79-who-owes-{language}.pdf").pages
    text = paper.extract_text()
    assert text.count("Handelsgesellschaft") == 12 and "Excel" not in text
    for number in range(12):
        assert f"{5 * (20 + number) * Decimal('1234.56'):,.2f}" in text


@pytest.mark.parametrize(("width", "theme"), [(1440, "light"), (390, "dark")])
def test_every_amount_of_who_owes_opens_its_list(desk, busy_year, width, theme):
    clerk = desk(width=width, theme=theme)
    clerk.sign_in(make_sales())
    page = clerk.open("/admin/accounts/accountentry/who-owes/")
    clerk.see("Acme GmbH")
    clerk.picture(f"77-who-owes-{width}-{theme}")
    page.locator("tbody tr td a", has_text="2,592.45").first.click()
    clerk.see("Days overdue")
    clerk.picture(f"78-open-items-{width}-{theme}")
    assert page.locator("tbody tr").count() == 1
