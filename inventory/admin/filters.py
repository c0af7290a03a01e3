"""The filters of the product list."""

from django.db.models import Count
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from core.i18n import format_count
from core.recent import recent
from inventory.models import Product
from inventory.stock_status import StockStatus


class ActivityFilter(DropdownFilter):
    """What is sold, unless the address asks for what is archived, or for all."""

    title, parameter_name = pgettext_lazy("products", "active"), "activity"
    all_option = ["", pgettext_lazy("products", "Active")]

    def lookups(self, request, model_admin):
        return [("archived", pgettext_lazy("products", "Archived")), ("all", _("All"))]

    def queryset(self, request, queryset):
        return queryset if self.value() == "all" else queryset.filter(is_active=self.value() != "archived")


def activity_tabs(changelist) -> list[dict]:
    """What is sold, what is archived, and all; the other filters stay. Numbers where nothing else filters."""
    asked = {name for name, values in changelist.get_filters_params().items() if any(values)}
    filtered = changelist.query or asked - {ActivityFilter.parameter_name}
    counts = {} if filtered else recent("products by activity", count_by_activity)
    spec = next(spec for spec in changelist.filter_specs if isinstance(spec, ActivityFilter))
    chosen = spec.value() or ""
    numbers = {"": counts.get(True, 0), "archived": counts.get(False, 0), "all": sum(counts.values())}
    return [
        {
            "label": label,
            "count": "" if filtered else format_count(numbers[value]),
            "url": changelist.get_query_string({ActivityFilter.parameter_name: value or None, "p": None}),
            "active": chosen == value,
        }
        for value, label in [spec.all_option, *spec.lookup_choices]
    ]


def count_by_activity() -> dict[bool, int]:
    return dict(Product.objects.order_by().values_list("is_active").annotate(Count("pk")))


class CategoryFilter(DropdownFilter):
    title, parameter_name = _("category"), "category"

    def lookups(self, request, model_admin):
        none = gettext("No category")
        return [(category or "-", category or none) for category in Product.objects.categories()]

    def queryset(self, request, queryset):
        value = self.value()
        return queryset.filter(category="" if value == "-" else value) if value else queryset


class StockStatusFilter(DropdownFilter):
    title, parameter_name = _("stock"), "stock_status"

    def lookups(self, request, model_admin):
        return StockStatus.choices

    def queryset(self, request, queryset):
        if not self.value():
            return queryset
        known = self.value() in StockStatus.values
        return queryset.filter(StockStatus.condition(self.value())) if known else queryset.none()
