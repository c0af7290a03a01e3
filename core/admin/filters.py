"""Filters of lists: what unfold's own get wrong."""

import re
from datetime import timedelta

from django.contrib.admin.options import IncorrectLookupParameters
from unfold.contrib.filters.admin import RangeDateFilter, RangeNumericFilter
from unfold.utils import parse_date_str

from core.dates import start_of_day


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


class AmountRangeFilter(RangeNumericFilter):
    """A range of amounts. PostgreSQL cannot hold every number that somebody may write into an address."""

    def queryset(self, request, queryset):
        for value in filter(None, self.used_parameters.values()):
            if not re.fullmatch(r"-?[0-9]{1,15}(\.[0-9]{1,10})?", value):
                raise IncorrectLookupParameters(value)
        return super().queryset(request, queryset)
