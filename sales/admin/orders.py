"""Orders in the admin: what the list and the page show, who may do what, and how the form is saved."""

from functools import partial

from django.contrib import admin, messages
from django.db.models import Q, TextField
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.filters import CreatedByFilter
from core.admin.base import NUMBER_INPUTS, BackOfficeAdmin, is_autocomplete, is_primary_key
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter, DateRangeFilter
from core.admin.history import ReadableHistoryAdmin
from core.money import format_amount, format_money, in_currency
from core.references import register_reference
from core.text_search import any_field, any_of, lookup_for, words_and_phrases
from inventory.models import Product
from sales.admin.amend_order import amend_fields, amend_order, is_amending, is_open, may_edit, may_write
from sales.admin.annotate_order import annotate_order
from sales.admin.bulk_steps import cancel_selected, confirm_selected
from sales.admin.confirm_cancel import cancel_one, confirm_one
from sales.admin.duplicate_order import copied_lines, duplicate_order
from sales.admin.lines import LINES_PER_PAGE, OrderItemInline, last_order, product_info
from sales.admin.order_list import ConfirmableFilter, UnpaidFilter, open_amount, prepare, sum_of_list
from sales.admin.print_order import (
    print_filtered_packing_slips,
    print_order,
    print_packing_slip,
    print_selected,
    print_selected_packing_slips,
)
from sales.admin.return_goods import return_goods
from sales.admin.standing import describe_standing
from sales.admin.stock_in_history import add_stock_changes
from sales.admin.to_pack import slip_url
from sales.forms import AmendForm, OrderForm
from sales.models import TERMS, Order, OrderItem
from sales.resources import OrderLineResource, OrderResource
from sales.rights import may_delete
from sales.services.amendments import amend_order as amend
from sales.services.orders import create_order, delete_order, edit_order
from sales.status_badge import status_badge

register_reference(r"ORD-\d{8}-\d{4,}", "admin:sales_order_by_number")


Status = Order.Status
OPEN_TO = {  # the steps of an order, by the statuses that they begin from
    "confirm_one": [Status.PENDING],
    "amend_order": [Status.CONFIRMED],
    "return_goods": [Status.CONFIRMED],
    "cancel_one": [Status.PENDING, Status.CONFIRMED],
}


@admin.register(Order)
class OrderAdmin(FormulaSafeExportAdmin, ReadableHistoryAdmin, BackOfficeAdmin):
    # The list
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    list_before_template = "sales/order_list_head.html"
    resource_classes = [OrderResource, OrderLineResource]
    list_display = ["order_number", "customer", "order_date", "status_badge", "amount", "created_by"]
    optional_columns = ["customer_reference", "wanted_on", "confirmed_at", "open_amount", "created_at", "modified_at"]
    list_select_related = ["customer", "created_by"]
    list_filter = [
        ("status", ChoicesDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("order_date", DateRangeFilter),
        ("confirmed_at", DateRangeFilter),
        ("total_amount", AmountRangeFilter),
        ConfirmableFilter,
        UnpaidFilter,
        CreatedByFilter,
    ]
    costly_filters = {"confirmable", "payment", "q"}
    search_fields = [
        "order_number",
        "customer__company",
        "customer__first_name",
        "customer__last_name",
        "customer__email",
    ]
    search_help_text = _("Order number, customer's company, name or e-mail, or a product's SKU or name")
    actions = [confirm_selected, cancel_selected, print_selected, print_selected_packing_slips]

    # The page of one
    form = OrderForm
    change_form_outer_before_template = "sales/order_form_texts.html"
    inlines = [OrderItemInline]
    autocomplete_fields = ["customer"]
    readonly_fields = ["order_number", "order_date", "status_badge", "total", "standing"]
    agreed = (
        _("Reference, delivery, notes"),
        {
            "fields": [("customer_reference", "wanted_on", "waits"), ("delivery_address", "text", "note")],
            "classes": ["collapse"],
        },
    )
    add_fieldsets = [(None, {"fields": ["customer"]}), agreed]
    strip = ("customer", "order_number", "order_date", "status_badge", "total")
    fieldsets = [(None, {"fields": [strip, "standing"]}), agreed]
    formfield_overrides = {**NUMBER_INPUTS, TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}}
    history_tab = False  # the lines need the place
    compressed_fields = False  # each label above its value: one strip
    actions_detail = [
        "confirm_one",
        "amend_order",
        "return_goods",
        {
            "title": _("More"),
            "items": ["print_order", "print_packing_slip", "annotate_order", "duplicate_order", "cancel_one"],
        },
    ]
    actions_submit_line = ["save_and_confirm"]
    confirm_one, cancel_one, annotate_order = confirm_one, cancel_one, annotate_order
    amend_order, return_goods, duplicate_order = amend_order, return_goods, duplicate_order
    print_order, print_packing_slip, open_amount = print_order, print_packing_slip, open_amount

    class Media:
        js = ["core/lines.js", "sales/order_form.js", "sales/order_list.js", "core/scan.js"]
        css = {"all": ["core/lines.css", "sales/order_form.css"]}

    # What one sees

    @display(description=_("Status"), ordering="status")
    def status_badge(self, order):
        return status_badge(order)

    @display(description=in_currency(_("Total")), ordering="total_amount")
    def amount(self, order):
        return format_amount(order.total_amount)

    @display(description=_("Total"))
    def total(self, order):
        return format_html(
            '<span data-order-total class="whitespace-nowrap">{}</span>', format_money(order.total_amount)
        )

    @display(description=_("So far"))
    def standing(self, order):
        if not hasattr(order, "described"):  # the template asks for it several times
            order.described = describe_standing(order)
        return order.described

    def get_search_results(self, request, queryset, search_term):
        """By a product of the order's lines too: by its SKU or a part of its name. Each by an index, put together."""
        if not search_term or is_autocomplete(request):
            return super().get_search_results(request, queryset, search_term)
        numbered = Order.objects.filter(Order.objects.with_words(words_and_phrases(search_term))).order_by()
        named = any_field(search_term, ["name"], lookup_for([search_term]))
        products = Product.objects.filter(Q(sku=search_term) | named).order_by()
        lines = OrderItem.objects.filter(product__in=products.values("pk")).order_by()
        return queryset.filter(any_of(numbered.values("pk"), lines.values("order"))), False

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        prepare(changelist)
        return changelist

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs)
        if request.user.has_perm("inventory.view_stockchange"):
            add_stock_changes(historical_records)

    # Who may

    def has_change_permission(self, request, obj=None):
        if isinstance(obj, Order):
            return may_edit(request, obj)
        return super().has_change_permission(request) or self.has_model_permission(request, "change_own")

    def has_delete_permission(self, request, obj=None):
        if isinstance(obj, Order):
            return obj.is_pending and may_delete(request.user, obj)
        return super().has_delete_permission(request) or self.has_model_permission(request, "delete_own")

    def has_confirm_permission(self, request, object_id=None):
        return self.has_model_permission(request, "confirm")

    def has_cancel_permission(self, request, object_id=None):
        return self.has_model_permission(request, "cancel")

    def has_amend_permission(self, request, object_id=None):
        return self.has_model_permission(request, "amend")

    def has_return_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and request.user.has_perm("sales.return_goods")

    def has_annotate_permission(self, request, object_id=None):
        return self.has_model_permission(request, "annotate")

    def has_duplicate_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and self.has_model_permission(request, "add")

    def get_actions_detail(self, request, object_id):
        """Only the steps that are still open."""
        if is_amending(request):
            return []
        order = self.get_object(request, object_id)
        actions = super().get_actions_detail(request, object_id)
        names = [step.method.original_function_name for step in actions]
        return [
            step
            for step, name in zip(actions, names, strict=True)
            if name not in OPEN_TO or (order and order.status in OPEN_TO[name])
        ]

    def get_actions_submit_line(self, request, object_id):
        order = self.get_object(request, object_id) if object_id else None
        if is_amending(request):
            return []
        may_save = self.has_change_permission(request, order) if order else self.has_add_permission(request)
        return super().get_actions_submit_line(request, object_id) if may_save else []

    # What one does

    def get_urls(self):
        view = self.admin_site.admin_view
        packing_slips = view(partial(print_filtered_packing_slips, self))
        return [
            path("product-info/<int:pk>/", view(product_info), name="sales_product_info"),
            path("last-order/<int:customer>/", view(last_order), name="sales_last_order"),
            path("number/<str:number>/", view(self.order_by_number), name="sales_order_by_number"),
            path("sum/", view(partial(sum_of_list, self)), name="sales_order_sum"),
            path("packing-slips/", packing_slips, name="sales_order_packing_slips"),
            *super().get_urls(),
        ]

    @action(description=_("Save and confirm"), permissions=["confirm"])
    def save_and_confirm(self, request, obj):
        """A button beside Save: the saved order's page opens the dialog that confirms it (order_form.js)."""

    def order_by_number(self, request, number: str):
        """Where a number in a text leads to: the page of its order, or to its packing slip whoever sees no more."""
        order = get_object_or_404(Order, order_number=number)
        only_packs = request.user.has_perm("sales.pack_order") and not self.has_view_permission(request)
        return HttpResponseRedirect(slip_url(order) if only_packs else self.change_url(order.pk))

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        return initial if is_primary_key(initial.get("customer", "0")) else {}

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """An order that somebody else has closed in the meantime is not saved but shown as it is, with a message."""
        order = self.get_object(request, object_id) if request.method == "POST" and object_id else None
        if order and not is_open(request, order) and may_write(request, order):
            sentence = gettext("Your changes were not saved: %(standing)s.") % {"standing": order.status_sentence()}
            self.message_user(request, sentence, messages.ERROR)
            return HttpResponseRedirect(self.change_url(object_id))
        buttons = {"show_save_and_continue": False}
        if object_id is None:  # unfold shows such buttons on a saved order's page only
            buttons["actions_submit_line"] = self.get_actions_submit_line(request, None)
        return super().changeform_view(request, object_id, form_url, {**buttons, **(extra_context or {})})

    def response_post_save_add(self, request, obj):
        """One stays on the order."""
        confirm = "?confirm" if "sales_order_save_and_confirm" in request.POST else ""
        return HttpResponseRedirect(self.change_url(obj.pk) + confirm)

    response_post_save_change = response_post_save_add

    def get_form(self, request, obj=None, change=False, **kwargs):
        return super().get_form(request, obj, change, **({"form": AmendForm} if is_amending(request) else {}), **kwargs)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        (title, options), agreed = fieldsets
        if is_amending(request):
            return [(title, {**options, "fields": amend_fields(request, obj, options["fields"])})]
        if not self.has_change_permission(request, obj):
            (*first, _waits), *rest = agreed[1]["fields"]
            agreed = (agreed[0], {**agreed[1], "fields": [tuple(first), *rest]})
        return [(title, options), agreed]

    def get_readonly_fields(self, request, obj=None):
        readonly = super().get_readonly_fields(request, obj)
        return [*readonly, "customer"] if is_amending(request) else readonly

    def get_formset_kwargs(self, request, obj, inline, prefix):
        """Lines that are only read come in pages; those that can be edited are one form."""
        inline.per_page = None if inline.has_change_permission(request, obj if obj.pk else None) else LINES_PER_PAGE
        kwargs = super().get_formset_kwargs(request, obj, inline, prefix)
        if obj.pk is None and (lines := copied_lines(request)):
            kwargs["initial"] = lines
        return kwargs

    def save_model(self, request, obj, form, change):
        """An order is saved together with its lines, in save_related."""

    def save_related(self, request, form, formsets, change):
        (formset,) = formsets
        formset.save()
        chosen, asked = form.cleaned_data, {"lines": formset.lines, "user": request.user}
        if is_amending(request):
            exceed = chosen["exceed_limit"] and request.user.has_perm("sales.exceed_credit")
            asked |= {"reason": chosen["reason"], "exceed_limit": exceed}
            order = amend(form.instance, last_seen=form.instance.modified_at, **asked)
            form.instance.pk = order.pk
            return
        asked |= {"customer": chosen["customer"], "beyond_stock": chosen["waits"]}
        asked |= {name: chosen[name] for name in TERMS}
        if change:
            order = edit_order(form.instance, last_seen=form.instance.modified_at, **asked)
        else:
            order = create_order(**asked)
        form.instance.pk = order.pk
        form.instance.refresh_from_db()

    def delete_model(self, request, obj):
        delete_order(obj, user=request.user)
