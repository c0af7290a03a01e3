"""Orders in the admin."""

from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.dialogs import close_dialog
from accounts.exceptions import BusinessError
from accounts.model_admin import (
    BackOfficeAdmin,
    HarmlessExportAdmin,
    LocalDateRangeFilter,
    ReadableHistoryAdmin,
    badge,
    is_key,
)
from accounts.money import format_money
from accounts.roles import require
from inventory.models import Product
from sales.forms import CancelOrderForm, ConfirmOrderForm, OrderForm, OrderItemForm, OrderItemFormSet
from sales.models import Order, OrderItem
from sales.resources import OrderResource
from sales.services import cancel_order, confirm_order, create_order, delete_order, edit_order, tell_lost

STATUS_COLOURS = {
    Order.Status.PENDING: "warning",
    Order.Status.CONFIRMED: "success",
    Order.Status.CANCELLED: "danger",
}


class OrderItemInline(TabularInline):
    model = OrderItem
    form, formset = OrderItemForm, OrderItemFormSet
    autocomplete_fields = ["product"]
    fields = ["product", "quantity", "unit_price", "line_total"]
    readonly_fields = ["line_total"]
    extra = 0
    hide_title = True
    verbose_name_plural = "Lines"

    def get_extra(self, request, obj=None, **kwargs):
        return 0 if obj else 1

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("product")

    @display(description="Total")
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


class OrderSteps:
    """Confirming and cancelling, from the list and from the order; only the steps that an order can still take."""

    def get_actions_detail(self, request, object_id):
        order = self.get_object(request, object_id)
        closed = {"confirm_one": Order.Status.CONFIRMED, "cancel_one": Order.Status.CANCELLED}
        return [
            step
            for step in super().get_actions_detail(request, object_id)
            if not (status := closed.get(step.method.original_function_name))
            or (order and status in order.NEXT_STATUSES[order.status])
        ]

    def has_confirm_permission(self, request, object_id=None):
        return self.has_permission_to(request, "confirm")

    def has_cancel_permission(self, request, object_id=None):
        return self.has_permission_to(request, "cancel")

    @action(description="Confirm selected orders", permissions=["confirm"])
    def confirm_selected(self, request, queryset):
        self.step_through(request, queryset.order_by("pk"), self.confirm, "confirmed")

    @action(description="Cancel selected orders", permissions=["cancel"])
    def cancel_selected(self, request, queryset):
        self.step_through(request, queryset.order_by("pk"), self.cancel, "cancelled")

    @action(
        description="Confirm",
        icon="check_circle",
        variant=ActionVariant.SUCCESS,
        permissions=["confirm"],
        url_path="confirm",
        dialog={"title": "Confirm this order?", "form_class": ConfirmOrderForm, "form_submit_text": "Confirm order"},
    )
    def confirm_one(self, request, form, object_id):
        self.step_through(
            request,
            [form.record],
            lambda request, order: confirm_order(order, user=request.user, last_seen=form.record.modified_at),
            "confirmed",
        )
        return close_dialog(self.change_url(object_id))

    @action(
        description="Cancel order",
        icon="cancel",
        variant=ActionVariant.DANGER,
        permissions=["cancel"],
        url_path="cancel",
        dialog={
            "title": "Cancel this order?",
            "form_class": CancelOrderForm,
            "form_submit_text": "Yes, cancel this order",
        },
    )
    def cancel_one(self, request, form, object_id):
        self.step_through(request, [form.record], self.cancel, "cancelled")
        return close_dialog(self.change_url(object_id))

    def step_through(self, request, orders, step, done: str) -> None:
        """Take each order through the step, oldest first; one that refuses does not stop the others."""
        succeeded = []
        for order in orders:
            try:
                step(request, order)
                succeeded.append(order)
            except BusinessError as error:
                sentence = str(error) if str(order) in str(error) else f"{order}: {error}"
                self.message_user(request, sentence, messages.ERROR)
        if succeeded:
            what = succeeded[0] if len(succeeded) == 1 else f"{len(succeeded)} orders"
            self.message_user(request, f"{what} {done}.", messages.SUCCESS)

    def confirm(self, request, order: Order) -> None:
        confirm_order(order, user=request.user)

    def cancel(self, request, order: Order) -> None:
        _, lost = cancel_order(order, user=request.user)
        for sale in lost:
            self.message_user(request, f"{order}: {tell_lost(sale)}", messages.WARNING)


@admin.register(Order)
class OrderAdmin(OrderSteps, HarmlessExportAdmin, ReadableHistoryAdmin, BackOfficeAdmin):
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    resource_classes = [OrderResource]
    form = OrderForm
    inlines = [OrderItemInline]
    autocomplete_fields = ["customer"]
    list_display = ["order_number", "customer", "order_date", "status_badge", "total", "created_by"]
    list_select_related = ["customer", "created_by"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("order_date", RangeDateFilter),
        ("confirmed_at", LocalDateRangeFilter),
    ]
    date_hierarchy = "order_date"
    search_fields = ["order_number", "customer__first_name", "customer__last_name", "customer__email"]
    search_help_text = "Order number, or the customer's name or e-mail"
    actions = ["confirm_selected", "cancel_selected"]
    actions_detail = ["confirm_one", "cancel_one", "print_order"]
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

    # What one sees

    @display(description="Status", ordering="status")
    def status_badge(self, order):
        return badge(order.get_status_display(), STATUS_COLOURS[order.status])

    @display(description="Total", ordering="total_amount")
    def total(self, order):
        return format_html(
            '<span data-order-total class="whitespace-nowrap">{}</span>', format_money(order.total_amount)
        )

    @display(description="Last step")
    def standing(self, order):
        sentence = order.how_it_stands()
        return f"{sentence[0].upper()}{sentence[1:]}."

    # Who may

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and (not isinstance(obj, Order) or obj.is_pending)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and (not isinstance(obj, Order) or obj.is_pending)

    # What one does

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        return initial if is_key(initial.get("customer", "0")) else {}

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Whoever saves an order that somebody else has closed meanwhile is told so, and shown the order."""
        order = self.get_object(request, object_id) if request.method == "POST" and object_id else None
        if order and not order.is_pending and self.has_permission_to(request, "change"):
            self.message_user(request, f"Your changes were not saved: {order.how_it_stands()}.", messages.ERROR)
            return HttpResponseRedirect(self.change_url(object_id))
        return super().changeform_view(request, object_id, form_url, extra_context)

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

    @action(description="Print", icon="print", permissions=["view"], url_path="print", attrs={"target": "_blank"})
    def print_order(self, request, object_id):
        """The order on paper; changes nothing."""
        order = self.get_object_or_404(request, object_id)
        context = {"order": order, "items": order.items.all(), "total": format_money(order.total_amount)}
        return TemplateResponse(request, "sales/order_print.html", context)

    def get_urls(self):
        info = path("product-info/<int:pk>/", self.admin_site.admin_view(self.product_info), name="sales_product_info")
        return [info, *super().get_urls()]

    def product_info(self, request, pk: int) -> JsonResponse:
        """What the order form needs to know of a product once it is picked."""
        require(request, "sales.add_order")
        product = get_object_or_404(Product, pk=pk)
        return JsonResponse({"unit_price": str(product.selling_price), "stock_qty": product.stock_qty})
