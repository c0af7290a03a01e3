"""Whoever works in the warehouse sees no byte of a cost or of customers' money, at whatever door they knock."""

import re
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.contrib import admin
from django.urls import NoReverseMatch, reverse

from inventory.count_models import StockCountLine
from inventory.delivery_note_resource import DeliveryNoteResource
from inventory.services.count_posting import post_count
from inventory.services.products import save_product
from inventory.services.stock import adjust_stock
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, confirm_order
from sales.services.payments import record_payment
from sales.services.returns import ReturnedGoods, return_goods
from tests.api.routes import BODIES, OPERATIONS
from tests.clients import Caller, said, signed_in
from tests.counting import found, make_count
from tests.factories import (
    make_admin,
    make_customer,
    make_delivery,
    make_import,
    make_order,
    make_packer,
    make_product,
    make_supplier,
)

pytestmark = pytest.mark.django_db

# Each in every spelling that a page or an answer could give it.
COST, NEW_COST, DELIVERED, BALANCE, LIMIT, PRICE = "1234.56", "2345.67", "3987.6543", "7373.73", "98484.84", "3131.31"
LOST, PAID = "4646.46", "5252.52"
AMOUNTS = (COST, NEW_COST, DELIVERED, BALANCE, LIMIT, PRICE, LOST, PAID)


def spellings(amount: str) -> list[str]:
    grouped = f"{Decimal(amount):,}"
    return [amount[:7], grouped.split(".")[0], amount[:7].replace(".", ",")]


SECRETS = [spelled for amount in AMOUNTS for spelled in spellings(amount)]
SECRETS += ["profit_margin", "Margin on cost", "Stock value", "opening_balance", "Unit cost", "Total cost"]


@pytest.fixture
def shop():
    """One product, one customer, and all that can happen to them."""
    boss, acme = make_admin(), make_supplier(name="Acme")
    money = {"opening_balance": Decimal(BALANCE), "credit_limit": Decimal(LIMIT)}
    customer = make_customer(company="Rossi Srl", **money)
    chai = make_product(
        stock=50, name="Chai", sku="NW-1", cost_price=Decimal(COST), selling_price=Decimal("9999.99"), user=boss
    )
    chai.cost_price = Decimal(NEW_COST)
    save_product(chai, user=boss)
    done = make_delivery((chai, 5, DELIVERED), supplier=acme, their_reference="4711", user=boss)
    adjust_stock(chai, user=boss, change=1, reason="Counted")
    order = confirm_order(make_order((chai, 3, Decimal(PRICE)), customer=customer, user=boss), user=boss)
    amend_order(order, lines=[NewItem(chai, 2, Decimal(PRICE))], reason="They rang", user=boss)
    return_goods(order, [ReturnedGoods(chai.pk, 1)], reason="DAMAGED", user=boss)
    pending = make_order((chai, 1, Decimal(PRICE)), customer=customer)
    imported = make_import(f"sku,name,selling_price,cost_price\nIMP-1,Imported,9999.99,{COST}\n", user=boss)
    make_import(f"sku,quantity,unit cost\nIMP-1,1,{DELIVERED}\n", resource=DeliveryNoteResource, user=boss)
    paid = record_payment(customer, Decimal(PAID), "CASH", user=boss)
    rare = make_product(stock=4, name="Rare", sku="NW-2", cost_price=Decimal(LOST), user=boss)
    posted = one_is_missing(rare, 3)
    post_count(posted, user=boss)
    counting = one_is_missing(rare, 2)
    return {
        "product": chai.pk,
        "supplier": acme.pk,
        "delivery": done.pk,
        "order": order.pk,
        "pending": pending.pk,
        "customer": customer.pk,
        "stockchange": chai.stock_changes.latest("pk").pk,
        "orderreturn": 1,
        "importrecord": imported.pk,
        "user": boss.pk,
        "stockcount": counting.pk,
        "posted": posted.pk,
        "payment": paid.pk,
        "numbers": [order.order_number, done.number, counting.number, posted.number, paid.number],
    }


def one_is_missing(product, counted: int):
    """A count that has found one piece less than there should be."""
    count = make_count(product)
    found(count, product, counted)
    return count


# What the warehouse sees of a count, and what it does not of counts and payments.
COUNTING = ("change", "count_pieces", "print_count", "export_count", "import_count", "history")
POSTING = ("review_variances", "cancel_one", "reverse_one")
PAYMENT = ("change", "history", "allocate_payment", "reverse_one")


def count_page(shop, name: str, count="stockcount") -> str:
    return reverse(f"admin:inventory_stockcount_{name}", args=[shop[count]])


def every_address(shop):
    for model, model_admin in admin.site._registry.items():
        for pattern in filter(lambda pattern: pattern.name, model_admin.get_urls()):
            for args in ([], [shop.get(model._meta.model_name, 1)], *([number] for number in shop["numbers"])):
                try:
                    yield reverse(f"admin:{pattern.name}", args=args)
                except NoReverseMatch:
                    continue
    yield from (reverse("admin:index"), reverse("to_pack"), reverse("all_packing_slips"), reverse("profile"))
    yield reverse("packing_slip", args=[shop["order"]])
    yield from (count_page(shop, name, "posted") for name in (*COUNTING, "review_variances", "reverse_one"))
    for text in ("chai", "acme", "rossi", "ORD", "4711", "DEL", "CNT", "PAY", COST, BALANCE, PAID):
        yield f"/admin/search/?s={text}"
    for field in ("inventory.deliveryitem.product", "inventory.delivery.supplier", "sales.order.customer"):
        app_label, model_name, field_name = field.split(".")
        query = f"app_label={app_label}&model_name={model_name}&field_name={field_name}&term="
        yield f"{reverse('admin:autocomplete')}?{query}"
    for columns in ("cost,margin,price", "cost_price,total_cost,set_cost"):
        yield f"{reverse('admin:inventory_product_changelist')}?columns={columns}"


def told_by(response) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):  # a spreadsheet: what is packed in it
        book = ZipFile(BytesIO(content))
        content = b"".join(map(book.read, book.namelist()))
    return content.decode(errors="replace") + " ".join(said(response)) + str(response.headers)


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret in text]


def test_no_page_export_or_refusal_of_the_admin_tells_any(shop):
    client = signed_in(make_packer())
    opened = 0
    for address in {*every_address(shop)}:
        for method in ("get", "post"):
            data = {"format": "1", "resource": "0", "reason": "x", "_form_submitted": "on"} if method == "post" else {}
            response = getattr(client, method)(address, data, follow=True)
            assert not secrets_in(told_by(response)), (method, address)
            opened += response.status_code == 200
    assert opened > 30


def test_pages_of_counts_open_and_those_of_differences_and_payments_do_not(shop):
    client = signed_in(make_packer())
    lists = [reverse(f"admin:inventory_stockcount_{name}") for name in ("changelist", "add")]
    for address in [*lists, *(count_page(shop, name) for name in COUNTING), count_page(shop, "change", "posted")]:
        response = client.get(address)
        assert response.status_code == 200 and not secrets_in(told_by(response)), address
    paid = [reverse(f"admin:sales_payment_{name}", args=[shop["payment"]]) for name in PAYMENT]
    paid += [reverse(f"admin:sales_payment_{name}") for name in ("changelist", "add", "export")]
    for address in [*(count_page(shop, name) for name in POSTING), *paid]:
        assert client.get(address).status_code == 403, address


def test_an_admin_is_told_there_what_was_lost_and_paid(shop):
    client = signed_in(make_admin())
    payment = reverse("admin:sales_payment_change", args=[shop["payment"]])
    for address, amount in ((count_page(shop, "review_variances"), LOST), (payment, PAID)):
        assert {*spellings(amount)} & {*secrets_in(told_by(client.get(address)))}, address


def test_what_is_counted_is_answered_without_any(shop):
    client = signed_in(make_packer())
    line = StockCountLine.objects.get(count=shop["stockcount"])
    typed = client.post(reverse("admin:inventory_stockcount_line", args=[line.count_id, line.pk]), {"counted": "1"})
    scanned = client.post(count_page(shop, "scan"), {"code": "NW-2"})
    for response in (typed, scanned):
        assert response.json()["counted"] and not secrets_in(told_by(response))


def test_the_log_is_exported_without_any(shop):
    client = signed_in(make_packer())
    exported = told_by(client.post(reverse("admin:inventory_stockchange_export"), {"format": "1", "resource": "0"}))
    assert "NW-1" in exported and not secrets_in(exported)


def test_what_the_form_of_a_delivery_answers_tells_none(shop):
    client = signed_in(make_packer())
    lines = {"items-TOTAL_FORMS": 1, "items-INITIAL_FORMS": 0, "items-0-product": shop["product"]}
    for quantity, reference in (("0", "1"), ("1", "4711"), ("2147483647", "2"), ("1", "3")):
        data = {"supplier": shop["supplier"], "their_reference": reference, "received_on": "2026-11-24", **lines}
        data |= {"items-0-quantity": quantity, "items-0-unit_cost": "1.00", "set_cost": "on"}
        response = client.post(reverse("admin:inventory_delivery_add"), data, follow=True)
        assert not secrets_in(told_by(response))
    info = client.get(reverse("admin:inventory_delivery_product_info", args=[shop["product"]])).json()
    assert info == {"stock_qty": 56}


@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_answer_of_the_api_tells_any(shop, operation):
    caller = Caller(make_packer())
    method, path = operation.split()
    keys = {"customers": "customer", "products": "product", "orders": "order", "deliveries": "delivery"}
    path = re.sub(r"\{id\}", lambda _: str(shop[keys.get(path.split("/")[3], "product")]), path)
    bodies = [BODIES.get(operation, {})]
    if path.endswith("/deliveries/"):
        line = {"product_id": shop["product"], "quantity": 1, "unit_cost": "1.00"}
        bodies += [{"items": [line]}, {"items": [line], "supplier_id": shop["supplier"], "their_reference": "4711"}]
        bodies += [{"items": [{**line, "quantity": 2**31 - 1}]}]
    for body in bodies:
        answer = caller(method, path, body if method != "GET" else None)
        assert answer.status_code < 500
        assert not secrets_in(answer.content.decode()), answer.content
