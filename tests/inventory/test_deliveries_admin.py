"""The pages of deliveries and suppliers: what one types, what is refused at its place, and what each role sees."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts import roles
from inventory.delivery_models import Delivery, Supplier
from sales.services.orders import NewItem, confirm_order, create_order
from tests.clients import queries_of, said, signed_in
from tests.counting import stock_of
from tests.factories import (
    make_admin,
    make_customer,
    make_delivery,
    make_order,
    make_packer,
    make_product,
    make_sales,
    make_supplier,
)
from tests.forms import DIALOG

pytestmark = pytest.mark.django_db

ADD, LIST = "admin:inventory_delivery_add", "admin:inventory_delivery_changelist"


@pytest.fixture
def acme():
    return make_supplier(name="Acme")


@pytest.fixture
def chai():
    return make_product(stock=10, name="Chai", sku="NW-1", cost_price="5.00")


@pytest.fixture
def as_packer():
    return signed_in(make_packer())


def data(supplier, *lines, reference="4711", **extra) -> dict:
    """What the browser posts: lines of (product, quantity, unit cost)."""
    fields = {"supplier": supplier.pk if supplier else "", "their_reference": reference, "received_on": "2026-11-24"}
    fields |= {"set_cost": "on", "items-TOTAL_FORMS": len(lines), "items-INITIAL_FORMS": 0, **extra}
    for place, line in enumerate(lines):
        values = zip(("product", "quantity", "unit_cost"), line, strict=False)
        fields |= {f"items-{place}-{name}": getattr(value, "pk", value) for name, value in values}
    return fields


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_a_delivery_is_typed_and_its_page_shows_what_came(as_admin, acme, chai):
    tea = make_product(stock=0, name="Tea", sku="T-1", cost_price="1.00")
    assert "Use as new cost price" in text(as_admin.get(reverse(ADD)))
    answer = as_admin.post(reverse(ADD), data(acme, (chai, "20", "6,20"), (tea, "3", "")))
    done = Delivery.objects.get()
    assert answer.status_code == 302 and answer.headers["Location"].endswith(f"/{done.pk}/change/")
    assert (done.supplier, done.their_reference, str(done.received_on)) == (acme, "4711", "2026-11-24")
    assert done.created_by == as_admin.user
    page = text(as_admin.get(answer.headers["Location"]))
    for shown in (done.number, "Acme", "4711", "Chai (NW-1)", "6.20", "124.00", "127.00", "Received"):
        assert shown in page, shown
    chai.refresh_from_db()
    assert (chai.stock_qty, str(chai.cost_price)) == (30, "6.20")
    assert done.number in text(as_admin.get(reverse(LIST)))


def test_sent_twice_it_is_one_delivery_and_sent_again_with_other_goods_it_is_told(as_admin, chai):
    key = as_admin.get(reverse(ADD)).context["adminform"].form["key"].initial
    assert len(key) == 36
    sent = data(None, (chai, "20", "6.20"), reference="", key=key)
    first, second = as_admin.post(reverse(ADD), sent | {"_save": "Save"}), as_admin.post(reverse(ADD), sent)
    done = Delivery.objects.get()
    assert first.headers["Location"] == second.headers["Location"] and f"/{done.pk}/" in second.headers["Location"]
    assert stock_of(chai) == 30
    told = as_admin.post(reverse(ADD), data(None, (chai, "2", "6.20"), reference="", key=key))
    assert "This delivery has been booked already. Below is a new one." in text(told) and stock_of(chai) == 30
    another = told.context["adminform"].form.data["key"]
    assert another != key and another in text(told)
    as_admin.post(reverse(ADD), data(None, (chai, "2", "6.20"), reference="", key=another))
    assert Delivery.objects.count() == 2 and stock_of(chai) == 32


def test_a_note_that_is_booked_already_is_said_at_its_field_and_nothing_typed_is_lost(as_admin, acme, chai):
    make_delivery((chai, 20), supplier=acme, their_reference="4711")
    answer = as_admin.post(reverse(ADD), data(acme, (chai, "12", "6.2005"), reference=" 4711"))
    assert answer.status_code == 200
    number = Delivery.objects.get().number
    assert "Delivery note 4711 of Acme is booked already as <a " in text(answer)
    link = reverse("admin:inventory_delivery_by_number", args=[number])
    assert f'href="{link}">{number}</a>' in answer.content.decode()
    form = answer.context["inline_admin_formsets"][0].formset.forms[0]
    assert (form["quantity"].value(), form["unit_cost"].value()) == ("12", "6.2005")
    assert "Chai (NW-1)" in text(answer) and Delivery.objects.count() == 1


def test_somebody_who_books_the_note_in_between_is_faster_and_nothing_is_lost(as_admin, acme, chai, monkeypatch):
    make_delivery((chai, 20), supplier=acme, their_reference="4711")
    monkeypatch.setattr("inventory.delivery_forms.check_note_is_new", lambda supplier, reference: None)
    answer = as_admin.post(reverse(ADD), data(acme, (chai, "12", "6.20")))
    assert answer.status_code == 200 and "is booked already as DEL-" in text(answer)
    assert answer.context["inline_admin_formsets"][0].formset.forms[0]["quantity"].value() == "12"
    assert said(answer) == [] and Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (("", "1", ""), "This field is required."),
        (("{chai}", "0", ""), "Ensure this value is greater than or equal to 1."),
        (("{chai}", "1", "1.23456"), "Ensure that there are no more than 4 decimal places."),
        (("{chai}", "1", "-1"), "Ensure this value is greater than or equal to 0."),
        (None, "Please say what has come."),
    ],
)
def test_what_is_wrong_is_said_at_its_line(as_admin, acme, chai, line, sentence):
    lines = [] if line is None else [[chai if value == "{chai}" else value for value in line]]
    answer = as_admin.post(reverse(ADD), data(acme, *lines))
    assert answer.status_code == 200 and sentence in text(answer)
    assert not Delivery.objects.exists()


def test_a_cost_above_the_selling_price_is_left_and_told(as_admin, acme, chai):
    answer = as_admin.post(reverse(ADD), data(acme, (chai, "1", "11")))
    assert any("The cost price of Chai (NW-1) was left" in message for message in said(answer))


def test_orders_that_waited_for_it_are_told(as_admin, as_packer, acme, chai):
    buyer, other = make_customer(), make_product(stock=5)
    for pieces in (12, 15, 99):
        create_order(customer=buyer, lines=[NewItem(chai, pieces)], user=None, beyond_stock=True)
    make_order((other, 1))  # which did not wait for this
    (waiting, _) = said(as_admin.post(reverse(ADD), data(acme, (chai, "10", ""))))
    assert "2 waiting orders can be confirmed now." in waiting and "?confirmable=yes" in waiting
    (waiting, _) = said(as_packer.post(reverse(ADD), data(acme, (chai, "1", ""), reference="4712")))
    assert waiting == "2 waiting orders can be confirmed now."


def test_who_may_not_see_costs_is_shown_none_and_writes_none(as_packer, acme, chai):
    page = text(as_packer.get(reverse(ADD)))
    assert "unit_cost" not in page and "set_cost" not in page
    answer = as_packer.post(reverse(ADD), data(acme, (chai, "20", "6.2777")))
    done = Delivery.objects.get()
    assert answer.status_code == 302 and str(done.items.get().unit_cost) == "5.0000"
    chai.refresh_from_db()
    assert str(chai.cost_price) == "5.00"
    for address in (reverse(LIST), answer.headers["Location"]):
        page = text(as_packer.get(address))
        assert done.number in page and "100.00" not in page and "cost" not in page.lower()


def test_reversing_shows_before_and_after_and_asks_why(as_admin, acme, chai):
    done = make_delivery((chai, 20), supplier=acme, their_reference="4711")
    address = reverse("admin:inventory_delivery_reverse_one", args=[done.pk])
    page = as_admin.get(address)
    assert "30 → 10 (−20)" in text(page)
    seen = page.context["form"].initial["last_seen"]
    assert "This field is required" in text(as_admin.post(address, DIALOG | {"last_seen": seen}))
    make_delivery((chai, 1))
    answer = as_admin.post(address, DIALOG | {"last_seen": seen, "reason": "Booked twice"})
    assert "in the meantime" in text(answer) and "31 → 11 (−20)" in text(answer)
    seen = answer.context["form"].data["last_seen"]
    answer = as_admin.post(address, DIALOG | {"last_seen": seen, "reason": "Booked twice"})
    back = Delivery.objects.get(reverses=done)
    assert said(answer) == [f"{done.number} is reversed by {back.number}. Its delivery note can be booked anew."]
    for one, other in ((done, back), (back, done)):
        page = text(as_admin.get(reverse("admin:inventory_delivery_change", args=[one.pk])))
        assert f">{other.number}</a>: Booked twice" in page and "/reverse/" not in page
    assert "was reversed by" in text(as_admin.get(address))


def test_what_stands_in_the_way_of_reversing_is_said_at_once(as_admin, chai):
    done = make_delivery((chai, 20))
    confirm_order(make_order((chai, 27)), user=None)
    page = text(as_admin.get(reverse("admin:inventory_delivery_reverse_one", args=[done.pk])))
    assert "Chai (NW-1): only 3 of 20 left." in page


def test_a_number_in_the_log_leads_to_its_delivery(as_admin, chai):
    done = make_delivery((chai, 1))
    answer = as_admin.get(reverse("admin:inventory_delivery_by_number", args=[done.number]))
    assert answer.headers["Location"] == reverse("admin:inventory_delivery_change", args=[done.pk])
    row = chai.stock_changes.latest("pk")
    page = text(as_admin.get(reverse("admin:inventory_stockchange_change", args=[row.pk])))
    assert f"/number/{done.number}/" in page


def test_deliveries_are_found_by_number_note_and_supplier(as_sales, acme, chai):
    done = make_delivery((chai, 1), supplier=acme, their_reference="4711")
    other = make_delivery((chai, 1), their_reference="5822")
    for query in (f"q={done.number}", "q=471", "q=acme", f"supplier__id__exact={acme.pk}"):
        page = text(as_sales.get(f"{reverse(LIST)}?{query}"))
        assert done.number in page and other.number not in page, query


def test_exports_have_costs_for_whoever_sees_them(as_sales, acme, chai, monkeypatch):
    make_delivery((chai, 20, "617.30"), supplier=acme, their_reference="4711")
    address = reverse("admin:inventory_delivery_export")

    def exported(resource: str) -> str:
        answer = as_sales.post(address, {"format": "1", "resource": resource})
        return b"".join(answer.streaming_content).decode("utf-8-sig")

    assert "total_cost" in exported("0") and "12346" in exported("0")
    assert "unit_cost" in exported("1") and "617.3" in exported("1")
    monkeypatch.setitem(roles.MATRIX, "inventory.view_cost", {roles.ADMIN})
    for resource in ("0", "1"):
        assert "4711" in exported(resource) and "cost" not in exported(resource) and "12346" not in exported(resource)


def test_a_supplier_is_made_changed_archived_and_deleted(as_admin, chai):
    add = reverse("admin:inventory_supplier_add")
    assert as_admin.post(add, {"name": "Acme", "phone": "+49 30 901820"}).status_code == 302
    acme = Supplier.objects.get()
    assert (acme.created_by, acme.phone) == (as_admin.user, "+4930901820")
    assert "Another supplier has this name." in text(as_admin.post(add, {"name": "ACME"}))
    page = as_admin.get(reverse("admin:inventory_supplier_change", args=[acme.pk]))
    done = make_delivery((chai, 1), supplier=acme)
    values = {"name": "Acme GmbH", "last_seen": page.context["adminform"].form.initial["last_seen"]}
    values |= {"deliveries-TOTAL_FORMS": 0, "deliveries-INITIAL_FORMS": 0}
    as_admin.post(reverse("admin:inventory_supplier_change", args=[acme.pk]), values)
    acme.refresh_from_db()
    assert (acme.name, acme.is_active) == ("Acme GmbH", False)
    assert done.number in text(as_admin.get(reverse("admin:inventory_supplier_change", args=[acme.pk])))
    asked = {"app_label": "inventory", "model_name": "delivery", "field_name": "supplier", "term": "acme"}
    assert as_admin.get(reverse("admin:autocomplete"), asked).json()["results"] == []
    delete = reverse("admin:inventory_supplier_delete", args=[acme.pk])
    assert "Archive the supplier instead." in text(as_admin.get(delete))
    as_admin.post(delete, {"post": "yes"})
    assert Supplier.objects.count() == 1
    other = make_supplier()
    as_admin.post(reverse("admin:inventory_supplier_delete", args=[other.pk]), {"post": "yes"})
    assert Supplier.objects.get() == acme


def test_a_product_has_a_supplier_and_is_found_by_it(as_admin, acme, chai):
    page = as_admin.get(reverse("admin:inventory_product_change", args=[chai.pk]))
    values = {"name": "Chai", "sku": "NW-1", "is_active": "on", "cost_price": "5", "selling_price": "10"}
    values |= {"supplier": acme.pk, "supplier_sku": "A-99", "pack_size": "12"}
    values |= {"stock_changes-TOTAL_FORMS": 0, "stock_changes-INITIAL_FORMS": 0}
    values["last_seen"] = page.context["adminform"].form.initial["last_seen"]
    answer = as_admin.post(reverse("admin:inventory_product_change", args=[chai.pk]), values)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    chai.refresh_from_db()
    assert (chai.supplier, chai.supplier_sku, chai.pack_size) == (acme, "A-99", 12)
    make_product(name="Tea")
    page = text(as_admin.get(f"{reverse('admin:inventory_product_changelist')}?supplier__id__exact={acme.pk}"))
    assert "Chai" in page and "Tea" not in page


def test_lists_and_pages_cost_the_same_with_more_rows(as_admin, acme):
    def grow(times):
        for _ in range(times):
            make_delivery((make_product(), 1), supplier=acme, user=make_sales())

    addresses = [reverse(LIST), reverse("admin:inventory_supplier_changelist"), reverse("to_pack")]
    addresses.append(reverse("admin:inventory_supplier_change", args=[acme.pk]))
    grow(2)
    for address in addresses:
        as_admin.get(address)
    few = [queries_of(as_admin, address) for address in addresses]
    grow(12)
    assert [queries_of(as_admin, address) for address in addresses] == few
    assert max(few[:3]) <= 15 and few[3] <= 20, few


def test_receiving_sixty_lines_costs_the_same_as_one(as_admin, acme):
    counts = []
    for lines in (1, 60):
        products = [(make_product(cost_price="1.00"), "2", "3.00") for _ in range(lines)]
        with CaptureQueriesContext(connection) as captured:
            answer = as_admin.post(reverse(ADD), data(acme, *products, reference=str(lines)))
        assert answer.status_code == 302
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 2 and counts[0] <= 60, counts


def test_the_day_is_today_unless_another_one_is_typed(as_admin):
    assert make_admin() and str(timezone.localdate()) in text(as_admin.get(reverse(ADD)))
