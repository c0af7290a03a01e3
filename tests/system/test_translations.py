"""Arabic is complete, the catalogue is what the sources say, and what is stored for all is in the firm's language."""

import gettext
import re
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.translation import override

from core.i18n import format_change, format_count
from core.money import format_money
from inventory.models import StockChange
from sales.services.orders import confirm_order
from tests.environment import GETTEXT
from tests.factories import make_customer, make_import, make_order, make_product

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "locale" / "ar" / "LC_MESSAGES" / "django.po"
SOURCES = ["core", "accounts", "inventory", "sales", "config", "templates", "manage.py"]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|(?<!%)%[sd]|\{\w*\}|<[^>]+>")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(CATALOGUE)


def keys(catalogue) -> set:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural) for entry in catalogue if not entry.obsolete}


@pytest.mark.skipif(not GETTEXT, reason="xgettext is not installed")
def test_the_catalogue_has_what_the_sources_say_and_nothing_else(catalogue, tmp_path):
    for name in SOURCES:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "--locale", "ar", "--no-location", "--verbosity", "0"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=120)
    told = keys(polib.pofile(tmp_path / "locale" / "ar" / "LC_MESSAGES" / "django.po"))
    assert keys(catalogue) == told, "Run manage.py makemessages -l ar --no-location, and translate."


def test_all_of_it_is_translated_with_the_same_placeholders(catalogue):
    for entry in catalogue:
        forms = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
        assert len(forms) in (1, 6) and all(forms) and not entry.fuzzy, entry.msgid
        expected = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for number, form in enumerate(forms):
            found = PLACEHOLDER.findall(form)
            if len(forms) == 6 and number < 3:  # none, one and two are spelled out
                assert set(found) <= set(expected), entry.msgid
            else:
                assert sorted(found) == expected, entry.msgid
            assert form[:1].isspace() == entry.msgid[:1].isspace(), entry.msgid


def test_the_compiled_catalogue_is_that_of_the_text(catalogue):
    with CATALOGUE.with_suffix(".mo").open("rb") as compiled:
        known = gettext.GNUTranslations(compiled)
    for entry in catalogue:
        if not entry.msgid_plural and not entry.msgctxt:
            assert known.gettext(entry.msgid) == entry.msgstr, "Run manage.py compilemessages."


@pytest.mark.django_db
def test_pages_speak_arabic_from_right_to_left_and_no_english(as_admin, catalogue, settings):
    settings.LANGUAGE_CODE = "ar"  # else the log is in English
    product, customer = make_product(stock=2), make_customer()
    order = make_order((product, 1), customer=customer)
    confirmed = make_order((product, 1), customer=customer)
    confirm_order(confirmed, user=as_admin.user)
    record = make_import("sku,name,selling_price,stock_qty\nAR-1,شاي,5,3\n", user=as_admin.user)
    sentences = [entry.msgid for entry in catalogue if re.fullmatch(r"[A-Z][a-z]+( [a-z]+){1,6}\.?", entry.msgid)]
    pages = [
        reverse("admin:index"),
        reverse("profile"),
        *(
            reverse(f"admin:{model}_{view}")
            for model in ("inventory_product", "sales_order", "accounts_customer", "accounts_user")
            for view in ("changelist", "add")
        ),
        *(reverse(f"admin:{model}_import") for model in ("inventory_product", "accounts_customer")),
        *(reverse(f"admin:{model}_export") for model in ("inventory_product", "sales_order")),
        reverse("admin:inventory_stockchange_changelist"),
        reverse("admin:core_importrecord_change", args=[record.pk]),
        *(
            reverse(f"admin:{model}_{view}", args=[one.pk])
            for model, one in (
                ("inventory_product", product),
                ("sales_order", order),
                ("sales_order", confirmed),
                ("accounts_customer", customer),
            )
            for view in ("change", "history", "delete")
        ),
    ]
    for page in pages:
        answer = as_admin.get(page, headers={"accept-language": "ar"})
        if answer.status_code in (302, 403):  # a confirmed order is not deleted
            continue
        html = answer.content.decode()
        assert 'lang="ar" dir="rtl"' in html, page
        words = " ".join(strip_tags(re.sub(r"<(script|style)\b.*?</\1>", "", html, flags=re.S)).split())
        assert not [sentence for sentence in sentences if f" {sentence} " in f" {words} "], page


@pytest.mark.django_db
def test_what_is_stored_is_said_in_the_firms_language(as_admin, settings):
    product = make_product(stock=5)
    first, second = make_order((product, 1)), make_order((product, 1))
    with override("ar"):
        confirm_order(first, user=as_admin.user)
    assert StockChange.objects.first().change_reason == f"Order {first.order_number} confirmed"
    settings.LANGUAGE_CODE = "ar"
    with override("en"):
        confirm_order(second, user=as_admin.user)
    assert StockChange.objects.first().change_reason == f"تأكيد الطلب {second.order_number}"


@pytest.mark.django_db
def test_the_api_answers_in_the_language_asked_for(client):
    answer = client.get("/api/v1/orders/", headers={"accept-language": "ar"})
    assert answer.status_code == 401 and answer.json() == {"detail": "يرجى تسجيل الدخول."}
    assert client.get("/api/v1/orders/").json() == {"detail": "Please sign in."}


@pytest.mark.django_db
def test_the_language_menu_keeps_the_choice(as_admin):
    assert 'action="/i18n/setlang/"' in as_admin.get(reverse("admin:index")).content.decode()
    as_admin.post("/i18n/setlang/", {"language": "ar", "next": "/admin/"})
    assert 'lang="ar"' in as_admin.get(reverse("admin:index")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ar"])
def test_amounts_and_counts_have_their_separators(language, settings):
    settings.CURRENCY = "EUR"
    with override(language):
        assert (
            format_money(Decimal(1234567)).strip("\u2066\u2069") == "1,234,567.00 EUR"
            and format_count(12345) == "12,345"
        )


def test_what_is_read_from_left_to_right_stays_so_between_arabic():
    with override("ar"):
        assert (format_change(-1200), format_change(3)) == ("\u2066−1,200\u2069", "\u2066+3\u2069")
    assert (format_change(-1200), format_change(0)) == ("−1,200", "0")
