"""What the forms of orders and of deliveries have in common: lines of products, of which a service makes the record."""

import re

from django import forms
from django.utils.translation import gettext
from unfold.forms import PaginationInlineFormSet

from core.admin.base import is_primary_key
from inventory.delivery_schemas import MAX_LINES
from inventory.models import Product


class ProductChoices:
    """Stands in for the queryset of every line's product field: two queries for all lines, not two for each."""

    model = Product

    def __init__(self, ids):
        found = Product.objects.filter(pk__in=[int(pk) for pk in ids if is_primary_key(pk)])
        self.products = {product.pk: product for product in Product.objects.add_free(found)}

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


class ProductLineFormSet(PaginationInlineFormSet):
    """The lines of a record. They are not saved here: a service gets them and builds them anew."""

    products: ProductChoices

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.absolute_max = MAX_LINES  # Django would build a thousand more before it says that there are too many

    def total_form_count(self):
        """No more forms than lines were sent, whatever the form says of their number."""
        total = super().total_form_count()
        if not self.is_bound or not total:
            return total
        sent = re.compile(rf"{re.escape(self.prefix)}-([0-9]{{1,9}})-")
        numbers = [int(found[1]) for key in self.data if (found := sent.match(key))]
        return min(total, max(numbers, default=-1) + 1)

    def sent_products(self) -> list[str]:
        """What was sent as the product of any line."""
        return [value for key, value in self.data.items() if key.startswith(self.prefix) and key.endswith("-product")]

    def add_fields(self, form, index):
        super().add_fields(form, index)
        # The lines are replaced as a whole, so one that somebody else has replaced meanwhile is no error.
        form.fields["id"] = forms.CharField(required=False, initial=form.instance.pk, widget=forms.HiddenInput)
        if "product" in form.fields:
            form.fields["product"].queryset = self.products
            form.fields["product"].required = True
            form.fields["product"].widget.attrs["aria-label"] = gettext("Product")

    def product_of(self, form) -> Product | None:
        """The product that the line shows, if it can be chosen there."""
        return self.products.products.get(to_primary_key(form["product"].value())) if "product" in form.fields else None

    @property
    def line_forms(self) -> list:
        return [form for form in self.forms if form.cleaned_data.get("product") and form not in self.deleted_forms]

    def save(self, commit=True):
        """Nothing is saved; the admin's log only wants to know that nothing was."""
        self.new_objects, self.changed_objects, self.deleted_objects = [], [], []
        return []
