"""Orders in the admin: what the list and the page show, who may do what, and how the form is saved."""

from functools import partial

from django.contrib import admin, messages
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from accounts.filters import CreatedByFilter
from core.admin.base import BackOfficeAdmin, is_primary_key
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter, DateRangeFilter
from core.admin.history import ReadableHistoryAdmin
from core.money import format_money
from sales.admin.bulk_steps import cancel_selected, confirm_selected
from sales.admin.confirm_cancel import cancel_one, confirm_one
from sales.admin.duplicate_order import copied_lines, duplicate_order
from sales.admin.lines import OrderItemInline, product_info
from sales.admin.order_list import filtered_sum, status_badge, status_tabs
from sales.admin.print_order import (
    print_filtered_packing_slips,
    print_order,
    print_packing_slip,
    print_selected,
    print_selected_packing_slips,
)
from sales.admin.stock_in_history import add_stock_changes
from sales.forms import OrderForm
from sales.models import Order
from sales.resources import OrderLineResource, OrderResource
from sales.services import create_order, delete_order, edit_order


@admin.register(Order)
class OrderAdmin(FormulaSafeExportAdmin, ReadableHistoryAdmin, BackOfficeAdmin):
    # The list
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    list_before_template = "sales/order_list_head.html"
    resource_classes = [OrderResource, OrderLineResource]
    list_display = ["order_number", "customer", "order_date", "status_badge", "total", "created_by"]
    list_select_related = ["customer", "created_by"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("order_date", DateRangeFilter),
        ("confirmed_at", DateRangeFilter),
        ("total_amount", AmountRangeFilter),
        CreatedByFilter,
    ]
    search_fields = ["order_number", "customer__first_name", "customer__last_name", "customer__email"]
    search_help_text = _("Order number, or the customer's name or e-mail")
    actions = [confirm_selected, cancel_selected, print_selected, print_selected_packing_slips]

    # The page of one
    form = OrderForm
    change_form_outer_before_template = "sales/order_form_texts.html"
    inlines = [OrderItemInline]
    autocomplete_fields = ["customer"]
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
    actions_detail = ["confirm_one", "cancel_one", "duplicate_order", "print_order", "print_packing_slip"]
    confirm_one, cancel_one = confirm_one, cancel_one
    duplicate_order, print_order, print_packing_slip = duplicate_order, print_order, print_packing_slip

    class Media:
        js = ["sales/order_form.js"]
        css = {"all": ["sales/order_form.css"]}

    # What one sees

    @display(description=_("Status"), ordering="status")
    def status_badge(self, order):
        return status_badge(order)

    @display(description=_("Total"), ordering="total_amount")
    def total(self, order):
        return format_html(
            '<span data-order-total class="whitespace-nowrap">{}</span>', format_money(order.total_amount)
        )

    @display(description=_("Last step"))
    def standing(self, order):
        return gettext("Not confirmed yet.") if order.is_pending else f"{capfirst(order.status_sentence())}."

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        changelist.tabs, changelist.sum = status_tabs(changelist), filtered_sum(changelist)
        return changelist

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs)
        if request.user.has_perm("inventory.view_stockchange"):
            add_stock_changes(historical_records)

    # Who may

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (not isinstance(obj, Order) or obj.is_pending)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (not isinstance(obj, Order) or obj.is_pending)

    def has_confirm_permission(self, request, object_id=None):
        return self.has_model_permission(request, "confirm")

    def has_cancel_permission(self, request, object_id=None):
        return self.has_model_permission(request, "cancel")

    def has_duplicate_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and self.has_model_permission(request, "add")

    def get_actions_detail(self, request, object_id):
        """Only the steps that are still open."""
        order = self.get_object(request, object_id)
        leads_to = {"confirm_one": Order.Status.CONFIRMED, "cancel_one": Order.Status.CANCELLED}
        return [
            step
            for step in super().get_actions_detail(request, object_id)
            if not (status := leads_to.get(step.method.original_function_name))
            or (order and status in order.NEXT_STATUSES[order.status])
        ]

    # What one does

    def get_urls(self):
        view = self.admin_site.admin_view
        packing_slips = view(partial(print_filtered_packing_slips, self))
        return [
            path("product-info/<int:pk>/", view(product_info), name="sales_product_info"),
            path("packing-slips/", packing_slips, name="sales_order_packing_slips"),
            *super().get_urls(),
        ]

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        return initial if is_primary_key(initial.get("customer", "0")) else {}

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """An order that somebody else has closed in the meantime is not saved but shown as it is, with a message."""
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
