"""Every role at every door of the admin: who may is in accounts/roles.py, and nothing opens without it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts import roles
from accounts.account_models import AccountEntry
from accounts.resources import CustomerResource
from accounts.roles import MATRIX
from config.unfold import UNFOLD
from core.imports.models import ImportMapping, ImportRecord
from core.models import Firm
from inventory.delivery_note_resource import DeliveryNoteResource
from inventory.resources import ProductResource
from inventory.services.stock import adjust_stock
from sales.services.payments import record_payment
from sales.services.returns import ReturnedGoods, return_goods
from tests.clients import signed_in
from tests.counting import make_count
from tests.factories import (
    make_confirmed_order,
    make_customer,
    make_customer_import,
    make_delivery,
    make_draft,
    make_import,
    make_order,
    make_product,
    make_sales,
    make_supplier,
    make_user,
)

pytestmark = pytest.mark.django_db

CONFIRMED = {"_form_submitted": "on"}
REVERSE = ["inventory.view_stockchange", "inventory.adjust_stock"]
REVERSE_DELIVERY = ["inventory.view_delivery", "inventory.reverse_delivery"]
IMPORT_DELIVERY = [
    "inventory.import_delivery",
    "inventory.add_delivery",
    "inventory.reverse_delivery",
    "inventory.view_cost",
]
COUNT = ["inventory.count_stock"]
POST_COUNT = ["inventory.count_stock", "inventory.post_count"]
RECORD = ["sales.view_payment", "sales.record_payment"]
UNDO_PAYMENT = ["sales.view_payment", "sales.reverse_payment"]
PAY = ["accounts.view_customer", "sales.record_payment"]
CREDIT = ["accounts.view_customer", "sales.credit_customer"]
RETURN = ["sales.view_order", "sales.return_goods"]
# (method, address, data, the permissions that open it); {product}, {order}, … are keys of records made for the test.
DOORS = [
    ("get", "admin:index", None, ["accounts.change_own_profile"]),  # whoever has no dashboard is led to a first page
    ("get", "admin:inventory_product_changelist", None, ["inventory.view_product"]),
    ("get", "admin:inventory_product_add", None, ["inventory.add_product"]),
    ("post", "admin:inventory_product_add", {}, ["inventory.add_product"]),
    ("get", "admin:inventory_product_change {product}", None, ["inventory.view_product"]),
    ("post", "admin:inventory_product_change {product}", {}, ["inventory.change_product"]),
    ("get", "admin:inventory_product_delete {product}", None, ["inventory.delete_product"]),
    ("post", "admin:inventory_product_delete {product}", {"post": "yes"}, ["inventory.delete_product"]),
    ("get", "admin:inventory_product_history {product}", None, ["inventory.view_product"]),
    ("get", "admin:inventory_product_adjust_stock {product}", None, ["inventory.adjust_stock"]),
    ("post", "admin:inventory_product_adjust_stock {product}", CONFIRMED, ["inventory.adjust_stock"]),
    ("get", "admin:inventory_product_revalue_stock {product}", None, ["inventory.revalue_stock"]),
    ("post", "admin:inventory_product_revalue_stock {product}", CONFIRMED, ["inventory.revalue_stock"]),
    ("get", "stock_at", None, ["inventory.view_stockchange"]),
    ("get", "admin:inventory_product_import", None, ["inventory.import_product"]),
    ("post", "admin:inventory_product_import", {}, ["inventory.import_product"]),
    ("get", "admin:inventory_product_import_map {productdraft}", None, ["inventory.import_product"]),
    ("post", "admin:inventory_product_import_map {productdraft}", {}, ["inventory.import_product"]),
    ("get", "admin:inventory_product_import_preview {productdraft}", None, ["inventory.import_product"]),
    ("post", "admin:inventory_product_import_run {productdraft}", {}, ["inventory.import_product"]),
    ("get", "admin:inventory_product_import_errors {productdraft}", None, ["inventory.import_product"]),
    ("get", "admin:core_importmapping_changelist", None, ["inventory.import_product"]),
    ("get", "admin:core_importmapping_change {layout}", None, ["inventory.import_product"]),
    ("get", "admin:core_importmapping_delete {layout}", None, ["inventory.import_product"]),
    ("get", "admin:core_importmapping_add", None, ["nobody"]),
    ("get", "admin:core_importrecord_changelist", None, ["inventory.import_product"]),
    ("get", "admin:core_importrecord_change {productimport}", None, ["inventory.import_product"]),
    ("post", "admin:core_importrecord_change {productimport}", {}, ["nobody"]),
    ("get", "admin:core_importrecord_add", None, ["nobody"]),
    ("post", "admin:core_importrecord_delete {productimport}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:core_importrecord_undo {productimport}", None, ["inventory.import_product"]),
    ("post", "admin:core_importrecord_undo {productimport}", CONFIRMED, ["inventory.import_product"]),
    ("get", "admin:accounts_customer_import", None, ["accounts.import_customer"]),
    ("post", "admin:accounts_customer_import", {}, ["accounts.import_customer"]),
    ("get", "admin:accounts_customer_import_map {customerdraft}", None, ["accounts.import_customer"]),
    ("get", "admin:accounts_customer_import_preview {customerdraft}", None, ["accounts.import_customer"]),
    ("post", "admin:accounts_customer_import_run {customerdraft}", {}, ["accounts.import_customer"]),
    ("get", "admin:accounts_customer_import_errors {customerdraft}", None, ["accounts.import_customer"]),
    ("get", "admin:core_importrecord_change {customerimport}", None, ["accounts.import_customer"]),
    ("post", "admin:core_importrecord_change {customerimport}", {}, ["nobody"]),
    ("post", "admin:core_importrecord_delete {customerimport}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:core_importrecord_undo {customerimport}", None, ["accounts.import_customer"]),
    ("post", "admin:core_importrecord_undo {customerimport}", CONFIRMED, ["accounts.import_customer"]),
    ("get", "admin:inventory_product_export", None, ["inventory.export_product"]),
    ("post", "admin:inventory_product_export", {"format": "1"}, ["inventory.export_product"]),
    ("get", "admin:inventory_stockchange_changelist", None, ["inventory.view_stockchange"]),
    ("get", "admin:inventory_stockchange_change {stockchange}", None, ["inventory.view_stockchange"]),
    ("get", "admin:inventory_stockchange_reverse_one {adjustment}", None, REVERSE),
    ("post", "admin:inventory_stockchange_reverse_one {adjustment}", CONFIRMED | {"reason": "x"}, REVERSE),
    ("get", "admin:inventory_stockchange_add", None, ["nobody"]),
    ("post", "admin:inventory_stockchange_change {stockchange}", {}, ["nobody"]),
    ("post", "admin:inventory_stockchange_delete {stockchange}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:inventory_stockchange_export", None, ["inventory.export_stockchange"]),
    ("get", "admin:inventory_delivery_changelist", None, ["inventory.view_delivery"]),
    ("get", "admin:inventory_delivery_add", None, ["inventory.add_delivery"]),
    ("post", "admin:inventory_delivery_add", {}, ["inventory.add_delivery"]),
    ("get", "admin:inventory_delivery_change {delivery}", None, ["inventory.view_delivery"]),
    ("post", "admin:inventory_delivery_change {delivery}", {}, ["nobody"]),
    ("post", "admin:inventory_delivery_delete {delivery}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:inventory_delivery_reverse_one {delivery}", None, REVERSE_DELIVERY),
    ("post", "admin:inventory_delivery_reverse_one {delivery}", CONFIRMED | {"reason": "x"}, REVERSE_DELIVERY),
    ("get", "admin:inventory_delivery_product_info {product}", None, ["inventory.add_delivery"]),
    ("get", "admin:inventory_delivery_export", None, ["inventory.export_delivery"]),
    ("get", "admin:inventory_delivery_import", None, IMPORT_DELIVERY),
    ("post", "admin:inventory_delivery_import", {}, IMPORT_DELIVERY),
    ("get", "admin:inventory_delivery_import_map {deliverydraft}", None, IMPORT_DELIVERY),
    ("post", "admin:inventory_delivery_import_map {deliverydraft}", {}, IMPORT_DELIVERY),
    ("get", "admin:inventory_delivery_import_preview {deliverydraft}", None, IMPORT_DELIVERY),
    ("post", "admin:inventory_delivery_import_run {deliverydraft}", {}, IMPORT_DELIVERY),
    ("get", "admin:inventory_delivery_import_errors {deliverydraft}", None, IMPORT_DELIVERY),
    ("get", "admin:core_importrecord_change {deliveryimport}", None, IMPORT_DELIVERY),
    ("post", "admin:core_importrecord_change {deliveryimport}", {}, ["nobody"]),
    ("get", "admin:core_importrecord_undo {deliveryimport}", None, IMPORT_DELIVERY),
    ("post", "admin:core_importrecord_undo {deliveryimport}", CONFIRMED, IMPORT_DELIVERY),
    ("get", "admin:inventory_supplier_changelist", None, ["inventory.view_supplier"]),
    ("get", "admin:inventory_supplier_add", None, ["inventory.add_supplier"]),
    ("post", "admin:inventory_supplier_add", {}, ["inventory.add_supplier"]),
    ("get", "admin:inventory_supplier_change {supplier}", None, ["inventory.view_supplier"]),
    ("post", "admin:inventory_supplier_change {supplier}", {}, ["inventory.change_supplier"]),
    ("get", "admin:inventory_supplier_delete {supplier}", None, ["inventory.delete_supplier"]),
    ("get", "admin:inventory_supplier_history {supplier}", None, ["inventory.view_supplier"]),
    ("get", "admin:inventory_supplier_import", None, ["inventory.import_supplier"]),
    ("post", "admin:inventory_supplier_import", {}, ["inventory.import_supplier"]),
    ("post", "admin:inventory_supplier_views", {}, ["inventory.view_supplier"]),
    ("get", "to_pack", None, ["sales.pack_order"]),
    ("get", "all_packing_slips", None, ["sales.pack_order"]),
    ("get", "packing_slip {confirmed}", None, ["sales.pack_order"]),
    ("get", "admin:inventory_stockcount_changelist", None, COUNT),
    ("get", "admin:inventory_stockcount_add", None, COUNT),
    ("post", "admin:inventory_stockcount_add", {}, COUNT),
    ("get", "admin:inventory_stockcount_change {stockcount}", None, COUNT),
    ("post", "admin:inventory_stockcount_change {stockcount}", {}, ["nobody"]),
    ("post", "admin:inventory_stockcount_delete {stockcount}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:inventory_stockcount_history {stockcount}", None, COUNT),
    ("get", "admin:inventory_stockcount_by_number {countnumber}", None, COUNT),
    ("get", "admin:inventory_stockcount_count_pieces {stockcount}", None, COUNT),
    ("post", "admin:inventory_stockcount_scan {stockcount}", {"code": "x"}, COUNT),
    ("get", "admin:inventory_stockcount_print_count {stockcount}", None, COUNT),
    ("get", "admin:inventory_stockcount_export_count {stockcount}", None, COUNT),
    ("get", "admin:inventory_stockcount_import_count {stockcount}", None, COUNT),
    ("post", "admin:inventory_stockcount_import_count {stockcount}", {}, COUNT),
    ("get", "admin:inventory_stockcount_review_variances {stockcount}", None, POST_COUNT),
    ("post", "admin:inventory_stockcount_review_variances {stockcount}", {}, POST_COUNT),
    ("get", "admin:inventory_stockcount_cancel_one {stockcount}", None, POST_COUNT),
    ("post", "admin:inventory_stockcount_cancel_one {stockcount}", CONFIRMED, POST_COUNT),
    ("get", "admin:inventory_stockcount_reverse_one {stockcount}", None, POST_COUNT),
    ("post", "admin:inventory_stockcount_reverse_one {stockcount}", CONFIRMED | {"reason": "x"}, POST_COUNT),
    ("get", "admin:sales_order_changelist", None, ["sales.view_order"]),
    ("get", "admin:sales_order_add", None, ["sales.add_order"]),
    ("post", "admin:sales_order_add", {}, ["sales.add_order"]),
    ("get", "admin:inventory_product_scan", None, ["inventory.view_product"]),
    ("get", "admin:sales_order_annotate_order {order}", None, ["sales.annotate_order"]),
    ("post", "admin:sales_order_annotate_order {order}", CONFIRMED, ["sales.annotate_order"]),
    ("get", "admin:sales_product_info {product}", None, ["sales.add_order"]),
    ("get", "admin:sales_last_order {customer}", None, ["sales.view_order", "sales.add_order"]),
    ("get", "admin:sales_order_packing_slips", None, ["sales.view_order"]),
    ("get", "admin:sales_order_by_number {number}", None, ["sales.pack_order"]),  # leads on to what one may see
    ("get", "admin:sales_order_change {order}", None, ["sales.view_order"]),
    ("post", "admin:sales_order_change {order}", {}, ["sales.change_order"]),
    ("get", "admin:sales_order_delete {order}", None, ["sales.delete_order"]),
    ("post", "admin:sales_order_delete {order}", {"post": "yes"}, ["sales.delete_order"]),
    ("get", "admin:sales_order_history {order}", None, ["sales.view_order"]),
    ("get", "admin:sales_order_print_order {order}", None, ["sales.view_order"]),
    ("get", "admin:sales_order_duplicate_order {order}", None, ["sales.view_order", "sales.add_order"]),
    ("get", "admin:sales_order_print_packing_slip {order}", None, ["sales.view_order"]),
    ("get", "admin:sales_order_confirm_one {order}", None, ["sales.confirm_order"]),
    ("post", "admin:sales_order_confirm_one {order}", CONFIRMED, ["sales.confirm_order"]),
    ("get", "admin:sales_order_cancel_one {order}", None, ["sales.cancel_order"]),
    ("post", "admin:sales_order_cancel_one {order}", CONFIRMED, ["sales.cancel_order"]),
    ("get", "admin:sales_order_export", None, ["sales.export_order"]),
    ("get", "admin:sales_order_return_goods {confirmed}", None, RETURN),
    ("post", "admin:sales_order_return_goods {confirmed}", {}, RETURN),
    ("get", "admin:sales_orderreturn_changelist", None, ["sales.view_orderreturn"]),
    ("get", "admin:sales_orderreturn_change {orderreturn}", None, ["sales.view_orderreturn"]),
    ("post", "admin:sales_orderreturn_change {orderreturn}", {}, ["nobody"]),
    ("get", "admin:sales_orderreturn_add", None, ["nobody"]),
    ("post", "admin:sales_orderreturn_delete {orderreturn}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:sales_orderreturn_export", None, ["sales.export_orderreturn"]),
    ("get", "admin:sales_payment_changelist", None, ["sales.view_payment"]),
    ("get", "admin:sales_payment_add", None, RECORD),
    ("post", "admin:sales_payment_add", {}, RECORD),
    ("get", "admin:sales_payment_change {payment}", None, ["sales.view_payment"]),
    ("post", "admin:sales_payment_change {payment}", {}, ["nobody"]),
    ("post", "admin:sales_payment_delete {payment}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:sales_payment_by_number {paid}", None, ["sales.view_payment"]),
    ("get", "admin:sales_payment_allocate_payment {payment}", None, RECORD),
    ("post", "admin:sales_payment_allocate_payment {payment}", {}, RECORD),
    ("get", "admin:sales_payment_reverse_one {payment}", None, UNDO_PAYMENT),
    ("post", "admin:sales_payment_reverse_one {payment}", CONFIRMED | {"reason": "x"}, UNDO_PAYMENT),
    ("get", "admin:sales_payment_export", None, ["sales.export_payment"]),
    ("get", "admin:accounts_who_owes", None, ["sales.view_account"]),
    ("get", "admin:accounts_overdue", None, ["sales.view_account"]),
    ("get", "admin:accounts_accountentry_changelist", None, ["sales.view_account"]),
    ("get", "admin:accounts_accountentry_change {entry}", None, ["sales.view_account"]),
    ("post", "admin:accounts_accountentry_change {entry}", {}, ["nobody"]),
    ("get", "admin:accounts_accountentry_add", None, ["nobody"]),
    ("post", "admin:accounts_accountentry_delete {entry}", {"post": "yes"}, ["nobody"]),
    ("get", "admin:accounts_accountentry_export", None, ["sales.view_account"]),
    ("get", "admin:accounts_customer_take_payment {customer}", None, PAY),
    ("get", "admin:accounts_customer_refund_one {customer}", None, PAY),
    ("post", "admin:accounts_customer_refund_one {customer}", CONFIRMED | {"amount": "1", "method": "CASH"}, PAY),
    ("get", "admin:accounts_customer_credit_one {customer}", None, CREDIT),
    ("post", "admin:accounts_customer_credit_one {customer}", CONFIRMED | {"amount": "1", "reason": "x"}, CREDIT),
    ("get", "admin:accounts_customer_statement {customer}", None, ["accounts.view_customer", "sales.view_account"]),
    ("post", "admin:sales_payment_views", {}, ["sales.view_payment"]),
    ("get", "admin:accounts_customer_changelist", None, ["accounts.view_customer"]),
    ("get", "admin:accounts_customer_add", None, ["accounts.add_customer"]),
    ("post", "admin:accounts_customer_add", {}, ["accounts.add_customer"]),
    ("get", "admin:accounts_customer_change {customer}", None, ["accounts.view_customer"]),
    ("post", "admin:accounts_customer_change {customer}", {}, ["accounts.change_customer_contact"]),
    ("get", "admin:accounts_customer_delete {customer}", None, ["accounts.delete_customer"]),
    ("get", "admin:accounts_customer_history {customer}", None, ["accounts.view_customer"]),
    ("get", "admin:accounts_customer_merge_customer {customer}", None, ["accounts.merge_customer"]),
    ("post", "admin:accounts_customer_merge_customer {customer}", {}, ["accounts.merge_customer"]),
    ("get", "admin:accounts_customer_export", None, ["accounts.export_customer"]),
    ("get", "admin:accounts_user_changelist", None, ["accounts.view_user"]),
    ("get", "admin:accounts_user_add", None, ["accounts.add_user"]),
    ("get", "admin:accounts_user_change {user}", None, ["accounts.view_user"]),
    ("post", "admin:accounts_user_change {user}", {}, ["accounts.change_user"]),
    ("get", "admin:accounts_user_delete {user}", None, ["accounts.delete_user"]),
    ("get", "admin:accounts_user_history {user}", None, ["accounts.view_user"]),
    ("get", "admin:auth_user_password_change {user}", None, ["accounts.change_user"]),
    ("post", "admin:auth_user_password_change {user}", {}, ["accounts.change_user"]),
    ("get", "admin:core_firm_changelist", None, ["core.change_firm"]),
    ("get", "admin:core_firm_change {firm}", None, ["core.change_firm"]),
    ("post", "admin:core_firm_change {firm}", {}, ["core.change_firm"]),
    ("get", "admin:core_firm_history {firm}", None, ["core.change_firm"]),
    ("get", "admin:core_firm_add", None, ["nobody"]),
    ("post", "admin:core_firm_delete {firm}", {"post": "yes"}, ["nobody"]),
    ("post", "admin:inventory_product_views", {}, ["inventory.view_product"]),
    ("post", "admin:inventory_stockchange_views", {}, ["inventory.view_stockchange"]),
    ("post", "admin:sales_order_views", {}, ["sales.view_order"]),
    ("post", "admin:accounts_customer_views", {}, ["accounts.view_customer"]),
    ("get", "profile", None, ["accounts.change_own_profile"]),
    ("post", "profile", {"first_name": "Changed"}, ["accounts.change_own_profile"]),
    ("get", "admin:autocomplete ?sales.order.customer", None, ["accounts.view_customer"]),
    ("get", "admin:autocomplete ?sales.orderitem.product", None, ["inventory.view_product"]),
    ("get", "admin:autocomplete ?inventory.stockchange.product", None, ["inventory.view_product"]),
    ("get", "admin:autocomplete ?inventory.stockchange.created_by", None, ["accounts.view_user"]),
]


@pytest.fixture(autouse=True)
def isolated_files(records):
    """They are those of `shared_db`."""


@pytest.fixture(scope="module")
def records(shared_db):
    product, colleague, supplier = make_product(), make_sales(), make_supplier()
    order, confirmed = make_order((product, 1), user=colleague), make_confirmed_order((product, 2))
    returned = return_goods(confirmed, [ReturnedGoods(product.pk, 1)], reason="DAMAGED", user=colleague)
    adjust_stock(product, user=colleague, change=1, reason="Counted")
    counted = make_count(product)
    payment = record_payment(confirmed.customer, Decimal("5.00"), "CASH", user=colleague)
    return {
        "delivery": make_delivery((product, 5), supplier=supplier, user=colleague).pk,
        "supplier": supplier.pk,
        "stockcount": counted.pk,
        "countnumber": counted.number,
        "firm": Firm.objects.create(pk=Firm.ID).pk,
        "product": product.pk,
        "stockchange": product.stock_changes.earliest("pk").pk,
        "adjustment": product.stock_changes.latest("pk").pk,
        "confirmed": confirmed.pk,
        "orderreturn": returned.pk,
        "order": order.pk,
        "payment": payment.pk,
        "paid": payment.number,
        "entry": AccountEntry.objects.latest("pk").pk,
        "number": order.order_number,
        "customer": make_customer().pk,
        "user": colleague.pk,
        "customerimport": make_customer_import("email,first_name\nimported@example.com,Imported\n").pk,
        "productimport": make_import("sku,name,selling_price\nIMP-1,Imported,1\n").pk,
        "productdraft": make_draft("sku,name,selling_price\nIMP-2,Imported,x\n", ProductResource, user=colleague).pk,
        "deliveryimport": make_import(f"sku,quantity\n{product.sku},1\n", resource=DeliveryNoteResource).pk,
        "deliverydraft": make_draft(f"sku,quantity\n{product.sku},x\n", DeliveryNoteResource, user=colleague).pk,
        "customerdraft": make_draft("email,first_name\nx,Imported\n", CustomerResource, user=colleague).pk,
        "layout": ImportMapping.objects.create(target="inventory.product", name="Meyer", layout="x").pk,
    }


def knock(client, method, door, data, records):
    name, _, rest = door.partition(" ")
    if rest.startswith("?"):
        app_label, model_name, field_name = rest[1:].split(".")
        query = {"app_label": app_label, "model_name": model_name, "field_name": field_name, "term": "x"}
        return client.get(reverse(name), query)
    args = [records[rest.strip("{}")]] if rest else []
    return getattr(client, method)(reverse(name, args=args), data or {})


def is_open(response) -> bool:
    """Whether the door opened; the sign-in page, 403 and 404 are ways of staying shut."""
    assert response.status_code < 500
    to_sign_in = response.status_code == 302 and "/login/" in response.headers["Location"]
    return response.status_code < 400 and not to_sign_in


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "WAREHOUSE", "CUSTOMER", None])
@pytest.mark.parametrize(("method", "door", "data", "permissions"), DOORS, ids=[f"{d[0]} {d[1]}" for d in DOORS])
def test_each_door_opens_to_the_roles_of_the_matrix_and_no_other(
    client, records, role, method, door, data, permissions
):
    if role:
        user = make_user(role)
        client = signed_in(user)
        ImportRecord.objects.filter(status="draft").update(created_by=user)  # only one's own can be opened
    staff = role in ("ADMIN", "SALES", "WAREHOUSE")
    expected = staff and all(role in MATRIX.get(permission, set()) for permission in permissions)
    assert is_open(knock(client, method, door, data, records)) == expected


def writes_in(queries) -> list[str]:
    """Statements that change the firm's data; sessions and the admin's own log aside."""
    return [
        query["sql"]
        for query in queries
        if re.match(r"INSERT|UPDATE|DELETE", query["sql"]) and "django_session" not in query["sql"]
    ]


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "WAREHOUSE"])
def test_no_get_changes_anything(records, role):
    client = signed_in(make_user(role))
    for method, door, data, _ in DOORS:
        if method == "get":
            with CaptureQueriesContext(connection) as captured:
                knock(client, method, door, data, records)
            assert not writes_in(captured.captured_queries), door


def every_address(model_admin, key):
    """Every URL that a registered model has, with a record of it where one is needed."""
    for pattern in model_admin.get_urls():
        if not pattern.name:
            continue
        for args in ([], [key], [key, 1]):
            try:
                yield reverse(f"admin:{pattern.name}", args=args)
            except NoReverseMatch:
                continue


@pytest.mark.parametrize("model", list(admin.site._registry), ids=lambda model: model.__name__)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_colleague_without_rights_opens_nothing_at_all(records, monkeypatch, model, method):
    client = signed_in(make_user("SALES"))
    monkeypatch.setattr(roles, "MATRIX", {})
    key = records.get(model._meta.model_name, 1)
    addresses = list(every_address(admin.site._registry[model], key))
    assert len(addresses) >= 5
    for address in addresses:
        response = getattr(client, method)(address, CONFIRMED if method == "post" else {})
        if response.status_code in (301, 302) and response.headers["Location"] == f"{address}change/":
            continue  # the short address of a record only leads on to its page
        assert response.status_code in (403, 404, 405), f"{address}: {response.status_code}"


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "WAREHOUSE"])
def test_an_old_version_can_be_written_back_by_nobody(records, role):
    client = signed_in(make_user(role))
    for model, key in (("inventory_product", "product"), ("sales_order", "order"), ("accounts_customer", "customer")):
        model_class = admin.site._registry[
            next(m for m in admin.site._registry if f"{m._meta.app_label}_{m._meta.model_name}" == model)
        ].model
        version = model_class.history.filter(id=records[key]).first().pk
        address = reverse(f"admin:{model}_simple_history", args=[records[key], version])
        assert client.get(address).status_code == client.post(address, {"name": "x"}).status_code == 404


@pytest.mark.parametrize("role", ["ADMIN", "SALES", "WAREHOUSE"])
def test_the_sidebar_shows_what_the_role_may_open(role):
    client = signed_in(make_user(role))
    page = client.get(reverse("admin:index"), follow=True).content.decode()
    for group in UNFOLD["SIDEBAR"]["navigation"]:
        for item in group["items"]:
            may = is_open(client.get(str(item["link"])))
            assert (f'href="{item["link"]}"' in page) == may, item["title"]


def test_the_actions_of_a_list_are_those_of_the_role(records, monkeypatch):
    client = signed_in(make_user("SALES"))
    page = client.get(reverse("admin:sales_order_changelist")).content.decode()
    assert "confirm_selected" in page and "cancel_selected" in page
    monkeypatch.setitem(MATRIX, "sales.confirm_order", {roles.ADMIN})
    page = client.get(reverse("admin:sales_order_changelist")).content.decode()
    assert "confirm_selected" not in page and "cancel_selected" in page
    client.post(
        reverse("admin:sales_order_changelist"),
        {"action": "confirm_selected", "_selected_action": [records["order"]]},
    )
    from sales.models import Order

    assert Order.objects.get(pk=records["order"]).status == "PENDING"


def test_every_permission_that_is_asked_for_is_in_the_matrix():
    asked = {permission for _, _, _, permissions in DOORS for permission in permissions} - {"nobody"}
    assert asked <= set(MATRIX)
    for app in ("accounts", "inventory", "sales", "config"):
        for path in (Path(settings.BASE_DIR) / app).rglob("*.py"):
            if "migrations" in path.parts:
                continue
            named = set(re.findall(r"(?:has_perm\(|require\(request, |allowed\()\"(\w+\.\w+)\"", path.read_text()))
            assert named <= set(MATRIX), path


def test_the_roles_table_of_the_guide_is_the_matrix():
    guide = (Path(settings.BASE_DIR) / "docs" / "guide.md").read_text()
    told = {}
    for line in guide.splitlines():
        if match := re.fullmatch(r"\| `(\w+\.\w+)` \| (.*) \| (.*) \| (.*) \| (.*) \|", line):
            permission, *marks = match.groups()
            told[permission] = {
                role
                for role, mark in zip(("ADMIN", "SALES", "WAREHOUSE", "CUSTOMER"), marks, strict=True)
                if mark.strip()
            }
    assert told == {permission: {str(role) for role in allowed} for permission, allowed in MATRIX.items()}
