"""The firm's page: what its papers say and the currency of all amounts; what is empty there, the environment says."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.firm import current_firm, firm_name, forget_firm, save_firm
from core.models import Firm
from core.money import format_money
from tests.clients import signed_in
from tests.factories import make_admin, make_order, make_product
from tests.files import picture

pytestmark = pytest.mark.django_db
PAGE = "/admin/core/firm/1/change/"
NORDWIND = {"name": "Nordwind", "address": "12 Harbour Street\nHamburg", "vat_id": "DE123456789", "paper": "letter"}


@pytest.fixture(autouse=True)
def nothing_known():
    yield
    forget_firm()


def save(client, **values):
    return client.post(PAGE, {**NORDWIND, **values}, follow=True)


def test_its_list_is_its_page(as_admin):
    assert as_admin.get(reverse("admin:core_firm_changelist")).url == PAGE
    assert as_admin.get(PAGE).status_code == 200
    assert as_admin.get("/admin/core/firm/1/history/").url == PAGE
    assert not Firm.objects.exists()
    assert as_admin.get("/admin/core/firm/2/change/").status_code == 302


def test_what_is_saved_stands_on_every_paper(as_admin, settings):
    settings.FIRM_NAME, settings.FIRM_ADDRESS = "From the environment", "Its address"
    order = make_order((make_product(), 1))
    paper = reverse("admin:sales_order_print_order", args=[order.pk])
    before = as_admin.get(paper).content.decode()
    assert "From the environment" in before and "Its address" in before and "size: A4" in before
    answer = save(as_admin, bank="Sparkasse\nDE02 1203 0000", footer="Thank you.", currency="EUR", logo=picture())
    assert "was changed successfully" in answer.content.decode()
    text = as_admin.get(paper).content.decode()
    for said in ("Nordwind", "12 Harbour Street<br>Hamburg", "DE123456789", "Sparkasse<br>", "Thank you.", "EUR"):
        assert said in text, said
    assert "size: letter" in text and current_firm().logo.url in text
    assert "From the environment" not in text and "USD" not in text
    slip = as_admin.get(reverse("admin:sales_order_print_packing_slip", args=[order.pk])).content.decode()
    assert "Nordwind" in slip and "Sparkasse" not in slip


def test_what_is_left_empty_the_environment_says(as_admin, settings):
    settings.FIRM_NAME, settings.CURRENCY = "From the environment", "GBP"
    save(as_admin, name="", address="")
    assert firm_name() == "From the environment"
    assert "GBP" in format_money(Decimal(1))
    assert 'placeholder="GBP"' in as_admin.get(PAGE).content.decode()


def test_the_currency_is_everywhere_at_once(as_admin):
    make_order((make_product(), 1))
    products = reverse("admin:inventory_product_changelist")
    assert "(USD)" in as_admin.get(products).content.decode()
    save(as_admin, currency="CHF")
    assert "(CHF)" in as_admin.get(products).content.decode()
    dashboard = as_admin.get("/admin/").content.decode()
    assert "CHF" in dashboard and "USD" not in dashboard


@pytest.mark.parametrize("currency", ["€", "eur", "EURO", "12"])
def test_a_currency_has_three_capital_letters(as_admin, currency):
    answer = save(as_admin, currency=currency)
    assert "Three capital letters" in answer.content.decode() or "at most 3 characters" in answer.content.decode()
    assert current_firm().currency == ""


def test_a_file_that_is_no_picture_is_refused_and_nothing_saved(as_admin):
    answer = save(as_admin, logo=SimpleUploadedFile("logo.png", b"no picture"))
    assert "This is not a picture we can read." in answer.content.decode()
    assert current_firm().name == ""


def test_the_file_of_a_replaced_logo_goes(as_admin, django_capture_on_commit_callbacks):
    save(as_admin, logo=picture())
    old = current_firm().logo
    with django_capture_on_commit_callbacks(execute=True):
        save(as_admin, logo=picture())
    assert not old.storage.exists(old.name)
    assert current_firm().logo.storage.exists(current_firm().logo.name)


def test_somebody_elses_change_is_not_written_over(as_admin):
    save(as_admin)
    seen = as_admin.get(PAGE).context["adminform"].form["last_seen"].value()
    firm = Firm.objects.get()
    firm.name = "Westwind"
    save_firm(firm, user=make_admin(first_name="Bea", last_name=""))
    answer = save(as_admin, last_seen=seen, name="Ostwind")
    assert "Bea has changed" in answer.content.decode()
    assert Firm.objects.get().name == "Westwind"


def test_its_history_tells_who_changed_what(as_admin):
    save(as_admin)
    save(as_admin, name="Westwind")
    page = as_admin.get("/admin/core/firm/1/history/").content.decode()
    assert "Nordwind" in page and "Westwind" in page


def test_two_who_save_it_first_find_one_firm(as_admin):
    for client in (as_admin, signed_in(make_admin())):
        assert save(client).status_code == 200
    assert Firm.objects.count() == 1
