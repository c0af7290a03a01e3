"""Texts that break programs, typed into every text field: kept exactly or refused at the field, and only ever shown."""

from html import escape
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.admin import CustomerAdmin
from accounts.models import Customer
from inventory.admin.products import ProductAdmin
from inventory.models import Product
from sales.models import Order
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product, make_user
from tests.real_data import FOLDER

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

OURS = [
    "<script>marker</script>",
    "\"><img src=x onerror='marker'>",
    "' onmouseover=marker '",
    "</textarea></title></style><svg onload=marker>",
    "javascript:marker",
    "{{ marker }}{% debug %}{{ 7|add:7 }}",
    "${marker}`'\"\\",
    "marker' || '1'=='1",
    "'; DROP TABLE accounts_user; -- marker",
    "%s %(marker)s {0} %n",
    '=HYPERLINK("http://marker")',
    "a\u202emarker\u202c\u2066b",
    "Zalgo m̸̛̛a̴r̷k̶e̸r̴ \U0001f469\u200d\U0001f4bb \u0645\u0631\u062d\u0628\u0627 \u4e2d\u6587",
    "&lt;marker&gt; &amp; &#x27;",
    "--><!-- marker -->",
    "\u2028marker\u2029",
    "\x00marker",
    "marker\x1b[31m",
    "null",
    "NaN",
]
NAUGHTY = FOLDER / "naughty_strings.txt"
THEIRS = NAUGHTY.read_text(encoding="utf-8").splitlines() if NAUGHTY.is_file() else []
STRINGS = list(dict.fromkeys([*OURS, *(line for line in THEIRS if line and not line.startswith("#\t"))]))
PLAIN = {"name": "Plain", "category": "", "first_name": "Plain", "last_name": "", "address": ""}
PRODUCT_TEXTS = ["name", "category"]
CUSTOMER_TEXTS = ["first_name", "last_name", "address", "customer_code"]


@pytest.fixture(autouse=True)
def ask_freely(settings):
    settings.API_RATE = "100000/m"
    cache.clear()


class Page(HTMLParser):
    """What of a page a browser would run."""

    def __init__(self, text: str):
        super().__init__()
        self.tags, self.runs, self.script = set(), [], False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.add(tag)
        self.script = tag == "script" and "src" not in values and values.get("type") != "application/json"
        for name, value in attributes:
            value = value or ""
            leads = name in ("href", "src", "action") and value.lower().startswith("javascript:")
            told = name.startswith(("x-", "@", ":", "hx-")) and "marker" in value
            if name.startswith("on") or leads or told:
                self.runs.append((tag, name, value))

    def handle_data(self, data):
        if self.script and data.strip():
            self.runs.append(("script", "", data))


def in_the_admin(client, model, values):
    """The errors by field, or nothing."""
    log = {"stock_changes-TOTAL_FORMS": "0", "stock_changes-INITIAL_FORMS": "0"} if model == "inventory_product" else {}
    response = client.post(reverse(f"admin:{model}_add"), {**values, **log})
    assert response.status_code in (200, 302)
    return response.context["adminform"].form.errors if response.status_code == 200 else {}


def over_the_api(caller, path, values):
    answer = caller.post(path, values)
    assert answer.status_code in (201, 400), answer.content
    return answer.json() if answer.status_code == 400 else {}


def typed_in(model, fields, fixed, send):
    """Type each string into all these fields at once; where it is refused, a plain one instead."""
    kept, refused = {}, {}
    for number, string in enumerate(STRINGS):
        plain = PLAIN | fixed(number)
        values = {**plain, **dict.fromkeys(fields, string)}
        while errors := send(values):  # the API asks its schema first, then the model
            assert set(errors) <= set(fields), (string, errors)
            assert all(message[0].isupper() and message.endswith(".") for each in errors.values() for message in each)
            assert any(values[field] != plain[field] for field in errors)
            refused.setdefault(string, set()).update(errors)
            values |= {field: plain[field] for field in errors}
        kept[string] = values
    records = list(model.objects.order_by("pk"))
    assert len(records) == len(STRINGS)
    for record, (string, values) in zip(records, kept.items(), strict=True):
        for field in fields:
            expected = model._meta.get_field(field).clean(values[field] or "", record) if values[field] else ""
            assert (getattr(record, field) or "") == (expected or ""), (string, field)
    return refused


def product_numbered(number):
    return {"sku": f"H-{number}", "selling_price": "1.00"}


def customer_numbered(number):
    values = {"email": f"h{number}@example.com", "is_active": "on", "opening_balance": "0.00"}
    return values | {"customer_code": f"H-{number}"}


def test_products_in_the_admin(as_admin):
    send = lambda values: in_the_admin(as_admin, "inventory_product", {**values, "cost_price": "0.50"})  # noqa: E731
    refused = typed_in(Product, PRODUCT_TEXTS, product_numbered, send)
    assert "<script>marker</script>" not in refused
    assert {"name", "category"} <= refused["\x00marker"]


def test_customers_in_the_admin(as_admin):
    refused = typed_in(
        Customer, CUSTOMER_TEXTS, customer_numbered, lambda values: in_the_admin(as_admin, "accounts_customer", values)
    )
    assert "<script>marker</script>" not in refused


def test_products_over_the_api(admin_caller):
    send = lambda values: over_the_api(admin_caller, "/products/", values)  # noqa: E731
    refused = typed_in(Product, PRODUCT_TEXTS, product_numbered, send)
    assert {"name", "category"} <= refused["\x00marker"]


def test_customers_over_the_api(admin_caller):
    def send(values):
        return over_the_api(admin_caller, "/customers/", {**values, "is_active": True})

    typed_in(Customer, CUSTOMER_TEXTS, customer_numbered, send)


@pytest.fixture
def admin_caller():
    return Caller(make_admin())


@pytest.mark.parametrize("string", OURS)
def test_a_sku_is_plain_or_refused(as_admin, admin_caller, string):
    values = {"name": "Plain", "sku": string, "selling_price": "1.00", "cost_price": "0.50"}
    told = [in_the_admin(as_admin, "inventory_product", values), over_the_api(admin_caller, "/products/", values)]
    assert all(set(errors) == {"sku"} for errors in told if errors)
    assert told[1] and (
        told[0] or Product.objects.get().sku == Product._meta.get_field("sku").to_python(string)
    )  # the second is taken at the latest


@pytest.mark.parametrize("path", ["/products/", "/customers/", "/orders/"])
def test_every_string_can_be_searched_for(admin_caller, as_admin, path):
    page = {"/products/": "inventory_product", "/customers/": "accounts_customer", "/orders/": "sales_order"}[path]
    for string in OURS:
        if "\x00" in string:
            continue
        assert as_admin.get(reverse(f"admin:{page}_changelist"), {"q": string}).status_code == 200
        assert as_admin.get("/admin/search/", {"s": string}).status_code == 200


def test_what_was_typed_is_shown_and_never_run(as_admin, monkeypatch):
    """One order of a customer and products with these names: lists, pages, history, search and print."""
    for each in (ProductAdmin, CustomerAdmin):
        monkeypatch.setattr(each, "list_per_page", 2000)
    storable = [string for string in STRINGS if string.strip() and string.isprintable() and len(string) <= 60][:150]
    me = make_user("ADMIN", first_name=OURS[0], last_name=OURS[1])
    products = [make_product(name=string[:255], category=string[:100], user=me) for string in storable]
    customer = make_customer(first_name=OURS[1], last_name=OURS[0], address="\n".join(OURS[:6]), customer_code=OURS[0])
    order = make_order(*((product, 1) for product in products), customer=customer, user=me)
    for record in (products[0], customer, order):
        record.stamp(me, reason=OURS[0])
        record.save()
    pages = {
        "admin:inventory_product_changelist": [product.name for product in products],
        "admin:accounts_customer_changelist": [str(customer)],
        "admin:sales_order_changelist": [str(customer)],
        f"admin:inventory_product_change {products[0].pk}": [OURS[0], str(me)],
        f"admin:inventory_product_history {products[0].pk}": [OURS[0], str(me)],
        f"admin:accounts_customer_change {customer.pk}": [OURS[0], OURS[1]],
        f"admin:accounts_customer_history {customer.pk}": [OURS[0]],
        f"admin:sales_order_change {order.pk}": [str(customer)],
        f"admin:sales_order_history {order.pk}": [str(me)],
        f"admin:sales_order_print_order {order.pk}": [str(customer), *(product.name for product in products)],
        f"admin:sales_order_print_packing_slip {order.pk}": [product.name for product in products],
        f"admin:sales_order_confirm_one {order.pk}": [products[0].name],
        "admin:inventory_stockchange_changelist": [str(me)],
        "admin:index": [],
    }
    for page, shown in pages.items():
        name, *args = page.split()
        check(as_admin.get(reverse(name, args=args)), shown, page)
    for string in ("marker", "script", OURS[0]):
        check(as_admin.get("/admin/search/", {"s": string}), [OURS[0]] if string != "marker" else [], string)
    assert Order.objects.get().customer_id == customer.pk


def check(response, shown, page):
    text = response.content.decode()
    assert response.status_code == 200
    assert Page(text).runs == [], page
    flat = " ".join(text.split())
    for string in shown:
        assert escape(" ".join(string.split())) in flat, (page, string)
