"""A customer's account: the tab beside the customer's page, refunds and credits, and the statement one sends them."""

from datetime import date, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.account_models import AccountEntry
from accounts.models import Customer
from accounts.roles import require
from core.admin.dialogs import ReasonField, RecordDialogForm, close_dialog
from core.admin.export import xlsx_response
from core.exceptions import BusinessError
from core.fields import validate_visible
from core.firm import current_firm, firm_address, firm_name
from core.forms import DayField, NumberField
from core.money import NOTHING, format_amount, format_money, in_currency
from core.references import link_references
from sales.admin.customer_tab import CustomerTab
from sales.aging import LABELS
from sales.open_items import open_items
from sales.payment_models import Payment
from sales.services.payments import account_seen, credit_customer, refund
from sales.statement import Statement, statement_of

LATEST = 50  # so many entries are listed


class CustomerAccount(CustomerTab):
    model = AccountEntry
    title = _("Account")
    template = "sales/customer_account.html"

    def figures(self, customer: Customer) -> dict:
        today = timezone.localdate()
        # What was open of a record that has been merged is open of the other one, which has paid some of it since.
        items = [] if customer.merged_into_id else open_items([customer.pk])
        owed = [item for item in items if item.amount > 0]
        overdue = sum((item.amount for item in owed if item.due_on < today), NOTHING)
        credit = sum((item.amount for item in owed), NOTHING) - customer.balance
        entries = list(AccountEntry.objects.filter(customer=customer).order_by("-pk")[: LATEST + 1])
        limit = customer.credit_limit
        tiles = [
            (gettext("Balance"), format_money(customer.balance)),
            (gettext("Overdue"), format_money(overdue)),
            (str(LABELS["credit"]), format_money(credit)),
            (gettext("Credit limit"), "–" if limit is None else format_money(limit)),
        ]
        return {
            "dataset": self,
            "tiles": tiles,
            "rows": [shown(entry) for entry in entries[:LATEST]],
            "more": len(entries) > LATEST,
            "latest": LATEST,
            "list_url": f"{reverse('admin:accounts_accountentry_changelist')}?customer__id__exact={customer.pk}",
            "statement_url": reverse("admin:accounts_customer_statement", args=[customer.pk]),
            "period": [("first", usual_start(today), gettext("From")), ("last", today, gettext("To"))],
        }


def shown(entry: AccountEntry) -> dict:
    return {
        "entry": entry,
        "day": date_format(timezone.localdate(entry.created_at), "SHORT_DATE_FORMAT"),
        "reference": link_references(entry.reference),
        "amount": format_amount(entry.amount),
        "balance": format_amount(entry.balance_after),
    }


# Refund and credit


class AmountForm(RecordDialogForm):
    """An amount, and what is owed before it. `last_seen`: the account as the dialog showed it."""

    queryset = Customer.objects.all()
    form_before_template = "sales/account_dialog.html"

    amount = NumberField(
        label=in_currency(_("Amount")),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off", "autofocus": True}),
    )

    def fingerprint(self) -> str:
        return account_seen(self.record)

    @property
    def balance(self) -> str:
        return format_money(self.record.balance)


class RefundForm(AmountForm):
    method = forms.ChoiceField(
        label=_("Payment method"), choices=Payment.Method.choices, widget=UnfoldAdminSelectWidget
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=255,
        validators=[validate_visible],
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"amount": max(0, -self.record.balance) or "", "method": Payment.Method.TRANSFER}


class CreditForm(AmountForm):
    reason = ReasonField(help_text=_("Shown in the customer's account, e.g. “Late delivery”."), autofocus=False)


@action(
    description=_("Refund"),
    icon="undo",
    permissions=["pay"],
    url_path="refund",
    dialog={"title": _("Pay back a credit"), "form_class": RefundForm, "form_submit_text": _("Record the refund")},
)
def refund_one(model_admin, request, form, object_id):
    values = form.cleaned_data
    asked = {"paid_on": timezone.localdate(), "note": values["note"], "user": request.user}
    try:
        payment = refund(form.record, values["amount"], values["method"], last_seen=values["last_seen"], **asked)
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        words = {"payment": payment, "amount": format_money(payment.amount), "customer": form.record}
        model_admin.message_user(request, gettext("%(payment)s: %(amount)s to %(customer)s.") % words, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))


@action(
    description=_("Credit"),
    icon="money_off",
    permissions=["credit"],
    url_path="credit",
    dialog={"title": _("Give a credit"), "form_class": CreditForm, "form_submit_text": _("Credit")},
)
def credit_one(model_admin, request, form, object_id):
    values = form.cleaned_data
    try:
        entry = credit_customer(
            form.record, values["amount"], values["reason"], user=request.user, last_seen=values["last_seen"]
        )
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        model_admin.message_user(request, credited_sentence(entry), messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))


def credited_sentence(entry: AccountEntry) -> str:
    words = {"customer": entry.customer, "balance": format_money(abs(entry.balance_after))}
    if entry.balance_after < 0:
        return gettext("Credited. %(customer)s has a credit of %(balance)s now.") % words
    return gettext("Credited. %(customer)s owes %(balance)s now.") % words


@action(description=_("Payment"), icon="payments", permissions=["pay"], url_path="payment")
def take_payment(model_admin, request, object_id):
    """A link to the page that records one."""
    return HttpResponseRedirect(f"{reverse('admin:sales_payment_add')}?customer={object_id}")


# The statement


class PeriodForm(forms.Form):
    first = DayField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    last = DayField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))

    def period(self) -> tuple[date, date]:
        """The days, both included; in place of what is missing or makes no sense, the last twelve months."""
        self.is_valid()
        last = self.cleaned_data.get("last") or timezone.localdate()
        first = self.cleaned_data.get("first") or usual_start(last)
        return min(first, last), last


def usual_start(last: date) -> date:
    """Twelve months before that, the first day of a month."""
    return (last.replace(day=1) - timedelta(days=335)).replace(day=1)


@action(description=_("Statement"), icon="request_quote", permissions=["account"], url_path="statement")
def statement(model_admin, request, object_id):
    """On one page to print, or (`?format=xlsx`) as a file."""
    customer = model_admin.get_object_or_404(request, object_id)
    require(request, "sales.view_account")
    form = PeriodForm(request.GET)
    first, last = form.period()
    found = statement_of(customer, first, last)
    if request.GET.get("format") == "xlsx":
        return as_file(found)
    context = {
        "statement": found,
        "form": form if form.errors else PeriodForm(initial={"first": first, "last": last}),
        "title": gettext("Statement of account"),
        "before": format_amount(found.before),
        "rows": [(row.entry, format_amount(row.entry.amount), format_amount(row.balance)) for row in found.rows],
        "balance": format_money(found.balance),
        "ages": [(label, format_amount(found.aging.amounts[age])) for age, label in LABELS.items()],
        "firm": current_firm(),
        "firm_name": firm_name(),
        "firm_address": firm_address(),
    }
    return TemplateResponse(request, "sales/statement_print.html", context)


def as_file(found: Statement):
    headers = [
        gettext("Date"),
        gettext("Kind"),
        gettext("Reference"),
        gettext("Text"),
        gettext("Due on"),
        gettext("Amount"),
        gettext("Balance"),
    ]
    rows: list[list] = [[found.first, gettext("Brought forward"), "", "", None, None, found.before]]
    rows += [
        [
            timezone.localdate(row.entry.created_at),
            row.entry.get_kind_display(),
            row.entry.reference,
            row.entry.text,
            row.entry.due_on,
            row.entry.amount,
            row.balance,
        ]
        for row in found.rows
    ]
    rows += [[found.last, str(label), "", "", None, None, found.aging.amounts[age]] for age, label in LABELS.items()]
    return xlsx_response(f"{gettext('Statement')} {found.customer} {found.last.isoformat()}", headers, rows)
