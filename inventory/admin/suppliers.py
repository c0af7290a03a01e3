"""Suppliers in the admin, each with what came from them."""

from django.contrib import admin
from django.db.models import TextField
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from core.admin.base import NUMBER_INPUTS, BackOfficeAdmin, ReadOnlyAdmin, is_autocomplete
from core.admin.history import ReadableHistoryAdmin
from core.admin.light_lists import LightInline
from core.exceptions import BusinessError
from core.fields import format_phone
from core.imports.admin import ImportMixin
from core.references import link_references
from inventory.admin.delivery_status import status_of
from inventory.admin.filters import ActivityFilter
from inventory.delivery_models import Delivery, Supplier
from inventory.services.suppliers import check_deletable, delete_supplier, save_supplier
from inventory.supplier_resource import SupplierResource


class SuppliersDeliveryInline(ReadOnlyAdmin, LightInline):
    """What came from a supplier, the latest first, on their page."""

    model = Delivery
    tab = True
    per_page = 20
    extra = 0
    hide_title = True
    show_change_link = False
    fields = readonly_fields = ["delivery", "received_on", "their_reference", "status", "by"]
    verbose_name_plural = _("Deliveries")

    @display(description=_("Delivery"))
    def delivery(self, delivery):
        return link_references(delivery.number)

    @display(description=_("Status"))
    def status(self, delivery):
        return status_of(delivery)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("created_by", "reversed_by")


@admin.register(Supplier)
class SupplierAdmin(ImportMixin, ReadableHistoryAdmin, BackOfficeAdmin):
    import_export_change_list_template = "admin/import_export/change_list_import.html"
    resource_classes = [SupplierResource]
    list_display = ["name", "code", "contact", "phone_number", "email", "our_number"]
    optional_columns = ["lead_days", "created_at", "modified_at"]
    ordering = ["name", "id"]
    list_filter = [ActivityFilter]
    search_fields = ["name", "code", "contact", "email"]
    search_help_text = _("Name, code, contact or e-mail")
    sortable_by = ["name", "code"]
    formfield_overrides = {**NUMBER_INPUTS, TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}}
    readonly_preprocess_fields = {"phone": format_phone}
    readonly_fields = ["created_at", "created_by", "modified_at", "modified_by"]
    inlines = [SuppliersDeliveryInline]
    add_fieldsets = [
        (None, {"fields": [("name", "code"), ("contact", "phone"), ("email", "address")]}),
        (_("Purchasing"), {"fields": [("our_number", "lead_days"), "note"]}),
    ]
    fieldsets = [
        (None, {"fields": [("name", "code"), ("contact", "phone"), ("email", "address"), "is_active"]}),
        add_fieldsets[1],
        (_("Record"), {"fields": [("created_at", "created_by"), ("modified_at", "modified_by")]}),
    ]

    @display(description=_("Phone"))
    def phone_number(self, supplier):
        return format_html('<span class="whitespace-nowrap">{}</span>', format_phone(supplier.phone))

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    def get_search_results(self, request, queryset, search_term):
        """A box in which one is chosen offers those from whom something is bought."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return (found.filter(is_active=True) if is_autocomplete(request) else found), may_repeat

    def save_model(self, request, obj, form, change):
        save_supplier(obj, user=request.user)

    def delete_model(self, request, obj):
        delete_supplier(obj, user=request.user)

    def get_deleted_objects(self, objs, request):
        try:
            for supplier in objs:
                check_deletable(supplier)
        except BusinessError as error:
            return [], {}, set(), [str(error)]
        return super().get_deleted_objects(objs, request)
