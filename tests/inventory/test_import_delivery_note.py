"""Delivery notes from files: one delivery each, booked by the service, and reversed when the import is undone."""

import io
import json
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.imports.exceptions import AlreadyUndone
from core.imports.models import ImportMapping, ImportRecord
from core.imports.questions import questions_of
from core.imports.registry import undo_import
from inventory.delivery_models import Delivery, DeliveryItem
from inventory.delivery_note_resource import DeliveryNoteResource
from inventory.exceptions import CannotReverse
from inventory.models import Product, StockChange
from inventory.services.deliveries import reverse_delivery
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from tests.clients import signed_in
from tests.factories import make_admin, make_delivery, make_packer, make_product, make_sales, make_supplier
from tests.files import xlsx
from tests.forms import DIALOG, choose_file, confirm_import, map_columns, upload
from tests.imports import import_list, layout_of

pytestmark = pytest.mark.django_db

EAN = "4006381333931"
NOTE = (
    "Acme Großhandel GmbH;;;;\nLieferschein Nr. 4711;;;;\n;;;;\n"
    "Pos;Artikelnr.;Bezeichnung;Menge;Einzelpreis\n"
    "1;a-1;Käsehobel, groß;3;12,50 €\n2;4711-X;Öltrichter;10;1.234,5025 €\n3;4006381333931;Tee;2;\n"
    "1;a-1;Hobel;1;13,50\n"
)
NAME = "inventory_delivery"


@pytest.fixture
def acme():
    return make_supplier(name="Acme")


@pytest.fixture
def goods(acme):
    """A grater by our SKU, a funnel by the supplier's number, tea by its barcode."""
    return [
        make_product(stock=1, sku="A-1", cost_price="5.00", selling_price="20.00"),
        make_product(stock=0, supplier=acme, supplier_sku="4711-X", cost_price="1.00", selling_price="2000.00"),
        make_product(stock=0, barcode=EAN, cost_price="2.00", selling_price="4.00"),
    ]


def stocks(products) -> list[int]:
    return [Product.objects.get(pk=product.pk).stock_qty for product in products]


def book(data, *, supplier="Acme", their_reference="4711", **options):
    return import_list(
        data, DeliveryNoteResource, supplier=supplier, their_reference=their_reference, user=make_admin(), **options
    )


def reasons(importing) -> set[tuple[str, str, str]]:
    return {error for row in importing.report.error_rows for error in row.errors}


def test_the_rows_of_a_german_list_with_a_letterhead_are_the_lines_of_one_delivery(goods, acme):
    done = book(NOTE.encode("cp1252"), received_on="2026-03-01", choices={"encoding": "cp1252"}).done
    delivery = Delivery.objects.get()
    assert (delivery.supplier, delivery.their_reference, delivery.created_by) == (acme, "4711", done.created_by)
    assert str(delivery.received_on) == "2026-03-01"
    lines = [(item.product, item.quantity, item.unit_cost) for item in delivery.items.order_by("pk")]
    grater, funnel, tea = goods
    costs = [Decimal("12.5"), Decimal("1234.5025"), Decimal("2"), Decimal("13.5")]
    assert lines == list(zip([grater, funnel, tea, grater], [3, 10, 2, 1], costs, strict=True))
    assert stocks(goods) == [5, 10, 2]
    assert [Product.objects.get(pk=p.pk).cost_price for p in goods] == [Decimal(c) for c in ("12.75", "1234.50", "2")]
    rows = StockChange.objects.filter(reference=delivery.number)
    assert {row.kind for row in rows} == {StockChange.Kind.DELIVERY} and rows.count() == 3
    assert [row.object_id for row in done.rows.all()] == list(
        delivery.items.order_by("pk").values_list("pk", flat=True)
    )
    assert done.details["delivery"] == delivery.number and (done.new_count, done.changed_count) == (4, 0)


def test_a_workbook_with_a_letterhead_is_one_too_and_its_two_numbers_need_not_both_be_ours(goods):
    data = xlsx(
        ["Acme Ltd", None, None, None],
        ["Delivery note 4711"],
        [],
        ["Article no", "EAN", "Description", "Qty delivered", "Unit price"],
        ["A-1", None, "Grater", 3, 12.5],
        ["theirs", int(EAN), "Tea", 2, 10 / 3],
    )
    importing = import_list(data, DeliveryNoteResource, choices={})
    assert [(i.product, i.quantity, i.unit_cost) for i in DeliveryItem.objects.order_by("pk")] == [
        (goods[0], 3, Decimal("12.5000")),
        (goods[2], 2, Decimal("3.3333")),
    ]
    notes = importing.report.notes
    assert "Unit costs with more than four decimals, rounded: 1." in notes
    assert "Lines: 2, pieces: 5, total cost: 44.17." in notes
    assert any("nobody can tell" in note for note in notes)


@pytest.mark.parametrize("cell", ["0", "-1", "1.5", "many", "", "2147483648"])
def test_what_is_no_number_of_pieces_is_an_error_of_its_row(goods, cell):
    importing = book(f"sku,quantity,unit cost\nA-1,{cell},1\nA-1,2,1\n")
    ((field, value, _reason),) = reasons(importing)
    assert (field, value) == ("quantity", cell)
    assert not Delivery.objects.exists() and stocks(goods) == [1, 0, 0]


@pytest.mark.parametrize(("cell", "refusal"), [("-1", "This must not be negative."), ("x", "This is not a number.")])
def test_what_is_no_cost_is_an_error_of_its_row(goods, cell, refusal):
    assert reasons(book(f"sku,quantity,unit cost\nA-1,1,{cell}\n")) == {("unit_cost", cell, refusal)}


def test_a_number_that_fits_no_product_or_several_is_an_error_that_names_it(goods, acme):
    make_product(sku=EAN)
    make_product(supplier=acme, supplier_sku="TWICE")
    make_product(supplier=acme, supplier_sku="TWICE")
    importing = book(f"sku,quantity\nunknown,1\n{EAN},1\nTWICE,1\n,1\n")
    found = {value: reason for field, value, reason in reasons(importing)}
    assert found["unknown"] == "No product has this number."
    assert found[EAN].startswith("This fits more than one product: ") and found["TWICE"].startswith("This fits more")
    assert found[""] == "The article number is missing."


def test_a_suppliers_number_counts_for_that_supplier_alone(goods):
    make_supplier(name="Rossi")
    for supplier in ("", "Rossi"):
        importing = book("sku,quantity\n4711-X,1\n", supplier=supplier)
        assert reasons(importing) == {("sku", "4711-X", "No product has this number.")}


def test_of_two_numbers_both_must_fit_and_the_second_settles_what_the_first_leaves_open(goods, acme):
    make_product(sku=EAN)  # so the EAN alone fits two
    importing = book(f"sku,barcode,quantity\nA-1,{EAN},1\n")
    assert {field for field, _value, _reason in reasons(importing)} == {"sku"}
    make_product(supplier=acme, supplier_sku="A-1")
    importing = book("sku,barcode,quantity\nA-1,nothing,1\n")
    assert "fits more than one" in str(reasons(importing))
    Product.objects.filter(supplier_sku="A-1").update(barcode="own")
    assert book("sku,barcode,quantity\nA-1,own,1\n").done.rows.get().key != "A-1"


def test_lines_with_errors_are_left_out_on_request_and_else_keep_everything_out(goods):
    text = "sku,quantity\nA-1,2\nunknown,1\n"
    assert book(text).done is None and not Delivery.objects.exists()
    done = book(text, leave_out_errors=True).done
    assert (done.new_count, done.left_out_count) == (1, 1) and stocks(goods) == [3, 0, 0]


def test_cost_prices_are_left_on_request_and_where_the_product_sells_below(goods):
    text = "sku,quantity,unit cost\nA-1,1,9\n4711-X,1,3000\n"
    done = book(text, set_cost="no").done
    assert Product.objects.get(sku="A-1").cost_price == 5 and done.details["left_cost"] == []
    done = book(text, their_reference="4712").done
    assert Product.objects.get(sku="A-1").cost_price == 9 and done.details["left_cost"] == [goods[1].pk]


def test_a_note_that_is_booked_already_is_said_before_and_refused_when_it_is_written(goods, acme):
    layout = layout_of("sku,quantity\nA-1,2\n", DeliveryNoteResource)
    layout.choices.options = {"supplier": "Acme", "their_reference": " 4711"}
    assert questions_of(layout) == []
    make_delivery((goods[0], 1), supplier=acme, their_reference="4711")
    (question,) = questions_of(layout)
    assert "Delivery note 4711 of Acme is booked already as DEL-" in question.sentence
    importing = book("sku,quantity\nA-1,2\n")
    assert "is booked already" in importing.report.problem and importing.done is None
    assert Delivery.objects.count() == 1 and stocks(goods)[0] == 2


def test_a_list_without_numbers_or_pieces_is_asked_for_them(goods):
    said = {question.sentence for question in questions_of(layout_of("a,b\nx,y\n", DeliveryNoteResource))}
    assert said == {
        "No column is taken for Article number. Please choose one.",
        "No column is taken for Quantity. Please choose one.",
    }


def test_nothing_is_written_if_a_product_is_deleted_or_costs_another_price_since_the_preview(goods):
    text = "sku,quantity\nA-1,2\n"
    seen = book(text, dry_run=True).report.fingerprint
    Product.objects.filter(sku="A-1").update(cost_price="6.00")
    assert "have changed since this preview" in book(text, last_seen=seen).report.problem
    importing = DeliveryNoteResource(supplier="Acme", their_reference="1", last_seen=None)
    importing.overview = lambda: delete_product(Product.objects.get(sku="A-1"), user=None) or {}
    importing.import_data(layout_of(text, DeliveryNoteResource).mapped())
    assert "there is no product" in importing.report.problem and not Delivery.objects.exists()


# Undoing


def test_undone_the_delivery_is_reversed_once_and_its_note_can_be_booked_anew(goods):
    record, boss = book(NOTE).done, make_admin()
    undo_import(record, user=boss)
    delivery = Delivery.objects.get(number=record.details["delivery"])
    assert delivery.reversal.created_by == boss and "list.csv" in delivery.reversal.reason
    assert stocks(goods) == [1, 0, 0]
    with pytest.raises(AlreadyUndone):
        undo_import(record, user=boss)
    assert book(NOTE).done


def test_what_has_been_sold_or_reversed_since_is_not_undone_and_the_refusal_says_why(goods):
    record = book(NOTE).done
    adjust_stock(goods[0], change=-2, reason="Sold", user=None)
    with pytest.raises(CannotReverse, match=r"\(A-1\): only 3 of 4 left"):
        undo_import(record, user=None)
    record.refresh_from_db()
    assert record.undone_at is None and stocks(goods) == [3, 10, 2]
    adjust_stock(goods[0], change=2, reason="Found", user=None)
    reverse_delivery(Delivery.objects.get(), reason="Booked twice", user=None)
    with pytest.raises(CannotReverse, match="was reversed by"):
        undo_import(record, user=None)


# In the admin


def said(supplier="Acme", reference="4711", **changes) -> dict:
    return {"supplier": supplier, "their_reference": reference, "received_on": "2026-03-01", **changes}


def test_from_the_list_over_the_preview_to_the_delivery_and_back(as_admin, goods, acme):
    assert (
        reverse("admin:inventory_delivery_import")
        in as_admin.get(reverse("admin:inventory_delivery_changelist")).content.decode()
    )
    preview = upload(as_admin, NOTE, model=NAME, **said())
    page = preview.content.decode()
    assert "Lines: 4, pieces: 16, total cost: 12,400.03." in page and "Unit cost 1234.5025" in page
    assert not Delivery.objects.exists()
    done = confirm_import(as_admin, preview).content.decode()
    delivery = Delivery.objects.get()
    assert reverse("admin:inventory_delivery_by_number", args=[delivery.number]) in done
    assert "Supplier: Acme; Delivery note: 4711; Received on: 2026-03-01" in done
    record = ImportRecord.objects.get()
    undo = reverse("admin:core_importrecord_undo", args=[record.pk])
    asked = as_admin.get(undo).content.decode()
    assert "The delivery is reversed" in asked and "new records" not in asked
    as_admin.post(undo, DIALOG)
    assert stocks(goods) == [1, 0, 0]
    page = choose_file(as_admin, NOTE, model=NAME)  # the layout is remembered, what was said of this note is not
    values = {name: page.context["form"][name].value() for name in ("supplier", "their_reference", "set_cost")}
    assert values == {"supplier": "Acme", "their_reference": None, "set_cost": "yes"}


def test_what_is_said_wrong_stands_at_its_field(as_admin, goods, acme):
    make_delivery((goods[0], 1), supplier=acme, their_reference="4711")
    page = choose_file(as_admin, NOTE, model=NAME)
    assert "key_prefix" not in page.context["form"].fields
    errors = map_columns(as_admin, page, **said()).context["form"].errors
    assert "is booked already as DEL-" in str(errors["their_reference"])
    errors = map_columns(as_admin, page, **said("Nobody", received_on="yesterday")).context["form"].errors
    assert {"supplier", "received_on"} == set(errors)
    again = map_columns(as_admin, page, **said("Nobody", again="1"))
    assert again.status_code == 200 and Delivery.objects.count() == 1


def test_a_note_that_is_booked_while_the_preview_is_open_is_refused_with_the_sentence(as_admin, goods, acme):
    preview = upload(as_admin, NOTE, model=NAME, **said())
    make_delivery((goods[0], 1), supplier=acme, their_reference="4711")
    page = confirm_import(as_admin, preview).content.decode()
    assert "is booked already as DEL-" in page and Delivery.objects.count() == 1


def test_a_supplier_that_is_renamed_meanwhile_ends_the_import_with_a_sentence(as_admin, goods, acme):
    preview = upload(as_admin, NOTE, model=NAME, **said())
    acme.name = "Acme International"
    acme.save()
    page = confirm_import(as_admin, preview).content.decode()
    assert "There is no supplier Acme any more." in page and not Delivery.objects.exists()


def test_a_layout_under_a_name_keeps_the_supplier_and_not_the_note(as_admin, goods, acme):
    upload(as_admin, NOTE, model=NAME, mapping="Acme notes", **said())
    kept = ImportMapping.objects.get().choices["options"]
    assert kept == {"supplier": "Acme", "set_cost": "yes"}


@pytest.mark.parametrize("make", [make_sales, make_packer])
def test_whoever_may_not_import_sees_neither_the_button_nor_an_import(goods, make):
    record, client = book(NOTE).done, signed_in(make())
    shown = client.get(reverse("admin:inventory_delivery_changelist")).content.decode()
    assert reverse("admin:inventory_delivery_import") not in shown
    for name, *args in (("inventory_delivery_import",), ("core_importrecord_change", record.pk)):
        assert client.get(reverse(f"admin:{name}", args=args)).status_code in (302, 403, 404)


# On the command line


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "note.csv"
    path.write_text(NOTE)
    return path


def test_the_command_shows_what_it_would_do_and_does_it(goods, file):
    out = io.StringIO()
    options = {"supplier": "Acme", "their_reference": "4711", "received_on": "2026-03-01", "stdout": out}
    call_command("import_deliveries", file, dry_run=True, **options)
    assert "Nothing was written: this was a dry run." in out.getvalue() and not Delivery.objects.exists()
    assert "Lines: 4, pieces: 16, total cost: 12,400.03." in out.getvalue()
    call_command("import_deliveries", str(file), "--supplier", "Acme", "--reference", "4711", stdout=out)
    assert stocks(goods) == [5, 10, 2] and Delivery.objects.get().their_reference == "4711"


@pytest.mark.parametrize(
    ("options", "refusal"),
    [
        (["--supplier", "Nobody"], "--supplier: There is no such supplier, or the supplier is archived."),
        (["--received", "yesterday"], "--received: Enter a valid date."),
        (["--supplier", "Acme", "--reference", "4711"], r"is booked already as DEL-.*\(--reference\)"),
    ],
)
def test_the_command_refuses_what_the_form_refuses(goods, file, acme, options, refusal):
    make_delivery((goods[0], 1), supplier=acme, their_reference="4711")
    with pytest.raises(CommandError, match=refusal):
        call_command("import_deliveries", str(file), *options, stdout=io.StringIO(), stderr=io.StringIO())
    assert Delivery.objects.count() == 1


def test_the_command_says_it_as_json(goods, file):
    out = io.StringIO()
    call_command("import_deliveries", file, dry_run=True, json=True, supplier="Acme", stdout=out)
    found = json.loads(out.getvalue())
    assert found["counts"]["new"] == 4
    assert found["columns"]["Menge"] == "quantity" and found["columns"]["Einzelpreis"] == "unit_cost"


# How it is done


def test_a_long_note_costs_as_many_queries_as_a_short_one(acme):
    for n in range(200):
        make_product(sku=f"L-{n}", stock=0, supplier=acme, supplier_sku=f"S-{n}")

    def queries(count: int) -> int:
        text = "sku,quantity,unit cost\n" + "".join(f"S-{n},{n + 1},1.5\n" for n in range(count))
        with CaptureQueriesContext(connection) as captured:
            assert book(text, their_reference=str(count)).done
        return len(captured)

    queries(1)  # what is read once for all notes is known from here on
    few = queries(10)
    assert queries(100) == few
    assert queries(200) <= few + 1  # on SQLite so many lines are inserted in two steps


@pytest.mark.parametrize(
    "header",
    [
        "Artikelnummer;Menge;Einzelpreis",
        "Art.-Nr.;Stk.;EP",
        "Article no;Qty;Unit price",
        "SKU;Quantity;Cost",
        "EAN;Liefermenge;Preis/Stück",
        "Référence;Quantité livrée;Prix unitaire",
        "Código;Cantidad;Precio unitario",
        "Código;Qtde;Valor unit.",
        "Codice articolo;Q.tà;Prezzo",
        "Artikelnummer;Aantal;Stukprijs",
        "Артикул;Кол-во;Цена",
        "رقم الصنف;الكمية;سعر الوحدة",
        "品番;数量;単価",
        "货号;数量;单价",
    ],
)
def test_the_columns_of_a_note_are_known_in_many_languages(header):
    layout = layout_of(f"{header}\nA-1;3;12,50\nA-2;4;7,25\nA-3;12;1,00\n", DeliveryNoteResource)
    assert [column.target for column in layout.columns] == ["sku", "quantity", "unit_cost"]


def test_what_was_ordered_or_costs_in_the_shop_is_not_taken_for_what_came():
    header = "Artikelnr;Bezeichnung;Bestellt;Geliefert;UVP;Preis;Gesamt"
    layout = layout_of(f"{header}\nA-1;Tee;5;3;20,00;12,50;37,50\n", DeliveryNoteResource)
    assert [column.target for column in layout.columns] == ["sku", "name", "", "quantity", "", "unit_cost", ""]
