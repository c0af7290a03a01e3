"""Two records of one customer become one: what moves, what stays, and what is refused."""

from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError
from django.urls import reverse

from accounts.exceptions import CannotMerge, CustomerMerged
from accounts.models import Customer, User
from accounts.services.people import save_user
from core.exceptions import RecordChanged
from core.imports.registry import undo_import
from inventory.stock_check import check_stock
from sales.exceptions import CustomerInactive
from sales.merging import merge_customers, plan_merge
from sales.models import Order
from sales.services.orders import cancel_order, confirm_order
from tests.clients import Caller, said
from tests.factories import make_admin, make_customer, make_customer_import, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db


def acme(**fields) -> Customer:
    values = {"company": "Acme GmbH", "first_name": "", "last_name": "", "email": None, **fields}
    return make_customer(**values)


@pytest.fixture
def records():
    source = acme(customer_code="C-1", email="old@acme.example", phone="+4930901820", opening_balance=Decimal("-20.00"))
    target = acme(customer_code="C-2", address="Dock 1\n20457 Hamburg", opening_balance=Decimal("100.00"))
    return source, target


def reloaded(*customers):
    return [Customer.objects.get(pk=customer.pk) for customer in customers]


def test_orders_of_every_status_move_with_a_line_in_their_history(records):
    user, product = make_admin(), make_product(stock=20)
    source, target = records
    orders = [make_order((product, 1), customer=source) for _ in range(3)]
    confirm_order(orders[0], user=user)
    confirm_order(orders[1], user=user)
    cancel_order(orders[1], user=user)
    other = make_order((product, 1))
    merge_customers(source, target, user=user)
    assert set(Order.objects.filter(customer=target)) == set(orders)
    assert Order.objects.get(pk=other.pk).history.count() == 1
    for order in orders:
        latest = order.history.first()
        assert (latest.customer_id, latest.history_user) == (target.pk, user)
        assert latest.history_change_reason == "Acme GmbH (C-1) merged into Acme GmbH (C-2)"
    cancel_order(orders[0], user=user)
    assert check_stock().problem == ""


def test_the_merged_record_is_deactivated_and_says_where_it_went(records):
    source, target = reloaded(*records)
    merge_customers(source, target, user=None)
    source, target = reloaded(source, target)
    assert (source.is_active, source.merged_into_id, source.opening_balance) == (False, target.pk, 0)
    assert (target.is_active, target.opening_balance, target.customer_code) == (True, Decimal("80.00"), "C-2")
    with pytest.raises(CustomerInactive):
        make_order((make_product(), 1), customer=source)


def test_what_the_record_that_stays_lacks_is_filled_in_and_what_it_has_is_kept(records):
    source, target = records
    source.address, source.tax_id, source.payment_days = "Elsewhere", "DE123456789", 0
    save_user(source, by=None)
    merge_customers(source, target, user=None)
    source, target = reloaded(source, target)
    assert (target.email, target.phone, target.tax_id, target.payment_days) == (
        "old@acme.example",
        "+4930901820",
        "DE123456789",
        0,
    )
    assert target.address == "Dock 1\n20457 Hamburg" and source.email is None and not source.can_sign_in


def test_the_picture_moves_and_its_file_stays(records, django_capture_on_commit_callbacks):
    source, target = records
    source.avatar.save("one.png", ContentFile(b"a picture"))
    with django_capture_on_commit_callbacks(execute=True):
        merge_customers(source, target, user=None)
    source, target = reloaded(source, target)
    assert not source.avatar and default_storage.exists(target.avatar.name)


def test_tokens_of_the_merged_record_end(records):
    source, target = records
    caller = Caller(source)
    assert caller.get("/auth/me/").status_code == 200
    merge_customers(source, target, user=None)
    assert caller.get("/auth/me/").status_code == 401


def test_a_merged_record_cannot_be_activated_at_any_door(records, as_admin):
    source, target = records
    merge_customers(source, target, user=None)
    source = Customer.objects.get(pk=source.pk)
    source.is_active = True
    with pytest.raises(CustomerMerged, match="Acme GmbH has been merged into Acme GmbH"):
        save_user(source, by=None)
    answer = Caller(as_admin.user).patch(f"/customers/{source.pk}/", {"is_active": True})
    assert answer.status_code == 409 and "has been merged into" in answer.json()["detail"]
    with pytest.raises(IntegrityError):
        User.objects.filter(pk=source.pk).update(is_active=True)


def test_records_merged_earlier_follow(records):
    source, target = records
    first = acme(customer_code="C-0")
    merge_customers(first, source, user=None)
    merge_customers(source, target, user=None)
    assert Customer.objects.get(pk=first.pk).merged_into_id == target.pk


@pytest.mark.parametrize(
    ("prepare", "reason"),
    [
        (lambda source, target: target.__dict__.update(pk=source.pk, id=source.pk), "choose another record"),
        (lambda source, target: User.objects.filter(pk=target.pk).update(is_active=False), "is deactivated"),
        (lambda source, target: User.objects.filter(pk=target.pk).update(role="SALES", email="x@y.example"), "staff"),
        (lambda source, target: merge_customers(source, acme(customer_code="C-9"), user=None), "has been merged into"),
        (
            lambda source, target: (
                User.objects.filter(pk=target.pk).update(opening_balance="9999999999.99")
                and User.objects.filter(pk=source.pk).update(opening_balance="0.01")
            ),
            "more than an amount may be",
        ),
    ],
    ids=["itself", "deactivated", "colleague", "twice", "too much"],
)
def test_what_cannot_be_merged_is_refused_and_nothing_moves(records, prepare, reason):
    source, target = records
    make_order((make_product(), 1), customer=source)
    prepare(source, target)
    before = list(User.objects.order_by("pk").values()), list(Order.objects.values())
    with pytest.raises(CannotMerge, match=reason):
        merge_customers(source, target, user=None)
    assert before == (list(User.objects.order_by("pk").values()), list(Order.objects.values()))


def test_an_order_that_came_after_the_page_was_shown_is_seen_first(records):
    source, target = records
    seen = plan_merge(source, target).fingerprint
    make_order((make_product(), 1), customer=source)
    with pytest.raises(RecordChanged, match="Please look again"):
        merge_customers(source, target, user=None, last_seen=seen)
    assert Order.objects.get().customer_id == source.pk


def test_an_import_that_names_the_merged_record_is_told_where_it_went(records):
    source, target = records
    merge_customers(source, target, user=None)
    assert make_customer_import("customer_code,tax_id\nC-1,X\n") is None
    assert Customer.objects.get(pk=source.pk).tax_id == ""


def test_undoing_the_import_that_made_or_changed_it_leaves_a_merged_record_alone():
    made = make_customer_import("customer_code,company\nNEW,Acme GmbH\n")
    changed = make_customer_import("customer_code,tax_id\nNEW,DE1\n")
    source, target = Customer.objects.get(customer_code="NEW"), acme(customer_code="C-2")
    merge_customers(source, target, user=None)
    assert "has been merged into another one" in undo_import(changed, user=None).not_undone
    assert "stays" in undo_import(made, user=None).not_undone
    assert Customer.objects.get(pk=source.pk).merged_into_id == target.pk


# The page


def page_of(source) -> str:
    return reverse("admin:accounts_customer_merge_customer", args=[source.pk])


def test_an_admin_chooses_sees_what_moves_and_merges(records, as_admin):
    source, target = records
    make_order((make_product(), 1), customer=source)
    url = page_of(source)
    assert url in as_admin.get(reverse("admin:accounts_customer_change", args=[source.pk])).content.decode()
    assert as_admin.get(url).context["merge"] is None
    shown = as_admin.get(url, {"into": target.pk})
    text = shown.content.decode()
    for sentence in ("1 order moves to Acme GmbH (C-2).", "old@acme.example", "80.00", "Dock 1"):
        assert (sentence in text) == (sentence != "Dock 1")
    data = {"into": target.pk, "last_seen": shown.context["merge"].fingerprint}
    response = as_admin.post(url, data)
    assert response.status_code == 302 and "Acme GmbH (C-1) has been merged into this record." in said(response)[0]
    page = as_admin.get(reverse("admin:accounts_customer_change", args=[source.pk])).content.decode()
    assert reverse("admin:accounts_customer_change", args=[target.pk]) in page and url not in page
    history = as_admin.get(reverse("admin:accounts_customer_history", args=[target.pk])).content.decode()
    assert "Acme GmbH · C-1" in history and "Acme GmbH (C-1) merged into Acme GmbH (C-2)" in history


def test_nothing_is_merged_that_the_page_did_not_show(records, as_admin):
    source, target = records
    url = page_of(source)
    seen = as_admin.get(url, {"into": target.pk}).context["merge"].fingerprint
    make_order((make_product(), 1), customer=source)
    for data in ({"into": target.pk, "last_seen": seen}, {"into": target.pk}):
        response = as_admin.post(url, data)
        assert "Please look again" in response.content.decode() and response.context["merge"].orders == 1
    assert Customer.objects.get(pk=source.pk).is_active
    as_admin.post(url, {"into": target.pk, "last_seen": response.context["merge"].fingerprint})
    assert not Customer.objects.get(pk=source.pk).is_active


@pytest.mark.parametrize("into", ["", "0", "nonsense", "99999999999999999999", "self"])
def test_nonsense_is_refused_in_words(records, as_admin, into):
    source, _ = records
    into = source.pk if into == "self" else into
    for method in ("get", "post"):
        response = getattr(as_admin, method)(page_of(source), {"into": into})
        assert response.status_code == 200 and response.context["errors"] and response.context["merge"] is None
    assert Customer.objects.get(pk=source.pk).is_active


def test_sales_people_do_not_merge(records, as_sales):
    source, target = records
    assert as_sales.get(page_of(source)).status_code == 403
    assert as_sales.post(page_of(source), {"into": target.pk, "last_seen": "?"}).status_code == 403
    assert (
        page_of(source)
        not in as_sales.get(reverse("admin:accounts_customer_change", args=[source.pk])).content.decode()
    )


def test_merging_costs_the_same_with_many_orders(records):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts, product, user = [], make_product(stock=1000), make_sales()
    for number in (2, 40):
        source = acme(customer_code=f"S-{number}")
        for _ in range(number):
            make_order((product, 1), customer=source)
        with CaptureQueriesContext(connection) as captured:
            merge_customers(source, records[1], user=user)
        counts.append(len(captured))
    assert counts[1] <= counts[0] + 3  # SQLite writes some rows in a statement
