"""The imports that were carried out: what each did, and how to take it back."""

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from accounts.dialogs import RecordDialogForm, close_dialog
from accounts.exceptions import BusinessError
from accounts.model_admin import BackOfficeAdmin, badge
from inventory.admin.stock_changes import ReadOnly
from inventory.import_report import shown_changes
from inventory.models import ProductImport, ProductImportRow
from inventory.resources import StockMode
from inventory.undo import check_not_undone, undo_import


class UndoImportForm(RecordDialogForm):
    """Asks before an import is taken back."""

    queryset = ProductImport.objects.select_related("undone_by")
    form_before_template = "inventory/undo_import_dialog.html"

    def fingerprint(self) -> str:
        return str(self.record.undone_at)

    def clean(self):
        try:
            check_not_undone(self.record)
        except BusinessError as error:
            raise ValidationError(str(error)) from error
        return self.cleaned_data


class ImportedProductInline(ReadOnly, TabularInline):
    model = ProductImportRow
    per_page = 50
    extra = 0
    hide_title = True
    show_change_link = False
    verbose_name_plural = "Imported products"
    fields = readonly_fields = ["line", "sku", "name", "kind", "values"]

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("inventory.view_productimport")

    @display(description="")
    def kind(self, row):
        return badge("New", "success") if row.is_new else badge("Changed", "info")

    @display(description="Values")
    def values(self, row):
        return "; ".join(shown_changes(row.changes, is_new=row.is_new))


@admin.register(ProductImport)
class ProductImportLogAdmin(ReadOnly, BackOfficeAdmin):
    inlines = [ImportedProductInline]
    list_display = [
        "created_at",
        "file_name",
        "new_count",
        "changed_count",
        "unchanged_count",
        "left_out_count",
        "by",
        "state",
    ]
    list_select_related = ["created_by"]
    search_fields = ["file_name"]
    search_help_text = "Name of the file"
    sortable_by = []
    actions = None
    actions_detail = ["undo"]
    readonly_fields = ["by", "stock_column", "undone"]

    @display(description="Undone")
    def state(self, record):
        return badge("Undone", "warning") if record.undone_at else "–"

    @display(description="Undone")
    def undone(self, record):
        try:
            check_not_undone(record)
        except BusinessError as error:
            return str(error)

    @display(description="Stock column")
    def stock_column(self, record):
        return StockMode(record.stock_mode).label

    def get_fieldsets(self, request, obj=None):
        counts = ("new_count", "changed_count", "unchanged_count", "left_out_count")
        fields = [("file_name", "created_at", "by"), counts, "stock_column"]
        if obj and obj.undone_at:
            fields += ["undone", "not_undone"] if obj.not_undone else ["undone"]
        return [(None, {"fields": fields})]

    def has_undo_permission(self, request, object_id=None):
        return request.user.has_perm("inventory.import_product")

    @action(
        description="Undo this import",
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["undo"],
        url_path="undo",
        dialog={"title": "Undo this import?", "form_class": UndoImportForm, "form_submit_text": "Undo the import"},
    )
    def undo(self, request, form, object_id):
        try:
            record = undo_import(form.record, user=request.user)
        except BusinessError as error:
            self.message_user(request, str(error), messages.ERROR)
            return close_dialog(self.change_url(object_id))
        self.message_user(request, f"The import of {record} is undone.", messages.SUCCESS)
        if record.not_undone:
            count = len(record.not_undone.splitlines())
            said = "One product stays as it is" if count == 1 else f"{count} products stay as they are"
            self.message_user(request, f"{said}; the reasons are below.", messages.WARNING)
        return close_dialog(self.change_url(object_id))

    def get_actions_detail(self, request, object_id):
        record = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if record and not record.undone_at else []
