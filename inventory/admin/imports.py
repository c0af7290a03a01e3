"""The import of a product list in the admin, and the list of these imports."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.widgets import UnfoldAdminRadioSelectWidget

from core.imports.admin import ImportFileForm, ImportMixin
from core.imports.log_admin import ImportedRowInline, ImportLogAdmin, UndoImportForm, undo_action
from inventory.import_undo import undo_product_import
from inventory.models import ProductImport, ProductImportRow
from inventory.resources import StockMode


class ProductFileForm(ImportFileForm):
    options = ("stock_mode",)

    stock_mode = forms.ChoiceField(
        label=_("Stock column"),
        choices=StockMode.choices,
        initial=StockMode.KEEP,
        help_text=_("New products always start with the stock in the file."),
        widget=UnfoldAdminRadioSelectWidget,
    )

    field_order = ["file", "stock_mode"]


class ImportProductsMixin(ImportMixin):
    """For the product list: who imports can also set the stock."""

    import_form = ProductFileForm
    import_key = _("SKU")
    import_help = _(
        "Columns, in any order: sku, name, category, cost_price, selling_price, stock_qty, low_stock_threshold. "
        "A product whose SKU is known is updated, the others are added; these need sku, name and selling_price."
    )

    def has_import_permission(self, request):
        return super().has_import_permission(request) and request.user.has_perm("inventory.adjust_stock")


class UndoProductImportForm(UndoImportForm):
    queryset = ProductImport.objects.select_related("undone_by")
    besides = _("The imported stock is taken back.")


class ImportedProductInline(ImportedRowInline):
    model = ProductImportRow
    verbose_name_plural = _("Imported products")
    fields = readonly_fields = ["line", "sku", "name", "kind", "values"]


@admin.register(ProductImport)
class ProductImportAdmin(ImportLogAdmin):
    inlines = [ImportedProductInline]
    readonly_fields = [*ImportLogAdmin.readonly_fields, "stock_column"]
    undo_permission = "inventory.import_product"
    undo_service = staticmethod(undo_product_import)
    undo = undo_action(UndoProductImportForm)(ImportLogAdmin.undo)

    @display(description=_("Stock column"))
    def stock_column(self, record):
        return StockMode(record.stock_mode).label

    def get_fieldsets(self, request, obj=None):
        ((title, options),) = super().get_fieldsets(request, obj)
        first, counts, *rest = options["fields"]
        return [(title, {"fields": [first, counts, "stock_column", *rest]})]
