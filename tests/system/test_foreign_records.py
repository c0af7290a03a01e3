"""Whoever asks for records of others by their keys reads and changes nothing of them, over the API and in the admin."""

import re
from decimal import Decimal

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db.models import Q
from django.urls import reverse
from ninja_jwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from accounts.models import User
from accounts.roles import MATRIX
from core.imports.models import ImportRecord
from core.models import IdempotencyKey
from inventory.models import Product, StockChange
from sales.models import Order, OrderItem
from sales.services.payments import record_payment
from tests.addresses import addresses
from tests.api.routes import OPERATIONS, RIGHTS
from tests.clients import Caller, signed_in
from tests.factories import (
    make_customer,
    make_customer_import,
    make_delivery,
    make_import,
    make_order,
    make_product,
    make_supplier,
    make_user,
)
from tests.files import picture
from tests.forms import upload

pytestmark = pytest.mark.django_db
MARKER = "hidden-marker"
SECRET_COST = "1804.21"  # no clock shows this
TAKEN_OVER = "taken-over"
# Sessions and tokens, and that somebody tried to sign in.
OWN_BUSINESS = {AccessAttempt, Session, OutstandingToken, BlacklistedToken, IdempotencyKey}
# What a salesperson does to records of the firm, because that is their work.
WORK_OF_SALES = {
    "sales_order_confirm_one",
    "sales_order_cancel_one",
    "sales_order_annotate_order",
    "accounts_customer_change",
}


@pytest.fixture(autouse=True)
def ask_freely(settings):
    settings.API_RATE = settings.API_LOGIN_RATE = "100000/m"
    cache.clear()


@pytest.fixture(autouse=True)
def isolated_files(foreign):
    """They are those of `shared_db`."""


@pytest.fixture(scope="module")
def foreign(shared_db):
    """Another customer with an order, a colleague, a product: with a marker wherever there is text."""
    other = make_customer(
        first_name=MARKER,
        last_name=MARKER,
        email=f"{MARKER}@example.com",
        customer_code=MARKER,
        phone="+12025550177",
        address=MARKER,
    )
    colleague = make_user("ADMIN", email=f"{MARKER}-colleague@example.com", phone="+12025550178", address=MARKER)
    product = make_product(selling_price=Decimal(5000), cost_price=Decimal(SECRET_COST), stock=50)
    order = make_order((product, 1), customer=other)
    make_import(f"sku,name,selling_price\n{MARKER},Imported,1\n")
    make_customer_import(f"email,first_name\n{MARKER}-import@example.com,{MARKER}\n")
    delivery = make_delivery((product, 1), supplier=make_supplier(name="Acme"), user=colleague)
    payment = record_payment(other, Decimal("1.00"), "CASH", user=colleague)
    records = {"customers": other, "users": colleague, "products": product, "orders": order}
    return records | {"deliveries": delivery, "payments": payment}


def rows_of_others(me) -> dict:
    """Every row of the database that is not this person's own."""
    mine = me.pk if me else 0
    own = {
        User: Q(pk=mine),
        Order: Q(customer=mine),
        OrderItem: Q(order__customer=mine),
        User.history.model: Q(id=mine),
        Order.history.model: Q(customer=mine),
    }
    return {
        model: sorted(map(repr, model._base_manager.exclude(own.get(model, Q(pk__in=[]))).values_list()))
        for model in apps.get_models(include_auto_created=True)
        if model not in OWN_BUSINESS and not model._meta.proxy and "counter" not in model.__name__.lower()
    }


def body_for(foreign) -> dict:
    """Everything that any route understands, pointing at the records of others."""
    return {
        "email": f"{TAKEN_OVER}@example.com",
        "first_name": TAKEN_OVER,
        "last_name": TAKEN_OVER,
        "phone": "+12025550179",
        "address": TAKEN_OVER,
        "role": "ADMIN",
        "is_active": False,
        "password": "a long pass phrase",
        "id": foreign["customers"].pk,
        "pk": foreign["customers"].pk,
        "user_id": foreign["customers"].pk,
        "customer_id": foreign["customers"].pk,
        "customer": foreign["customers"].pk,
        "created_by": foreign["users"].pk,
        "name": TAKEN_OVER,
        "sku": "TAKEN",
        "category": TAKEN_OVER,
        "selling_price": "1.00",
        "cost_price": "0.01",
        "stock_qty": 1,
        "status": "CANCELLED",
        "items": [{"product_id": foreign["products"].pk, "quantity": 1, "unit_price": "0.01"}],
    }


def is_work_of(role, operation) -> bool:
    return role in MATRIX.get(RIGHTS[operation], ())


ASKED = [(operation, role) for operation in OPERATIONS for role in ("CUSTOMER", None)]
ASKED += [
    (operation, role) for operation in OPERATIONS for role in ("SALES", "WAREHOUSE") if not is_work_of(role, operation)
]


@pytest.mark.parametrize(("operation", "role"), ASKED)
def test_no_route_reads_or_changes_what_is_not_the_askers(foreign, operation, role):
    me = make_user(role) if role else None
    caller = Caller(me)
    method, path = operation.split()
    path = re.sub(r"\{id\}", lambda _: str(foreign[path.split("/")[3]].pk), path)
    before = rows_of_others(me)
    if method == "GET":
        keys = {"customer_id": foreign["customers"].pk, "customer": foreign["customers"].pk, "search": MARKER}
        answers = [caller.get(path), *(caller.get(f"{path}?{key}={value}") for key, value in keys.items())]
    elif path.endswith(("/image/", "/avatar/")) and method == "PUT":
        answers = [caller.upload(path, path.split("/")[-2], picture())]
    else:
        answers = [caller(method, path, body_for(foreign)), caller(method, path, {})]
    new = rows_of_others(me)
    if operation == "POST /api/v1/auth/register/":
        assert User.objects.filter(first_name=TAKEN_OVER).count() == 0  # the role was refused
    assert [model.__name__ for model in new if new[model] != before[model]] == []
    for answer in answers:
        assert answer.status_code < 500
        assert MARKER not in answer.content.decode() and SECRET_COST not in answer.content.decode()


def test_a_customers_order_is_their_own_whatever_the_body_says(foreign):
    me = make_customer()
    answer = Caller(me).post("/orders/", body_for(foreign))
    assert answer.status_code in (201, 400, 403)
    assert not Order.objects.filter(customer=foreign["customers"]).exclude(pk=foreign["orders"].pk).exists()
    assert all(order.status == "PENDING" for order in Order.objects.all())


def test_the_key_of_an_idempotent_request_opens_nobody_elses_answer(foreign):
    product = foreign["products"]
    body = {"items": [{"product_id": product.pk, "quantity": 1}]}
    first, second = (Caller(make_customer()).post("/orders/", body, Idempotency_Key="same") for _ in range(2))
    assert first.status_code == second.status_code == 201
    assert first.json()["id"] != second.json()["id"]


@pytest.fixture(scope="module")
def keys(foreign):
    return {
        "inventory_product": foreign["products"].pk,
        "core_importrecord": ImportRecord.objects.get(target="inventory.product").pk,
        "inventory_stockchange": StockChange.objects.first().pk,
        "inventory_delivery": foreign["deliveries"].pk,
        "inventory_supplier": foreign["deliveries"].supplier.pk,
        "sales_order": foreign["orders"].pk,
        "sales_product": foreign["products"].pk,
        "accounts_customer": foreign["customers"].pk,
        "accounts_user": foreign["users"].pk,
        "auth_user": foreign["users"].pk,
    }


def forged(foreign) -> dict:
    """A form that would change a product, a customer, a colleague or an order, and submit any dialog."""
    form = {**{name: value for name, value in body_for(foreign).items() if not isinstance(value, list | bool)}}
    form |= {"_form_submitted": "on", "post": "yes", "is_active": "", "password1": "a new horse 77"}
    form |= {"password2": "a new horse 77", "mode": "set", "quantity": 1, "pieces": 1, "reason": "Counted"}
    return form | {"items-TOTAL_FORMS": 0, "items-INITIAL_FORMS": 0, "role": "SALES"}


@pytest.mark.parametrize("role", ["SALES", "WAREHOUSE", "CUSTOMER", None])
def test_no_address_of_the_admin_lets_change_what_is_not_the_roles_work(foreign, keys, role, client):
    if role:
        client = signed_in(make_user(role))
    before = rows_of_others(getattr(client, "user", None))
    tried = 0
    for name, needs in addresses():
        kind = "_".join(name.split("_")[:2])
        if not needs or kind not in keys or name in WORK_OF_SALES and role == "SALES":
            continue
        address = reverse(f"admin:{name}", kwargs=dict.fromkeys(needs, keys[kind]))
        for form in (forged(foreign), {**forged(foreign), "avatar": ContentFile(picture().read(), name="x.png")}):
            answer = client.post(address, form)
            assert answer.status_code in (200, 302, 400, 403, 404, 405), (name, answer.status_code)
        tried += 1
        after = rows_of_others(getattr(client, "user", None))
        assert [model.__name__ for model in after if after[model] != before[model]] == [], name
    assert tried > 20


@pytest.mark.parametrize("role", ["SALES", "WAREHOUSE", "CUSTOMER"])
def test_no_action_of_a_list_does_either(foreign, keys, role):
    client = signed_in(make_user(role))
    before = rows_of_others(client.user)
    for model, model_admin in admin.site._registry.items():
        kind = f"{model._meta.app_label}_{model._meta.model_name}"
        for action in [*(model_admin.actions or []), "delete_selected"]:
            if kind == "sales_order" and role == "SALES" and action != "delete_selected":
                continue
            form = {**forged(foreign), "action": action, "_selected_action": [keys.get(kind, 1)], "select_across": "1"}
            for index in ("0", "1"):
                client.post(reverse(f"admin:{kind}_changelist"), {**form, "index": index})
    after = rows_of_others(client.user)
    assert [model.__name__ for model in after if after[model] != before[model]] == []


@pytest.mark.parametrize("role", ["SALES", "WAREHOUSE", "CUSTOMER"])
def test_no_address_of_the_admin_tells_of_colleagues_and_imports(foreign, keys, role):
    """A salesperson sees customers and orders; a colleague's e-mail and what was imported they do not."""
    client = signed_in(make_user(role))
    secrets = [f"{MARKER}-colleague@", "5550178"] + ([MARKER] if role == "CUSTOMER" else [])
    told = []
    for name, needs in addresses():
        kind = "_".join(name.split("_")[:2])
        arguments = {need: "accounts" if need == "app_label" else keys.get(kind, foreign["users"].pk) for need in needs}
        address = reverse(f"admin:{name}", kwargs=arguments)
        for query in ({}, {"q": "colleague"}, {"term": "colleague", "s": "colleague"}):
            answer = client.get(address, query)
            page = answer.getvalue() if answer.streaming else answer.content
            told += [(name, query, secret) for secret in secrets if secret.encode() in page]
    for field in ("inventory.stockchange.created_by", "sales.order.created_by", "sales.order.customer"):
        app_label, model_name, field_name = field.split(".")
        query = {"app_label": app_label, "model_name": model_name, "field_name": field_name, "term": "colleague"}
        page = client.get(reverse("admin:autocomplete"), query).content
        told += [(field, secret) for secret in secrets if secret.encode() in page]
    assert told == []


@pytest.mark.parametrize("role", ["SALES", "WAREHOUSE", "CUSTOMER"])
@pytest.mark.parametrize("target", ["inventory.product", "accounts.customer"])
def test_what_others_imported_is_not_read_by_guessing_its_number(foreign, role, target):
    client = signed_in(make_user(role))
    for page in ("change", "undo", "history", "delete"):
        address = reverse(f"admin:core_importrecord_{page}", args=[ImportRecord.objects.get(target=target).pk])
        assert MARKER not in client.get(address).content.decode()
    assert MARKER not in client.get(reverse("admin:core_importrecord_changelist")).content.decode()


def test_the_file_of_an_import_is_its_uploaders_alone(as_admin):
    preview = upload(as_admin, f"sku,name,selling_price\nA-1,{MARKER},1\n")
    steps = [preview.request["PATH_INFO"], preview.context["run_url"], preview.context["errors_url"]]
    assert MARKER in as_admin.get(steps[0]).content.decode()
    another = signed_in(make_user("ADMIN"))
    for address in steps:
        assert another.get(address).status_code in (404, 405)
    assert another.post(steps[1], {"last_seen": preview.context["report"].fingerprint}).status_code == 404
    assert not Product.objects.filter(name=MARKER).exists()
