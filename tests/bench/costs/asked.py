"""What is asked of the system: by address, since lists, filters and searches are found in the admin itself."""

from collections.abc import Iterator
from functools import reduce
from urllib.parse import urlencode

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Customer
from inventory.models import Product
from sales.models import Order
from sales.services.orders import NewItem, create_order

DEEP = 100  # a page, where there are as many
CLIENTS = 8


def middle(queryset):
    """A record from the middle of the table, or None."""
    keys = queryset.order_by("pk")
    ends = [ordered.values_list("pk", flat=True).first() for ordered in (keys, queryset.order_by("-pk"))]
    return keys.filter(pk__gte=sum(ends) // 2).first() if all(ends) else None


def value(record, path: str):
    """What stands there: `customer__last_name`."""
    return reduce(lambda found, name: getattr(found, name, None), path.split("__"), record)


def lists(client: Client) -> Iterator[tuple[str, str]]:
    """Every list of the admin that is not empty: its first page, a deep one, each of its filters and searches."""
    for model, model_admin in admin.site._registry.items():
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        page = client.get(path)
        if page.status_code != 200:  # the firm, which is a form
            continue
        record = middle(model_admin.get_queryset(page.wsgi_request))
        if record is None:
            continue
        name, found = f"admin: {model._meta.verbose_name_plural}", page.context_data["cl"]
        yield name, path
        if found.paginator.num_pages > 1:
            yield f"{name}, a deep page", f"{path}?p={min(found.paginator.num_pages, DEEP)}"
        for spec in found.filter_specs:
            if chosen := choice(spec, record):
                yield f"{name} by {spec.title}", f"{path}?{urlencode(chosen)}"
        for field in model_admin.search_fields:
            field = field.removesuffix("__exact")
            if words := str(value(record, field) or "").split():
                yield f"{name}, search: {field}", f"{path}?{urlencode({'q': words[0]})}"


def choice(spec, record) -> dict:
    """One of a filter's choices, as its parameters."""
    names = spec.expected_parameters()
    if period := next((name for name in names if name.endswith("_period")), None):
        return {period: "last_month"}
    if names[0].endswith("_from"):
        number = value(record, names[0].removesuffix("_from"))
        return {names[0]: number, names[1]: number + 10} if number is not None else {}
    if "__" in names[0]:
        found = value(record, names[0].removesuffix("__exact"))
        return {} if found is None else {names[0]: int(found) if isinstance(found, bool) else found}
    choices = [key for key, _ in spec.lookup_choices if key]
    return {names[0]: choices[0]} if choices else {}


def pages(user) -> Iterator[tuple[str, str]]:
    """The admin's other pages."""
    product, order = middle(Product.objects.all()), middle(Order.objects.all())
    word = product.name.split()[0]
    for days in (7, 30, 90):
        yield f"admin: dashboard, {days} days", f"/admin/?days={days}"
    yield "admin: dashboard, what is overdue", reverse("admin:accounts_overdue")
    for lines in (5, 60):
        made = order_of(lines, user)
        yield f"admin: order of {lines} lines", reverse("admin:sales_order_change", args=[made.pk])
    yield "admin: order, its history", reverse("admin:sales_order_history", args=[order.pk])
    yield "admin: new order", reverse("admin:sales_order_add")
    yield "admin: product", reverse("admin:inventory_product_change", args=[product.pk])
    yield "admin: product, its history", reverse("admin:inventory_product_history", args=[product.pk])
    yield "admin: customer", reverse("admin:accounts_customer_change", args=[order.customer_id])
    yield "admin: stock at a date", "/admin/stock-at/"
    yield "admin: who owes", reverse("admin:accounts_who_owes")
    yield "admin: to pack", "/admin/to-pack/"
    yield "admin: what orders come to", "/admin/sales/order/sum/?status__exact=CONFIRMED"
    for kind, text in (("a SKU", product.sku), ("a word", word), ("an order", order.order_number)):
        yield f"admin: palette, {kind}", f"/admin/search/?{urlencode({'s': text})}"
    target = {"app_label": "sales", "model_name": "orderitem", "field_name": "product", "term": word}
    yield "admin: autocomplete, a product", f"/admin/autocomplete/?{urlencode(target)}"
    target |= {"model_name": "order", "field_name": "customer", "term": order.customer.last_name}
    yield "admin: autocomplete, a customer", f"/admin/autocomplete/?{urlencode(target)}"


def order_of(lines: int, user) -> Order:
    """A pending order of so many lines, made the first time."""
    theirs = f"bench: {lines} lines"
    if found := Order.objects.filter(customer_reference=theirs, status=Order.Status.PENDING).first():
        return found
    products = Product.objects.filter(is_active=True, stock_qty__gt=0).order_by("pk")[:lines]
    items = [NewItem(product, 1) for product in products]
    return create_order(customer=customers()[0], lines=items, user=user, customer_reference=theirs)


def customers() -> list[Customer]:
    """Some who may order whatever it comes to."""
    return list(Customer.objects.filter(is_active=True, credit_limit=None).order_by("pk")[:CLIENTS])


def api() -> Iterator[tuple[str, str]]:
    """The API's reading requests."""
    product, order = middle(Product.objects.all()), middle(Order.objects.all())
    word = product.name.split()[0]
    asked = {
        "products": "/products/",
        "products of a category": f"/products/?{urlencode({'category': product.category})}",
        "products by a word": f"/products/?search={word}",
        "products by SKU": f"/products/?search={product.sku}",
        "product": f"/products/{product.pk}/",
        "stock changes": "/products/stock-changes/",
        "stock changes of a product": f"/products/stock-changes/?product_id={product.pk}",
        "orders": "/orders/",
        "orders, pending": "/orders/?status=PENDING",
        "orders by number": f"/orders/?search={order.order_number}",
        "orders by a family name": f"/orders/?{urlencode({'search': order.customer.last_name})}",
        "order": f"/orders/{order.pk}/",
        "customers": "/customers/",
        "customers by a family name": f"/customers/?{urlencode({'search': order.customer.last_name})}",
        "customer": f"/customers/{order.customer_id}/",
        "customer's account": f"/customers/{order.customer_id}/account/",
        "dashboard": "/dashboard/",
        "insights": "/dashboard/insights/",
        "who I am": "/auth/me/",
    }
    return ((f"API: {name}", f"/api/v1{path}") for name, path in asked.items())
