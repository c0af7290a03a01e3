"""What every admin page here is built on: unfold's ModelAdmin with the doors shut that the packages leave open."""

from datetime import timedelta
from itertools import pairwise

from django.contrib import messages
from django.contrib.admin.utils import display_for_field, unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.text import capfirst
from import_export.admin import ExportMixin
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.contrib.import_export.forms import ExportForm
from unfold.utils import parse_date_str

from accounts.days import start_of_day
from accounts.exceptions import BusinessError
from accounts.spreadsheets import HarmlessCSV, HarmlessXLSX


class BackOfficeAdmin(ModelAdmin):
    """Lists of bounded pages; saving, deleting and their refusals go through the services.

    A rule that breaks although the form was valid (somebody else was faster) becomes a message; since Django's views
    are atomic, nothing of the attempt remains.
    """

    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    warn_unsaved_form = True
    delete_hint = ""  # what to do with a record that cannot be deleted

    def get_actions(self, request):
        """No "delete selected": deleting is a service's work, one record at a time."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_permission_to(self, request, action: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except BusinessError as error:
            return self.refuse(request, error, request.get_full_path())

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, {"delete_hint": self.delete_hint, **(extra_context or {})})
        except BusinessError as error:
            return self.refuse(request, error, self.change_url(object_id))

    def refuse(self, request, error: BusinessError, url: str) -> HttpResponseRedirect:
        self.message_user(request, str(error), messages.ERROR)
        return HttpResponseRedirect(url)

    def change_url(self, object_id) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])

    def get_object_or_404(self, request, object_id):
        """The object if this user may see it; unfold's actions and the history pages do not ask."""
        obj = self.get_object(request, unquote(str(object_id)))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return obj


class ReadableHistoryAdmin(SimpleHistoryAdmin):
    """The history as one list to read.

    simple-history's view of a single version is closed: it ignores who may see the record, and lets whoever may see
    it write the old values back.
    """

    object_history_list_template = "admin/history_list.html"
    history_list_per_page = 50

    def history_view(self, request, object_id, extra_context=None):
        self.get_object_or_404(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        raise Http404

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        """What each version changed. (The library's own comparison leaves out what no form may edit, as the stock.)"""
        for newer, older in pairwise(historical_records):
            fields = [field for field in newer.tracked_fields if value_of(newer, field) != value_of(older, field)]
            newer.history_delta_changes = [
                {
                    "field": capfirst(field.verbose_name),
                    "old": display_for_field(getattr(older, field.name), field, "–"),
                    "new": display_for_field(getattr(newer, field.name), field, "–"),
                }
                for field in fields
            ]

    def history_view_title(self, request, obj):
        return f"History of {obj}"


def value_of(record, field):
    return getattr(record, field.attname)


def badge(text: str, colour: str) -> str:
    """A coloured label, for lists and forms alike. Colours: success, warning, danger, info, primary."""
    return render_to_string("unfold/helpers/label.html", {"text": text, "variant": colour})


class DownloadForm(ExportForm):
    """The first format is chosen already."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].choices = [(str(index), kind.label) for index, kind in enumerate(formats)]
        self.fields["format"].initial = "0"


class HarmlessExportAdmin(ExportMixin):
    """Export of the filtered list, for those whose role says so, with no cell that a spreadsheet would run."""

    export_form_class = DownloadForm
    export_formats = (HarmlessXLSX, HarmlessCSV)

    def has_export_permission(self, request):
        return self.has_view_permission(request) and self.has_permission_to(request, "export")

    def get_valid_export_item_pks(self, request):
        return []  # there is no export of selected rows, so no reason to load every key for it

    def get_data_for_export(self, request, queryset, **kwargs):
        kwargs["force_native_type"] = True  # numbers stay numbers in our subclass of XLSX too
        return super().get_data_for_export(request, queryset, **kwargs)


class LocalDateRangeFilter(RangeDateFilter):
    """A range of days in TIME_ZONE on a moment, the last day included."""

    def queryset(self, request, queryset):
        first = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_from") or "")
        last = parse_date_str(self.used_parameters.get(f"{self.parameter_name}_to") or "")
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start_of_day(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": start_of_day(last + timedelta(days=1))})
        return queryset
