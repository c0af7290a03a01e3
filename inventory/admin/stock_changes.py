"""The stock change log: to be read, filtered and exported."""

from decimal import Decimal

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from accounts.filters import CreatedByFilter
from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin, badge
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import DateRangeFilter
from core.admin.light_lists import LightInline
from core.i18n import format_change, format_count, left_to_right
from core.money import format_amount, in_currency
from core.references import link_references
from core.text_search import words_and_phrases
from inventory.admin.reverse_change import reverse_one
from inventory.models import StockChange
from inventory.querysets import SEARCHED
from inventory.resources import StockChangeResource
from inventory.services.reversals import REVERSIBLE
from inventory.visibility import may_see

KIND_COLOURS = {
    StockChange.Kind.INITIAL: "primary",
    StockChange.Kind.ADJUSTMENT: "info",
    StockChange.Kind.IMPORT: "primary",
    StockChange.Kind.SALE: "success",
    StockChange.Kind.CANCELLATION: "warning",
    StockChange.Kind.DELETION: "danger",
    StockChange.Kind.AMENDMENT: "success",
    StockChange.Kind.RETURN: "warning",
    StockChange.Kind.REVERSAL: "info",
    StockChange.Kind.DELIVERY: "primary",
    StockChange.Kind.REVALUATION: "info",
    StockChange.Kind.COUNT: "info",
}


class StockChangeColumns(ReadOnlyAdmin):
    """How the log and a product's page show a change."""

    @display(description=_("Kind"), ordering="kind")
    def kind_badge(self, row):
        return badge(row.get_kind_display(), KIND_COLOURS[row.kind])

    @display(description=_("Change"))
    def change(self, row):
        return format_change(row.quantity_change)

    @display(description=_("Reason"))
    def reason(self, row):
        return link_references(row.change_reason)

    @display(description=_("Reference"))
    def referred(self, row):
        return link_references(row.reference)

    @display(description=_("Before"))
    def before(self, row):
        return format_count(row.previous_qty)

    @display(description=_("After"))
    def after(self, row):
        return format_count(row.new_qty)

    @display(description=_("In stock"))
    def stock(self, row):
        return left_to_right(f"{format_count(row.previous_qty)} → {format_count(row.new_qty)}")

    @display(description=in_currency(_("Value")))
    def worth_moved(self, row):
        """What the pieces brought or took; nothing is known of older rows."""
        return "" if row.value_change is None else left_to_right(format_amount(row.value_change).replace("-", "−"))

    @display(description=in_currency(_("Value before and after")))
    def worth(self, row):
        if row.new_value is None:
            return "–"
        before, after = format_amount(row.previous_value or Decimal(0)), format_amount(row.new_value)
        return left_to_right(f"{before} → {after}")

    def may_see(self, request, name: str) -> bool:
        return may_see(request.user, name)


class StockChangeInline(StockChangeColumns, LightInline):
    """The latest changes of one product's stock, on its page."""

    model = StockChange
    tab = True
    per_page = 20
    extra = 0
    hide_title = True
    show_change_link = False
    fields = readonly_fields = [
        "created_at",
        "kind_badge",
        "change",
        "stock",
        "worth_moved",
        "reason",
        "by",
    ]
    verbose_name_plural = _("Stock changes")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("created_by")

    def get_fields(self, request, obj=None):
        return [name for name in super().get_fields(request, obj) if self.may_see(request, name)]


@admin.register(StockChange)
class StockChangeAdmin(StockChangeColumns, FormulaSafeExportAdmin, BackOfficeAdmin):
    resource_classes = [StockChangeResource]
    list_display = [
        "created_at",
        "product_then",
        "kind_badge",
        "change",
        "stock",
        "worth_moved",
        "reason",
        "customer",
        "by",
    ]
    optional_columns = ["worth", "referred", "product_category"]
    list_display_links = ["created_at"]
    list_select_related = ["created_by", "customer"]
    list_filter = [
        ("product", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", DateRangeFilter),
        CreatedByFilter,
    ]
    search_fields = SEARCHED  # and the customer's (get_search_results)
    search_help_text = _("SKU, product name, customer, or reference (order number, import file)")
    sortable_by = []
    paginator = InfinitePaginator  # the log only grows: never counted for a list
    list_disable_select_all = True
    actions = None
    fieldsets = [
        (None, {"fields": [("created_at", "by"), ("kind_badge", "referred"), "reason"]}),
        (_("Product"), {"fields": [("product", "product_name"), ("product_sku", "product_category")]}),
        (_("Stock"), {"fields": [("before", "change", "after", "customer"), ("worth", "worth_moved")]}),
    ]

    # One that is reversed, and its reversal

    actions_detail = ["reverse_one"]
    reverse_one = reverse_one

    @display(description=_("Reverses"))
    def reversed_change(self, row):
        return self.link_to(row.reverses)

    @display(description=_("Reversed by"))
    def reversal(self, row):
        return self.link_to(row.reversed_by.first())

    def link_to(self, row) -> str:
        classes = "text-primary-600 whitespace-nowrap dark:text-primary-500"
        moment = date_format(timezone.localtime(row.created_at), "SHORT_DATETIME_FORMAT")
        return format_html(
            '<a class="{}" href="{}">{}: {}</a>', classes, self.change_url(row.pk), moment, self.stock(row)
        )

    def get_fieldsets(self, request, obj=None):
        first, product, (title, stock) = super().get_fieldsets(request, obj)
        fields = stock["fields"] if self.may_see(request, "worth") else stock["fields"][:1]
        rest = [product, (title, {**stock, "fields": fields})]
        if obj and obj.reverses_id:
            first = (None, {"fields": [*first[1]["fields"], "reversed_change"]})
        elif obj and obj.reversed_by.exists():
            first = (None, {"fields": [*first[1]["fields"], "reversal"]})
        return [first, *rest]

    def get_actions_detail(self, request, object_id):
        """Only where it can be reversed, by what it is; whether enough is left the dialog says."""
        row = self.get_object(request, object_id)
        may_be = row and row.kind in REVERSIBLE and not row.reversed_by.exists()
        return super().get_actions_detail(request, object_id) if may_be else []

    def has_reverse_permission(self, request, object_id=None):
        """Who may make one may take it back."""
        row = self.get_object(request, object_id)
        is_revaluation = row and row.kind == StockChange.Kind.REVALUATION
        right = "inventory.revalue_stock" if is_revaluation else "inventory.adjust_stock"
        return self.has_view_permission(request) and request.user.has_perm(right)

    def get_export_resource_kwargs(self, request, **kwargs):
        return {"user": request.user}

    @display(description=_("Product"))
    def product_then(self, row):
        return f"{Truncator(row.product_name).chars(60)} ({row.product_sku})"

    def get_search_results(self, request, queryset, search_term):
        return queryset.filter(StockChange.objects.with_words(words_and_phrases(search_term))), False

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("inventory.view_stockchange")
