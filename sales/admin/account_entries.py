"""The entries of all customers' accounts, to be read, filtered and exported, for the bookkeeper among others."""

from django.contrib import admin
from django.urls import path
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from accounts.account_models import AccountEntry
from accounts.filters import CreatedByFilter
from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter, DateRangeFilter
from core.money import format_amount, in_currency
from core.references import link_references
from sales.admin.who_owes import overdue, who_owes
from sales.resources import AccountEntryResource


@admin.register(AccountEntry)
class AccountEntryAdmin(ReadOnlyAdmin, FormulaSafeExportAdmin, BackOfficeAdmin):
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    resource_classes = [AccountEntryResource]
    list_display = ["created_at", "customer", "kind", "refers_to", "text", "due_on", "signed", "balance", "by"]
    list_display_links = None
    list_select_related = ["customer", "created_by"]
    list_filter = [
        ("customer", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        ("created_at", DateRangeFilter),
        ("amount", AmountRangeFilter),
        CreatedByFilter,
    ]
    search_fields = ["reference", "text"]
    search_help_text = _("Number of an order or payment, or a word of the text")
    sortable_by = ["created_at"]
    actions = None
    fieldsets = [
        (None, {"fields": [("customer", "kind", "refers_to"), "text", ("due_on", "signed", "balance")]}),
        (_("Record"), {"fields": [("created_at", "by")]}),
    ]

    @display(description=_("Reference"))
    def refers_to(self, entry):
        return link_references(entry.reference)

    @display(description=in_currency(_("Amount")))
    def signed(self, entry):
        return format_amount(entry.amount)

    @display(description=in_currency(_("Balance")))
    def balance(self, entry):
        return format_html('<span class="font-semibold">{}</span>', format_amount(entry.balance_after))

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("who-owes/", view(who_owes), name="accounts_who_owes"),
            path("overdue/", view(overdue), name="accounts_overdue"),
            *super().get_urls(),
        ]

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("sales.view_account")

    def has_export_permission(self, request):
        return self.has_view_permission(request)
