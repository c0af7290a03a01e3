"""Characters that no file can hold are refused at every door, and replaced where they are all the same."""

import io

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.models import User
from core.fields import validate_email_readable
from core.spreadsheets.cells import escape_formula, unescape_formula
from inventory.models import Product
from inventory.services.products import save_product
from tests.clients import Caller
from tests.factories import make_admin, make_product
from tests.forms import upload

pytestmark = pytest.mark.django_db

NO_CHARACTERS = ["\ufffe", "\uffff"]
SIGNING_UP = {"email": "new@example.com", "password": "correct horse", "first_name": "New"}


@pytest.mark.parametrize("sign", NO_CHARACTERS, ids=ascii)
def test_registering_refuses_a_name_that_no_file_can_hold(sign):
    answer = Caller().post("/auth/register/", {**SIGNING_UP, "first_name": f"A{sign}"})
    assert (answer.status_code, list(answer.json())) == (400, ["first_name"])


@pytest.mark.parametrize("sign", NO_CHARACTERS, ids=ascii)
def test_the_api_refuses_a_product_that_no_file_can_hold(sign):
    product = {"sku": "A", "name": f"A{sign}", "selling_price": "1.00"}
    answer = Caller(make_admin()).post("/products/", product)
    assert (answer.status_code, list(answer.json())) == (400, ["name"])


@pytest.mark.parametrize("sign", NO_CHARACTERS, ids=ascii)
def test_the_admin_refuses_a_product_that_no_file_can_hold(as_admin, sign):
    form = {"sku": "A", "name": f"A{sign}", "category": "", "cost_price": "1", "selling_price": "1"}
    response = as_admin.post(reverse("admin:inventory_product_add"), form)
    assert "invisible control character" in str(response.context["adminform"].form.errors["name"])


@pytest.mark.parametrize("sign", NO_CHARACTERS, ids=ascii)
def test_an_import_refuses_a_row_that_no_file_can_hold(as_admin, sign):
    preview = upload(as_admin, f"sku,name,selling_price\nA,A{sign},1\n")
    assert "0 new" in preview.context["report"].summary and not Product.objects.exists()


@pytest.mark.parametrize("sign", NO_CHARACTERS, ids=ascii)
def test_an_excel_export_replaces_what_is_there_all_the_same(as_admin, sign):
    save_product(Product(sku="A", name=f"A{sign}", selling_price=1), user=None)
    data = as_admin.post(reverse("admin:inventory_product_export"), {"format": "0", "resource": ""}).getvalue()
    assert openpyxl.load_workbook(io.BytesIO(data)).active["B2"].value == "A\N{REPLACEMENT CHARACTER}"


ALIKE = [
    "adm\u0131n@example.com",  # a dotless i
    "\u0430dmin@example.com",  # a Cyrillic a
    "admin@ex\u0430mple.com",
    "admin@exam\u03c1le.com",  # a Greek rho
    "admin@exam\u200bple.com",
    "admin@exam\u202eple.com",
    "admin@exam\u2066ple.com",
    "admin@exam\u00adple.com",
    "admin\u200d@example.com",
]
HONEST = [
    "sales@example.com",
    "o'neill+erp@example.co.uk",
    "info@müller.de",
    "info@пример.com",
    "info@παράδειγμα.gr",
    "info@例え.jp",
    "info@東京tower.jp",
    "info@مثال.com",
    "info@한국.kr",
]


@pytest.mark.parametrize("email", ALIKE, ids=ascii)
def test_an_address_that_looks_like_another_is_refused(email):
    answer = Caller().post("/auth/register/", {**SIGNING_UP, "email": email})
    assert (answer.status_code, list(answer.json())) == (400, ["email"])
    assert not User.objects.exists()


@pytest.mark.parametrize("email", HONEST)
def test_an_honest_address_of_any_country_is_taken(email):
    validate_email_readable(email)
    answer = Caller().post("/auth/register/", {**SIGNING_UP, "email": email})
    assert answer.status_code == 201


def test_what_cannot_be_seen_in_an_address_is_named():
    with pytest.raises(ValidationError, match="cannot be seen"):
        validate_email_readable("admin@exam\u200bple.com")
    with pytest.raises(ValidationError, match="several alphabets"):
        validate_email_readable("admin@ex\u0430mple.com")


@pytest.mark.parametrize("text", ["＝1+1", "＋1+1", "－1+1", "＠SUM(A1)", " ＝1+1"])
def test_full_width_signs_count_as_the_start_of_a_formula(text):
    assert escape_formula(text) == f"'{text}"
    assert unescape_formula(escape_formula(text)) == text


def test_a_name_of_a_product_with_a_full_width_sign_is_exported_as_text(as_admin):
    make_product(name="＝cmd|' /C calc'!A0")
    data = as_admin.post(reverse("admin:inventory_product_export"), {"format": "1", "resource": ""}).getvalue()
    assert "'＝cmd" in data.decode()
