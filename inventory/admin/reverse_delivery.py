"""The dialog that takes a delivery back, from its page."""

from django import forms
from django.contrib import messages
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.dialogs import RecordDialogForm, close_dialog
from core.exceptions import BusinessError
from core.fields import validate_visible
from core.i18n import format_change, format_count, left_to_right
from inventory.delivery_models import Delivery
from inventory.models import Product, StockChange
from inventory.services import deliveries

SHOWN = 20  # products whose stock the dialog shows


class ReverseDeliveryForm(RecordDialogForm):
    """Shows the stocks before and after, and asks why; what stands in the way is said at once."""

    queryset = Delivery.objects.select_related("supplier")
    form_before_template = "inventory/reverse_delivery_dialog.html"

    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        validators=[validate_visible],
        help_text=_("Shown in the stock change log, e.g. “Booked twice”."),
        widget=UnfoldAdminTextInputWidget(attrs={"autofocus": True}),
    )

    @cached_property
    def rows(self) -> list[StockChange]:
        return list(deliveries.rows_of(self.record))

    @cached_property
    def products(self) -> dict[int, Product]:
        return {row.product_key: row.product for row in self.rows if row.product}

    def fingerprint(self) -> str:
        return deliveries.stocks_fingerprint(self.products)

    @property
    def hindrance(self) -> list[str]:
        """Why the delivery cannot be taken back; nothing if it can."""
        try:
            deliveries.check_can_reverse(self.record, self.rows, self.products)
        except BusinessError as error:
            return str(error).splitlines()
        return []

    @property
    def moves(self) -> list[tuple[Product, str]]:
        """Of the first products: `30 → 10 (−20)`"""
        return [(self.products[row.product_key], self.move(row)) for row in self.rows[:SHOWN]]

    def move(self, row: StockChange) -> str:
        before, change = self.products[row.product_key].stock_qty, -row.quantity_change
        after = format_count(before + change)
        return left_to_right(f"{format_count(before)} → {after} ({format_change(change)})")

    @property
    def more(self) -> int:
        return max(0, len(self.rows) - SHOWN)


@action(
    description=_("Reverse"),
    icon="undo",
    permissions=["reverse"],
    url_path="reverse",
    dialog={
        "title": _("Reverse this delivery?"),
        "form_class": ReverseDeliveryForm,
        "form_submit_text": _("Reverse"),
    },
)
def reverse_one(model_admin, request, form, object_id):
    asked = {"reason": form.cleaned_data["reason"], "last_seen": form.fingerprint()}
    try:
        done = deliveries.reverse_delivery(form.record, user=request.user, **asked)
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        sentence = gettext("%(delivery)s is reversed by %(number)s. Its delivery note can be booked anew.")
        figures = {"delivery": form.record, "number": done.number}
        model_admin.message_user(request, sentence % figures, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))
