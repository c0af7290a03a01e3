"""Products in the admin."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.text import Truncator
from unfold.contrib.filters.admin import DropdownFilter, RangeNumericFilter
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.dialogs import RecordDialogForm, close_dialog
from accounts.exceptions import BusinessError
from accounts.forms import CarefulForm
from accounts.images import PictureField
from accounts.model_admin import BackOfficeAdmin, HarmlessExportAdmin, ReadableHistoryAdmin, badge
from accounts.money import format_money
from inventory.admin.imports import ProductImportAdmin
from inventory.admin.stock_changes import StockChangeInline
from inventory.models import MAX_QUANTITY, Product
from inventory.resources import ProductResource
from inventory.services import adjust_stock, adjusted_quantity, delete_product, save_product
from inventory.stock_status import StockStatus

STATUS_COLOURS = {
    StockStatus.IN_STOCK: "success",
    StockStatus.LOW_STOCK: "warning",
    StockStatus.OUT_OF_STOCK: "danger",
}


class CategoryFilter(DropdownFilter):
    title, parameter_name = "category", "category"

    def lookups(self, request, model_admin):
        categories = Product.objects.order_by("category").values_list("category", flat=True).distinct()
        return [(category or "-", category or "No category") for category in categories]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(category="" if value == "-" else value) if value else queryset


class StockStatusFilter(DropdownFilter):
    title, parameter_name = "stock", "stock_status"

    def lookups(self, request, model_admin):
        return StockStatus.choices

    def queryset(self, request, queryset):
        return queryset.with_status().filter(status=self.value()) if self.value() else queryset


class ProductForm(CarefulForm):
    image = PictureField(required=False, help_text="JPEG, PNG or WebP.")
    initial_stock = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text="Pieces on the shelf now. Later changes go through “Adjust stock”.",
    )


class AdjustStockForm(RecordDialogForm):
    """New quantity, or so many more or fewer, and why."""

    queryset = Product.objects.select_related("modified_by")
    form_before_template = "inventory/adjust_stock_dialog.html"

    mode = forms.ChoiceField(
        label="What to do",
        choices=[("set", "Set the stock to"), ("add", "Add"), ("remove", "Take away")],
        widget=UnfoldAdminSelectWidget,
    )
    quantity = forms.IntegerField(
        label="Pieces",
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    )
    reason = forms.CharField(
        max_length=255,
        help_text="For whoever reads the stock change log, e.g. “Counted on 22 November” or “Broken in the store”.",
        widget=UnfoldAdminTextInputWidget,
    )

    def fingerprint(self) -> str:
        return str(self.record.stock_qty)

    def change(self) -> dict[str, int]:
        """What was asked for, in the words of the stock service."""
        quantity = self.cleaned_data["quantity"]
        return {
            "set": {"new_qty": quantity},
            "add": {"change": quantity},
            "remove": {"change": -quantity},
        }[self.cleaned_data["mode"]]

    def clean(self):
        cleaned = super().clean()
        if "quantity" in cleaned and "mode" in cleaned:
            try:
                adjusted_quantity(self.record.stock_qty, **self.change())
            except BusinessError as error:
                raise ValidationError({"quantity": str(error)}) from error
        return cleaned


@admin.register(Product)
class ProductAdmin(ProductImportAdmin, HarmlessExportAdmin, ReadableHistoryAdmin, BackOfficeAdmin):
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    resource_classes = [ProductResource]
    form = ProductForm
    list_display = ["product", "category", "cost", "price", "margin", "stock_qty", "status", "modified_at"]
    list_filter = [CategoryFilter, StockStatusFilter, ("selling_price", RangeNumericFilter)]
    search_fields = ["sku", "name", "category"]
    search_help_text = "SKU, name or category"
    sortable_by = ["product", "category", "cost", "price", "stock_qty", "modified_at"]
    actions_detail = ["adjust_stock"]
    inlines = [StockChangeInline]
    readonly_fields = [
        "stock_qty",
        "status",
        "margin",
        "created_at",
        "created_by",
        "modified_at",
        "modified_by",
    ]
    add_fieldsets = [
        (None, {"fields": ["name", ("sku", "category"), "image"]}),
        ("Prices", {"fields": [("cost_price", "selling_price")]}),
        ("Stock", {"fields": [("initial_stock", "low_stock_threshold")]}),
    ]
    fieldsets = [
        (None, {"fields": ["name", ("sku", "category"), "image"]}),
        ("Prices", {"fields": [("cost_price", "selling_price"), "margin"]}),
        ("Stock", {"fields": [("stock_qty", "status"), "low_stock_threshold"]}),
        ("Record", {"fields": [("created_at", "created_by"), ("modified_at", "modified_by")]}),
    ]
    delete_hint = "It is in these pending orders: confirm, cancel or delete them first."
    NEEDS_VIEW_COST = {"cost", "margin", "cost_price"}

    # What one sees

    @display(description="Product", ordering="name", header=True)
    def product(self, product):
        picture = {"path": product.image.url, "squared": True} if product.image else {}
        shown = [Truncator(product.name).chars(60), product.sku]
        return [*shown, product.name[:2].upper(), picture] if picture else shown

    @display(description="Cost", ordering="cost_price")
    def cost(self, product):
        return format_money(product.cost_price)

    @display(description="Price", ordering="selling_price")
    def price(self, product):
        return format_money(product.selling_price)

    @display(description="Margin on cost")
    def margin(self, product):
        return f"{product.profit_margin} %" if product.pk and product.cost_price else "–"

    @display(description="Status")
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

    def history_view(self, request, object_id, extra_context=None):
        if not request.user.has_perm("inventory.view_cost"):
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)

    def get_export_resource_kwargs(self, request, **kwargs):
        return {"user": request.user}

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    # What one does

    def save_model(self, request, obj, form, change):
        save_product(obj, user=request.user, initial_stock=form.cleaned_data.get("initial_stock") or 0)

    def delete_model(self, request, obj):
        delete_product(obj, user=request.user)

    def has_adjust_stock_permission(self, request, object_id=None):
        return request.user.has_perm("inventory.adjust_stock")

    @action(
        description="Adjust stock",
        icon="inventory",
        permissions=["adjust_stock"],
        url_path="adjust-stock",
        dialog={"title": "Adjust stock", "form_class": AdjustStockForm, "form_submit_text": "Adjust stock"},
    )
    def adjust_stock(self, request, form, object_id):
        try:
            product = adjust_stock(
                form.record,
                user=request.user,
                reason=form.cleaned_data["reason"],
                last_seen=form.record.stock_qty,
                **form.change(),
            )
        except BusinessError as error:
            self.message_user(request, str(error), messages.ERROR)
        else:
            self.message_user(
                request, f"{product}: stock {form.record.stock_qty} → {product.stock_qty}.", messages.SUCCESS
            )
        return close_dialog(self.change_url(object_id))
