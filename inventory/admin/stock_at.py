"""Stock at a date: what there was and what it was worth, on the screen and as a spreadsheet."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import StreamingHttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.export import xlsx_response
from core.dates import end_of_day
from core.forms import DayField
from core.i18n import format_count
from core.money import format_amount, with_currency
from inventory.models import StockChange
from inventory.visibility import may_see

PER_PAGE = 100


class Held(NamedTuple):
    """What there was of one product."""

    sku: str
    name: str
    category: str
    pieces: int
    value: Decimal | None  # None: older than the valuation of stock


@dataclass
class Sum:
    pieces: int = 0
    value: Decimal = Decimal("0.00")

    def add(self, held: Held) -> None:
        self.pieces += held.pieces
        self.value += held.value or 0


class DayInput(UnfoldAdminTextInputWidget):
    """The browser's own calendar."""

    input_type = "date"


class DayForm(forms.Form):
    """The day at whose end the stock is asked for."""

    date = DayField(label=_("At the end of"), widget=DayInput)

    def clean_date(self) -> date:
        if self.cleaned_data["date"] > timezone.localdate():
            raise forms.ValidationError(gettext("Please choose a day that has begun."))
        return self.cleaned_data["date"]


def held_at_end_of(day: date) -> list[Held]:
    """What there was of each product when this day (in TIME_ZONE) ended, by SKU; one query."""
    rows = StockChange.objects.latest_before(end_of_day(day))
    columns = ("product_sku", "product_name", "product_category", "new_qty", "new_value")
    return [Held(*row) for row in rows.order_by("product_sku", "pk").values_list(*columns)]


def by_category(held: Sequence[Held]) -> list[tuple[str, Sum]]:
    sums: dict[str, Sum] = defaultdict(Sum)
    for one in held:
        sums[one.category].add(one)
    return sorted(sums.items())


def stock_at(request):
    if not request.user.has_perm("inventory.view_stockchange"):
        raise PermissionDenied
    form = DayForm(request.GET if "date" in request.GET else {"date": timezone.localdate()})
    held = held_at_end_of(form.cleaned_data["date"]) if form.is_valid() else []
    with_value = may_see(request.user, "stock_value")
    if "xlsx" in request.GET and form.is_valid():
        return spreadsheet(held, form.cleaned_data["date"], with_value=with_value)
    return page(request, form, held, with_value=with_value)


def spreadsheet(held: Sequence[Held], day: date, *, with_value: bool) -> StreamingHttpResponse:
    headers = ["sku", "name", "category", "stock_qty", *(["stock_value"] if with_value else [])]
    return xlsx_response(f"stock-{day:%Y-%m-%d}", headers, (list(one if with_value else one[:-1]) for one in held))


def page(request, form: DayForm, held: Sequence[Held], *, with_value: bool) -> TemplateResponse:
    step, total = gettext("Stock at a date"), Sum()
    for one in held:
        total.add(one)
    shown = Paginator(held, PER_PAGE).get_page(request.GET.get("p"))
    day = form.cleaned_data.get("date") if form.is_valid() else None
    context = {
        **admin.site.each_context(request),
        "title": gettext("Stock at the end of %(day)s") % {"day": date_format(day)} if day else step,
        "step": step,
        "opts": StockChange._meta,
        "form": form,
        "media": form.media,
        "day": day,
        "page": shown,
        "page_before": f"?date={day}&p={shown.number - 1}",
        "page_after": f"?date={day}&p={shown.number + 1}",
        "total": figures(total.pieces, total.value, with_value),
        "categories": [(name, figures(one.pieces, one.value, with_value)) for name, one in by_category(held)],
        "held": [(one, figures(one.pieces, one.value, with_value)) for one in shown],
        "with_value": with_value,
        "value_title": with_currency(gettext("Value")),
    }
    return TemplateResponse(request, "inventory/stock_at.html", context)


def figures(pieces: int, value: Decimal | None, with_value: bool) -> list[str]:
    """The cells of a row: pieces and, for those who may see it, their value."""
    worth = "–" if value is None else format_amount(value)
    return [format_count(pieces), *([worth] if with_value else [])]
