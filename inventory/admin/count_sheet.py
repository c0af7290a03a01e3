"""A stocktake on paper, by the shelves that one walks along, and as a spreadsheet that comes back (count_file.py)."""

from collections.abc import Iterator

from django.http import StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.firm import current_firm, firm_name
from core.i18n import format_count
from core.spreadsheets.writing import FormulaSafeXLSX
from inventory.count_models import StockCount


@action(
    description=_("Print the sheet"), icon="print", permissions=["count"], url_path="print", attrs={"target": "_blank"}
)
def print_count(model_admin, request, object_id):
    count = model_admin.get_object_or_404(request, object_id)
    lines = [
        (line, "" if line.expected_now is None else format_count(line.expected_now))
        for line in lines_of(count).iterator()
    ]
    context = {
        "title": gettext("Stock count %(count)s") % {"count": count},
        "subject": model_admin.subject(count),
        "count": count,
        "lines": lines,
        "firm": current_firm(),
        "firm_name": firm_name(),
    }
    return TemplateResponse(request, "inventory/count_sheet.html", context)


@action(description=_("Excel file"), icon="download", permissions=["count"], url_path="export")
def export_count(model_admin, request, object_id):
    count = model_admin.get_object_or_404(request, object_id)
    file_format = FormulaSafeXLSX()
    return StreamingHttpResponse(
        file_format.stream(headers_of(count), rows_of(count)),
        content_type=file_format.get_content_type(),
        headers={"Content-Disposition": content_disposition_header(True, f"{count.number}.xlsx")},
    )


def lines_of(count: StockCount):
    """The lines by shelf, each with `expected_now`: what should be there, if one may see that; None if not."""
    return count.lines.with_expected_now(hidden=count.hides_expected).by_shelf()


def headers_of(count: StockCount) -> list[str]:
    return ["sku", "name", "shelf", *([] if count.hides_expected else ["expected"]), "counted", "counted_at"]


def rows_of(count: StockCount) -> Iterator[list]:
    for line in lines_of(count).iterator():
        at = f"{timezone.localtime(line.counted_at):%Y-%m-%d %H:%M}" if line.counted_at else None
        expected = [] if count.hides_expected else [line.expected_now]
        yield [line.product_sku, line.product_name, line.product_shelf, *expected, line.counted, at]
