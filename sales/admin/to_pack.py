"""What is to be packed: the confirmed orders of the last days, and their packing slips. No prices, no money."""

from datetime import timedelta

from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import require
from core.i18n import format_count
from sales.admin.print_order import AT_ONCE, on_paper
from sales.models import Order

PERIODS = {1: _("Today"), 2: _("Since yesterday"), 7: _("7 days"), 30: _("30 days")}
USUAL_PERIOD = 7


def slip_url(order: Order) -> str:
    return reverse("packing_slip", args=[order.pk])


def confirmed_lately(request) -> tuple[int, QuerySet]:
    """How many days the address asks for, and the orders confirmed in them that still are, the first to be wanted on
    top."""
    days = next((days for days in PERIODS if str(days) == request.GET.get("days")), USUAL_PERIOD)
    today = timezone.localdate()
    orders = Order.objects.confirmed_between(today - timedelta(days=days - 1), today)
    return days, orders.order_by("confirmed_at", "pk")


def to_pack(request) -> TemplateResponse:
    """The list; what is in it costs two queries, however many there are."""
    require(request, "sales.pack_order")
    chosen, orders = confirmed_lately(request)
    counted = orders.annotate(lines=Count("items"), pieces=Sum("items__quantity"))
    shown = list(counted.only("order_number", "customer_name", "confirmed_at", "wanted_on")[: AT_ONCE + 1])
    context = {
        **admin.site.each_context(request),
        "title": gettext("To pack"),
        "tabs": [
            {"label": label, "url": f"?days={days}", "active": days == chosen, "count": ""}
            for days, label in PERIODS.items()
        ],
        "rows": [describe_order(order) for order in shown[:AT_ONCE]],
        "more": AT_ONCE if len(shown) > AT_ONCE else 0,
        "all_slips": f"{reverse('all_packing_slips')}?days={chosen}" if shown else "",
    }
    return TemplateResponse(request, "sales/to_pack.html", context)


def describe_order(order: Order) -> dict:
    return {
        "number": order.order_number,
        "url": slip_url(order),
        "customer": order.customer_name,
        "lines": format_count(order.lines),
        "pieces": format_count(order.pieces or 0),
        "confirmed": date_format(timezone.localtime(order.confirmed_at), "SHORT_DATETIME_FORMAT"),
        "wanted": date_format(order.wanted_on, "SHORT_DATE_FORMAT") if order.wanted_on else "",
    }


def all_packing_slips(request) -> TemplateResponse:
    """The packing slips of all that the list shows."""
    require(request, "sales.pack_order")
    return print_slips(request, confirmed_lately(request)[1])


def packing_slip(request, pk: int) -> TemplateResponse:
    """The packing slip of one confirmed order."""
    require(request, "sales.pack_order")
    return print_slips(request, Order.objects.filter(pk=pk, status=Order.Status.CONFIRMED))


def print_slips(request, orders: QuerySet) -> TemplateResponse:
    found = list(orders.select_related("customer").prefetch_related("items__product")[:AT_ONCE])
    if not found:
        raise Http404
    return on_paper(request, found, packing_slip=True)
