"""The two steps of an import in the admin: upload and look, then confirm."""

import logging
import re

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.http import content_disposition_header
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ImportMixin as LibraryImportMixin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from core.i18n import format_count
from core.imports.resource import REASON_COLUMN, ImportResource
from core.imports.uploads import discard_upload, store_upload, stored_upload
from core.spreadsheets.cells import escape_raw_formula
from core.spreadsheets.reading import DELIMITERS, ENCODINGS, MAX_ROWS, Table, UnreadableFile, read_table
from core.spreadsheets.writing import write_csv

logger = logging.getLogger(__name__)
SHOWN_ROWS = 100


class ImportFileForm(forms.Form):
    """The file, what it means (the options of its list), and how to read it."""

    file = forms.FileField(
        label=_("File"),
        help_text=format_lazy(
            _("CSV, TSV, XLSX or ODS, at most {rows} rows. The first line names the columns."),
            rows=lazy(format_count, str)(MAX_ROWS),
        ),
        widget=UnfoldAdminFileFieldWidget,
    )
    encoding = forms.ChoiceField(
        label=_("Text encoding"),
        choices=list(ENCODINGS.items()),
        required=False,
        help_text=_("For text files (CSV, TSV) whose letters are shown wrong."),
        widget=UnfoldAdminSelectWidget,
    )
    delimiter = forms.ChoiceField(
        label=_("Column separator"),
        choices=list(DELIMITERS.items()),
        required=False,
        help_text=_("For text files whose columns are split wrong."),
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args, resource: type[ImportResource], **kwargs):
        super().__init__(*args, **kwargs)
        self.resource = resource
        for option in resource.options:
            self.fields[option.name] = forms.ChoiceField(
                label=option.label,
                choices=option.choices.choices,
                initial=option.default,
                help_text=option.help_text,
                widget=UnfoldAdminRadioSelectWidget,
            )
        self.order_fields(["file", *(option.name for option in resource.options)])

    def clean(self):
        """With all choices at hand: the file must be a table."""
        cleaned = super().clean() or {}
        upload = cleaned.get("file")
        if upload is None or self.errors:
            return cleaned
        if upload.size > settings.MAX_IMPORT_BYTES:
            limit = settings.MAX_IMPORT_BYTES // (1024 * 1024)
            raise ValidationError(
                {
                    "file": gettext("The file is larger than %(limit)s MB. Please split it into several.")
                    % {"limit": limit}
                }
            )
        self.data_read = upload.read()
        try:
            read_table(upload.name, self.data_read, keys=self.resource.keys, **self.chosen("encoding", "delimiter"))
        except UnreadableFile as error:
            raise ValidationError({"file": str(error)}) from error
        return cleaned

    def chosen(self, *names: str) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in names}


class ImportMixin(LibraryImportMixin):
    """Import into a list, in two steps. Whoever uses it has one ImportResource as its first resource."""

    def has_import_permission(self, request):
        actions = ("import", "add", "change")
        return all(self.has_model_permission(request, action) for action in actions) and request.user.has_perms(
            self.list_resource.extra_permissions
        )

    @property
    def list_resource(self) -> type[ImportResource]:
        return self.resource_classes[0]

    def stored_upload(self, request, token: str):
        return stored_upload(request, token, kind=self.opts.model_name, keys=self.list_resource.keys)

    def import_url(self, step: str = "import") -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{step}")

    def import_action(self, request, **kwargs):
        """Step one: take a file, then show what it would do on a page that can be reloaded."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if token := request.GET.get("preview"):
            return self.run_import(request, token, dry_run=True)
        if token := request.GET.get("errors"):
            return self.download_errors(request, token)
        form = ImportFileForm(request.POST or None, request.FILES or None, resource=self.list_resource)
        if request.method == "POST" and form.is_valid():
            try:
                token = store_upload(
                    request,
                    form.data_read,
                    name=form.cleaned_data["file"].name,
                    kind=self.opts.model_name,
                    reading=form.chosen("encoding", "delimiter"),
                    options=form.chosen(*(option.name for option in self.list_resource.options)),
                )
                return redirect(f"{self.import_url()}?preview={token}")
            except OSError:
                logger.exception("The folder for imports cannot be written")
                form.add_error(
                    "file", gettext("The server could not store the file. Please tell the person who runs the system.")
                )
        return self.show_import(request, form=form)

    def process_import(self, request, **kwargs):
        """Step two: do what the preview showed, all of it or nothing."""
        if not self.has_import_permission(request) or request.method != "POST":
            raise PermissionDenied
        return self.run_import(
            request,
            request.POST.get("token", ""),
            last_seen=request.POST.get("last_seen", ""),
            leave_out_errors="leave_out_errors" in request.POST,
        )

    def run_import(self, request, token: str, *, dry_run=False, **options):
        """Import the kept file, or only show what that would do."""
        kept = self.stored_upload(request, token)
        if kept is None:
            return self.preview_expired(request)
        upload, table = kept
        resource = self.list_resource(user=request.user, reference=upload["name"], **upload["options"], **options)
        resource.import_data(table, dry_run=dry_run)
        if resource.done is None:
            return self.show_import(request, report=resource.report, token=token)
        discard_upload(request, token)
        messages.success(
            request,
            gettext("%(file)s has been imported: %(summary)s.")
            % {"file": upload["name"], "summary": resource.report.summary},
        )
        return redirect("admin:core_importrecord_change", resource.done.pk)

    def download_errors(self, request, token: str):
        """The lines with errors as they stand in the file, and what is wrong with each; to be mended and uploaded."""
        kept = self.stored_upload(request, token)
        if kept is None:
            return self.preview_expired(request)
        upload, table = kept
        resource = self.list_resource(user=request.user, **upload["options"])
        resource.import_data(table, dry_run=True)
        stem = re.sub(r"[^\w-]+", "_", upload["name"].rsplit(".", 1)[0]) or "import"
        headers = {"Content-Disposition": content_disposition_header(True, f"{stem}-errors.csv")}
        data = lines_with_errors(table, resource.report)
        return HttpResponse(data, content_type="text/csv; charset=utf-8", headers=headers)

    def preview_expired(self, request):
        messages.error(request, gettext("This preview has expired. Please choose the file again."))
        return redirect(self.import_url())

    def show_import(self, request, **context):
        context |= self.admin_site.each_context(request)
        context |= {
            "title": gettext("Import %(records)s") % {"records": self.opts.verbose_name_plural},
            "step": gettext("Import"),
            "opts": self.opts,
            "media": self.media,
            "import_url": self.import_url(),
            "import_help": self.list_resource.help_text,
        }
        if report := context.get("report"):
            context |= shown_report(report, request.GET.get("show", ""))
            context |= {
                "process_url": self.import_url("process_import"),
                "errors_url": f"{self.import_url()}?errors={context['token']}",
                "key_heading": self.list_resource.key_label,
            }
        return TemplateResponse(request, "admin/import.html", context)


def lines_with_errors(table: Table, report) -> bytes:
    """A CSV file of the lines with errors as they stand in the table, with a column for what is wrong."""
    columns = [index for index, header in enumerate(table.headers) if header != REASON_COLUMN]
    cells = dict(zip(table.lines, table, strict=True))
    rows = [[table.headers[index] for index in columns] + [REASON_COLUMN]]
    for row in report.error_rows:
        reasons = "; ".join(f"{column}: {reason}" for column, _, reason in row.errors)
        rows.append([*(cells[row.line][index] for index in columns), reasons])
    delimiter = ";" if table.delimiter == "|" else table.delimiter  # one that is recognised when it comes back
    return write_csv([[escape_raw_formula(cell) for cell in row] for row in rows], delimiter=delimiter)


def shown_report(report, kind: str) -> dict:
    """The rows of the preview that somebody wants to see, and the cards that lead to each kind."""
    kind = kind if kind in ("new", "changed", "unchanged", "error") else ""
    labels = {
        "new": gettext("New"),
        "changed": gettext("Changed"),
        "unchanged": gettext("Unchanged"),
        "error": gettext("Lines with errors"),
    }
    return {
        "heading": gettext("What will happen") if report.is_clean else gettext("What would happen to the other lines"),
        "cards": [(name, label, report.counts[name]) for name, label in labels.items()],
        "kind": kind,
        "rows": report.rows_of(kind) if kind != "error" else [],
        "error_rows": report.error_rows if kind in ("", "error") else [],
        "good_count": len(report.rows_of("")),
        "shown_rows": SHOWN_ROWS,
    }
