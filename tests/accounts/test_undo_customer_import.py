"""Taking an import of customers back: everything as before, unless somebody has built on it since."""

import pytest
from django.db.models import F
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.models import Customer, User
from accounts.services.people import CUSTOMER_FIELDS, save_user
from core.imports.exceptions import AlreadyUndone
from core.imports.registry import undo_import
from tests.factories import make_customer, make_customer_import, make_order, make_product, make_sales

pytestmark = pytest.mark.django_db

LIST = "customer_code,email,first_name,phone\nC-1,known@example.com,Changed,\n,new@example.com,New,+49301111111\n"


def people() -> list[tuple]:
    return list(User.objects.order_by("email").values_list("pk", "password", *CUSTOMER_FIELDS))


def known(**fields) -> Customer:
    return make_customer(email="known@example.com", first_name="Known", last_name="", **fields)


def test_new_customers_go_and_changed_ones_are_what_they_were():
    user, old = make_sales(), known()
    before = people()
    record = make_customer_import(LIST, user=user)
    assert people() != before
    record = undo_import(record, user=user)
    assert (record.not_undone, record.undone_by, people()) == ("", user, before)
    latest = old.history.first()
    assert (latest.history_change_reason, latest.first_name) == ("Import list.csv undone", "Known")
    gone = Customer.history.filter(email="new@example.com").first()
    assert (gone.history_type, gone.history_user) == ("-", user)
    assert not Customer.objects.filter(pk=record.rows.get(name="New").object_id).exists()
    with pytest.raises(AlreadyUndone, match="list.csv was undone by"):
        undo_import(record, user=user)


def change(customer):
    customer.address = "Mine"
    save_user(customer, by=None)


def order(customer):
    make_order((make_product(), 1), customer=customer)


def give_password(customer):
    customer.set_password("correct horse")
    save_user(customer, by=None)


def deactivate(customer):
    customer.is_active = False
    save_user(customer, by=None)


def promote(customer):
    customer.role = "SALES"
    save_user(customer, by=None)


def delete(customer):
    customer.delete()


@pytest.mark.parametrize(
    ("touch", "reason"),
    [
        (change, "stays, because “address” has been changed since."),
        (order, "stays, because other records refer to them."),
        (give_password, "stays, because they have been given a password."),
        (deactivate, "stays, because “active” has been changed since."),
        (promote, "stays, because they are a member of staff now."),
        (delete, "has been deleted since."),
    ],
)
def test_a_new_customer_that_somebody_has_built_on_stays_and_the_reason_is_told(touch, reason):
    record = make_customer_import(LIST.replace("known", "second"))
    touch(Customer.objects.get(email="new@example.com"))
    record = undo_import(record, user=None)
    assert record.not_undone == f"New (new@example.com): {reason}"
    assert not Customer.objects.filter(email="second@example.com").exists()
    assert User.objects.filter(email="new@example.com").exists() == (touch is not delete)


def test_values_changed_since_stay():
    customer = known()
    record = make_customer_import(LIST)
    customer.refresh_from_db()
    customer.first_name = "Mine"
    save_user(customer, by=None)
    assert undo_import(record, user=None).not_undone == (
        "Changed (C-1): the values stay, because “first name” has been changed since."
    )
    customer.refresh_from_db()
    assert (customer.first_name, customer.customer_code) == ("Mine", "C-1")


def test_an_old_e_mail_that_somebody_else_has_by_now_is_not_given_back():
    customer = known(customer_code="C-1")
    record = make_customer_import("customer_code,email\nC-1,moved@example.com\n")
    make_customer(email="known@example.com")
    assert "somebody else has the old e-mail now" in undo_import(record, user=None).not_undone
    customer.refresh_from_db()
    assert customer.email == "moved@example.com"


def test_who_was_deactivated_by_the_import_is_active_again_and_their_old_tokens_stay_dead():
    customer = known()
    record = make_customer_import("email,is_active\nknown@example.com,no\n")
    undo_import(record, user=None)
    customer.refresh_from_db()
    assert (customer.is_active, customer.token_version) == (True, 2)


# Whatever the list says

values = st.tuples(
    st.sampled_from(["", "C-1", "C-2", "C-3"]),
    st.sampled_from(["a@example.com", "b@example.com", "c@example.com", "d@example.com"]),
    st.sampled_from(["Ann", "名", "=1+1"]),
    st.sampled_from(["", "+49301111111", "+49302222222"]),
    st.sampled_from(["", "0", "-1.5"]),
    st.sampled_from(["", "yes", "no"]),
)
lists = st.lists(values, min_size=1, max_size=4)


class ImportThenUndo(TestCase):
    @settings(max_examples=80, deadline=None)
    @given(known=lists, listed=lists)
    def test_leaves_all_customers_as_they_were(self, known, listed):
        header = "customer_code,email,first_name,phone,opening_balance,is_active\n"
        make_customer_import(header + "".join(",".join(row) + "\n" for row in known), leave_out_errors=True)
        before = people()
        text = header + "".join(",".join(row) + "\n" for row in listed)
        record = make_customer_import(text, leave_out_errors=True)
        if record is not None:
            left = undo_import(record, user=None).not_undone
            assert all(line.endswith("its opening balance is taken back.") for line in left.splitlines())
        old = [person[0] for person in before]
        assert [person for person in people() if person[0] in old] == before
        assert not Customer.objects.exclude(pk__in=old).exclude(is_active=False, opening_balance=0).exists()
        assert not Customer.objects.exclude(balance=F("opening_balance")).exists()


# In the admin


def test_an_admin_undoes_an_import_from_its_page(as_admin):
    known()
    record = make_customer_import(LIST, user=as_admin.user)
    listed = as_admin.get(reverse("admin:core_importrecord_changelist")).content.decode()
    assert "list.csv" in listed and str(as_admin.user) in listed
    address = reverse("admin:core_importrecord_change", args=[record.pk])
    page = as_admin.get(address).content.decode()
    assert "First name Known → Changed" in page and "Phone +49301111111" in page and "Undo this import" in page
    undo = reverse("admin:core_importrecord_undo", args=[record.pk])
    asked = " ".join(as_admin.get(undo).content.decode().split())
    assert "1 changed record gets its old values back. 1 new record is deleted." in asked
    as_admin.post(undo, {"_form_submitted": "on", "last_seen": "None"})
    assert Customer.objects.get().first_name == "Known"
    assert "Undo this import" not in as_admin.get(address).content.decode()
