"""The dialogs of one order: confirming it, cancelling it, and what colleagues should know of it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.dialogs import RecordDialogForm
from core.exceptions import BusinessError
from core.i18n import format_count
from sales.models import Order
from sales.payment_models import Payment
from sales.querysets import StockMove
from sales.services.account import find_excess
from sales.services.orders import check_step

Method = Payment.Method
SHORT_SHOWN = 5  # products that a sentence names


class OrderStepForm(RecordDialogForm):
    """Asks before an order is confirmed or cancelled, showing what happens to the stock of each product."""

    queryset = Order.objects.select_related("customer", "confirmed_by", "cancelled_by", "modified_by")
    form_before_template = "sales/order_step_dialog.html"
    status: Order.Status

    def fingerprint(self) -> str:
        return self.record.modified_at.isoformat()

    def clean(self):
        try:
            check_step(self.record, self.status)
        except BusinessError as error:
            raise ValidationError(str(error)) from error
        return super().clean()

    @cached_property
    def moves(self) -> list[StockMove]:
        return self.queryset.filter(pk=self.record.pk).stock_moves(self.status)


class ConfirmOrderForm(OrderStepForm):
    """If something is short, what is there can be taken, and the rest waits on an order of its own."""

    status = Order.Status.CONFIRMED

    partly = forms.BooleanField(required=False, widget=UnfoldBooleanSwitchWidget)
    exceed_limit = forms.BooleanField(
        label=_("Confirm beyond the credit limit"), required=False, widget=UnfoldBooleanSwitchWidget
    )
    paid_now = forms.ChoiceField(
        label=_("Paid now"),
        required=False,
        choices=[("", _("No, on account")), (Method.CASH, Method.CASH.label), (Method.CARD, Method.CARD.label)],
        widget=UnfoldAdminSelectWidget,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.excess = find_excess(self.record.customer, self.record.total_amount)
        if not self.excess or not self.request.user.has_perm("sales.exceed_credit"):
            del self.fields["exceed_limit"]
        if not (self.record.total_amount and self.request.user.has_perm("sales.record_payment")):
            del self.fields["paid_now"]
        self.offer_what_is_there()

    def offer_what_is_there(self):
        short = [move for move in self.moves if move.is_short]
        if not short or not any(move.product.stock_qty for move in self.moves):
            del self.fields["partly"]
            return
        there = ", ".join(
            gettext("%(there)s of %(asked)s %(product)s")
            % {"there": move.in_stock, "asked": format_count(-move.pieces), "product": move.product}
            for move in short[:SHORT_SHOWN]
        )
        more = "" if len(short) <= SHORT_SHOWN else " …"
        sentence = gettext("Take what is there: %(products)s. The rest waits on a new order.")
        self.fields["partly"].label = sentence % {"products": there + more}


class AnnotateForm(RecordDialogForm):
    """What colleagues should know of an order, whatever its status."""

    queryset = Order.objects.select_related("customer", "modified_by")

    note = Order._meta.get_field("note").formfield(widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}))
    wanted_on = Order._meta.get_field("wanted_on").formfield(widget=UnfoldAdminDateWidget)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial |= {"note": self.record.note, "wanted_on": self.record.wanted_on}

    def fingerprint(self) -> str:
        return self.record.modified_at.isoformat()


class CancelOrderForm(OrderStepForm):
    status = Order.Status.CANCELLED
