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
    return model_admin.changeform_view(request, object_id, extra_context={"title": title, "step": title, **before})


def is_amending(request) -> bool:
    return getattr(request, "amending", False)


def may_edit(request, order: Order) -> bool:
    """Whether this page lets this person write the order's lines: pending ones, or on the page that amends, a confirmed
    one."""
    if is_amending(request):
        return order.status == Order.Status.CONFIRMED and request.user.has_perm("sales.amend_order")
    return order.is_pending and may_change(request.user, order)
