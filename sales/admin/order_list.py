"""What the list of orders shows above its rows: a tab for each status, and what the filtered orders come to.

Neither makes a long list slow: the tabs count no further than the list itself does, and what many orders come to is
asked for by the page once it is there (order_list.js).
"""

from collections.abc import Collection
from decimal import Decimal

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import JsonResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display

from core.admin.base import INVALID_QUERY_ERRORS
from core.admin.paging import COUNTED_AT_A_COST, bounded_count
from core.admin.paging import Count as Counted
from core.i18n import format_count
from core.money import format_amount, format_money, in_currency
from core.recent import recent
from sales.models import Order

SUMMED_AT_ONCE = COUNTED_AT_A_COST  # orders; what so many or more come to is fetched when the page is there


class ConfirmableFilter(DropdownFilter):
    """Pending orders for which everything is there now."""

    title, parameter_name = _("what can be done"), "confirmable"

    def lookups(self, request, model_admin):
        return [("yes", _("Can be confirmed now"))]

    def queryset(self, request, queryset):
        return queryset.confirmable() if self.value() == "yes" else queryset


class UnpaidFilter(DropdownFilter):
    """Orders of which something is open, or has been for longer than it should."""

    title, parameter_name = _("payment"), "payment"

    def lookups(self, request, model_admin):
        return [("unpaid", _("Not paid in full")), ("overdue", _("Overdue"))]

    def queryset(self, request, queryset):
        if self.value() == "overdue":
            return queryset.unpaid(due_before=timezone.localdate())
        return queryset.unpaid() if self.value() == "unpaid" else queryset


@display(description=in_currency(_("Open")))
def open_amount(model_admin, order):
    """What is open of an order of a list that `show_open` has looked at."""
    return format_amount(order.open) if not order.is_pending else "–"


def prepare(changelist) -> None:
    """Give the list its tabs, its sum, and what is open."""
    changelist.tabs = status_tabs(changelist)
    show_sum(changelist)
    show_open(changelist)


def show_open(changelist) -> None:
    """Tell the orders of the page what is open of them, if they show it; one query."""
    if "open_amount" in changelist.list_display:
        page = list(changelist.result_list)
        amounts = dict(Order.objects.with_open().filter(pk__in=[order.pk for order in page]).values_list("pk", "open"))
        for order in page:
            order.open = amounts[order.pk]
        changelist.result_list = page


def active_filters(changelist) -> set[str]:
    """What the address filters by, the search included; a filter left empty is none."""
    given = {name for name, value in changelist.get_filters_params().items() if any(value)}
    return given | ({"q"} if changelist.query else set())


def status_tabs(changelist) -> list[dict]:
    """All orders and those of each status; the other filters stay.

    Their numbers are those of all orders, so they are shown only where nothing else filters.
    """
    filtered = active_filters(changelist) - {"status__exact"}
    counts: dict = {} if filtered else recent("orders by status", count_by_status)
    chosen = changelist.params.get("status__exact", "")
    every: dict = {"label": gettext("All"), "count": "" if filtered else total(counts.values()), "status": None}
    tabs = [every] + [
        {"label": label, "count": "" if filtered else counts.get(status, 0), "status": status}
        for status, label in Order.Status.choices
    ]
    for tab in tabs:
        tab["url"] = changelist.get_query_string({"status__exact": tab["status"], "p": None})
        tab["active"] = chosen == (tab["status"] or "")
    return tabs


def count_by_status() -> dict[str, Counted]:
    return {status: bounded_count(Order.objects.filter(status=status)) for status in Order.Status.values}


def total(counts: Collection[Counted]) -> Counted:
    return Counted(sum(counts), more=any(count.more for count in counts))


def show_sum(changelist) -> None:
    """Give the list its `sum` or, if that takes a while, the address of it: `sum_url`.

    Neither for the whole list, which only grows.
    """
    changelist.sum = changelist.sum_url = ""
    if not active_filters(changelist):
        return
    if changelist.result_count < SUMMED_AT_ONCE:
        changelist.sum = filtered_sum(changelist)
    else:
        changelist.sum_url = f"sum/{changelist.get_query_string({'p': None})}"


def sum_of_list(model_admin, request):
    """The sum of the list with the address's filters, for order_list.js; 400 if these make no sense."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        changelist = model_admin.get_changelist_instance(request)
    except INVALID_QUERY_ERRORS:
        return JsonResponse({"sum": ""}, status=400)
    return JsonResponse({"sum": filtered_sum(changelist)})


def filtered_sum(changelist) -> str:
    """How many orders the filters leave and what they come to, each status for itself: cancelled ones are no sales."""
    found = changelist.queryset.order_by().values_list("status").annotate(count=Count("pk"), total=Sum("total_amount"))
    sums = {status: (count, total) for status, count, total in found}
    count = sum(count for count, _ in sums.values())
    what = ngettext("%(n)s order", "%(n)s orders", count) % {"n": format_count(count)}
    if len(sums) < 2:
        return f"{what} · {format_money(sum((total for _, total in sums.values()), Decimal(0)))}"
    parts = [
        f"{label}: {format_count(sums[status][0])} · {format_money(sums[status][1])}"
        for status, label in Order.Status.choices
        if status in sums
    ]
    return " | ".join([what, *parts])
