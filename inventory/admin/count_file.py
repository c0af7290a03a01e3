"""The page that takes a stocktake's spreadsheet back: first what it says, then writing that down, all or nothing."""

from datetime import datetime

from django.contrib import messages
from django.core import signing
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.exceptions import BusinessError
from core.i18n import format_count
from core.imports.forms import ImportFileForm
from core.spreadsheets.reading import UnreadableFile
from inventory.count_files import ReadRow, read_count_file
from inventory.count_models import StockCount
from inventory.services.counts import Entry, enter_counts

SHOWN, LASTS = 200, 60 * 60 * 24  # rows of a preview; seconds for which it can be carried out


@action(description=_("Upload the Excel file"), icon="upload_file", permissions=["count"], url_path="import")
def import_count(model_admin, request, object_id):
    """GET asks for the file, its POST shows what it says, and the POST of that page writes it down."""
    count = model_admin.get_object_or_404(request, object_id)
    if not count.is_open:
        return HttpResponseRedirect(model_admin.change_url(count.pk))
    if "entries" in request.POST:
        return entered(model_admin, request, count)
    form, rows = ImportFileForm(request.POST or None, request.FILES or None), None
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            rows = read_count_file(count, file.read(), file.name)
        except UnreadableFile as error:
            form.add_error("file", str(error))
    return file_page(model_admin, request, count, form, rows)


def entered(model_admin, request, count: StockCount) -> HttpResponseRedirect:
    try:
        number = enter_counts(count, unpack(request.POST["entries"], count), user=request.user)
    except signing.BadSignature:
        sentence, level = gettext("This preview has expired. Please choose the file again."), messages.ERROR
    except BusinessError as error:
        sentence, level = gettext("Nothing was written. %(problem)s") % {"problem": error}, messages.ERROR
    else:
        said = ngettext("%(n)s number was written down.", "%(n)s numbers were written down.", number)
        sentence, level = said % {"n": format_count(number)}, messages.SUCCESS
    model_admin.message_user(request, sentence, level)
    return HttpResponseRedirect(model_admin.change_url(count.pk))


def file_page(model_admin, request, count: StockCount, form, rows: list[ReadRow] | None) -> TemplateResponse:
    rows = rows or []
    changes, wrong = [row for row in rows if row.is_change], [row for row in rows if row.problem]
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": gettext("Counted pieces from a file: %(count)s") % {"count": count},
        "step": gettext("Upload the Excel file"),
        "form": form,
        "is_read": request.method == "POST" and not form.errors,
        "changes": [(row, row.line, format_count(row.counted), describe(row.at)) for row in changes[:SHOWN]],
        "more": max(0, len(changes) - SHOWN),
        "wrong": wrong[:SHOWN],
        "change_count": len(changes),
        "wrong_count": len(wrong),
        "same_count": len(rows) - len(changes) - len(wrong),
        "entries": pack(changes, count),
        "back": model_admin.change_url(count.pk),
    }
    return TemplateResponse(request, "inventory/count_file.html", context)


def describe(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT") if at else gettext("now")


def pack(rows: list[ReadRow], count: StockCount) -> str:
    """What the page carries from the preview to its end, so that exactly that is written."""
    entries = [
        (entry.line, entry.counted, entry.at and entry.at.isoformat(), entry.standing)
        for entry in (row.entry for row in rows)
    ]
    return signing.dumps(entries, salt=salt_of(count), compress=True)


def unpack(text: str, count: StockCount) -> list[Entry]:
    """Raises BadSignature."""
    entries = signing.loads(text, salt=salt_of(count), max_age=LASTS)
    return [Entry(line, counted, at and datetime.fromisoformat(at), seen) for line, counted, at, seen in entries]


def salt_of(count: StockCount) -> str:
    return f"inventory.count_file.{count.pk}"
