"""Orders on paper: for the customer, and for whoever packs them. Printing changes nothing, so these are links.

One order from its page, several from the list: the selected ones, or all that its filters leave (`print_filtered`).
"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import prefetch_related_objects
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.models import Customer
from core.admin.base import INVALID_QUERY_ERRORS
from core.fields import format_phone
from core.firm import current_firm, firm_address, firm_name
from core.i18n import format_count
from core.money import format_amount, format_money
from sales.models import Order, OrderItem

AT_ONCE = 200  # orders; a browser lays them out at once
TITLE, QUOTATION, SLIP_TITLE = _("Order %(order)s"), _("Quotation %(order)s"), _("Packing slip %(order)s")


@action(description=_("Print"), icon="print", permissions=["view"], url_path="print", attrs={"target": "_blank"})
def print_order(model_admin, request, object_id):
    return on_paper(request, [order_with_lines(model_admin, request, object_id)])


@action(
    description=_("Packing slip"),
    icon="package_2",
    permissions=["view"],
    url_path="packing-slip",
    attrs={"target": "_blank"},
)
def print_packing_slip(model_admin, request, object_id):
    return on_paper(request, [order_with_lines(model_admin, request, object_id)], packing_slip=True)


def order_with_lines(model_admin, request, object_id) -> Order:
    order = model_admin.get_object_or_404(request, object_id)
    prefetch_related_objects([order], "items__product")
    return order


@action(description=_("Print selected orders"), permissions=["view"])
def print_selected(model_admin, request, queryset):
    return several(model_admin, request, queryset, packing_slip=False)


@action(description=_("Print packing slips of selected orders"), permissions=["view"])
def print_selected_packing_slips(model_admin, request, queryset):
    return several(model_admin, request, queryset, packing_slip=True)


def print_filtered_packing_slips(model_admin, request):
    """The packing slips of all orders that the list shows with these filters."""
    if not model_admin.has_view_permission(request):
        raise PermissionDenied
    try:
        queryset = model_admin.get_changelist_instance(request).queryset
    except INVALID_QUERY_ERRORS:
        return model_admin.redirect_to_list(request)
    return several(model_admin, request, queryset, packing_slip=True) or HttpResponseRedirect(
        f"../?{request.GET.urlencode()}"
    )


def several(model_admin, request, queryset, *, packing_slip: bool):
    """The orders, oldest first; None, and a message, if there is nothing to print or too much."""
    orders = list(queryset.select_related("customer").prefetch_related("items__product").order_by("pk")[: AT_ONCE + 1])
    if 0 < len(orders) <= AT_ONCE:
        return on_paper(request, orders, packing_slip=packing_slip)
    sentence = gettext("Please select at most %(n)s orders at a time.") if orders else gettext("No orders to print.")
    return model_admin.message_user(request, sentence % {"n": AT_ONCE}, messages.ERROR)


def on_paper(request, orders: list[Order], *, packing_slip: bool = False) -> TemplateResponse:
    sheets = [sheet(order, packing_slip=packing_slip) for order in orders]
    several = (SLIP_TITLE if packing_slip else TITLE) % {"order": ""}
    context = {
        "title": sheets[0]["title"] if len(sheets) == 1 else several,
        "sheets": sheets,
        "packing_slip": packing_slip,
        "firm": current_firm(),
        "firm_name": firm_name(),
        "firm_address": firm_address(),
    }
    return TemplateResponse(request, "sales/order_print.html", context)


def sheet(order: Order, *, packing_slip: bool) -> dict:
    """One order's paper: an offer as long as it is pending; for whoever packs it, by the shelves one walks along."""
    title = SLIP_TITLE if packing_slip else QUOTATION if order.is_pending else TITLE
    items = list(order.items.all())
    if packing_slip:
        items.sort(key=lambda item: (not shelf_of(item), shelf_of(item)))
    return {
        "title": title % {"order": order},
        "order": order,
        "items": [
            (
                item,
                format_count(item.quantity),
                format_amount(item.unit_price),
                format_amount(item.total_price),
                shelf_of(item),
            )
            for item in items
        ],
        "has_shelves": packing_slip and any(map(shelf_of, items)),
        "total": format_money(order.total_amount),
        "details": list(filter(None, customer_details(order.customer))),
    }


def shelf_of(item: OrderItem) -> str:
    return item.product.shelf if item.product else ""


def customer_details(customer: Customer) -> list[str | None]:
    label = capfirst(Customer._meta.get_field("tax_id").verbose_name)
    tax_id = f"{label} {customer.tax_id}" if customer.tax_id else None
    return [customer.customer_code, customer.email, format_phone(customer.phone), tax_id]
