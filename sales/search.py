"""The search of the admin (Ctrl+K): whatever has a number or a name, and pages, as far as one may see them.

unfold's own view is not used: it keeps what it found for five minutes, whatever happens meanwhile to the stock or to
the rights of whoever asked, and reads every match from the database.
"""

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from core.fields import CONTROL_CHARACTER
from core.i18n import format_count
from core.money import format_money
from inventory.count_models import StockCount
from inventory.delivery_models import Delivery, Supplier
from inventory.models import Product
from inventory.visibility import may_see
from sales.models import Order
from sales.payment_models import Payment
from sales.return_models import OrderReturn

LIMIT = 6  # results of a kind; more are in its list
SHORTEST, LONGEST = 2, 255
CLOSE, SOMEHOW, MORE = 1, 2, 3  # ranks: the first two as of records, the last after them all


@dataclass(frozen=True)
class Result:
    title: str
    detail: str
    kind: str
    icon: str
    link: str
    rank: int


@dataclass(frozen=True)
class Kind:
    """Records that can be found: where, what is shown of each (title, second line), and what their list is called.

    Whoever has the `permission` finds them; without one it is Django's, to view this model.
    """

    queryset: QuerySet
    icon: str
    describe: Callable[..., tuple[str, str]]
    more: str
    permission: str = ""


def line(*parts: str | None) -> str:
    return " · ".join(part for part in parts if part)


def activity(person: User) -> str:
    return "" if person.is_active else gettext("deactivated")


def describe_order(order: Order, user: User) -> tuple[str, str]:
    return order.order_number, line(str(order.customer), order.get_status_display(), format_money(order.total_amount))


def describe_customer(customer: Customer, user: User) -> tuple[str, str]:
    return str(customer), line(customer.customer_code, customer.contact_name, customer.email, activity(customer))


def describe_product(product: Product, user: User) -> tuple[str, str]:
    archived = "" if product.is_active else pgettext("product", "archived")
    if not may_see(user, "stock_qty"):
        return product.name, line(product.sku, archived)
    stock = gettext("%(n)s in stock") % {"n": format_count(product.stock_qty)}
    return product.name, line(product.sku, stock, archived)


def describe_delivery(delivery: Delivery, user: User) -> tuple[str, str]:
    received = date_format(delivery.received_on, "SHORT_DATE_FORMAT")
    return delivery.number, line(str(delivery.supplier or ""), delivery.their_reference, received)


def describe_supplier(supplier: Supplier, user: User) -> tuple[str, str]:
    archived = "" if supplier.is_active else pgettext("supplier", "archived")
    return supplier.name, line(supplier.code, supplier.contact, archived)


def describe_return(done: OrderReturn, user: User) -> tuple[str, str]:
    return done.number, line(str(done.order), str(done.order.customer), format_money(done.credit))


def describe_payment(payment: Payment, user: User) -> tuple[str, str]:
    return payment.number, line(
        str(payment.customer), payment.get_method_display(), format_money(payment.signed_amount)
    )


def describe_count(count: StockCount, user: User) -> tuple[str, str]:
    return count.number, line(count.title, count.scope_in_words, count.get_status_display())


def describe_colleague(colleague: User, user: User) -> tuple[str, str]:
    return str(colleague), line(colleague.get_role_display(), colleague.email, activity(colleague))


KINDS = [
    Kind(Order.objects.select_related("customer"), "receipt_long", describe_order, _("All orders with “%(term)s”")),
    Kind(Customer.objects.all(), "groups", describe_customer, _("All customers with “%(term)s”")),
    Kind(Product.objects.all(), "inventory_2", describe_product, _("All products with “%(term)s”")),
    Kind(
        Delivery.objects.select_related("supplier"),
        "local_shipping",
        describe_delivery,
        _("All deliveries with “%(term)s”"),
    ),
    Kind(
        OrderReturn.objects.select_related("order__customer"),
        "assignment_return",
        describe_return,
        _("All returns with “%(term)s”"),
    ),
    Kind(Payment.objects.select_related("customer"), "payments", describe_payment, _("All payments with “%(term)s”")),
    Kind(
        StockCount.objects.all(),
        "checklist",
        describe_count,
        _("All counts with “%(term)s”"),
        permission="inventory.count_stock",
    ),
    Kind(Supplier.objects.all(), "factory", describe_supplier, _("All suppliers with “%(term)s”")),
    Kind(User.objects.staff(), "badge", describe_colleague, _("All staff users with “%(term)s”")),
]


def search(request: HttpRequest) -> HttpResponse:
    """The results as the piece of a page that the search dialog shows; nothing at all for fewer than two letters."""
    term = as_term(request.GET.get("s", ""))
    if len(term) < SHORTEST:
        return HttpResponse()
    results = find(request, term) if len(term) <= LONGEST else []
    return TemplateResponse(request, "sales/search_results.html", {"results": results})


def as_term(text: str) -> str:
    """The text with single spaces, composed characters, and nothing in it that a database could not compare."""
    text = text.encode(errors="ignore").decode()  # no halves of characters
    return unicodedata.normalize("NFC", CONTROL_CHARACTER.sub("", " ".join(text.split())))


def find(request: HttpRequest, term: str) -> list[Result]:
    """What matches best first, whatever it is. One bounded query for each kind that the user may see."""
    results = list(find_pages(request, term))
    for kind in KINDS:
        opts = kind.queryset.model._meta
        if request.user.has_perm(kind.permission or f"{opts.app_label}.view_{opts.model_name}"):
            results += find_records(kind, term, request.user)
    return sorted(results, key=lambda result: result.rank)


def find_pages(request: HttpRequest, term: str) -> Iterator[Result]:
    """The pages of the sidebar in whose title a word begins so."""
    for group in admin.site.get_sidebar_list(request):
        for item in group["items"]:
            title, wanted = f" {item['title']}".lower(), f" {term}".lower()
            if item["has_permission"] and wanted in title:
                rank = CLOSE if title.startswith(wanted) else SOMEHOW
                place, link = group.get("title", ""), str(item["link"])
                yield Result(item["title"], place, gettext("Page"), item["icon"], link, rank)


def find_records(kind: Kind, term: str, user: User) -> Iterator[Result]:
    """The best matches of this kind and, if there are more, its list."""
    opts = kind.queryset.model._meta
    address = f"admin:{opts.app_label}_{opts.model_name}"
    records = list(kind.queryset.matching(term)[: LIMIT + 1])
    for record in records[:LIMIT]:
        title, detail = kind.describe(record, user)
        link = reverse(f"{address}_change", args=[record.pk])
        yield Result(title, detail, capfirst(opts.verbose_name), kind.icon, link, record.rank)
    if len(records) > LIMIT:
        link = f"{reverse(f'{address}_changelist')}?{urlencode({'q': term})}"
        title, detail = kind.more % {"term": term}, gettext("There are more.")
        yield Result(title, detail, gettext("List"), kind.icon, link, MORE)
