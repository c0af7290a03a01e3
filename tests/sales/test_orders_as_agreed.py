"""What was agreed stays on the order: names, addresses, the customer's reference, the day, the text; and the note."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.services.people import save_user
from config import doctor
from core.exceptions import RecordChanged
from inventory.models import StockChange
from sales.exceptions import CustomerInactive
from sales.models import Order
from sales.services.amendments import confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order, edit_order
from sales.services.terms import annotate_order
from tests.clients import Caller, said
from tests.factories import make_admin, make_customer, make_order, make_product, make_sales
from tests.forms import DIALOG, form_data

pytestmark = pytest.mark.django_db

DAY = date(2027, 1, 15)
TERMS = {
    "customer_reference": "PO 4711",
    "wanted_on": DAY,
    "note": "Rings twice",
    "text": "Valid for two weeks",
    "delivery_address": "Dock 9",
}


def make_firm(**fields):
    values = {"company": "Acme GmbH", "first_name": "", "last_name": "", "email": None, "address": "Quay 1\nHamburg"}
    return make_customer(**{**values, **fields})


def moves(customer) -> None:
    customer.company, customer.address, customer.delivery_address = "Zeta AG", "Alp 2\nBern", "Ramp 3"
    save_user(customer, by=None)


def agreed_with(order) -> tuple[str, str, str]:
    order.refresh_from_db()
    return order.customer_name, order.customer_address, order.delivery_address


def paper(client, order, kind="print_order") -> str:
    return client.get(reverse(f"admin:sales_order_{kind}", args=[order.pk])).content.decode()


def test_a_confirmed_order_still_shows_the_old_name_and_address_and_a_new_one_the_new(as_sales):
    acme, tea = make_firm(), make_product()
    order = confirm_order(make_order((tea, 1), customer=acme), user=None)
    moves(acme)
    new = make_order((tea, 1), customer=acme)
    sales = Caller(as_sales.user)
    assert agreed_with(order) == ("Acme GmbH", "Quay 1\nHamburg", "")
    assert agreed_with(new) == ("Zeta AG", "Alp 2\nBern", "Ramp 3")
    for shown in (paper(as_sales, order), paper(as_sales, order, "print_packing_slip")):
        assert "Acme GmbH" in shown and "Quay 1" in shown
        assert "Zeta" not in shown and "Alp 2" not in shown and "Ramp 3" not in shown
    told = {row["id"]: (row["customer"], row["delivery_address"]) for row in sales.get("/orders/").json()["results"]}
    assert told == {order.pk: ("Acme GmbH", ""), new.pk: ("Zeta AG", "Ramp 3")}
    assert sales.get(f"/orders/{order.pk}/").json()["customer"] == "Acme GmbH"


def test_editing_and_confirming_write_down_the_customer_anew():
    acme, tea = make_firm(), make_product()
    edited, confirmed = (make_order((tea, 1), customer=acme) for _ in range(2))
    moves(acme)
    edit_order(edited, customer=acme, lines=[NewItem(tea, 2)], user=None)
    confirm_order(confirmed, user=None)
    assert agreed_with(edited) == agreed_with(confirmed) == ("Zeta AG", "Alp 2\nBern", "Ramp 3")
    cancel_order(confirmed, user=None)
    acme.company = "Third"
    save_user(acme, by=None)
    assert agreed_with(confirmed)[0] == "Zeta AG"


def test_a_person_is_named_by_name_and_a_firm_with_whom_one_speaks_to():
    person = make_order(
        (make_product(), 1), customer=make_customer(first_name="Ada", last_name="Lee", address="Hill 1")
    )
    assert agreed_with(person) == ("Ada Lee", "Hill 1", "")
    firm = make_order((make_product(), 1), customer=make_firm(first_name="Bo", last_name="May"))
    assert agreed_with(firm) == ("Acme GmbH", "Bo May\nQuay 1\nHamburg", "")


def test_terms_are_kept_left_as_they_are_and_changed():
    acme, tea = make_firm(delivery_address="Ramp 1"), make_product()
    order = create_order(customer=acme, lines=[NewItem(tea, 1)], user=None, **TERMS)
    order.refresh_from_db()
    assert {name: getattr(order, name) for name in TERMS} == TERMS
    edit_order(order, customer=acme, lines=[NewItem(tea, 2)], user=None, text="")
    order.refresh_from_db()
    assert {name: getattr(order, name) for name in TERMS} == {**TERMS, "text": ""}
    edit_order(order, customer=acme, lines=[NewItem(tea, 2)], user=None, delivery_address="", wanted_on=None)
    order.refresh_from_db()
    assert (order.delivery_address, order.wanted_on) == ("Ramp 1", None)
    edit_order(order, customer=make_firm(company="Other"), lines=[NewItem(tea, 2)], user=None)
    assert agreed_with(order) == ("Other", "Quay 1\nHamburg", "")
    assert order.customer_reference == "PO 4711"


def test_what_waits_of_an_order_goes_where_the_order_goes():
    tea = make_product(stock=3)
    order = create_order(customer=make_firm(), lines=[NewItem(tea, 5)], user=None, beyond_stock=True, **TERMS)
    rest = confirm_partly(order, user=None).backorders.get()
    assert {name: getattr(rest, name) for name in TERMS} == TERMS
    assert agreed_with(rest) == ("Acme GmbH", "Quay 1\nHamburg", "Dock 9")


def test_a_note_is_changed_in_any_status_and_moves_nothing():
    tea = make_product(stock=5)
    pending, confirmed, cancelled = (make_order((tea, 1)) for _ in range(3))
    confirm_order(confirmed, user=None), confirm_order(cancelled, user=None), cancel_order(cancelled, user=None)
    before = StockChange.objects.count()
    for order in (pending, confirmed, cancelled):
        order.refresh_from_db()
        status, seen = order.status, order.modified_at
        annotate_order(order, note="Fragile", wanted_on=DAY, user=None, last_seen=seen)
        with pytest.raises(RecordChanged):
            annotate_order(order, note="Late", wanted_on=None, user=None, last_seen=seen)
        order.refresh_from_db()
        assert (order.note, order.wanted_on, order.status) == ("Fragile", DAY, status)
        assert order.history.first().note == "Fragile"
    assert StockChange.objects.count() == before


def test_the_dialog_changes_the_note_of_a_confirmed_order(as_sales):
    order = confirm_order(make_order((make_product(), 1)), user=None)
    address = reverse("admin:sales_order_annotate_order", args=[order.pk])
    last_seen = as_sales.get(address).context["form"].initial["last_seen"]
    data = {**DIALOG, "note": "Rings twice", "wanted_on": "2027-01-15", "last_seen": last_seen}
    assert said(as_sales.post(address, data)) == [f"The note of {order} is saved."]
    page = as_sales.get(reverse("admin:sales_order_change", args=[order.pk])).content.decode()
    assert "Rings twice" in page
    assert "has changed" in as_sales.post(address, data).content.decode()  # somebody was faster: this was


def test_the_form_takes_and_keeps_the_terms(as_sales):
    acme, other, tea = make_firm(delivery_address="Ramp 1"), make_firm(company="Other"), make_product()
    typed = {**TERMS, "wanted_on": "2027-01-15"}
    as_sales.post(reverse("admin:sales_order_add"), form_data(acme, (tea, 1, ""), **typed))
    order = Order.objects.get()
    assert {name: getattr(order, name) for name in TERMS} == TERMS
    change = reverse("admin:sales_order_change", args=[order.pk])
    as_sales.post(change, form_data(other, (tea, 1, ""), **typed, last_seen=order.modified_at.isoformat()))
    assert agreed_with(order) == ("Other", "Quay 1\nHamburg", "")  # the old customer's dock is not theirs
    long = form_data(other, (tea, 1, ""), customer_reference="x" * 101)
    assert "customer_reference" in as_sales.post(change, long).context["adminform"].form.errors


def test_the_paper_is_an_offer_until_it_is_confirmed_and_never_has_the_note(as_sales):
    order = create_order(customer=make_firm(), lines=[NewItem(make_product(), 1)], user=None, **TERMS)
    pending = paper(as_sales, order)
    for printed in (
        f"Quotation {order}",
        "Your reference",
        "PO 4711",
        "Valid for two weeks",
        "Dock 9",
        "Jan. 15, 2027",
    ):
        assert printed in pending
    confirm_order(order, user=None)
    confirmed, slip = paper(as_sales, order), paper(as_sales, order, "print_packing_slip")
    assert f"Order {order}" in confirmed and "Quotation" not in confirmed
    assert "Rings twice" not in pending + confirmed + slip


def test_the_packing_slip_goes_along_the_shelves(as_sales):
    lines = [make_product(name=name, shelf=shelf) for name, shelf in (("Nail", "C-2"), ("Oil", ""), ("Axe", "A-1"))]
    slip = paper(as_sales, make_order(*[(product, 1) for product in lines]), "print_packing_slip")
    assert slip.index("Axe") < slip.index("Nail") < slip.index("Oil")
    assert "A-1" in slip and "Shelf" in slip
    order = paper(as_sales, make_order(*[(product, 1) for product in lines]))
    assert order.index("Nail") < order.index("Oil") < order.index("Axe") and "C-2" not in order
    assert "Shelf" not in paper(as_sales, make_order((make_product(), 1)), "print_packing_slip")


# Over the API


def test_the_api_takes_and_tells_the_terms_and_customers_get_no_note():
    acme, tea = make_firm(delivery_address="Ramp 1"), make_product()
    sales, body = Caller(make_sales()), {**TERMS, "wanted_on": "2027-01-15"}
    body |= {"customer_id": acme.pk, "items": [{"product_id": tea.pk, "quantity": 1}]}
    told = sales.post("/orders/", body).json()
    assert {name: told[name] for name in TERMS} == {**TERMS, "wanted_on": "2027-01-15"}
    address = f"/orders/{told['id']}/"
    told = sales.patch(address, {"customer_reference": "PO 4712", "delivery_address": None}).json()
    assert (told["customer_reference"], told["delivery_address"], told["text"]) == (
        "PO 4712",
        "Ramp 1",
        "Valid for two weeks",
    )
    for reference in ("x" * 101, "PO\u00074712"):
        assert sales.patch(address, {"customer_reference": reference}).json().keys() == {"customer_reference"}
    back = sales.put(address, {**told, "status": "CONFIRMED"}).json()  # as a frontend sends it
    assert back["status"] == "CONFIRMED"
    assert sales.patch(address, {"text": "Other"}).status_code == 409


def test_a_customer_orders_with_a_reference_and_neither_reads_nor_writes_notes():
    customer, tea = make_customer(), make_product()
    caller, lines = Caller(customer), [{"product_id": tea.pk, "quantity": 1}]
    told = caller.post("/orders/", {"items": lines, "customer_reference": "Mine", "note": "x"}).json()
    assert (told["customer_reference"], "note" in told) == ("Mine", False)
    order = Order.objects.get()
    assert order.note == ""
    annotate_order(order, note="Owes us", wanted_on=None, user=None)
    for address in ("/orders/", f"/orders/{order.pk}/"):
        assert "Owes us" not in caller.get(address).content.decode()
        assert "Owes us" in Caller(make_sales()).get(address).content.decode()
    assert caller.patch(f"/orders/{order.pk}/", {"note": "x"}).status_code == 403


def test_sales_people_annotate_any_order_over_the_api_and_change_only_their_own():
    order = confirm_order(make_order((make_product(), 1), user=make_admin()), user=None)
    sales, address = Caller(make_sales()), f"/orders/{order.pk}/"
    told = sales.patch(address, {"note": "Fragile", "wanted_on": "2027-01-15"}).json()
    assert (told["note"], told["wanted_on"], told["status"]) == ("Fragile", "2027-01-15", "CONFIRMED")
    assert sales.patch(address, {"note": None}).json()["note"] == ""
    assert sales.patch(address, {"note": "x", "text": "y"}).status_code == 403


# Customers who have been deactivated


def test_confirming_for_a_deactivated_customer_is_refused_at_every_door(as_sales):
    customer, tea = make_customer(), make_product(stock=9)
    order = make_order((tea, 1), customer=customer)
    customer.is_active = False
    save_user(customer, by=None)
    refusal = f"{customer} is not an active customer and cannot order."
    with pytest.raises(CustomerInactive):
        confirm_order(order, user=None)
    with pytest.raises(CustomerInactive):
        confirm_partly(order, user=None)
    sales = Caller(as_sales.user)
    for answer in (
        sales.post(f"/orders/{order.pk}/confirm/"),
        sales.post(f"/orders/{order.pk}/confirm/", {"partly": True}),
        sales.patch(f"/orders/{order.pk}/", {"status": "CONFIRMED"}),
    ):
        assert (answer.status_code, answer.json()) == (409, {"detail": refusal})
    assert refusal in as_sales.post(reverse("admin:sales_order_confirm_one", args=[order.pk]), DIALOG).content.decode()
    listed = {"action": "confirm_selected", "_selected_action": [order.pk]}
    assert refusal in as_sales.post(reverse("admin:sales_order_changelist"), listed).content.decode()
    seen = f"{order.pk}@{Order.objects.get().modified_at.isoformat()}"
    results = as_sales.post(reverse("admin:sales_order_changelist"), {**listed, "orders": seen})
    assert refusal in results.content.decode()
    order.refresh_from_db()
    assert order.status == "PENDING"
    cancel_order(order, user=None)


def test_the_doctor_finds_an_order_without_its_snapshot():
    order = make_order((make_product(), 1))
    assert doctor.order_snapshots().level == "ok"
    Order.objects.update(customer_name="")
    assert str(doctor.order_snapshots()) == (
        f"problem  1 order without the customer's name as it was then, e.g. {order}."
    )
