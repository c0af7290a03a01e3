"""The filters of the product list."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from inventory.models import Product
from inventory.stock_status import StockStatus


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
