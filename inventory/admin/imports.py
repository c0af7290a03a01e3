"""The two steps of a product import in the admin: upload and look, then confirm."""

import uuid

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from import_export.admin import ImportMixin
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminRadioSelectWidget

from accounts.spreadsheets import UnreadableFile, read_table
from inventory.resources import ProductResource, StockMode

SHOWN_ROWS = 100
KEPT_UPLOADS = 5


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

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > settings.MAX_IMPORT_BYTES:
            limit = settings.MAX_IMPORT_BYTES // (1024 * 1024)
            raise ValidationError(f"The file is larger than {limit} MB. Please split it into several.")
        self.data_read = upload.read()
        try:
            read_table(upload.name, self.data_read)
        except UnreadableFile as error:
            raise ValidationError(str(error)) from error
        return upload


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
        """Step one: take a file and show what it would do."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        form = ImportFileForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            token = keep_upload(request, form)
            resource = self.run(request, token, dry_run=True)
            return self.show(request, report=resource.report, token=token)
        return self.show(request, form=form)

    def process_import(self, request, **kwargs):
        """Step two: do what the preview showed, all of it or nothing."""
        if not self.has_import_permission(request) or request.method != "POST":
            raise PermissionDenied
        token = request.POST.get("token", "")
        if token not in request.session.get("product_imports", {}):
            messages.error(request, "This preview is no longer at hand. Please choose the file again.")
            return redirect("admin:inventory_product_import")
        resource = self.run(request, token, expected=request.POST.get("digest", ""))
        if not resource.report.is_clean:
            return self.show(request, report=resource.report, token=token)
        forget_upload(request, token)
        messages.success(request, f"{resource.reference} is imported: {resource.report.summary}.")
        return redirect("admin:inventory_product_changelist")

    def run(self, request, token: str, *, dry_run=False, expected=None) -> ProductResource:
        upload = request.session["product_imports"][token]
        with storages["imports"].open(token) as stored:
            table = read_table(upload["name"], stored.read())
        resource = ProductResource(
            user=request.user, stock_mode=upload["stock_mode"], expected=expected, reference=upload["name"]
        )
        resource.import_data(table, dry_run=dry_run, rollback_on_validation_errors=True)
        return resource

    def show(self, request, **context):
        context |= self.admin_site.each_context(request)
        context |= {
            "title": "Import products",
            "opts": self.opts,
            "shown_rows": SHOWN_ROWS,
            "media": self.media,
        }
        return TemplateResponse(request, "inventory/import.html", context)


def keep_upload(request, form: ImportFileForm) -> str:
    """Store the file for the second step and return its token; a session keeps only its latest uploads."""
    token = storages["imports"].save(uuid.uuid4().hex, ContentFile(form.data_read))
    uploads = request.session.setdefault("product_imports", {})
    uploads[token] = {
        "name": form.cleaned_data["file"].name[:200],
        "stock_mode": form.cleaned_data["stock_mode"],
    }
    for old in list(uploads)[:-KEPT_UPLOADS]:
        forget_upload(request, old)
    request.session.modified = True
    return token


def forget_upload(request, token: str) -> None:
    storages["imports"].delete(token)
    request.session["product_imports"].pop(token, None)
    request.session.modified = True
