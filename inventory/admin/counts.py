"""Stocktakes in the admin: opening one, and what became of it. To count: count_page.py; to post: variances.py."""

from django.contrib import admin
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import display

from accounts.filters import CreatedByFilter
from accounts.roles import require
from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin, badge
from core.admin.filters import DateRangeFilter
from core.admin.history import ReadableHistoryAdmin
from core.admin.light_lists import LightInline
from core.i18n import format_change, format_count
from core.references import register_reference
from inventory.admin.close_count import cancel_one, reverse_one
from inventory.admin.count_file import import_count
from inventory.admin.count_page import count_pieces, save_line, scan_piece
from inventory.admin.count_sheet import export_count, print_count
from inventory.admin.open_count import OpenCountForm
from inventory.admin.variances import review_variances
from inventory.count_models import StockCount, StockCountLine
from inventory.services.counts import open_count

register_reference(r"CNT-\d{4}-\d{4,}", "admin:inventory_stockcount_by_number")
Status, Outcome = StockCount.Status, StockCountLine.Outcome
STATUS_COLOURS = {
    Status.OPEN: "warning",
    Status.POSTED: "success",
    Status.CANCELLED: "danger",
    Status.REVERSED: "info",
}
OPEN_TO = {  # the steps of a count, by the status that they begin from
    "count_pieces": Status.OPEN,
    "review_variances": Status.OPEN,
    "import_count": Status.OPEN,
    "cancel_one": Status.OPEN,
    "reverse_one": Status.POSTED,
}


class StockCountLineInline(ReadOnlyAdmin, LightInline):
    model = StockCountLine
    extra = 0
    per_page = 50
    hide_title = True
    fields = ["goods", "product_shelf", "pieces", "should_be", "difference", "counted_at", "counter", "came_of_it"]
    readonly_fields = fields
    verbose_name_plural = _("Products")

    def get_fields(self, request, obj=None):
        """Whoever counts blind sees no more here than on the page for counting."""
        fields = super().get_fields(request, obj)
        return [name for name in fields if not (obj.hides_expected and name in ("should_be", "difference"))]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("counted_by").by_shelf()

    @display(description=_("Product"))
    def goods(self, line):
        return str(line)

    @display(description=pgettext_lazy("pieces", "Counted"))
    def pieces(self, line):
        return "–" if line.counted is None else format_count(line.counted)

    @display(description=_("Expected"))
    def should_be(self, line):
        return "–" if line.expected is None else format_count(line.expected)

    @display(description=_("Difference"))
    def difference(self, line):
        return "–" if line.difference is None else format_change(line.difference)

    @display(description=_("Counted by"))
    def counter(self, line):
        return line.counted_by or "–"

    @display(description=pgettext_lazy("of a counted product", "Outcome"))
    def came_of_it(self, line):
        return "–" if line.outcome == Outcome.OPEN else line.get_outcome_display()

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("inventory.count_stock")


@admin.register(StockCount)
class StockCountAdmin(ReadableHistoryAdmin, BackOfficeAdmin):
    # The list
    list_display = ["number", "subject", "status_badge", "progress", "created_at", "by", "posted_at"]
    list_select_related = ["created_by"]
    list_filter = [("status", ChoicesDropdownFilter), ("created_at", DateRangeFilter), CreatedByFilter]
    search_fields = ["number", "title", "place"]
    search_help_text = _("Number, title, category or shelf")
    sortable_by = ["number", "created_at", "posted_at"]
    actions = None

    # The page of one
    form = OpenCountForm
    inlines = [StockCountLineInline]
    change_form_outer_before_template = "inventory/count_head.html"
    readonly_fields = ["number", "subject", "status_badge", "progress", "by", "created_at", "posted_at", "posted_by"]
    add_fieldsets = [(None, {"fields": ["scope", "category", "shelf", "codes", "title", "blind"]})]
    fieldsets = [
        (None, {"fields": [("number", "subject", "status_badge", "progress")]}),
        (_("Record"), {"fields": [("created_at", "by"), ("posted_at", "posted_by")]}),
    ]
    compressed_fields = False  # each label above its value: one strip
    actions_detail = [
        "count_pieces",
        "review_variances",
        {"title": _("More"), "items": ["print_count", "export_count", "import_count", "cancel_one"]},
        "reverse_one",
    ]
    count_pieces, review_variances, import_count = count_pieces, review_variances, import_count
    print_count, export_count = print_count, export_count
    cancel_one, reverse_one = cancel_one, reverse_one

    # What one sees

    @display(description=_("What is counted"))
    def subject(self, count):
        hidden = gettext("Expected hidden") if count.blind else ""
        return " · ".join(filter(None, [count.title, count.scope_in_words, hidden]))

    @display(description=_("Status"))
    def status_badge(self, count):
        return badge(count.get_status_display(), STATUS_COLOURS[Status(count.status)])

    @display(description=pgettext_lazy("pieces", "Counted"))
    def progress(self, count):
        figures = {"n": format_count(count.done), "size": format_count(count.size)}
        return gettext("%(n)s of %(size)s") % figures

    @display(description=_("Opened by"))
    def by(self, count):
        return count.created_by or gettext("System")

    def get_queryset(self, request):
        return super().get_queryset(request).with_progress().order_by("-pk")

    def get_inlines(self, request, obj):
        return super().get_inlines(request, obj) if obj else []

    # Who may

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("inventory.count_stock")

    def has_add_permission(self, request):
        return request.user.has_perm("inventory.count_stock")

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_count_permission(self, request, object_id=None):
        return self.has_view_permission(request)

    def has_post_permission(self, request, object_id=None):
        return self.has_view_permission(request) and request.user.has_perm("inventory.post_count")

    def get_actions_detail(self, request, object_id):
        """Only the steps that are still open."""
        count = self.get_object(request, object_id)
        actions = super().get_actions_detail(request, object_id)
        names = [step.method.original_function_name for step in actions]
        return [
            step
            for step, name in zip(actions, names, strict=True)
            if count and OPEN_TO.get(name, count.status) == count.status
        ]

    # What one does

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("number/<str:number>/", view(self.by_number), name="inventory_stockcount_by_number"),
            path("<int:pk>/scan/", view(scan_piece), name="inventory_stockcount_scan"),
            path("<int:pk>/line/<int:line>/", view(save_line), name="inventory_stockcount_line"),
            *super().get_urls(),
        ]

    def by_number(self, request, number: str):
        """Where a number in a text leads to: the page of its count."""
        require(request, "inventory.count_stock")
        return HttpResponseRedirect(self.change_url(get_object_or_404(StockCount, number=number).pk))

    def save_model(self, request, obj, form, change):
        obj.pk = open_count(**form.chosen, user=request.user).pk
        obj.refresh_from_db()

    def response_post_save_add(self, request, obj):
        """One stays with the count."""
        return HttpResponseRedirect(self.change_url(obj.pk))
