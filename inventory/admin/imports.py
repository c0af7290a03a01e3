"""The two steps of a product import in the admin: upload and look, then confirm."""

import logging
import re
import uuid
from contextlib import suppress
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from import_export.admin import ImportMixin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget, UnfoldAdminSelectWidget

from accounts.spreadsheets import DELIMITERS, ENCODINGS, Table, UnreadableFile, read_table, write_csv
from inventory.resources import REASON_COLUMN, ProductResource, StockMode

logger = logging.getLogger(__name__)
SHOWN_ROWS = 100
KEPT_UPLOADS = 5
KEPT_FOR = timedelta(days=1)


class ImportFileForm(forms.Form):
    file = forms.FileField(
        label="File",
        help_text="CSV, TSV, XLSX or ODS. The first line names the columns.",
        widget=UnfoldAdminFileFieldWidget,
    )
    stock_mode = forms.ChoiceField(
        label="Stock column",
        choices=StockMode.choices,
        initial=StockMode.KEEP,
        help_text="New products always start with the stock in the file.",
        widget=UnfoldAdminRadioSelectWidget,
    )

    encoding = forms.ChoiceField(
        label="Text encoding",
        choices=list(ENCODINGS.items()),
        required=False,
        help_text="For text files (CSV, TSV) whose letters come out wrong.",
        widget=UnfoldAdminSelectWidget,
    )
    delimiter = forms.ChoiceField(
        label="Column separator",
        choices=list(DELIMITERS.items()),
        required=False,
        help_text="For text files whose columns come out wrong.",
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self):
        """With all choices at hand: the file must be a table."""
        cleaned = super().clean()
        upload = cleaned.get("file")
        if upload is None or self.errors:
            return cleaned
        if upload.size > settings.MAX_IMPORT_BYTES:
            limit = settings.MAX_IMPORT_BYTES // (1024 * 1024)
            raise ValidationError({"file": f"The file is larger than {limit} MB. Please split it into several."})
        self.data_read = upload.read()
        try:
            read_table(upload.name, self.data_read, **self.reading)
        except UnreadableFile as error:
            raise ValidationError({"file": str(error)}) from error
        return cleaned

    @property
    def reading(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in ("encoding", "delimiter")}


class ProductImportAdmin(ImportMixin):
    """The uploaded file waits in private storage under a random name that only the uploader's session knows."""

    def has_import_permission(self, request):
        return (
            self.has_permission_to(request, "import")
            and self.has_add_permission(request)
            and self.has_change_permission(request)
            and request.user.has_perm("inventory.adjust_stock")
        )

    def import_action(self, request, **kwargs):
        """Step one: take a file, then show what it would do on a page that can be reloaded."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        if token := request.GET.get("preview"):
            return self.run(request, token, dry_run=True)
        if token := request.GET.get("errors"):
            return self.download_errors(request, token)
        form = ImportFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                token = keep_upload(request, form)
                return redirect(f"{reverse('admin:inventory_product_import')}?preview={token}")
            except OSError:
                logger.exception("The folder for imports cannot be written")
                form.add_error("file", "The server could not keep the file. Please tell whoever runs the system.")
        return self.show(request, form=form)

    def process_import(self, request, **kwargs):
        """Step two: do what the preview showed, all of it or nothing."""
        if not self.has_import_permission(request) or request.method != "POST":
            raise PermissionDenied
        return self.run(
            request,
            request.POST.get("token", ""),
            expected=request.POST.get("digest", ""),
            leave_out_errors="leave_out_errors" in request.POST,
        )

    def run(self, request, token: str, *, dry_run=False, **options):
        """Import the kept file, or only show what that would do."""
        kept = kept_upload(request, token)
        if kept is None:
            return self.not_at_hand(request)
        upload, table = kept
        resource = ProductResource(
            user=request.user, stock_mode=upload["stock_mode"], reference=upload["name"], **options
        )
        resource.import_data(table, dry_run=dry_run)
        if resource.done is None:
            return self.show(request, report=resource.report, token=token)
        forget_upload(request, token)
        messages.success(request, f"{upload['name']} is imported: {resource.report.summary}.")
        return redirect("admin:inventory_productimport_change", resource.done.pk)

    def download_errors(self, request, token: str):
        """The lines with errors as they stand in the file, and what is wrong with each; to be mended and uploaded."""
        kept = kept_upload(request, token)
        if kept is None:
            return self.not_at_hand(request)
        upload, table = kept
        resource = ProductResource(user=request.user, stock_mode=upload["stock_mode"])
        resource.import_data(table, dry_run=True)
        columns = [index for index, header in enumerate(table.headers) if header != REASON_COLUMN]
        cells = dict(zip(table.lines, table, strict=True))
        rows = [
            [
                *(cells[row.line][index] for index in columns),
                "; ".join(f"{error[0]}: {error[2]}" for error in row.errors),
            ]
            for row in resource.report.error_rows
        ]
        headers = [*(table.headers[index] for index in columns), REASON_COLUMN]
        delimiter = ";" if table.delimiter == "|" else table.delimiter  # one that is recognised when it comes back
        data = write_csv(headers, rows, delimiter=delimiter)
        stem = re.sub(r"[^\w-]+", "_", upload["name"].rsplit(".", 1)[0]) or "import"
        headers = {"Content-Disposition": content_disposition_header(True, f"{stem}-errors.csv")}
        return HttpResponse(data, content_type="text/csv; charset=utf-8", headers=headers)

    def not_at_hand(self, request):
        messages.error(request, "This preview is no longer at hand. Please choose the file again.")
        return redirect("admin:inventory_product_import")

    def show(self, request, **context):
        context |= self.admin_site.each_context(request)
        if report := context.get("report"):
            context["heading"] = "What will happen" if report.is_clean else "What would happen with the other lines"
            context |= which_rows(report, request.GET.get("show", ""))
            context["errors_url"] = f"{reverse('admin:inventory_product_import')}?errors={context['token']}"
        context |= {"title": "Import products", "opts": self.opts, "shown_rows": SHOWN_ROWS, "media": self.media}
        return TemplateResponse(request, "inventory/import.html", context)


def which_rows(report, kind: str) -> dict:
    """The rows of the preview that somebody wants to see, and the cards that lead to each kind."""
    kind = kind if kind in ("new", "changed", "unchanged", "error") else ""
    labels = {"new": "New", "changed": "Changed", "unchanged": "Unchanged", "error": "Lines with errors"}
    return {
        "cards": [(name, label, report.counts[name]) for name, label in labels.items()],
        "kind": kind,
        "rows": report.rows_of(kind) if kind != "error" else [],
        "error_rows": report.error_rows if kind in ("", "error") else [],
        "good_count": len(report.rows_of("")),
    }


def kept_upload(request, token: str) -> tuple[dict, Table] | None:
    """What this session uploaded under this token, and the table in it, if it is still there."""
    upload = request.session.get("product_imports", {}).get(token)
    if upload is None:
        return None
    try:
        with storages["imports"].open(token) as stored:
            return upload, read_table(upload["name"], stored.read(), **upload.get("reading", {}))
    except FileNotFoundError:
        return None


def keep_upload(request, form: ImportFileForm) -> str:
    """Store the file for the second step and return its token; throw away what sessions have left behind."""
    storage = storages["imports"]
    token = storage.save(uuid.uuid4().hex, ContentFile(form.data_read))
    for name in storage.listdir("")[1]:
        with suppress(FileNotFoundError):  # somebody else is at it too
            if re.fullmatch("[0-9a-f]{32}", name) and storage.get_modified_time(name) < timezone.now() - KEPT_FOR:
                storage.delete(name)
    uploads = request.session.setdefault("product_imports", {})
    uploads[token] = {
        "name": form.cleaned_data["file"].name[:200],
        "stock_mode": form.cleaned_data["stock_mode"],
        "reading": form.reading,
    }
    for old in list(uploads)[:-KEPT_UPLOADS]:
        forget_upload(request, old)
    request.session.modified = True
    return token


def forget_upload(request, token: str) -> None:
    storages["imports"].delete(token)
    request.session["product_imports"].pop(token, None)
    request.session.modified = True
