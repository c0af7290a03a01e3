"""A new order with the customer and the lines of an old one. Its form is only opened, so this is a link."""

from django.contrib import messages
from django.http import HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import action

from core.admin.base import is_primary_key
from sales.models import OrderItem


@action(description=_("Duplicate"), icon="content_copy", permissions=["duplicate"], url_path="duplicate")
def duplicate_order(model_admin, request, object_id):
    """The form of a new order, with this one's customer and lines."""
    order = model_admin.get_object_or_404(request, object_id)
    lost = order.items.exclude(product__is_active=True).count()
    if lost:
        sentence = ngettext(
            "One line is left out because its product is not sold any more.",
            "%(n)s lines are left out because their products are not sold any more.",
            lost,
        )
        model_admin.message_user(request, sentence % {"n": lost}, messages.WARNING)
    return HttpResponseRedirect(f"{reverse('admin:sales_order_add')}?customer={order.customer_id}&copy={order.pk}")


def copied_lines(request) -> list[dict]:
    """What the lines of a new order start with if its address says which order it is a `copy` of.

    The pieces are the other order's, the prices today's; products that are not sold any more are left out.
    """
    may_see = request.user.has_perm("sales.view_order")
    if request.method != "GET" or not may_see or not is_primary_key(request.GET.get("copy", "")):
        return []
    items = OrderItem.objects.filter(order=request.GET["copy"], product__is_active=True).select_related("product")
    return [
        {"product": item.product_id, "quantity": item.quantity, "unit_price": item.product.selling_price}
        for item in items
    ]
