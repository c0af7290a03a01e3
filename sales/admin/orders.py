"""Orders in the admin: the page of one."""

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action, display

from accounts.roles import require
from core.admin.base import BackOfficeAdmin, is_primary_key
from core.admin.export import FormulaSafeExportAdmin
from core.fields import format_phone
from core.money import format_money
from inventory.models import Product
from sales.admin.lines import OrderItemInline, copied_lines
from sales.admin.order_history import OrderHistory
from sales.admin.order_list import OrderList
from sales.admin.steps import OrderSteps
from sales.forms import OrderForm
from sales.models import Order
from sales.resources import OrderLineResource, OrderResource
from sales.services import create_order, delete_order, edit_order


@admin.register(Order)
class OrderAdmin(OrderList, OrderSteps, FormulaSafeExportAdmin, OrderHistory, BackOfficeAdmin):
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    resource_classes = [OrderResource, OrderLineResource]
    form = OrderForm
    change_form_outer_before_template = "sales/order_form_texts.html"
    inlines = [OrderItemInline]
    autocomplete_fields = ["customer"]
    actions = ["confirm_selected", "cancel_selected"]
    actions_detail = ["confirm_one", "cancel_one", "duplicate_order", "print_order", "print_packing_slip"]
    readonly_fields = [
        "order_number",
        "order_date",
        "status_badge",
        "total",
        "standing",
        "created_at",
        "created_by",
    ]
    add_fieldsets = [(None, {"fields": ["customer"]})]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    "customer",
                    ("order_number", "order_date"),
                    ("status_badge", "total"),
                    "standing",
                    ("created_at", "created_by"),
                ]
            },
        )
    ]

    class Media:
        js = ["sales/order_form.js"]
        css = {"all": ["sales/order_form.css"]}

    # What one sees

    @display(description=_("Last step"))
    def standing(self, order):
        return f"{capfirst(order.status_sentence())}."

    # Who may

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (not isinstance(obj, Order) or obj.is_pending)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (not isinstance(obj, Order) or obj.is_pending)

    # What one does

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        return initial if is_primary_key(initial.get("customer", "0")) else {}

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whoever saves an order that somebody else has closed meanwhile is told so, and shown the order."""
        order = self.get_object(request, object_id) if request.method == "POST" and object_id else None
        if order and not order.is_pending and self.has_model_permission(request, "change"):
            sentence = gettext("Your changes were not saved: %(standing)s.") % {"standing": order.status_sentence()}
            self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(self.change_url(object_id))
        return super().changeform_view(request, object_id, form_url, extra_context)

    def get_formset_kwargs(self, request, obj, inline, prefix):
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and (lines := copied_lines(request)):
            kwargs["initial"] = lines
        return kwargs

    def save_model(self, request, obj, form, change):
        """An order is saved together with its lines, in save_related."""

    def save_related(self, request, form, formsets, change):
        (formset,) = formsets
        formset.save()
        asked = {"customer": form.cleaned_data["customer"], "lines": formset.lines, "user": request.user}
        if change:
            order = edit_order(form.instance, last_seen=form.instance.modified_at, **asked)
        else:
            order = create_order(**asked)
        form.instance.pk = order.pk
        form.instance.refresh_from_db()

    def delete_model(self, request, obj):
        delete_order(obj, user=request.user)

    # The next three change nothing, so they are links.

    def has_duplicate_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and self.has_model_permission(request, "add")

    @action(description=_("Duplicate"), icon="content_copy", permissions=["duplicate"], url_path="duplicate")
    def duplicate_order(self, request, object_id):
        """The form of a new order, with this one's customer and lines."""
        order = self.get_object_or_404(request, object_id)
        lost = order.items.filter(product__isnull=True).count()
        if lost:
            sentence = ngettext(
                "One line is left out, because the product has been deleted.",
                "%(n)s lines are left out, because the product has been deleted.",
                lost,
            )
            self.message_user(request, sentence % {"n": lost}, messages.WARNING)
        return HttpResponseRedirect(f"{reverse('admin:sales_order_add')}?customer={order.customer_id}&copy={order.pk}")

    @action(description=_("Print"), icon="print", permissions=["view"], url_path="print", attrs={"target": "_blank"})
    def print_order(self, request, object_id):
        return self.on_paper(request, object_id, gettext("Order %(order)s"))

    @action(
        description=_("Packing slip"),
        icon="package_2",
        permissions=["view"],
        url_path="packing-slip",
        attrs={"target": "_blank"},
    )
    def print_packing_slip(self, request, object_id):
        return self.on_paper(request, object_id, gettext("Packing slip %(order)s"), packing_slip=True)

    def on_paper(self, request, object_id, title: str, **context):
        order = self.get_object_or_404(request, object_id)
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

    def get_urls(self):
        info = path("product-info/<int:pk>/", self.admin_site.admin_view(self.product_info), name="sales_product_info")
        return [info, *super().get_urls()]

    def product_info(self, request, pk: int) -> JsonResponse:
        """What the order form needs to know of a product once it is picked."""
        require(request, "sales.add_order")
        product = get_object_or_404(Product, pk=pk)
        return JsonResponse({"unit_price": str(product.selling_price), "stock_qty": product.stock_qty})
