"""The order form of the admin: it reads what somebody asks for and says at which field a rule is broken."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.base import is_primary_key
from core.admin.forms import ConcurrentEditForm
from core.exceptions import BusinessError
from core.fields import validate_visible
from core.forms import NumberField, WholeNumberField
from inventory.line_forms import ProductChoices, ProductLineFormSet
from inventory.models import MAX_QUANTITY
from inventory.services.stock import find_shortages
from sales.models import TERMS, Order, OrderItem
from sales.services.line_checks import below_cost, not_sold
from sales.services.orders import (
    MAX_PRICE,
    NewItem,
    build_items,
    check_may_order,
    describe_items,
    requested_quantities,
)


class OrderForm(ConcurrentEditForm):
    class Meta:
        model = Order
        fields = ["customer", "waits", *TERMS]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound and not is_primary_key(self.data.get("customer", "")):
            self.data = self.data.copy()
            self.data["customer"] = ""  # the autocomplete widget cannot show what is no key

    def fingerprint(self) -> str:
        """An order's lines are not in this form, but every edit of them moves `modified_at`."""
        return self.instance.modified_at.isoformat()

    def explain_conflict(self, sentence, last_seen):
        super().explain_conflict(sentence, last_seen)
        lines = describe_items(self.instance.items.all())
        saved = gettext("What is saved now: %(customer)s; %(lines)s.") % {
            "customer": self.instance.customer,
            "lines": Truncator(lines).chars(500),
        }
        self.add_error(None, saved)

    def clean(self):
        """Another customer's order goes to their address, unless one has been typed."""
        cleaned = super().clean()
        if "customer" in self.changed_data and "delivery_address" not in self.changed_data:
            cleaned["delivery_address"] = ""
        return cleaned

    def clean_customer(self):
        customer = self.cleaned_data["customer"]
        if customer.pk != self.instance.customer_id:
            try:
                check_may_order(customer)
            except BusinessError as error:
                raise ValidationError(str(error)) from error
        return customer


class AmendForm(OrderForm):
    """Why a confirmed order changes; what changes are its lines. The page shows the tick to those who may exceed."""

    exceed_limit = forms.BooleanField(
        label=_("Amend beyond the credit limit"), required=False, widget=UnfoldBooleanSwitchWidget
    )

    reason = forms.CharField(
        label=_("Reason"),
        max_length=255,
        validators=[validate_visible],
        help_text=_("Shown in the order's history, e.g. “The customer rang: three instead of five”."),
        widget=UnfoldAdminTextInputWidget,
    )

    class Meta:
        model = Order
        fields = []


class OrderItemForm(forms.ModelForm):
    quantity = WholeNumberField(
        label=_("Quantity"),
        min_value=1,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "aria-label": _("Quantity")}),
    )
    unit_price = NumberField(
        label=_("Unit price"),
        required=False,
        min_value=0,
        max_value=MAX_PRICE,
        decimal_places=2,
        max_digits=10,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "aria-label": _("Unit price")}),
        help_text=_("Empty: the product's selling price."),
    )

    class Meta:
        model = OrderItem
        fields = ["product", "quantity", "unit_price"]

    def _post_clean(self):
        """The order service builds and checks the line; the model form's own way costs several queries a line."""

    @property
    def line(self) -> NewItem:
        data = self.cleaned_data
        return NewItem(data["product"], data["quantity"], data["unit_price"])


class OrderItemFormSet(ProductLineFormSet):
    """The lines of an order. They are not saved here: `lines` is what the order service gets."""

    may_sell_below_cost = False  # the admin says so of whoever it is

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.extra = len(self.initial_extra or []) or self.extra  # a form for each line of the order that is copied
        chosen = self.sent_products()
        if not self.is_bound:
            chosen = [item.product_id for item in self.get_queryset()]
            chosen += [line["product"] for line in self.initial_extra or []]
        self.products = ProductChoices(chosen)
        self.own = self.instance.quantities() if self.instance.pk else {}  # what the saved order asks for or has
        confirmed = self.instance.status == Order.Status.CONFIRMED
        self.taken, self.promised = (self.own, {}) if confirmed else ({}, self.own)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        if product := self.product_of(form):
            attrs = form.fields["quantity"].widget.attrs
            attrs["data-stock"], attrs["data-taken"] = product.stock_qty, self.taken.get(product.pk, 0)
            attrs["data-promised"] = product.promised - self.promised.get(product.pk, 0)
            form.fields["unit_price"].widget.attrs["data-usual"] = product.selling_price

    @property
    def lines(self) -> list[NewItem]:
        return [form.line for form in self.line_forms]

    def clean(self):
        if any(self.errors):
            return
        forms, lines = self.line_forms, self.lines
        try:
            build_items(lines)
        except BusinessError as error:
            raise ValidationError(str(error)) from error
        for place, sentence in not_sold(lines, self.products.products, self.own):
            forms[place].add_error("product", sentence)
        for place, sentence in () if self.may_sell_below_cost else below_cost(lines):
            forms[place].add_error("unit_price", sentence)
        if self.data.get("waits"):
            return
        for shortage in find_shortages(self.products.products, requested_quantities(lines), self.taken):
            last = [form for form, line in zip(forms, lines, strict=True) if line.product == shortage.product][-1]
            last.add_error("quantity", str(shortage))
