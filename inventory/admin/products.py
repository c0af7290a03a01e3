"""Products in the admin."""

from django.contrib import admin, messages
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import action, display

from core.admin.base import BackOfficeAdmin, badge, is_autocomplete
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter
from core.admin.history import ReadableHistoryAdmin
from core.i18n import format_count
from core.imports.admin import ImportMixin
from core.money import format_amount, in_currency
from inventory.admin.adjust_stock import adjust_stock
from inventory.admin.bulk_change import change_category, change_low_stock_threshold, describe_result
from inventory.admin.filters import ActivityFilter, CategoryFilter, StockStatusFilter, activity_tabs
from inventory.admin.forms import ProductForm
from inventory.admin.product_card import product_card
from inventory.admin.revalue_stock import revalue_stock
from inventory.admin.scan import scan
from inventory.admin.stock_changes import StockChangeInline
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from inventory.services.products import delete_product, save_product, set_active
from inventory.stock_status import StockStatus
from inventory.visibility import allowed, may_see

STATUS_COLOURS = {
    StockStatus.IN_STOCK: "success",
    StockStatus.LOW_STOCK: "warning",
    StockStatus.OUT_OF_STOCK: "danger",
}
PURCHASING = (_("Purchasing"), {"fields": [("supplier", "supplier_sku", "pack_size")]})


def describe_free(product: Product) -> str:
    """What pending orders leave of a product `with_free`."""
    return gettext("%(promised)s promised · %(free)s free") % {
        "promised": format_count(product.promised),
        "free": format_count(product.free),
    }


@admin.register(Product)
class ProductAdmin(ImportMixin, FormulaSafeExportAdmin, ReadableHistoryAdmin, BackOfficeAdmin):
    # The list
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    resource_classes = [ProductResource]
    list_display = ["product", "sku", "category", "cost", "price", "margin", "stock", "shelf", "status"]
    optional_columns = ["worth", "barcode", "changed", "low_stock_threshold", "created_at"]
    ordering = ["name", "id"]
    list_filter = [
        ActivityFilter,
        CategoryFilter,
        StockStatusFilter,
        ("selling_price", AmountRangeFilter),
        ("supplier", AutocompleteSelectFilter),
    ]
    list_before_template = "inventory/product_list_head.html"
    search_fields = ["sku", "name", "category", "barcode__exact"]
    search_help_text = _("SKU, name, category or barcode")
    sortable_by = ["product", "sku", "category", "cost", "price", "stock", "worth", "changed"]
    actions = [change_category, change_low_stock_threshold, "archive", "restore"]
    actions_row = ["adjust_stock"]

    # The page of one
    form = ProductForm
    autocomplete_fields = ["supplier"]
    change_form_outer_before_template = "inventory/product_card.html"
    inlines = [StockChangeInline]
    actions_detail = ["adjust_stock", "revalue_stock"]
    adjust_stock, revalue_stock = adjust_stock, revalue_stock
    readonly_fields = ["created_at", "created_by", "modified_at", "modified_by"]
    add_fieldsets = [
        (None, {"fields": ["name", ("sku", "category"), ("barcode", "shelf"), "image"]}),
        (_("Prices"), {"fields": [("cost_price", "selling_price")]}),
        (_("Stock"), {"fields": [("initial_stock", "low_stock_threshold")]}),
        PURCHASING,
    ]
    fieldsets = [
        (None, {"fields": ["name", ("sku", "category"), ("barcode", "shelf"), "image", "is_active"]}),
        (_("Prices"), {"fields": [("cost_price", "selling_price")]}),
        (_("Stock"), {"fields": ["low_stock_threshold"]}),
        PURCHASING,
        (_("Record"), {"fields": [("created_at", "created_by"), ("modified_at", "modified_by")]}),
    ]
    delete_hint = _("It is in these pending orders: confirm, cancel or delete them first.")

    # What one sees

    def suggestion_detail(self, product) -> str:
        stock = gettext("%(n)s in stock") % {"n": format_count(product.stock_qty)}
        return f"{format_amount(product.selling_price)} · {stock}"

    @display(description=_("Product"), ordering="name")
    def product(self, product):
        name = Truncator(product.name).chars(60)
        if not product.image:
            return name
        return format_html('<img src="{}" alt="" class="thumbnail" loading="lazy">{}', product.image.url, name)

    @display(description=in_currency(_("Cost")), ordering="cost_price")
    def cost(self, product):
        return format_amount(product.cost_price)

    @display(description=in_currency(_("Price")), ordering="selling_price")
    def price(self, product):
        return format_amount(product.selling_price)

    @display(description=in_currency(_("Stock value")), ordering="stock_value")
    def worth(self, product):
        return format_amount(product.stock_value)

    @display(description=pgettext_lazy("quantity", "In stock"), ordering="stock_qty")
    def stock(self, product):
        """With the threshold below which it is low, where it is."""
        stock = format_count(product.stock_qty)
        notes = []
        if product.promised:
            notes.append(describe_free(product))
        if product.stock_status == StockStatus.LOW_STOCK:
            notes.append(gettext("low below %(n)s") % {"n": format_count(product.threshold)})
        return format_html('<small class="text-base-500">{}</small> {}', " · ".join(notes), stock) if notes else stock

    @display(description=_("Margin on cost"))
    def margin(self, product):
        return f"{product.profit_margin} %" if product.pk and product.cost_price else "–"

    @display(description=_("Status"))
    def status(self, product):
        if not product.is_active:
            return badge(pgettext("product", "Archived"), "info")
        return badge(product.stock_status.label, STATUS_COLOURS[product.stock_status])

    @display(description=_("Last changed"), ordering="modified_at")
    def changed(self, product):
        return date_format(timezone.localtime(product.modified_at))

    def get_changelist_instance(self, request):
        changelist = super().get_changelist_instance(request)
        changelist.tabs = activity_tabs(changelist)
        changelist.result_list = Product.objects.add_free(changelist.result_list)
        return changelist

    def get_search_results(self, request, queryset, search_term):
        """A box in which something is chosen offers what is sold; the log's filter finds what was, too."""
        is_of_log = request.GET.get("model_name") == StockChange._meta.model_name
        if is_of_log or not is_autocomplete(request):
            return super().get_search_results(request, queryset, search_term)
        found = queryset.offered_for(search_term) if search_term else queryset.filter(is_active=True)
        return found, False

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        return [
            (title, {**options, "fields": allowed(request.user, options["fields"])}) for title, options in fieldsets
        ]

    def may_see(self, request, name: str) -> bool:
        return name != "ledger_head" and may_see(request.user, name)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["categories"] = filter(None, Product.objects.categories())  # offered while one is typed
        if obj and obj.pk:
            # As it is, not as a form with errors has it.
            product = Product.objects.with_free().get(pk=obj.pk)
            with_cost = self.may_see(request, "cost_price")
            context["card"] = product_card(product, badge=self.status(product), with_cost=with_cost)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_export_resource_kwargs(self, request, **kwargs):
        return {"user": request.user}

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    def get_urls(self):
        return [path("scan/", self.admin_site.admin_view(scan), name="inventory_product_scan"), *super().get_urls()]

    # Who may

    def has_adjust_stock_permission(self, request, object_id=None):
        return request.user.has_perm("inventory.adjust_stock")

    def has_revalue_stock_permission(self, request, object_id=None):
        return request.user.has_perm("inventory.revalue_stock")

    # What one does

    @action(description=_("Archive selected products"), permissions=["change"])
    def archive(self, request, queryset):
        self.set_active(request, queryset, False)

    @action(description=_("Sell selected products again"), permissions=["change"])
    def restore(self, request, queryset):
        self.set_active(request, queryset, True)

    def set_active(self, request, queryset, is_active: bool):
        changed, unchanged = set_active(queryset.values_list("pk", flat=True), is_active, user=request.user)
        self.message_user(request, describe_result(changed, unchanged), messages.SUCCESS)

    def save_model(self, request, obj, form, change):
        save_product(obj, user=request.user, initial_stock=form.cleaned_data.get("initial_stock") or 0)

    def delete_model(self, request, obj):
        delete_product(obj, user=request.user)
