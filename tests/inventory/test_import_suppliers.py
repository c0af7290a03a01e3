"""Importing suppliers: known by name in whatever capitals, and taken back as far as nothing names them."""

import pytest
from django.urls import reverse

from core.imports.registry import undo_import
from inventory.delivery_models import Supplier
from inventory.supplier_resource import SupplierResource
from tests.factories import make_delivery, make_product, make_sales, make_supplier
from tests.forms import confirm_import, upload
from tests.imports import import_list

pytestmark = pytest.mark.django_db


def test_new_ones_are_added_and_known_ones_changed():
    acme, user = make_supplier(name="Acme GmbH", code="A-1"), make_sales()
    importing = import_list(
        "name,phone,our number,lead days,address,city,country\n"
        "ACME GMBH,+49 30 901820,40017,,,,\n"
        " Rossi  Srl,,,5,Via Roma 1,Torino,Italy\n",
        SupplierResource,
        user=user,
    )
    assert dict(importing.report.counts) == {"new": 1, "changed": 1}
    acme.refresh_from_db()
    assert (acme.name, acme.code, acme.phone, acme.our_number) == ("ACME GMBH", "A-1", "+4930901820", "40017")
    rossi = Supplier.objects.get(name="Rossi Srl")
    assert (rossi.lead_days, rossi.address, rossi.created_by) == (5, "Via Roma 1\nTorino\nItaly", user)
    again = import_list("name,lead days\nrossi srl,5\n", SupplierResource)
    assert dict(again.report.counts) == {"changed": 1}  # its capitals
    unchanged = import_list("company,lead days\nrossi srl,5\n", SupplierResource, choices={"columns": None})
    assert dict(unchanged.report.counts) == {"unchanged": 1}


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ("Acme,\nacme,\n", "Lines 2 and 3 have the same name."),
        (",x@example.com\n", "The name is missing."),
        ("Acme,nonsense\n", "Enter a valid email address."),
    ],
)
def test_what_cannot_be_is_refused_at_its_line(rows, refusal):
    importing = import_list(f"name,email\n{rows}", SupplierResource)
    assert {reason for row in importing.report.error_rows for _, _, reason in row.errors} == {refusal}
    assert not Supplier.objects.exists()


def test_undone_the_new_ones_go_unless_something_names_them_and_the_old_have_their_values():
    acme = make_supplier(name="Acme", code="A-1")
    importing = import_list("name,code\nAcme,A-2\nRossi,R\nVerdi,V\n", SupplierResource, user=make_sales())
    make_delivery((make_product(), 1), supplier=Supplier.objects.get(name="Verdi"))
    record = undo_import(importing.done, user=None)
    acme.refresh_from_db()
    assert acme.code == "A-1" and sorted(Supplier.objects.values_list("name", flat=True)) == ["Acme", "Verdi"]
    assert "Verdi" in record.not_undone and "other records refer to them" in record.not_undone


def test_a_list_is_imported_in_the_admin(as_admin):
    preview = upload(as_admin, "name,code\nAcme,A-1\n", model="inventory_supplier")
    assert "Acme" in preview.content.decode()
    confirm_import(as_admin, preview)
    assert Supplier.objects.get().code == "A-1"
    assert "Import" in as_admin.get(reverse("admin:inventory_supplier_changelist")).content.decode()
