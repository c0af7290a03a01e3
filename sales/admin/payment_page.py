"""The page that records what a customer has paid, or says anew what a payment is for.

First the customer, then the amount: it goes to what was due first, unless somebody types something else.
"""

from decimal import Decimal
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import Customer
from core.admin.base import is_primary_key
from core.api.idempotency import claim_form
from core.exceptions import BusinessError, IdempotencyKeyReused
from core.fields import validate_visible
from core.forms import NumberField
from core.money import format_amount, format_money, in_currency
from sales.exceptions import InvalidPayment
from sales.models import Order
from sales.open_items import OpenItem, open_items
from sales.payment_models import Payment
from sales.services.allocations import Allocation, allocated, order_ids
from sales.services.payments import account_seen, check_counts, reallocate_payment, record_payment

SHOWN = 200  # open orders; of more, those that were due first


def amount_field(label, **attrs) -> NumberField:
    widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autocomplete": "off", **attrs})
    return NumberField(label=label, required=False, min_value=0, max_digits=14, decimal_places=2, widget=widget)


class PayerForm(forms.Form):
    """Whose payment it is; choosing them opens the rest of the page."""

    class Media:
        js = ["core/lines.js", "sales/payment_form.js"]

    customer = forms.ModelChoiceField(
        label=_("Customer"),
        queryset=Customer.objects.filter(merged_into=None),
        widget=AutocompleteSelect(Order._meta.get_field("customer"), admin.site),
    )

    def __init__(self, data=None):
        if data is not None and not is_primary_key(data.get("customer", "")):
            data = {**data.dict(), "customer": ""}  # the autocomplete widget cannot show what is no key
        super().__init__(data)


class AllocationForm(forms.Form):
    """How much of the payment is for one thing that is open: an order, or the opening balance."""

    part = amount_field(in_currency(_("Of this payment")))

    def __init__(self, order_id: int | None, item: OpenItem, *, now=Decimal(0), data=None):
        super().__init__(data, prefix=f"order-{order_id or 'opening'}", initial={"part": now or ""})
        self.order_id, self.item, self.now = order_id, item, now
        self.rest = max(Decimal(0), item.amount + now)
        self.fields["part"].widget.attrs |= {"data-rest": str(self.rest), "aria-label": self.label}

    @property
    def label(self) -> str:
        return self.item.order_number or gettext("Opening balance")

    @property
    def open(self) -> str:
        return format_amount(self.rest)

    @property
    def days_overdue(self) -> int:
        return self.item.days_overdue(timezone.localdate())


class AllocationsForm(forms.Form):
    """What is open of a customer, and what of a payment goes where. `last_seen`: the account as the page showed it."""

    last_seen = forms.CharField(widget=forms.HiddenInput)
    key = forms.CharField(max_length=36, widget=forms.HiddenInput)
    by_hand = forms.CharField(required=False, widget=forms.HiddenInput)

    class Media:
        js = ["core/lines.js", "sales/payment_form.js"]
        css = {"all": ["sales/payment_form.css"]}

    def __init__(self, customer: Customer, data=None, *, payment: Payment | None = None):
        super().__init__(data)
        self.customer, self.payment = customer, payment
        self.initial |= {"last_seen": account_seen(customer), "key": str(uuid4())}
        self.rows = self.build_rows(data)

    def build_rows(self, data) -> list[AllocationForm]:
        """What is open, and what the payment is for already; each once, what was due first at the head."""
        now = allocated(self.payment) if self.payment else {}
        items = open_items([self.customer.pk])
        ids: dict[str, int | None] = {"": None, **order_ids(items)}
        found = {ids[item.order_number]: item for item in items}
        for order in Order.objects.filter(pk__in=[pk for pk in now if pk not in found and pk]):
            found[order.pk] = OpenItem(self.customer.pk, order.order_number, Decimal(0), order.order_date)
        if None in now and None not in found:
            found[None] = OpenItem(self.customer.pk, "", Decimal(0), timezone.localdate())
        shown = sorted(found.items(), key=lambda pair: (pair[0] is not None, pair[1].due_on, pair[1].order_number))
        rows = [
            AllocationForm(pk, item, now=now.get(pk, Decimal(0)), data=data)
            for pk, item in shown
            if item.amount > 0 or pk in now
        ]
        self.open_in_all = sum((row.rest for row in rows), Decimal(0))
        return [row for place, row in enumerate(rows) if place < SHOWN or row.now]  # what is not sent is taken back

    def is_valid(self):
        return all([super().is_valid(), *[row.is_valid() for row in self.rows]])

    @property
    def total_open(self) -> str:
        return format_money(self.open_in_all)

    @property
    def allocations(self) -> list[Allocation]:
        return [Allocation(row.order_id, part) for row in self.rows if (part := row.cleaned_data["part"])]

    def explain(self, error: BusinessError) -> None:
        """Say at its place why the payment was not recorded; what the page shows now counts as seen."""
        self.data = {**self.data.dict(), "last_seen": self.initial["last_seen"], "key": self.initial["key"]}
        field = getattr(error, "field", None)
        if isinstance(error, IdempotencyKeyReused):  # somebody went back to the page and changed what was recorded
            self.add_error(None, gettext("This payment has been recorded already. Below is a new one."))
        elif isinstance(error, InvalidPayment) and error.items:
            asked = [row for row in self.rows if row.cleaned_data.get("part")]
            for place, sentence in error.items.items():
                asked[place].add_error("part", sentence)
        else:
            self.add_error(field if field in self.fields else None, str(error))


class PaymentForm(AllocationsForm):
    amount = amount_field(in_currency(_("Amount")), autofocus=True)
    method = forms.ChoiceField(
        label=_("Payment method"), choices=Payment.Method.choices, widget=UnfoldAdminSelectWidget
    )
    paid_on = forms.DateField(
        label=_("Paid on"), widget=UnfoldAdminDateWidget, help_text=_("What the bank says; the account has the moment.")
    )
    note = forms.CharField(
        label=_("Note"),
        required=False,
        max_length=255,
        validators=[validate_visible],
        widget=UnfoldAdminTextInputWidget,
    )

    def __init__(self, customer: Customer, data=None):
        super().__init__(customer, data)
        self.fields["amount"].required = True
        self.initial |= {"method": Payment.Method.TRANSFER, "paid_on": timezone.localdate()}


def add_payment(model_admin, request):
    """GET shows what is open of the customer; POST records the payment. Sent twice, the form is one payment."""
    chosen = PayerForm(request.GET if "customer" in request.GET else None)
    if not (chosen.is_bound and chosen.is_valid()):
        return payment_page(model_admin, request, None, payer=chosen)
    customer = chosen.cleaned_data["customer"]
    form = PaymentForm(customer, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return recorded(model_admin, request, form)
        except BusinessError as error:
            form = PaymentForm(Customer.objects.get(pk=customer.pk), request.POST)
            form.is_valid()
            form.explain(error)
    return payment_page(model_admin, request, form)


@transaction.atomic
def recorded(model_admin, request, form: PaymentForm) -> HttpResponseRedirect:
    kept, is_new = claim_form(request, form.cleaned_data["key"])
    if is_new:
        values = form.cleaned_data
        payment = record_payment(
            form.customer,
            values["amount"],
            values["method"],
            paid_on=values["paid_on"],
            note=values["note"],
            allocations=form.allocations if values["by_hand"] else None,
            user=request.user,
            last_seen=values["last_seen"],
        )
        kept.answer, kept.status_code = str(payment.pk), 302
        kept.save(update_fields=["answer", "status_code"])
        sentence = gettext("%(payment)s: %(amount)s from %(customer)s.")
        words = {"payment": payment, "amount": format_money(payment.amount), "customer": form.customer}
        model_admin.message_user(request, sentence % words, messages.SUCCESS)
    return HttpResponseRedirect(model_admin.change_url(kept.answer))


@action(description=_("What it is for"), icon="call_split", permissions=["record"], url_path="allocate")
def allocate_payment(model_admin, request, object_id):
    """GET shows what the payment is for and what is open; POST says it anew."""
    payment = model_admin.get_object_or_404(request, object_id)
    holder = payment.customer.merged_into or payment.customer
    form = AllocationsForm(holder, request.POST if request.method == "POST" else None, payment=payment)
    try:
        check_counts(payment)
        if form.is_bound and form.is_valid():
            last_seen = form.cleaned_data["last_seen"]
            reallocate_payment(payment, form.allocations, user=request.user, last_seen=last_seen)
            model_admin.message_user(request, gettext("%(payment)s changed.") % {"payment": payment}, messages.SUCCESS)
            return HttpResponseRedirect(model_admin.change_url(payment.pk))
    except BusinessError as error:
        if getattr(error, "field", "") == "payment":
            model_admin.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(model_admin.change_url(payment.pk))
        form = AllocationsForm(Customer.objects.get(pk=holder.pk), request.POST, payment=payment)
        form.is_valid()
        form.explain(error)
    return payment_page(model_admin, request, form)


def payment_page(model_admin, request, form: AllocationsForm | None, *, payer: PayerForm | None = None):
    payment = form.payment if form else None
    title = gettext("What %(payment)s is for") % {"payment": payment} if payment else gettext("Record a payment")
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "step": title,
        "media": model_admin.media + (form or payer).media,
        "form": form,
        "fields": [] if form is None or payment else [form[name] for name in ("amount", "method", "paid_on", "note")],
        "payer": payer,
        "payment": payment,
        "paid": format_money(payment.amount) if payment else "",
        "amount": payment.amount if payment else "",
        "balance": format_money(form.customer.balance) if form else "",
        "back": model_admin.change_url(payment.pk) if payment else model_admin.list_url(),
    }
    return TemplateResponse(request, "sales/payment_form.html", context)
