"""The imports that were carried out: what each did, and how to take it back."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from core.admin.base import BackOfficeAdmin, ReadOnlyRecord, badge
from core.admin.dialogs import RecordDialogForm, close_dialog
from core.exceptions import BusinessError
from core.i18n import format_count
from core.imports.report import shown_changes
from core.imports.undo import check_not_undone


class UndoImportForm(RecordDialogForm):
    """Asks before an import is taken back. A subclass has the `queryset` of imports, and may add what else happens."""

    form_before_template = "admin/undo_import_dialog.html"
    besides = ""

    def fingerprint(self) -> str:
        return str(self.record.undone_at)

    def clean(self):
        try:
            check_not_undone(self.record)
        except BusinessError as error:
            raise ValidationError(str(error)) from error
        return self.cleaned_data


class ImportedRowInline(ReadOnlyRecord, TabularInline):
    """What one import wrote, row by row."""

    per_page = 50
    extra = 0
    hide_title = True
    show_change_link = False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(f"{self.opts.app_label}.view_{self.parent_model._meta.model_name}")

    @display(description="")
    def kind(self, row):
        return badge(gettext("New"), "success") if row.is_new else badge(gettext("Changed"), "info")

    @display(description=_("Values"))
    def values(self, row):
        return "; ".join(shown_changes(row.changes, is_new=row.is_new, besides=(row.key, row.name)))


class ImportLogAdmin(ReadOnlyRecord, BackOfficeAdmin):
    """A list of imports. A subclass makes `undo` an action with its own dialog (`undo_action`), and has the service."""

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
    search_help_text = _("Name of the file")
    sortable_by = []
    actions = None
    actions_detail = ["undo"]
    readonly_fields = ["by", "undone"]
    undo_permission: str
    undo_service: Callable  # a staticmethod

    @display(description=_("Undone"))
    def state(self, record):
        return badge(gettext("Undone"), "warning") if record.undone_at else "–"

    @display(description=_("Undone"))
    def undone(self, record):
        try:
            check_not_undone(record)
        except BusinessError as error:
            return str(error)

    def get_fieldsets(self, request, obj=None):
        counts = ("new_count", "changed_count", "unchanged_count", "left_out_count")
        fields = [("file_name", "created_at", "by"), counts]
        if obj and obj.undone_at:
            fields += ["undone", "not_undone"] if obj.not_undone else ["undone"]
        return [(None, {"fields": fields})]

    def has_undo_permission(self, request, object_id=None):
        return request.user.has_perm(self.undo_permission)

    def undo(self, request, form, object_id):
        try:
            record = self.undo_service(form.record, user=request.user)
        except BusinessError as error:
            self.message_user(request, str(error), messages.ERROR)
            return close_dialog(request, self.change_url(object_id))
        self.message_user(
            request, gettext("The import of %(record)s is undone.") % {"record": record}, messages.SUCCESS
        )
        if record.not_undone:
            count = record.not_undone.count("\n") + 1
            said = ngettext(
                "One record stays as it is; the reasons are below.",
                "%(number)s records stay as they are; the reasons are below.",
                count,
            )
            self.message_user(request, said % {"number": format_count(count)}, messages.WARNING)
        return close_dialog(request, self.change_url(object_id))

    def get_actions_detail(self, request, object_id):
        record = self.get_object(request, object_id)
        return super().get_actions_detail(request, object_id) if record and not record.undone_at else []


def undo_action(form_class: type[UndoImportForm]):
    """The button that opens this dialog and undoes."""
    return action(
        description=_("Undo this import"),
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["undo"],
        url_path="undo",
        dialog={
            "title": _("Undo this import?"),
            "form_class": form_class,
            "form_submit_text": _("Undo the import"),
        },
    )
