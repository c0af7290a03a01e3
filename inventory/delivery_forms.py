"""The form of a delivery that comes in, with its lines."""

from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget, UnfoldBooleanSwitchWidget

from core.admin.forms import ConcurrentEditForm
from core.exceptions import BusinessError
from core.forms import NumberField, WholeNumberField
from core.references import link_references
from inventory.delivery_models import Delivery, DeliveryItem
from inventory.line_forms import ProductChoices, ProductLineFormSet
from inventory.models import MAX_QUANTITY
from inventory.services.deliveries import COST_DECIMALS, MAX_UNIT_COST, DeliveredGoods, check_note_is_new


class DeliveryForm(ConcurrentEditForm):
    set_cost = forms.BooleanField(
        label=_("Use as new cost price"),
        required=False,
        initial=True,
        help_text=_("Each product's cost price becomes what it cost here on average."),
        widget=UnfoldBooleanSwitchWidget,
    )

    key = forms.CharField(required=False, max_length=36, widget=forms.HiddenInput, initial=lambda: str(uuid4()))

    class Meta:
        model = Delivery
        fields = ["supplier", "their_reference", "received_on"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.refused and self.is_bound:  # saved again, it is another one
            self.data = self.data.copy()
            self.data["key"] = str(uuid4())

    def clean(self):
        """A note that is booked already is said at once; the service asks again, under the supplier's lock."""
        cleaned = super().clean()
        try:
            check_note_is_new(cleaned.get("supplier"), cleaned.get("their_reference") or "")
        except BusinessError as error:
            self.add_error("their_reference", link_references(str(error)))
        return cleaned


class DeliveryLineForm(forms.ModelForm):
    quantity = WholeNumberField(
        label=_("Quantity"),
        min_value=1,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "aria-label": _("Quantity")}),
    )

    class Meta:
        model = DeliveryItem
        fields = ["product", "quantity"]

    def _post_clean(self):
        """The service builds the line."""

    @property
    def goods(self) -> DeliveredGoods:
        data = self.cleaned_data
        return DeliveredGoods(data["product"].pk, data["quantity"], data.get("unit_cost"))


class CostLineForm(DeliveryLineForm):
    """For whoever may see what things cost."""

    unit_cost = NumberField(
        label=_("Unit cost"),
        required=False,
        min_value=0,
        max_value=MAX_UNIT_COST,
        decimal_places=COST_DECIMALS,
        max_digits=12,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "aria-label": _("Unit cost")}),
        help_text=_("Empty: the product's cost price."),
    )

    class Meta(DeliveryLineForm.Meta):
        fields = ["product", "quantity", "unit_cost"]


class DeliveryLineFormSet(ProductLineFormSet):
    """The lines of a delivery; `goods` is what the service gets."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.products = ProductChoices(self.sent_products())

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if product := self.product_of(form):
            form.fields["quantity"].widget.attrs["data-stock"] = product.stock_qty
            if "unit_cost" in form.fields:
                form.fields["unit_cost"].widget.attrs["data-usual"] = product.cost_price

    @property
    def goods(self) -> list[DeliveredGoods]:
        return [form.goods for form in self.line_forms]

    def clean(self):
        if not any(self.errors) and not self.line_forms:
            raise ValidationError(gettext("Please say what has come."))
