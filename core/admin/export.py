"""Export of a filtered list as a file."""

from collections.abc import Iterable, Iterator
from contextlib import nullcontext

from django.db import connection
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from import_export.admin import ExportMixin
from import_export.resources import Resource
from unfold.contrib.import_export.forms import ExportForm

from core.admin.base import INVALID_QUERY_ERRORS
from core.snapshot import snapshot
from core.spreadsheets.writing import FormulaSafeCSV, FormulaSafeXLSX

CHUNK = 1000  # records held at a time


class DownloadForm(ExportForm):
    """The first format is chosen already."""

    def __init__(self, formats, resources, **kwargs):
        super().__init__(formats, resources, **kwargs)
        self.fields["format"].choices = [(str(index), kind.label) for index, kind in enumerate(formats)]
        self.fields["format"].initial = "0"
        self.fields["resource"].label = gettext("Contents")


class FormulaSafeExportAdmin(ExportMixin):
    """Export of the filtered list, for those whose role says so, with no cell that a spreadsheet would run."""

    export_form_class = DownloadForm
    export_formats = (FormulaSafeXLSX, FormulaSafeCSV)

    def has_export_permission(self, request):
        return self.has_view_permission(request) and self.has_model_permission(request, "export")

    def export_action(self, request):
        try:
            return super().export_action(request)
        except INVALID_QUERY_ERRORS:
            if not request.GET:
                raise  # not the address's fault
            return self.redirect_to_list(request)

    def get_export_context_data(self, **kwargs):
        return {**super().get_export_context_data(**kwargs), "step": gettext("Export")}

    def get_valid_export_item_pks(self, request):
        return []  # there is no export of selected rows, so no reason to load every key for it

    def _do_file_export(self, file_format, request, queryset, export_form=None):
        """Send the file while it is read from the database, whatever its length; the library would hold it all."""
        resource_class = self.choose_export_resource_class(export_form, request)
        resource = resource_class(**self.get_export_resource_kwargs(request))
        rows = exported(resource, resource.filter_export(queryset))
        name = self.get_export_filename(request, queryset, file_format)
        return StreamingHttpResponse(
            file_format.stream(resource.get_export_headers(), rows),
            content_type=file_format.get_content_type(),
            headers={"Content-Disposition": content_disposition_header(True, name)},
        )


def exported(resource: Resource, queryset: QuerySet) -> Iterator[list]:
    """The records' rows, as they all are at the moment of the first one; few are held at a time. Numbers stay numbers.

    The library's own way reads what has `prefetch_related` by pages, each of which counts all rows before it anew, and
    asks what may be seen for each row.
    """
    fields = resource.get_export_fields()
    with nullcontext() if connection.in_atomic_block else snapshot():
        for record in queryset.iterator(chunk_size=CHUNK):
            yield [resource.export_field(field, record, force_native_type=True) for field in fields]


def xlsx_response(name: str, headers: list[str], rows: Iterable[list]) -> StreamingHttpResponse:
    """An Excel file of these rows, called `name`, as it is written."""
    kind = FormulaSafeXLSX()
    return StreamingHttpResponse(
        kind.stream(headers, rows),
        content_type=kind.get_content_type(),
        headers={"Content-Disposition": content_disposition_header(True, f"{name}.xlsx")},
    )
