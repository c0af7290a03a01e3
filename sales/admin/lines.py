"""The lines of an order on its page."""

from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.db.models import Count
from django.http import JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.decorators import display

from accounts.roles import require
from core.admin.base import is_primary_key
from core.admin.light_lists import LightInline
from core.firm import currency
from core.money import format_money
from inventory.models import Product
from sales.admin.amend_order import is_amending, may_edit
from sales.forms import OrderItemForm, OrderItemFormSet
from sales.models import Order, OrderItem
from sales.schemas import MAX_LINES

LINES_PER_PAGE = 200


class OrderItemInline(LightInline):
    model = OrderItem
    form, formset = OrderItemForm, OrderItemFormSet
    autocomplete_fields = ["product"]
    fields = ["product", "quantity", "unit_price", "line_total"]
    readonly_fields = ["line_total"]
    extra = 0
    max_num = MAX_LINES
    hide_title = True
    template_before = "inventory/scan_box.html"
    verbose_name_plural = _("Lines")

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.may_sell_below_cost = request.user.has_perm("sales.sell_below_cost")
        return formset

    def get_queryset(self, request):
        items = super().get_queryset(request).select_related("product")
        return items.filter(product__isnull=False) if is_amending(request) else items

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A product is chosen here, not added or changed: no menu for that beside each line."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    @display(description=_("Total"))
    def line_total(self, item):
        total = format_money(item.total_price) if item.total_price is not None else "–"
        return format_html(
            '<span data-line-total data-currency="{}" class="whitespace-nowrap">{}</span>', currency(), total
        )

    # A line has no rights of its own: they are those of its order.

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("sales.view_order")

    def has_change_permission(self, request, obj=None):
        if obj is None:
            return request.user.has_perm("sales.add_order")
        return may_edit(request, obj)

    has_add_permission = has_delete_permission = has_change_permission


def last_order(request, customer: int) -> JsonResponse:
    """A customer's latest order, for a new one that is to be the same; an empty answer if there is none."""
    require(request, "sales.add_order")
    require(request, "sales.view_order")
    order = Order.objects.filter(customer__pk=customer).annotate(lines=Count("items")).order_by("-pk").first()
    if order is None:
        return JsonResponse({})
    sentence = ngettext(
        "Same as last time (%(day)s, %(n)s line)", "Same as last time (%(day)s, %(n)s lines)", order.lines
    )
    return JsonResponse({"pk": order.pk, "label": sentence % {"day": date_format(order.order_date), "n": order.lines}})


def product_info(request, pk: int) -> JsonResponse:
    """What the order form needs to know of a product once it is picked."""
    require(request, "sales.add_order")
    product = get_object_or_404(Product.objects.with_free(), pk=pk)
    figures = {"stock_qty": product.stock_qty, "promised": product.promised}
    last = last_price(product, request.GET.get("customer", ""))
    return JsonResponse({"unit_price": str(product.selling_price), "last_price": last, **figures})


def last_price(product: Product, customer: str) -> str:
    """What the customer with this id paid for a piece of the product the last time; empty if they never bought any."""
    if not is_primary_key(customer):
        return ""
    bought = product.order_lines.filter(order__customer=customer, order__status=Order.Status.CONFIRMED)
    price = bought.order_by("-order__confirmed_at", "-pk").values_list("unit_price", flat=True).first()
    return "" if price is None else str(price)
