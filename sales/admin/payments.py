"""Payments in the admin: the list, the page of one, and taking one back. payment_page.py records them."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display

from accounts.filters import CreatedByFilter
from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin, badge
from core.admin.dialogs import ReasonField, RecordDialogForm, close_dialog
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import AmountRangeFilter, DateRangeFilter
from core.admin.light_lists import LightInline
from core.exceptions import BusinessError
from core.i18n import left_to_right
from core.money import format_amount, in_currency
from core.references import link_references, register_reference
from sales.admin.payment_page import add_payment, allocate_payment
from sales.payment_models import Payment, PaymentAllocation
from sales.resources import PaymentResource
from sales.services.payments import check_counts, reverse_payment

register_reference(r"PAY-\d{4}-\d{4,}", "admin:sales_payment_by_number")


class ReversePaymentForm(RecordDialogForm):
    """Shows what is open again, and asks why; what stands in the way is said at once."""

    queryset = Payment.objects.select_related("customer__merged_into").prefetch_related("allocations__order")
    form_before_template = "sales/reverse_payment_dialog.html"

    reason = ReasonField(help_text=_("Shown in the customer's account, e.g. “The transfer bounced”."))

    def fingerprint(self) -> str:
        return str(self.record.pk)

    @property
    def hindrance(self) -> str:
        """Why the payment cannot be taken back; nothing if it can."""
        try:
            check_counts(self.record)
        except BusinessError as error:
            return str(error)
        return ""

    @property
    def balance(self) -> str:
        """What the customer owes (or the record that they have been merged into), before → after."""
        payer = self.record.customer
        before = (payer.merged_into or payer).balance
        after = before + self.record.signed_amount
        return left_to_right(f"{format_amount(before)} → {format_amount(after)}")


@action(
    description=_("Reverse"),
    icon="undo",
    permissions=["reverse"],
    url_path="reverse",
    dialog={"title": _("Reverse this payment?"), "form_class": ReversePaymentForm, "form_submit_text": _("Reverse")},
)
def reverse_one(model_admin, request, form, object_id):
    try:
        reversal = reverse_payment(form.record, form.cleaned_data["reason"], user=request.user)
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        sentence = gettext("%(payment)s reversed with %(reversal)s.") % {"payment": form.record, "reversal": reversal}
        model_admin.message_user(request, sentence, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))


class StandingFilter(DropdownFilter):
    """Payments of which something is for nothing yet, and those that count no more."""

    title, parameter_name = _("status"), "standing"

    def lookups(self, request, model_admin):
        return [("unallocated", _("Not fully assigned")), ("reversed", _("Reversed"))]

    def queryset(self, request, queryset):
        if self.value() == "reversed":
            return queryset.filter(reversal__isnull=False)
        return queryset.filter(unallocated__gt=0) if self.value() == "unallocated" else queryset


class AllocationInline(ReadOnlyAdmin, LightInline):
    model = PaymentAllocation
    extra = 0
    hide_title = True
    fields = readonly_fields = ["what", "part", "created_at", "by"]
    verbose_name_plural = _("What it is for")

    @display(description=_("For"))
    def what(self, allocation):
        return link_references(allocation.order.order_number) if allocation.order else gettext("Opening balance")

    @display(description=in_currency(_("Amount")))
    def part(self, allocation):
        return format_amount(allocation.amount)

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("order", "created_by")

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("sales.view_payment")


@admin.register(Payment)
class PaymentAdmin(ReadOnlyAdmin, FormulaSafeExportAdmin, BackOfficeAdmin):
    # The list
    import_export_change_list_template = "admin/import_export/change_list_export.html"
    resource_classes = [PaymentResource]
    list_display = ["number", "customer", "paid_on", "way", "signed", "rest", "standing", "by"]
    optional_columns = ["note", "created_at"]
    list_select_related = ["customer", "created_by"]
    list_filter = [
        ("direction", ChoicesDropdownFilter),
        ("method", ChoicesDropdownFilter),
        ("customer", AutocompleteSelectFilter),
        ("paid_on", DateRangeFilter),
        ("created_at", DateRangeFilter),
        ("amount", AmountRangeFilter),
        StandingFilter,
        CreatedByFilter,
    ]
    costly_filters = {"standing"}
    search_fields = [
        "number",
        "customer__company",
        "customer__first_name",
        "customer__last_name",
        "customer__customer_code",
        "note",
    ]
    search_help_text = _("Number, customer's company, name or code, or a word of the note")
    sortable_by = ["number", "paid_on", "signed", "created_at"]
    actions = None

    # The page of one
    inlines = [AllocationInline]
    compressed_fields = False  # each label above its value: one strip
    fieldsets = [
        (None, {"fields": [("number", "payer", "signed", "rest"), ("way", "paid_on", "standing"), "note"]}),
        (_("Record"), {"fields": [("created_at", "by")]}),
    ]
    actions_detail = ["allocate_payment", "reverse_one"]
    allocate_payment, reverse_one = allocate_payment, reverse_one

    @display(description=_("Customer"))
    def payer(self, payment):
        url = reverse("admin:accounts_customer_change", args=[payment.customer_id])
        return format_html('<a class="font-medium underline" href="{}">{}</a>', url, payment.customer)

    @display(description=_("Payment method"), ordering="method")
    def way(self, payment):
        return payment.get_method_display()

    @display(description=in_currency(_("Amount")), ordering="amount")
    def signed(self, payment):
        return format_amount(payment.signed_amount)

    @display(description=in_currency(_("Not assigned")))
    def rest(self, payment):
        return format_amount(payment.unallocated)

    @display(description=_("Status"))
    def standing(self, payment):
        if hasattr(payment, "reversal"):
            return badge(gettext("Reversed"), "danger")
        if payment.reverses_id:
            return badge(gettext("Reversal"), "warning")
        return badge(gettext("Received"), "success") if payment.is_incoming else badge(gettext("Refund"), "info")

    def get_queryset(self, request):
        found = super().get_queryset(request).with_unallocated().select_related("reversal")
        return found.order_by(F("pk").desc())

    # Who may

    def has_add_permission(self, request, obj=None):
        return self.has_view_permission(request) and request.user.has_perm("sales.record_payment")

    def has_record_permission(self, request, object_id=None):
        return self.has_add_permission(request)

    def has_reverse_permission(self, request, object_id=None):
        return self.has_view_permission(request) and self.has_model_permission(request, "reverse")

    def get_actions_detail(self, request, object_id):
        """Only what is still open."""
        payment = self.get_object(request, object_id)
        if payment is None or payment.reverses_id or hasattr(payment, "reversal"):
            return []
        actions = super().get_actions_detail(request, object_id)
        closed = set() if payment.is_incoming else {"allocate_payment"}
        return [step for step in actions if step.method.original_function_name not in closed]

    # What one does

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("number/<str:number>/", view(self.by_number), name="sales_payment_by_number"),
            *super().get_urls(),
        ]

    def add_view(self, request, form_url="", extra_context=None):
        if not self.has_add_permission(request):
            raise PermissionDenied
        return add_payment(self, request)

    def by_number(self, request, number: str):
        """Where a number in a text leads to: the page of its payment."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(self.change_url(get_object_or_404(Payment, number=number).pk))

    def list_url(self) -> str:
        return reverse("admin:sales_payment_changelist")
