"""Confirming and cancelling many orders from the list: first a page that says what will happen, then each one's result.

Each order is a transaction of its own, oldest first; one that is refused does not stop the others. An order that has
changed since the page was shown is refused, as in the dialog of one.
"""

from collections import defaultdict
from decimal import Decimal

from django.contrib import messages
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.base import is_primary_key
from core.exceptions import BusinessError
from core.i18n import format_count
from core.money import format_money
from sales.admin.confirm_cancel import StepResult, take_step
from sales.models import Order
from sales.services.account import find_excess
from sales.services.orders import check_step
from sales.status_badge import status_badge

Status = Order.Status
AT_ONCE = 200  # orders: each is several queries, and somebody waits
SHOWN = 50  # products whose stock the page shows, the short ones first


@action(description=_("Confirm selected orders"), permissions=["confirm"])
def confirm_selected(model_admin, request, queryset):
    return ask_or_act(model_admin, request, queryset, Status.CONFIRMED)


@action(description=_("Cancel selected orders"), permissions=["cancel"])
def cancel_selected(model_admin, request, queryset):
    return ask_or_act(model_admin, request, queryset, Status.CANCELLED)


def ask_or_act(model_admin, request, queryset, status: Status):
    """The page that asks or, posted by it, the page with the results; None leads back to the list as it was."""
    if "orders" in request.POST:
        return show_results(model_admin, request, status)
    orders = list(with_people(queryset).with_all_back().order_by("pk")[: AT_ONCE + 1])
    if len(orders) > AT_ONCE:
        sentence = gettext("Please select at most %(n)s orders at a time.") % {"n": AT_ONCE}
        return model_admin.message_user(request, sentence, messages.ERROR)
    outlooks = [outlook(order, status) for order in orders]
    hopeful = [result for result in outlooks if not result.remarks]
    open_orders = [result.order for result in hopeful]
    moves = Order.objects.filter(pk__in=[order.pk for order in open_orders]).stock_moves(status)
    moves = [move for move in moves if move.pieces]
    title = {
        Status.CONFIRMED: ngettext("Confirm %(n)s order?", "Confirm %(n)s orders?", len(open_orders)),
        Status.CANCELLED: ngettext("Cancel %(n)s order?", "Cancel %(n)s orders?", len(open_orders)),
    }[status]
    return bulk_step_page(
        model_admin,
        request,
        title=title % {"n": format_count(len(open_orders))},
        results=outlooks,
        total=format_money(sum((order.total_amount for order in open_orders), Decimal(0))),
        moves=moves[:SHOWN],
        more_moves=len(moves[SHOWN:]),
        short=sum(move.is_short for move in moves),
        beyond=warn_of_credit(hopeful) if status == Status.CONFIRMED else 0,
        orders=",".join(f"{order.pk}@{order.modified_at.isoformat()}" for order in open_orders),
        status=status,
    )


def show_results(model_admin, request, status: Status):
    """Take the orders that the page showed through the step and say what came of each."""
    seen = dict(part.partition("@")[::2] for part in request.POST["orders"].split(",") if part)
    if len(seen) > AT_ONCE or not all(is_primary_key(key) and key == str(int(key)) for key in seen):
        return model_admin.redirect_to_list(request)
    orders = with_people(Order.objects.filter(pk__in=seen)).order_by("pk")
    results = [
        take_step(order, status, user=request.user, last_seen=parse_moment(seen[str(order.pk)])) for order in orders
    ]
    done = sum(result.done for result in results)
    title = {
        Status.CONFIRMED: ngettext("%(n)s order confirmed.", "%(n)s orders confirmed.", done),
        Status.CANCELLED: ngettext("%(n)s order cancelled.", "%(n)s orders cancelled.", done),
    }[status] % {"n": format_count(done)}
    if gone := len(seen) - len(results):
        sentence = ngettext(
            "%(n)s order has been deleted in the meantime.", "%(n)s orders have been deleted in the meantime.", gone
        )
        model_admin.message_user(request, sentence % {"n": gone}, messages.WARNING)
    return bulk_step_page(model_admin, request, title=title, results=results, finished=True, failed=len(results) - done)


def outlook(order: Order, status: Status) -> StepResult:
    """What would hinder the order from taking the step, as far as one can tell from its status."""
    try:
        check_step(order, status)
    except BusinessError as error:
        return StepResult(order, [str(error)])
    return StepResult(order, [])


def warn_of_credit(results: list[StepResult]) -> int:
    """Say beside each order, confirmed after those before it, if its customer may not owe so much; how many these are.

    They are tried all the same: one before them may have to wait for goods.
    """
    added: dict[int, Decimal] = defaultdict(Decimal)
    for result in results:
        order = result.order
        excess = find_excess(order.customer, order.total_amount, besides=added[order.customer_id])
        if excess:
            result.remarks.append(str(excess))
        else:
            added[order.customer_id] += order.total_amount
    return sum(bool(result.remarks) for result in results)


def parse_moment(text: str):
    """What the page says of an order's `modified_at`; nonsense is a moment that no order has."""
    try:
        return parse_datetime(text) or "?"
    except ValueError:
        return "?"


def with_people(queryset):
    return queryset.select_related("customer", "modified_by", "confirmed_by", "cancelled_by")


def bulk_step_page(model_admin, request, **context) -> TemplateResponse:
    results = context.pop("results")
    context |= {
        "rows": [(result, format_money(result.order.total_amount), status_badge(result.order)) for result in results],
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "action": request.POST["action"],
        "step": context["title"].rstrip("?.؟"),
    }
    return TemplateResponse(request, "sales/bulk_step.html", context)
