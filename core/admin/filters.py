"""Filters of lists: ranges of days and of amounts, and the chips that say which filters are active.

A value that is not understood is said at its field and above the list, and finds nothing: a list that ignored it would
look as if it were filtered.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.admin import FieldListFilter
from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import INPUT_CLASSES

from core.dates import end_of_day, start_of_day
from core.forms import DayField, NumberField
from core.money import format_amount

PERIODS = {
    "today": _("Today"),
    "yesterday": _("Yesterday"),
    "this_week": _("This week"),
    "this_month": _("This month"),
    "last_month": _("Last month"),
}


def days_of(period: str, today: date) -> tuple[date, date]:
    """The first and the last day of a period of PERIODS, seen from `today`; a week begins on Monday."""
    month = today.replace(day=1)
    if period == "yesterday":
        return today - timedelta(days=1), today - timedelta(days=1)
    if period == "this_week":
        return today - timedelta(days=today.weekday()), today
    if period == "this_month":
        return month, today
    if period == "last_month":
        return (month - timedelta(days=1)).replace(day=1), month - timedelta(days=1)
    return today, today


class RangeForm(forms.Form):
    """Two fields of one kind, each of which may be left empty."""

    attrs: dict[str, Any] = {}

    def __init__(self, name: str, **kwargs):
        super().__init__(**kwargs)
        for end, label in ((f"{name}_from", _("From")), (f"{name}_to", _("To"))):
            classes = " ".join([*self.attrs.get("class", "").split(), *INPUT_CLASSES])
            widget = forms.TextInput(attrs={**self.attrs, "class": classes, "aria-label": label, "autocomplete": "off"})
            self.fields[end] = self.make_field(label=label, required=False, widget=widget)

    def make_field(self, **kwargs) -> forms.Field:
        raise NotImplementedError


class AmountRangeForm(RangeForm):
    attrs = {"inputmode": "decimal"}

    def make_field(self, **kwargs):
        return NumberField(max_digits=20, decimal_places=2, **kwargs)


class DateRangeForm(RangeForm):
    attrs = {"class": "vCustomDateField", "placeholder": _("e.g. 2026-11-24")}

    class Media:
        js = ["admin/js/calendar.js", "unfold/filters/js/DateTimeShortcuts.js"]

    def make_field(self, **kwargs):
        invalid = _("This is not a date. Write it like 2026-11-24, or as it is usual in your language.")
        return DayField(error_messages={"invalid": invalid}, **kwargs)


class RangeFilter(FieldListFilter):
    """From one value up to and including another."""

    template = "core/range_filter.html"
    form_class: type[RangeForm]

    def __init__(self, field, request, params, model, model_admin, field_path):
        super().__init__(field, request, params, model, model_admin, field_path)
        taken: dict[str, Any] = self.used_parameters  # lists of texts
        self.given = {name: str(values[-1]) for name, values in taken.items() if values[-1]}
        self.form = self.form_class(self.field_path, data=self.given)

    def expected_parameters(self):
        return [f"{self.field_path}_from", f"{self.field_path}_to"]

    def choices(self, changelist) -> Iterator:
        yield {"form": self.form}

    def bounds(self) -> tuple:
        """The first and the last value that are let through; None: without end."""
        first, last = self.expected_parameters()[:2]
        return self.form.cleaned_data[first], self.form.cleaned_data[last]

    def queryset(self, request, queryset):
        if not self.form.is_valid():
            return queryset.none()
        first, last = self.bounds()
        if first is not None:
            queryset = queryset.filter(**{f"{self.field_path}__gte": first})
        if last is not None:
            queryset = queryset.filter(**{f"{self.field_path}__lte": last})
        return queryset

    @property
    def problems(self) -> list[str]:
        """What has not been understood, in sentences for the head of the list."""
        title = capfirst(str(self.title))
        return [
            f"{title}: “{self.form[name].data}”: {'; '.join(map(str, said))}" for name, said in self.form.errors.items()
        ]

    def shown(self, value) -> str:
        raise NotImplementedError

    def chip(self) -> str:
        if not self.form.is_valid():
            return " – ".join(self.given.values())
        first, last = (None if value is None else self.shown(value) for value in self.bounds())
        if first and last:
            return first if first == last else f"{first} – {last}"
        return f"≥ {first}" if first else f"≤ {last}"


class AmountRangeFilter(RangeFilter):
    form_class = AmountRangeForm

    def shown(self, value):
        return format_amount(value)


class DateRangeFilter(RangeFilter):
    """A range of days in TIME_ZONE, the last one included, or a period of PERIODS; on a day or on a moment."""

    form_class = DateRangeForm

    def expected_parameters(self):
        return [*super().expected_parameters(), f"{self.field_path}_period"]

    @property
    def period(self) -> str:
        return self.given.get(f"{self.field_path}_period", "")

    def bounds(self):
        return days_of(self.period, timezone.localdate()) if self.period in PERIODS else super().bounds()

    def queryset(self, request, queryset):
        if not isinstance(self.field, models.DateTimeField):
            return super().queryset(request, queryset)
        if not self.form.is_valid():
            return queryset.none()
        first, last = self.bounds()
        if first:
            queryset = queryset.filter(**{f"{self.field_path}__gte": start_of_day(first)})
        if last:
            queryset = queryset.filter(**{f"{self.field_path}__lt": end_of_day(last)})
        return queryset

    def shown(self, value):
        return date_format(value)

    def chip(self):
        return str(PERIODS[self.period]) if self.period in PERIODS else super().chip()

    def links(self, changelist) -> list[dict]:
        """A link for each period; the one that is active leads back to all days."""
        first, last, period = self.expected_parameters()
        return [
            {
                "label": label,
                "active": self.period == key,
                "url": changelist.get_query_string(
                    {first: None, last: None, period: None if self.period == key else key, "p": None}
                ),
            }
            for key, label in PERIODS.items()
        ]


def period_links(changelist) -> list[dict]:
    """The links of the list's first filter by days."""
    for spec in changelist.filter_specs:
        if isinstance(spec, DateRangeFilter):
            return spec.links(changelist)
    return []


def chips(request, changelist) -> list[dict]:
    """The filters that are active: what each says, and the address of the list without it."""
    active = []
    for spec in changelist.filter_specs:
        names = [name for name in spec.expected_parameters() if any(request.GET.getlist(name))]
        if names:
            url = changelist.get_query_string(dict.fromkeys([*names, "p"]))
            active.append(
                {"label": capfirst(str(spec.title)), "text": chip_text(spec, names[0], changelist), "url": url}
            )
    return active


def chip_text(spec, name: str, changelist) -> str:
    if hasattr(spec, "chip"):
        return spec.chip()
    for choice in spec.choices(changelist):
        if "form" in choice:
            field = choice["form"].fields[name]
            value = choice["form"][name].value()
            if isinstance(field, forms.ModelChoiceField) and field.queryset is not None:
                return str(field.queryset.filter(pk=value).first() or gettext("unknown"))
            return next((str(label) for key, label in field.choices if str(key) == str(value)), str(value))
        if choice.get("selected"):
            return str(choice["display"])
    return ""
