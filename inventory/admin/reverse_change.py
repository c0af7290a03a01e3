"""The dialog that takes an adjustment back, from the page of its stock change."""

from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.dialogs import ReasonField, RecordDialogForm, close_dialog
from core.exceptions import BusinessError
from core.i18n import format_change, format_count, left_to_right
from core.money import format_amount, format_money
from inventory.models import StockChange
from inventory.services.reversals import check_can_reverse, reverse_change, stock_without


class ReverseForm(RecordDialogForm):
    """Shows the stock before and after, and asks why; what stands in the way is said at once."""

    queryset = StockChange.objects.select_related("product", "customer")
    form_before_template = "inventory/reverse_change_dialog.html"

    reason = ReasonField(help_text=_("Shown in the stock change log, e.g. “Wrong product”."))

    def fingerprint(self) -> str:
        field = "stock_value" if self.record.kind == StockChange.Kind.REVALUATION else "stock_qty"
        return str(getattr(self.record.product, field, ""))

    @property
    def hindrance(self) -> str:
        """Why the change cannot be taken back; nothing if it can."""
        try:
            check_can_reverse(self.record)
        except BusinessError as error:
            return str(error)
        return ""

    @property
    def stock(self) -> str:
        """`67 → 4 (−63)`; of a revaluation what the stock is worth, before and after."""
        if self.record.kind == StockChange.Kind.REVALUATION:
            value = self.record.product.stock_value
            return left_to_right(f"{format_amount(value)} → {format_money(value - self.record.value_change)}")
        before = self.record.product.stock_qty
        after = stock_without(self.record, before)
        change = format_change(after - before)
        return left_to_right(f"{format_count(before)} → {format_count(after)} ({change})")


@action(
    description=_("Reverse"),
    icon="undo",
    permissions=["reverse"],
    url_path="reverse",
    dialog={"title": _("Reverse this stock change?"), "form_class": ReverseForm, "form_submit_text": _("Reverse")},
)
def reverse_one(model_admin, request, form, object_id):
    row = form.record
    try:
        reversal = reverse_change(
            row, reason=form.cleaned_data["reason"], user=request.user, last_seen=row.product.stock_qty
        )
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        sentence = gettext("%(product)s: stock %(before)s → %(after)s.")
        figures = {"product": row.product, "before": reversal.previous_qty, "after": reversal.new_qty}
        model_admin.message_user(request, sentence % figures, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))
