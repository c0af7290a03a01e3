"""Customers in and out of files in the admin: two steps in, and our own export comes back without a change."""

import csv
import io
from functools import partial

import openpyxl
import pytest
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Customer
from accounts.resources import CustomerResource
from accounts.services.people import save_user
from core.spreadsheets.writing import FormulaSafeCSV, FormulaSafeXLSX
from tests import forms
from tests.clients import said
from tests.factories import make_customer
from tests.imports import mapped
from tests.strategies import names, texts  # what products are called

LIST = "email;first_name;opening_balance\nann@example.com;Ann;1.234,50\nbob@example.com;;x\n"
upload = partial(forms.upload, name="customers.csv", model="accounts_customer")
confirm = partial(forms.confirm_import, model="accounts_customer")


def test_an_admin_sees_what_will_happen_and_imports_the_good_lines(as_admin):
    preview = upload(as_admin, LIST)
    page = preview.content.decode()
    assert "Import customers" in page and "Opening balance 1234.50" in page and "Code or e-mail" in page
    assert "This is not a number." in page
    assert not Customer.objects.exists()

    bad = as_admin.get(preview.context["errors_url"], {"as": "csv"})
    rows = list(csv.reader(io.StringIO(bad.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][:3] == ["bob@example.com", "", "x"], rows

    answer = confirm(as_admin, preview, leave_out_errors="1")
    assert said(answer) == ["customers.csv has been imported: 1 new, 0 changed, 0 unchanged, 1 errors."]
    customer = Customer.objects.get()
    assert (customer.email, customer.created_by) == ("ann@example.com", as_admin.user)
    page = answer.content.decode()
    assert "Imported rows" in page and "ann@example.com" in page and "Opening balance 1234.50" in page


def test_a_customer_who_changed_since_the_preview_is_shown_anew(as_admin):
    customer = make_customer(email="ann@example.com", first_name="Ann")
    preview = upload(as_admin, "email,first_name\nann@example.com,Anna\n")
    customer.first_name = "Anne"
    save_user(customer, by=None)
    again = confirm(as_admin, preview)
    page = again.content.decode()
    assert "The customers have changed since this preview" in page and "First name Anne → Anna" in page
    confirm(as_admin, again)
    customer.refresh_from_db()
    assert customer.first_name == "Anna"


def test_a_file_brought_for_one_list_is_not_imported_into_the_other(as_admin):
    text = "sku,name,selling_price,email\nA,Chai,1,a@example.com\n"
    preview = upload(as_admin, text, model="inventory_product", stock_mode="keep")
    address = preview.context["run_url"].replace("inventory/product", "accounts/customer")
    assert as_admin.post(address, {"last_seen": preview.context["report"].fingerprint}).status_code == 404
    assert not Customer.objects.exists()


def test_an_excel_list_is_imported_and_its_numbers_stay_what_they_were(as_admin):
    book, buffer = openpyxl.Workbook(), io.BytesIO()
    for row in (
        ["E-Mail", "Customer Code", "First Name", "Phone", "Email", "Is active"],
        [None, 7, "Ann", "+49 30 1111111", "ann@example.com", False],
        [None, "008", "Bob", 49301111112, "bob@example.com", True],
    ):
        book.active.append(row)
    book.save(buffer)
    preview = upload(as_admin, buffer.getvalue(), name="customers.xlsx")
    assert [row.errors for row in preview.context["report"].error_rows] == [
        [["phone", "49301111112", "Please write the number with its country code, e.g. +49 30 901820."]]
    ]
    confirm(as_admin, preview, leave_out_errors="1")
    customer = Customer.objects.get()
    assert (customer.customer_code, customer.phone, customer.is_active) == ("7", "+49301111111", False)


def test_the_export_of_customers_is_the_filtered_list_without_formulas(as_admin):
    make_customer(first_name="=1+1", address="@x", phone="+49301111111", email="ann@example.com")
    make_customer(is_active=False)
    address = reverse("admin:accounts_customer_export")
    answer = as_admin.post(f"{address}?is_active__exact=1", {"format": "1", "resource": ""})
    (row,) = csv.DictReader(io.StringIO(answer.getvalue().decode()))
    assert (row["first_name"], row["address"], row["phone"], row["is_active"]) == (
        "'=1+1",
        "'@x",
        "+49301111111",
        "yes",
    )


@st.composite
def customers(draw, number: int) -> Customer:
    return Customer(
        customer_code=draw(st.none() | names.map(lambda text: f"{number}{text}")),
        email=f"customer{number}@example.com",
        first_name=draw(names),
        last_name=draw(st.just("") | names),
        phone=draw(st.none() | st.just(f"+4930{number:07}")),
        address=draw(texts),
        opening_balance=draw(st.decimals(-99_999, 99_999, places=2)),
        is_active=draw(st.booleans()),
    )


class OurOwnExport(TestCase):
    @settings(max_examples=100, deadline=None)
    @given(people=st.integers(1, 4).flatmap(lambda count: st.tuples(*(customers(number) for number in range(count)))))
    def test_changes_nothing(self, people):
        for person in people:
            person.full_clean(exclude=["password"])
            save_user(person, by=None)
        resource = CustomerResource()
        rows = [resource.export_resource(person, force_native_type=True) for person in Customer.objects.all()]
        for file_format, name in ((FormulaSafeCSV(), "export.csv"), (FormulaSafeXLSX(), "export.xlsx")):
            data = b"".join(file_format.stream(resource.get_export_headers(), rows))
            back = CustomerResource()
            back.import_data(mapped(data, CustomerResource), dry_run=True)
            told = [(row.key, row.changes, row.errors) for row in back.report.rows if row.kind != "unchanged"]
            assert not told and back.report.counts["unchanged"] == len(people), (name, back.report.problem, told)


@pytest.mark.parametrize("text", ["  Main St 1\r\nBerlin  ", "Main St 1\rBerlin", "Main St 1\nBerlin"])
def test_an_address_has_one_spelling_whatever_door_it_comes_through(text, db):
    customer = make_customer(address=text)
    customer.refresh_from_db()
    assert customer.address == "Main St 1\nBerlin"
