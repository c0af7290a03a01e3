"""An order on paper: for the customer, and for whoever packs it. Printing changes nothing, so these are links."""

from django.conf import settings
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.fields import format_phone
from core.money import format_money


@action(description=_("Print"), icon="print", permissions=["view"], url_path="print", attrs={"target": "_blank"})
def print_order(model_admin, request, object_id):
    return on_paper(model_admin, request, object_id, gettext("Order %(order)s"))


@action(
    description=_("Packing slip"),
    icon="package_2",
    permissions=["view"],
    url_path="packing-slip",
    attrs={"target": "_blank"},
)
def print_packing_slip(model_admin, request, object_id):
    return on_paper(model_admin, request, object_id, gettext("Packing slip %(order)s"), packing_slip=True)


def on_paper(model_admin, request, object_id, title: str, **context):
    order = model_admin.get_object_or_404(request, object_id)
    context |= {
        "title": title % {"order": order},
        "order": order,
        "items": order.items.all(),
        "total": format_money(order.total_amount),
        "phone": format_phone(order.customer.phone),
        "firm_name": settings.FIRM_NAME,
        "firm_address": settings.FIRM_ADDRESS,
    }
    return TemplateResponse(request, "sales/order_print.html", context)
