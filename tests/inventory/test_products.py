"""Products: one spelling of a SKU at every door, and what the database refuses."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils.html import escape
from hypothesis import given
from hypothesis import strategies as st

from core.images import clean_image
from inventory.exceptions import ProductInUse, SkuTaken
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from inventory.services.products import delete_product, save_product
from inventory.skus import normalise_sku
from inventory.stock_status import StockStatus
from sales.models import OrderItem
from sales.services.orders import cancel_order, confirm_order
from tests.factories import make_order, make_product, make_sales
from tests.files import picture
from tests.imports import import_list

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("typed", ["ab-1", " AB-1 ", "\u00a0ab-1\u3000", "Ab-1\t"])
def test_a_sku_is_trimmed_and_upper_cased_at_every_door(typed):
    product = make_product(sku=typed)
    product.refresh_from_db()
    assert product.sku == "AB-1"
    assert Product.objects.get(sku=typed) == product


@given(st.text(max_size=30))
def test_a_normalised_sku_stays_as_it_is(text):
    assert normalise_sku(normalise_sku(text)) == normalise_sku(text)


ODD_SKUS = ["A*1", "(2) RED, LARGE", '50% "NEW"', "A'B", "<B>", "=1+1", "A/B?C=D&E#F", "😀", "A;B|C", "-5", "__"]


@pytest.mark.parametrize("sku", ["A-1", "a_b/c.d+e#f", "ÄÖ 12", "007", "رقم 5", "A B C", *ODD_SKUS])
def test_these_are_skus(sku):
    product = Product(sku=sku, name="x", selling_price=1)
    product.full_clean()
    assert product.sku == normalise_sku(sku)


@pytest.mark.parametrize("sku", ["", "A  B", "A\nB", "A\u200bB", "A\u00a0B", "A" * 101, "A\x00B", "A\u202eB"])
def test_these_are_not_skus(sku):
    with pytest.raises(ValidationError) as refusal:
        Product(sku=sku, name="x", selling_price=1).full_clean()
    assert set(refusal.value.message_dict) == {"sku"}


@pytest.mark.parametrize("sku", ODD_SKUS)
def test_every_printable_sku_is_found_shown_and_exported(as_admin, sku):
    product, other = make_product(sku=sku), make_product(sku="OTHER")
    changelist = reverse("admin:inventory_product_changelist")
    found = as_admin.get(changelist, {"q": sku})
    assert product in found.context["cl"].queryset and other not in found.context["cl"].queryset
    assert escape(sku) in found.content.decode()
    assert escape(sku) in as_admin.get(reverse("admin:inventory_product_change", args=[product.pk])).content.decode()
    exported = ProductResource().export([product]).csv
    back = import_list(exported, ProductResource, dry_run=True)
    assert back.report.counts["unchanged"] == 1, back.report.rows


def test_two_products_cannot_have_skus_that_differ_only_in_case():
    make_product(sku="ab-1")
    with pytest.raises(ValidationError, match="Another product has this SKU"):
        Product(sku="AB-1 ", name="x", selling_price=1).full_clean()
    with pytest.raises(SkuTaken, match="the SKU AB-1"):
        make_product(sku="AB-1")


@pytest.mark.parametrize(
    ("column", "value"), [("stock_qty", -1), ("cost_price", -1), ("selling_price", "-0.01"), ("sku", "")]
)
def test_the_database_itself_refuses_what_cannot_be(column, value):
    product = make_product()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(**{column: value})


def test_the_database_refuses_negative_stock_in_plain_sql():
    product = make_product()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_product SET stock_qty = -1 WHERE id = %s", [product.pk])


def test_selling_below_cost_is_refused_unless_the_firm_allows_it(settings):
    product = Product(sku="A", name="x", cost_price=Decimal("5.00"), selling_price=Decimal("4.99"))
    with pytest.raises(ValidationError, match="below the cost price"):
        product.full_clean()
    settings.ALLOW_SELLING_BELOW_COST = True
    product.full_clean()


@pytest.mark.parametrize(
    ("cost", "price", "margin"), [("800.00", "1200.00", "50.00"), ("0.00", "5.00", "0.00"), ("3.00", "4.00", "33.33")]
)
def test_margin_is_percent_of_cost(cost, price, margin):
    assert Product(cost_price=Decimal(cost), selling_price=Decimal(price)).profit_margin == Decimal(margin)


@given(quantity=st.integers(0, 60), threshold=st.none() | st.integers(0, 60), default=st.integers(0, 30))
def test_stock_status_is_the_same_in_python_and_in_sql(quantity, threshold, default):
    from django.test import override_settings

    with override_settings(LOW_STOCK_THRESHOLD=default), transaction.atomic():
        product = make_product(stock=quantity, low_stock_threshold=threshold)
        in_sql = Product.objects.with_status().get(pk=product.pk).status
        assert in_sql == StockStatus.of(quantity, threshold) == product.stock_status
        transaction.set_rollback(True)


def test_the_default_threshold_counts_less_than_ten_as_low():
    assert [StockStatus.of(pieces, None) for pieces in (0, 1, 9, 10)] == [
        StockStatus.OUT_OF_STOCK,
        StockStatus.LOW_STOCK,
        StockStatus.LOW_STOCK,
        StockStatus.IN_STOCK,
    ]


def test_saving_a_product_never_writes_the_stock_it_holds_in_memory():
    product = make_product(stock=10)
    stale = Product.objects.get(pk=product.pk)
    stale.stock_qty, stale.name = 999, "Renamed"
    save_product(stale, user=None)
    product.refresh_from_db()
    assert (product.stock_qty, product.name) == (10, "Renamed")
    assert product.history.first().stock_qty == 10


def test_a_deleted_product_leaves_its_name_behind():
    user, product = make_sales(), make_product(stock=7, name="Chai", sku="NW-1")
    order = make_order((product, 2))
    confirm_order(order, user=user)
    delete_product(product, user=user)

    assert not Product.objects.filter(sku="NW-1").exists()
    item = OrderItem.objects.get(order=order)
    assert (item.product, item.product_name, item.product_sku) == (None, "Chai", "NW-1")
    last = StockChange.objects.first()
    assert (last.kind, last.previous_qty, last.new_qty, last.created_by) == ("DELETION", 5, 0, user)
    assert set(StockChange.objects.values_list("product", "product_name", "product_sku")) == {(None, "Chai", "NW-1")}
    assert Product.history.filter(sku="NW-1").first().history_type == "-"


def test_a_product_in_a_pending_order_cannot_be_deleted_and_the_orders_are_named():
    product = make_product(stock=7)
    first, second = make_order((product, 1)), make_order((product, 1))
    with pytest.raises(ProductInUse, match=f"{first}, {second}"):
        delete_product(product, user=None)
    product.refresh_from_db()
    assert product.stock_qty == 7
    assert not StockChange.objects.filter(kind="DELETION").exists()

    confirm_order(first, user=None)
    cancel_order(second, user=None)
    delete_product(product, user=None)


def test_only_a_sku_that_is_taken_is_called_so():
    with pytest.raises(IntegrityError), transaction.atomic():
        save_product(Product(sku="A", name="", selling_price=1), user=None)


def test_the_file_of_a_picture_goes_when_another_takes_its_place(django_capture_on_commit_callbacks):
    """Whatever the door: the service that saves the product sees to it."""
    product = make_product()
    files = []
    for _ in range(2):
        product.image = clean_image(picture())
        with django_capture_on_commit_callbacks(execute=True):
            save_product(product, user=None)
        files.append(product.image.name)
    storage = product.image.storage
    assert [storage.exists(name) for name in files] == [False, True]
    product.name = "Another name"
    with django_capture_on_commit_callbacks(execute=True):
        save_product(product, user=None)
    assert storage.exists(files[1])
