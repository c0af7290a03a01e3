"""The imports that were carried out: what each did, and how to take it back."""

from functools import partial

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.utils.html import format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin, badge
from core.admin.dialogs import RecordDialogForm, close_dialog
from core.admin.light_lists import LightInline
from core.exceptions import BusinessError
from core.i18n import format_count
from core.imports.choices import Choices
from core.imports.described import chosen_in_words, label
from core.imports.models import ImportedRow, ImportRecord
from core.imports.registry import importable_by, resource_of, undo_import
from core.imports.report import shown_changes
from core.imports.runs import notice_death
from core.imports.undo import check_not_undone
from core.references import link_references

Status = ImportRecord.Status


def list_name(resource) -> str:
    return capfirst(resource._meta.model._meta.verbose_name_plural)


class UndoImportForm(RecordDialogForm):
    """Asks before an import is taken back."""

    queryset = ImportRecord.objects.select_related("undone_by")
    form_before_template = "admin/undo_import_dialog.html"

    def fingerprint(self) -> str:
        return str(self.record.undone_at)

    @property
    def note(self) -> str:
        return resource_of(self.record).undo_note

    @property
    def only_adds(self) -> bool:
        return resource_of(self.record).only_adds

    def clean(self):
        try:
            check_not_undone(self.record)
        except BusinessError as error:
            raise ValidationError(str(error)) from error
        return self.cleaned_data


class TargetFilter(DropdownFilter):
    title, parameter_name = _("list"), "target"

    def lookups(self, request, model_admin):
        return [
            (resource._meta.model._meta.label_lower, list_name(resource)) for resource in importable_by(request.user)
        ]

    def queryset(self, request, queryset):
        return queryset.filter(target=self.value()) if self.value() else queryset


class ImportedRowInline(ReadOnlyAdmin, LightInline):
    """What one import wrote, row by row."""

    model = ImportedRow
    verbose_name_plural = _("Imported rows")
    fields = readonly_fields = ["line", "key", "name", "kind", "values"]
    per_page = 50
    extra = 0
    hide_title = True
    show_change_link = False

    def has_view_permission(self, request, obj=None):
        return bool(importable_by(request.user))

    @display(description="")
    def kind(self, row):
        return badge(gettext("New"), "success") if row.is_new else badge(gettext("Changed"), "info")

    @display(description=_("Values"))
    def values(self, row):
        label_of, besides = partial(label, resource_of(row.record)), (row.key, row.name)
        return "; ".join(shown_changes(row.changes, label_of, is_new=row.is_new, besides=besides))


@admin.register(ImportRecord)
class ImportRecordAdmin(ReadOnlyAdmin, BackOfficeAdmin):
    """The imports of all lists; whoever may import a list sees its imports and may undo them."""

    list_display = [
        "created_at",
        "list_name",
        "file_name",
        "new_count",
        "changed_count",
        "unchanged_count",
        "left_out_count",
        "by",
        "state",
    ]
    list_select_related = ["created_by"]
    list_filter = [TargetFilter]
    search_fields = ["file_name"]
    search_help_text = _("Name of the file")
    sortable_by: list[str] = []
    inlines = [ImportedRowInline]
    actions = None
    actions_detail = ["undo"]
    readonly_fields = ["list_name", "options", "booked", "chosen", "by", "state", "undone"]

    @display(description=_("List"))
    def list_name(self, record):
        return list_name(resource_of(record))

    @display(description=_("Options"))
    def options(self, record):
        return "; ".join(
            f"{option.label}: {option.in_words(record.details[option.name])}"
            for option in resource_of(record).options
            if record.details.get(option.name)
        )

    @display(description=_("Booked"))
    def booked(self, record):
        return link_references(resource_of(record).booked(record)) or "–"

    @display(description=_("How the file was read"))
    def chosen(self, record):
        lines = chosen_in_words(resource_of(record), Choices.of(record.choices))
        return format_html_join("", "<div>{}: {}</div>", lines) or "–"

    @display(description=_("State"))
    def state(self, record):
        if record.undone_at:
            return badge(gettext("Undone"), "warning")
        if record.status == Status.DONE:
            return "–"
        return badge(record.get_status_display(), "danger" if record.status == Status.FAILED else "info")

    @display(description=_("Undone"))
    def undone(self, record):
        try:
            check_not_undone(record)
        except BusinessError as error:
            return str(error)

    def get_fieldsets(self, request, obj=None):
        counts = [("new_count", "changed_count"), ("unchanged_count", "left_out_count")]
        fields: list = [("list_name", "file_name"), ("created_at", "by"), *counts]
        if obj and obj.status != Status.DONE:
            return [(None, {"fields": [("list_name", "file_name"), ("created_at", "by"), "state", "problem"]})]
        if obj and resource_of(obj).booked(obj):
            fields.append("booked")
        if obj and resource_of(obj).options:
            fields.append("options")
        fields.append("chosen")
        if obj and obj.undone_at:
            fields += ["undone", "not_undone"] if obj.not_undone else ["undone"]
        return [(None, {"fields": fields})]

    # Who may

    def get_queryset(self, request):
        targets = [resource.target() for resource in importable_by(request.user)]
        return (
            super().get_queryset(request).filter(target__in=targets).exclude(status__in=[Status.DRAFT, Status.JUDGING])
        )

    def changelist_view(self, request, extra_context=None):
        for record in ImportRecord.objects.filter(status=Status.WRITING):
            notice_death(record)
        return super().changelist_view(request, extra_context)

    def has_view_permission(self, request, obj=None):
        return bool(importable_by(request.user))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_undo_permission(self, request, object_id=None):
        return self.has_view_permission(request) and self.get_object(request, object_id) is not None

    # Undoing

    def get_actions_detail(self, request, object_id):
        record = self.get_object(request, object_id)
        is_there = record and record.status == Status.DONE and not record.undone_at
        return super().get_actions_detail(request, object_id) if is_there else []

    @action(
        description=_("Undo this import"),
        icon="undo",
        variant=ActionVariant.DANGER,
        permissions=["undo"],
        url_path="undo",
        dialog={
            "title": _("Undo this import?"),
            "form_class": UndoImportForm,
            "form_submit_text": _("Undo the import"),
        },
    )
    def undo(self, request, form, object_id):
        try:
            record = undo_import(form.record, user=request.user)
        except BusinessError as error:
            self.message_user(request, str(error), messages.ERROR)
            return close_dialog(request, self.change_url(object_id))
        self.message_user(
            request, gettext("The import of %(record)s has been undone.") % {"record": record}, messages.SUCCESS
        )
        if record.not_undone:
            count = record.not_undone.count("\n") + 1
            sentence = ngettext(
                "One record stays as it is; the reasons are below.",
                "%(number)s records stay as they are; the reasons are below.",
                count,
            )
            self.message_user(request, sentence % {"number": format_count(count)}, messages.WARNING)
        return close_dialog(request, self.change_url(object_id))
