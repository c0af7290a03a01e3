"""Products in the admin."""

from django import forms
from django.contrib import admin
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.base import BackOfficeAdmin, badge
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter
from core.admin.forms import ConcurrentEditForm
from core.admin.history import ReadableHistoryAdmin
from core.images import PictureField
from core.imports.admin import ImportMixin
from core.money import format_money
from inventory.admin.adjust_stock import AdjustsStock
from inventory.admin.bulk_changes import THRESHOLD_HELP, BulkChanges
from inventory.admin.product_card import ProductCard
from inventory.admin.stock_changes import StockChangeInline
from inventory.models import MAX_QUANTITY, Product
from inventory.resources import ProductResource
from inventory.services.products import delete_product, save_product
from inventory.stock_status import StockStatus

STATUS_COLOURS = {
    StockStatus.IN_STOCK: "success",
    StockStatus.LOW_STOCK: "warning",
    StockStatus.OUT_OF_STOCK: "danger",
}


class CategoryFilter(DropdownFilter):
    title, parameter_name = _("category"), "category"

    def lookups(self, request, model_admin):
        none = gettext("No category")
        return [(category or "-", category or none) for category in Product.objects.categories()]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(category="" if value == "-" else value) if value else queryset


class StockStatusFilter(DropdownFilter):
    title, parameter_name = _("stock"), "stock_status"

    def lookups(self, request, model_admin):
        return StockStatus.choices

    def queryset(self, request, queryset):
        return queryset.with_status().filter(status=self.value()) if self.value() else queryset


class ProductForm(ConcurrentEditForm):
    image = PictureField(label=_("Image"), required=False, help_text=_("JPEG, PNG or WebP."))
    initial_stock = forms.IntegerField(
        label=_("Initial stock"),
        required=False,
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=_("Pieces on the shelf now. Later changes go through “Adjust stock”."),
    )

    class Meta:
        help_texts = {"low_stock_threshold": THRESHOLD_HELP}
        widgets = {"category": UnfoldAdminTextInputWidget(attrs={"list": "categories", "autocomplete": "off"})}


@admin.register(Product)
class ProductAdmin(
    ProductCard,
    AdjustsStock,
    BulkChanges,
    ImportMixin,
    FormulaSafeExportAdmin,
    ReadableHistoryAdmin,
    BackOfficeAdmin,
):
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    resource_classes = [ProductResource]
    form = ProductForm
    list_display = ["product", "category", "cost", "price", "margin", "stock_qty", "status", "modified_at"]
    list_filter = [CategoryFilter, StockStatusFilter, ("selling_price", AmountRangeFilter)]
    search_fields = ["sku", "name", "category"]
    search_help_text = _("SKU, name or category")
    sortable_by = ["product", "category", "cost", "price", "stock_qty", "modified_at"]
    inlines = [StockChangeInline]
    readonly_fields = ["created_at", "created_by", "modified_at", "modified_by"]
    add_fieldsets = [
        (None, {"fields": ["name", ("sku", "category"), "image"]}),
        (_("Prices"), {"fields": [("cost_price", "selling_price")]}),
        (_("Stock"), {"fields": [("initial_stock", "low_stock_threshold")]}),
    ]
    fieldsets = [
        (None, {"fields": ["name", ("sku", "category"), "image"]}),
        (_("Prices"), {"fields": [("cost_price", "selling_price")]}),
        (_("Stock"), {"fields": ["low_stock_threshold"]}),
        (_("Record"), {"fields": [("created_at", "created_by"), ("modified_at", "modified_by")]}),
    ]
    delete_hint = _("It is in these pending orders: confirm, cancel or delete them first.")
    NEEDS_VIEW_COST = {"cost", "margin", "cost_price"}

    # What one sees

    @display(description=_("Product"), ordering="name", header=True)
    def product(self, product):
        picture = {"path": product.image.url, "squared": True} if product.image else {}
        shown = [Truncator(product.name).chars(60), product.sku]
        return [*shown, product.name[:2].upper(), picture] if picture else shown

    @display(description=_("Cost"), ordering="cost_price")
    def cost(self, product):
        return format_money(product.cost_price)

    @display(description=_("Price"), ordering="selling_price")
    def price(self, product):
        return format_money(product.selling_price)

    @display(description=_("Margin on cost"))
    def margin(self, product):
        return f"{product.profit_margin} %" if product.pk and product.cost_price else "–"

    @display(description=_("Status"))
    def status(self, product):
        return badge(product.stock_status.label, STATUS_COLOURS[product.stock_status])

    def get_list_display(self, request):
        return [name for name in super().get_list_display(request) if self.may_see(request, name)]

    def get_fieldsets(self, request, obj=None):
        def visible(fields):
            for field in fields:
                if isinstance(field, tuple):
                    if inner := tuple(visible(field)):
                        yield inner
                elif self.may_see(request, field):
                    yield field

        fieldsets = super().get_fieldsets(request, obj)
        return [(title, {**options, "fields": list(visible(options["fields"]))}) for title, options in fieldsets]

    def may_see(self, request, name: str) -> bool:
        return name not in self.NEEDS_VIEW_COST or request.user.has_perm("inventory.view_cost")

    def get_export_resource_kwargs(self, request, **kwargs):
        return {"user": request.user}

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    # What one does

    def save_model(self, request, obj, form, change):
        save_product(obj, user=request.user, initial_stock=form.cleaned_data.get("initial_stock") or 0)

    def delete_model(self, request, obj):
        delete_product(obj, user=request.user)
