"""The page that amends a confirmed order: the form of an order, with its lines as they are and a reason to give.

`request.amending` says that this is what is going on; OrderAdmin then shows and saves accordingly.
"""

from decimal import Decimal

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from sales.models import Order
from sales.rights import may_change


@action(description=_("Amend"), icon="edit_note", permissions=["amend"], url_path="amend")
def amend_order(model_admin, request, object_id):
    """GET shows the form, POST amends."""
    order = model_admin.get_object_or_404(request, object_id)
    request.amending = True
    title = gettext("Amend %(order)s") % {"order": order}
    gone = [item for item in order.items.all() if item.product_id is None]
    before = {"before": order.total_amount, "kept": sum((item.total_price for item in gone), Decimal(0)), "gone": gone}
    texts = {"title": title, "step": title, "show_save_and_add_another": False}
    return model_admin.changeform_view(request, object_id, extra_context={**texts, **before})


def amend_fields(request, order: Order, fields) -> list:
    """The fields of the page: the reason, and for whoever may exceed it a tick for a customer who has a limit."""
    asked = ["reason"]
    if order.customer.credit_limit is not None and request.user.has_perm("sales.exceed_credit"):
        asked.append("exceed_limit")
    return [shown for name in fields for shown in (asked if name == "standing" else [name])]


def is_amending(request) -> bool:
    return getattr(request, "amending", False)


def may_edit(request, order: Order) -> bool:
    """Whether this page lets this person write the order's lines now."""
    return is_open(request, order) and may_write(request, order)


def is_open(request, order: Order) -> bool:
    """Pending orders are edited, confirmed ones are amended."""
    return order.status == (Order.Status.CONFIRMED if is_amending(request) else Order.Status.PENDING)


def may_write(request, order: Order) -> bool:
    if is_amending(request):
        return request.user.has_perm("sales.amend_order")
    return may_change(request.user, order)
