"""Many records at once leave in the database what saving them one by one would."""

from decimal import Decimal

import pytest
from django.db import DataError, IntegrityError, transaction

from core.bulk import create_all, delete_all, update_all
from core.channels import Channel, change_channel
from inventory.models import Product
from tests.factories import make_product, make_sales

pytestmark = pytest.mark.django_db
VALUES = {"name": "Tea", "category": "Drinks", "cost_price": Decimal("1.5"), "selling_price": Decimal(2)}


def facts(product: Product) -> dict:
    skipped = {"id", "sku", "created_at", "modified_at"}
    return {
        field.name: getattr(product, field.attname)
        for field in Product._meta.concrete_fields
        if field.name not in skipped
    }


def last_version(product: Product) -> tuple:
    version = product.history.latest("history_id")
    return (
        version.history_type,
        version.history_user,
        version.history_change_reason,
        version.channel,
        version.selling_price,
    )


@transaction.atomic
def test_new_records_are_the_same_as_saved_ones_and_know_their_ids():
    user = make_sales()
    one, two = Product(sku="A-1", **VALUES), Product(sku=" b-2 ", **VALUES)
    saved = Product(sku="C-3", **VALUES, created_by=user, modified_by=user)
    saved.save()

    with change_channel(Channel.IMPORT):
        create_all(Product, [one, two], reason="Import x", user=user)

    stored = Product.objects.get(sku="B-2")
    assert (one.pk, two.pk, one._state.adding) == (saved.pk + 1, saved.pk + 2, False)
    assert stored.pk == two.pk
    assert facts(stored) == facts(Product.objects.get(pk=saved.pk))
    assert stored.created_at == stored.history.get().history_date
    assert last_version(stored) == ("+", user, "Import x", "import", Decimal("2.00"))
    assert make_product().pk > two.pk


@transaction.atomic
def test_only_the_named_fields_are_written_and_the_version_has_all():
    user = make_sales()
    product = make_product(sku="A-1", name="Chai", selling_price=Decimal(1))
    product.name, product.selling_price = "Never", Decimal("2.50")

    update_all(Product, [product], ["selling_price"], reason="Up", user=user)

    stored = Product.objects.get()
    assert (stored.name, stored.selling_price, stored.modified_by) == ("Chai", Decimal("2.50"), user)
    assert stored.modified_at == product.modified_at
    assert last_version(stored) == ("~", user, "Up", "command", Decimal("2.50"))


@transaction.atomic
def test_deleted_records_leave_their_last_version():
    product = make_product(sku="A-1", stock=0)

    delete_all(Product, [product], reason="Gone", user=None)

    assert not Product.objects.exists()
    assert Product.history.latest("history_id").history_type == "-"
    assert Product.history.latest("history_id").history_change_reason == "Gone"


def test_a_key_that_is_taken_is_refused_as_ever():
    make_product(sku="A-1")

    with pytest.raises(IntegrityError), transaction.atomic():
        create_all(Product, [Product(sku="A-1", **VALUES)], reason="", user=None)


@pytest.mark.postgres
def test_a_text_that_is_too_long_is_refused_and_never_cut():
    product = make_product()
    product.category = "x" * 101

    with pytest.raises(DataError), transaction.atomic():
        update_all(Product, [product], ["category"], reason="", user=None)


def test_nothing_is_written_of_no_records():
    create_all(Product, [], reason="", user=None)
    update_all(Product, [], ["name"], reason="", user=None)
    delete_all(Product, [], reason="", user=None)

    assert not Product.history.exists()
