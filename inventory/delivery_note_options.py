"""What is said of a delivery note that is imported, besides its goods: the same as in the form of a delivery."""

from typing import Any

from django import forms
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from core.imports.options import FieldOption, ImportOption
from inventory.delivery_models import Delivery, Supplier


class SetCost(TextChoices):
    """Whether each product's cost price becomes what it cost here."""

    YES = "yes", _("Each product's cost price becomes what it cost here on average")
    NO = "no", _("Leave the cost prices as they are")


class SupplierField(forms.ModelChoiceField):
    """One of the suppliers that are not archived, by name; they are few."""

    def __init__(self):
        super().__init__(
            Supplier.objects.filter(is_active=True),
            label=_("Supplier"),
            required=False,
            empty_label=_("Not known"),
            to_field_name="name",
            widget=UnfoldAdminSelectWidget,
            error_messages={"invalid_choice": _("There is no such supplier, or the supplier is archived.")},
        )


def reference_field() -> forms.Field:
    field: Any = Delivery._meta.get_field("their_reference")
    return field.formfield(widget=UnfoldAdminTextInputWidget)


def day_field() -> forms.Field:
    widget = UnfoldAdminTextInputWidget(attrs={"type": "date"})
    return forms.DateField(label=_("Received on"), initial=timezone.localdate, required=False, widget=widget)


OPTIONS = (
    FieldOption("supplier", "--supplier", _("Supplier"), SupplierField, "the name of whom the goods came from"),
    FieldOption(
        "their_reference",
        "--reference",
        _("Delivery note"),
        reference_field,
        "the number of the supplier's delivery note; it is booked once",
        lasts=False,
    ),
    FieldOption(
        "received_on",
        "--received",
        _("Received on"),
        day_field,
        "the day the goods came, as YYYY-MM-DD (default: today)",
        lasts=False,
    ),
    ImportOption(
        "set_cost",
        "--set-cost",
        _("Take over as cost price"),
        SetCost,
        _("A cost price is left where the product would sell below it."),
        "whether each product's cost price becomes what it cost here on average",
    ),
)
