"""The order form of the admin: it reads what somebody asks for and says at which field a rule is broken."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminDateWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from core.admin.base import is_primary_key
from core.admin.dialogs import RecordDialogForm
from core.admin.forms import ConcurrentEditForm
from core.exceptions import BusinessError
from core.fields import validate_visible
from core.forms import NumberField, WholeNumberField
from core.i18n import format_count
from inventory.models import MAX_QUANTITY, Product
from inventory.services.stock import find_shortages
from sales.models import TERMS, Order, OrderItem
from sales.querysets import StockMove
from sales.schemas import MAX_LINES
from sales.services.line_checks import below_cost, not_sold
from sales.services.orders import (
    MAX_PRICE,
    NewItem,
    build_items,
    check_may_order,
    check_step,
    describe_items,
    requested_quantities,
)

SHORT_SHOWN = 5  # products that a sentence names


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
    """Why a confirmed order changes; what changes are its lines."""

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


class ProductChoices:
    """Stands in for the queryset of every line's product field: one query for all lines, not two for each."""

    model = Product

    def __init__(self, ids):
        self.products = Product.objects.with_free().in_bulk([int(pk) for pk in ids if is_primary_key(pk)])

    def all(self):
        return self

    def using(self, alias):
        return self

    def filter(self, **lookup):
        """`id__in` or `pk__in`: the only question that the select widget asks."""
        (wanted,) = lookup.values()
        return [product for pk, product in self.products.items() if str(pk) in {str(value) for value in wanted}]

    def get(self, **lookup):
        """`id` or `pk`: the only question that the form field asks."""
        (value,) = lookup.values()
        try:
            return self.products[int(value)]
        except (KeyError, ValueError, TypeError) as error:
            raise Product.DoesNotExist from error


def to_primary_key(value) -> int | None:
    """What a field says, as a product's id."""
    return int(value) if value is not None and is_primary_key(value) else None


class OrderItemFormSet(PaginationInlineFormSet):
    """The lines of an order. They are not saved here: `lines` is what the order service gets."""

    may_sell_below_cost = False  # the admin says so of whoever it is

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.absolute_max = MAX_LINES  # Django would build a thousand more before it says that there are too many
        self.extra = len(self.initial_extra or []) or self.extra  # a form for each line of the order that is copied
        chosen = [value for key, value in self.data.items() if key.startswith(self.prefix) and key.endswith("-product")]
        if not self.is_bound:
            chosen = [item.product_id for item in self.get_queryset()]
            chosen += [line["product"] for line in self.initial_extra or []]
        self.products = ProductChoices(chosen)
        self.own = self.instance.quantities() if self.instance.pk else {}  # what the saved order asks for or has
        confirmed = self.instance.status == Order.Status.CONFIRMED
        self.taken, self.promised = (self.own, {}) if confirmed else ({}, self.own)

    def total_form_count(self):
        """No more forms than lines were sent, whatever the form says of their number."""
        total = super().total_form_count()
        if not self.is_bound or not total:
            return total
        sent = re.compile(rf"{re.escape(self.prefix)}-([0-9]{{1,9}})-")
        numbers = [int(found[1]) for key in self.data if (found := sent.match(key))]
        return min(total, max(numbers, default=-1) + 1)

    def add_fields(self, form, index):
        super().add_fields(form, index)
        # The lines are replaced as a whole, so one that somebody else has replaced meanwhile is no error.
        form.fields["id"] = forms.CharField(required=False, initial=form.instance.pk, widget=forms.HiddenInput)
        if "product" in form.fields:
            form.fields["product"].queryset = self.products
            form.fields["product"].required = True
            product = self.products.products.get(to_primary_key(form["product"].value()))
            if product:
                attrs = form.fields["quantity"].widget.attrs
                attrs["data-stock"], attrs["data-taken"] = product.stock_qty, self.taken.get(product.pk, 0)
                attrs["data-promised"] = product.promised - self.promised.get(product.pk, 0)
                form.fields["unit_price"].widget.attrs["data-usual"] = product.selling_price

    @property
    def line_forms(self) -> list[OrderItemForm]:
        return [form for form in self.forms if form.cleaned_data.get("product") and form not in self.deleted_forms]

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

    def save(self, commit=True):
        """Nothing is saved; the admin's log only wants to know that nothing was."""
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        return []


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

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
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
