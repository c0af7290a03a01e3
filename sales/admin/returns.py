"""Returns in the admin: to be read, filtered and exported. They are made on an order's page (return_goods.py)."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from accounts.filters import CreatedByFilter
from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin, badge
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter, DateRangeFilter
from core.admin.light_lists import LightInline
from core.i18n import format_count
from core.money import format_amount, in_currency
from core.references import link_references, register_reference
from sales.resources import ReturnedGoodsResource, ReturnResource
from sales.return_models import OrderReturn, ReturnItem

register_reference(r"RET-\d{4}-\d{4,}", "admin:sales_orderreturn_by_number")
REASON_COLOURS = {
    OrderReturn.Reason.DAMAGED: "danger",
    OrderReturn.Reason.WRONG: "warning",
    OrderReturn.Reason.UNWANTED: "info",
    OrderReturn.Reason.OTHER: "primary",
}


class ReturnItemInline(ReadOnlyAdmin, LightInline):
    model = ReturnItem
    extra = 0
    hide_title = True
    fields = readonly_fields = ["goods", "pieces", "whereto", "amount"]
    verbose_name_plural = _("Returned goods")

    @display(description=_("Product"))
    def goods(self, item):
        return f"{item.product_name} ({item.product_sku})"

    @display(description=_("Pieces"))
    def pieces(self, item):
        return format_count(item.quantity)

    @display(description=pgettext_lazy("of returned goods", "Went to"))
    def whereto(self, item):
        return badge(gettext("Shelf"), "success") if item.restocked else badge(gettext("Bin"), "danger")

    @display(description=in_currency(_("Credit")))
    def amount(self, item):
        return format_amount(item.credit)

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("sales.view_orderreturn")


@admin.register(OrderReturn)
class OrderReturnAdmin(ReadOnlyAdmin, FormulaSafeExportAdmin, BackOfficeAdmin):
    # The list
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    resource_classes = [ReturnResource, ReturnedGoodsResource]
    list_display = ["number", "created_at", "of_order", "customer", "why", "pieces", "amount", "by"]
    list_select_related = ["order__customer", "created_by"]
    list_filter = [
        ("reason", ChoicesDropdownFilter),
        ("order__customer", AutocompleteSelectFilter),
        ("created_at", DateRangeFilter),
        ("credit", AmountRangeFilter),
        CreatedByFilter,
    ]
    search_fields = [
        "number",
        "order__order_number",
        "order__customer__company",
        "order__customer__first_name",
        "order__customer__last_name",
        "order__customer__customer_code",
        "details",
    ]
    search_help_text = _("Number, order number, customer's company, name or code, or a word of the details")
    sortable_by = ["number", "created_at", "amount"]
    actions = None

    # The page of one
    inlines = [ReturnItemInline]
    compressed_fields = False  # each label above its value: one strip
    fieldsets = [
        (None, {"fields": [("number", "of_order", "customer", "amount"), ("reason_badge", "details")]}),
        (_("Record"), {"fields": [("created_at", "by")]}),
    ]

    @display(description=_("Order"))
    def of_order(self, done):
        return link_references(done.order.order_number)

    @display(description=_("Customer"))
    def customer(self, done):
        return done.order.customer

    @display(description=_("Reason"))
    def reason_badge(self, done):
        return badge(done.get_reason_display(), REASON_COLOURS[done.reason])

    @display(description=_("Reason"))
    def why(self, done):
        return done.reason_in_words

    @display(description=_("Pieces"))
    def pieces(self, done):
        return format_count(done.pieces)

    @display(description=in_currency(_("Credit")), ordering="credit")
    def amount(self, done):
        return format_amount(done.credit)

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(pieces=Sum("items__quantity")).order_by("-pk")

    def get_urls(self):
        view = self.admin_site.admin_view
        by_number = path("number/<str:number>/", view(self.by_number), name="sales_orderreturn_by_number")
        return [by_number, *super().get_urls()]

    def by_number(self, request, number: str):
        """Where a number in a text leads to: the page of its return."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(self.change_url(get_object_or_404(OrderReturn, number=number).pk))
