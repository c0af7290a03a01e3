"""The lines of an order on its page."""

from django.conf import settings
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from core.admin.base import is_primary_key
from core.money import format_money
from sales.forms import OrderItemForm, OrderItemFormSet
from sales.models import OrderItem


def copied_lines(request) -> list[dict]:
    """What the lines of a new order start with if its address says which order it is a `copy` of.

    The pieces are the other order's, the prices today's; products that are gone are left out.
    """
    may_see = request.user.has_perm("sales.view_order")
    if request.method != "GET" or not may_see or not is_primary_key(request.GET.get("copy", "")):
        return []
    items = OrderItem.objects.filter(order=request.GET["copy"], product__isnull=False).select_related("product")
    return [
        {"product": item.product_id, "quantity": item.quantity, "unit_price": item.product.selling_price}
        for item in items
    ]


class OrderItemInline(TabularInline):
    model = OrderItem
    form, formset = OrderItemForm, OrderItemFormSet
    autocomplete_fields = ["product"]
    fields = ["product", "quantity", "unit_price", "line_total"]
    readonly_fields = ["line_total"]
    extra = 0
    hide_title = True
    verbose_name_plural = _("Lines")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")

    @display(description=_("Total"))
    def line_total(self, item):
        total = format_money(item.total_price) if item.total_price is not None else "–"
        return format_html(
            '<span data-line-total data-currency="{}" class="whitespace-nowrap">{}</span>', settings.CURRENCY, total
        )

    # A line has no rights of its own: they are those of its order.

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("sales.view_order")

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return request.user.has_perm("sales.add_order")
        return request.user.has_perm("sales.change_order") and obj.is_pending

    has_add_permission = has_delete_permission = has_change_permission
