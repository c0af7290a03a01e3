"""The layouts of lists that are remembered under a name: to be renamed, and deleted when nobody sends them any more."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from core.admin.base import BackOfficeAdmin
from core.imports.choices import Choices
from core.imports.described import columns_in_words
from core.imports.models import ImportMapping
from core.imports.record_admin import TargetFilter, list_name
from core.imports.registry import importable_by, resource_of


@admin.register(ImportMapping)
class ImportMappingAdmin(BackOfficeAdmin):
    """Whoever may import a list may rename and delete its layouts; they are made by importing."""

    list_display = ["name", "list_name", "columns", "created_at", "by"]
    list_select_related = ["created_by"]
    list_filter = [TargetFilter]
    search_fields = ["name"]
    search_help_text = _("Name")
    fields = ["name", "list_name", "columns", "created_at", "by"]
    readonly_fields = ["list_name", "columns", "created_at", "by"]
    actions = None

    @display(description=_("List"))
    def list_name(self, mapping):
        return list_name(resource_of(mapping))

    @display(description=_("Columns"))
    def columns(self, mapping):
        return columns_in_words(resource_of(mapping), Choices.of(mapping.choices))

    @display(description=_("By"), ordering="created_by")
    def by(self, mapping):
        return mapping.created_by or _("System")

    def get_queryset(self, request):
        targets = [resource.target() for resource in importable_by(request.user)]
        return super().get_queryset(request).filter(target__in=targets)

    def has_add_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        return bool(importable_by(request.user))

    has_change_permission = has_delete_permission = has_view_permission

    def has_module_permission(self, request):
        return self.has_view_permission(request)
