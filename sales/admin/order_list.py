"""The list of orders: what it shows, its tabs and filters, and what the filtered ones come to."""

from decimal import Decimal

from django.db.models import Count, Sum
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import (
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    RangeDateFilter,
)
from unfold.decorators import display

from accounts.filters import CreatedByFilter
from core.admin.base import badge
from core.admin.filters import AmountRangeFilter, LocalDateRangeFilter
from core.i18n import format_count
from core.money import format_money
from sales.models import Order

STATUS_COLOURS = {
    Order.Status.PENDING: "warning",
    Order.Status.CONFIRMED: "success",
    Order.Status.CANCELLED: "danger",
}


def status_badge(order: Order) -> str:
    return badge(order.get_status_display(), STATUS_COLOURS[order.status])


class OrderList:
    """A tab for each status; of a filtered list also the sum."""

    list_before_template = "sales/order_list_head.html"
    list_display = ["order_number", "customer", "order_date", "status_badge", "total", "created_by"]
    list_select_related = ["customer", "created_by"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("order_date", RangeDateFilter),
        ("confirmed_at", LocalDateRangeFilter),
        ("total_amount", AmountRangeFilter),
        CreatedByFilter,
    ]
    date_hierarchy = "order_date"
    search_fields = ["order_number", "customer__first_name", "customer__last_name", "customer__email"]
    search_help_text = _("Order number, or the customer's name or e-mail")

    @display(description=_("Status"), ordering="status")
    def status_badge(self, order):
        return status_badge(order)

    @display(description=_("Total"), ordering="total_amount")
    def total(self, order):
        return format_html(
            '<span data-order-total class="whitespace-nowrap">{}</span>', format_money(order.total_amount)
        )

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        changelist.tabs = self.tabs(changelist)
        changelist.sum = self.sum(changelist)
        return changelist

    def tabs(self, changelist) -> list[dict]:
        """All orders and those of each status; the other filters stay.

        Their numbers are those of all orders, so they are told only where nothing else filters.
        """
        filtered = self.filters(changelist) - {"status__exact"}
        counts = {} if filtered else dict(Order.objects.order_by().values_list("status").annotate(Count("pk")))
        chosen = changelist.params.get("status__exact", "")
        every = {"label": gettext("All"), "count": "" if filtered else sum(counts.values()), "status": None}
        tabs = [every] + [
            {"label": label, "count": "" if filtered else counts.get(status, 0), "status": status}
            for status, label in Order.Status.choices
        ]
        for tab in tabs:
            tab["url"] = changelist.get_query_string({"status__exact": tab["status"], "p": None})
            tab["active"] = chosen == (tab["status"] or "")
        return tabs

    def filters(self, changelist) -> set[str]:
        """What the address filters by, the search included; a filter left empty is none."""
        given = {name for name, value in changelist.get_filters_params().items() if any(value)}
        return given | ({"q"} if changelist.query else set())

    def sum(self, changelist) -> str:
        """How many orders the filters leave and what they come to; nothing for the whole list, which only grows."""
        if not self.filters(changelist):
            return ""
        found = changelist.queryset.order_by().aggregate(
            count=Count("pk"), total=Sum("total_amount", default=Decimal(0))
        )
        what = ngettext("%(n)s order", "%(n)s orders", found["count"]) % {"n": format_count(found["count"])}
        return f"{what} · {format_money(found['total'])}"
