"""The dialog that says anew what a product's stock is worth, from its page."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.dialogs import ReasonField, RecordDialogForm, close_dialog
from core.exceptions import BusinessError
from core.forms import NumberField
from core.money import format_money
from inventory.models import Product
from inventory.services import revaluation


class RevalueForm(RecordDialogForm):
    """What all pieces are worth together, and why."""

    queryset = Product.objects.all()
    form_before_template = "inventory/revalue_stock_dialog.html"

    new_value = NumberField(
        label=_("They are worth"),
        max_digits=15,
        decimal_places=2,
        min_value=0,
        help_text=_("All pieces in stock together."),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "autofocus": True}),
    )
    reason = ReasonField(
        help_text=_("Shown in the stock change log, e.g. “Damp, sold at half price”."), autofocus=False
    )

    def fingerprint(self) -> str:
        return f"{self.record.stock_qty} {self.record.stock_value}"

    def get_before_template_context(self, request, object_id=None):
        context = super().get_before_template_context(request, object_id)
        return {**context, "value": format_money(self.record.stock_value)}

    def clean_new_value(self):
        try:
            return revaluation.check_value(self.record, self.cleaned_data["new_value"])
        except BusinessError as error:
            raise ValidationError(str(error)) from error


@action(
    description=_("Revalue stock"),
    icon="price_change",
    permissions=["revalue_stock"],
    url_path="revalue-stock",
    dialog={"title": _("Revalue stock"), "form_class": RevalueForm, "form_submit_text": _("Revalue stock")},
)
def revalue_stock(model_admin, request, form, object_id):
    before = form.record.stock_value
    given = {name: form.cleaned_data[name] for name in ("new_value", "reason")}
    try:
        product = revaluation.revalue_stock(form.record, user=request.user, last_seen=before, **given)
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        figures = {"product": product, "before": format_money(before), "after": format_money(product.stock_value)}
        sentence = gettext("%(product)s: stock value %(before)s → %(after)s.") % figures
        model_admin.message_user(request, sentence, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))
