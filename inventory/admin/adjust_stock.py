"""The dialog that adjusts a product's stock, from its page and from the list."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.admin.dialogs import RecordDialogForm, close_dialog
from core.exceptions import BusinessError
from core.fields import validate_visible
from core.forms import WholeNumberField
from core.i18n import in_firms_language
from inventory.models import ADJUSTMENT_REASONS, MAX_QUANTITY, OTHER_REASON, Product
from inventory.services import stock


class AdjustStockForm(RecordDialogForm):
    """New quantity, or so many more or fewer, and why."""

    queryset = Product.objects.select_related("modified_by")
    form_before_template = "inventory/adjust_stock_dialog.html"

    mode = forms.ChoiceField(
        label=_("What to do"),
        choices=[("set", _("Set the stock to")), ("add", _("Add")), ("remove", _("Take away"))],
        widget=UnfoldAdminSelectWidget,
    )
    quantity = WholeNumberField(
        label=_("Pieces"),
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "autofocus": True}),
    )
    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=[("", _("Please choose")), *ADJUSTMENT_REASONS.items()],
        widget=UnfoldAdminSelectWidget,
    )
    details = forms.CharField(
        label=_("Details"),
        required=False,
        max_length=255,
        validators=[validate_visible],
        help_text=format_lazy(
            _("Shown in the stock change log, e.g. “Shelf 3”. Required with “{other}”."),
            other=ADJUSTMENT_REASONS[OTHER_REASON],
        ),
        widget=UnfoldAdminTextInputWidget,
    )

    def fingerprint(self) -> str:
        return str(self.record.stock_qty)

    def change(self) -> dict[str, int]:
        """What was asked for, in the words of the stock service."""
        quantity = self.cleaned_data["quantity"]
        return {
            "set": {"new_qty": quantity},
            "add": {"change": quantity},
            "remove": {"change": -quantity},
        }[self.cleaned_data["mode"]]

    def reason_in_words(self) -> str:
        """What the log will say, e.g. “Counted” or “Counted: shelf 3”."""
        reason = in_firms_language(ADJUSTMENT_REASONS[self.cleaned_data["reason"]])
        return ": ".join(filter(None, [reason, self.cleaned_data["details"]]))

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("reason") == OTHER_REASON and cleaned.get("details") == "":
            self.add_error("details", gettext("Please say in a few words why the stock changes."))
        if "quantity" in cleaned and "mode" in cleaned:
            try:
                stock.adjusted_quantity(self.record.stock_qty, **self.change())
            except BusinessError as error:
                raise ValidationError({"quantity": str(error)}) from error
        return cleaned


@action(
    description=_("Adjust stock"),
    icon="inventory",
    permissions=["adjust_stock"],
    url_path="adjust-stock",
    dialog={"title": _("Adjust stock"), "form_class": AdjustStockForm, "form_submit_text": _("Adjust stock")},
)
def adjust_stock(model_admin, request, form, object_id):
    try:
        product = stock.adjust_stock(
            form.record,
            user=request.user,
            reason=form.reason_in_words(),
            last_seen=form.record.stock_qty,
            **form.change(),
        )
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        sentence = gettext("%(product)s: stock %(before)s → %(after)s.")
        figures = {"product": product, "before": form.record.stock_qty, "after": product.stock_qty}
        model_admin.message_user(request, sentence % figures, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))
