"""The form that opens a stocktake: what is counted, and whether one sees how many there should be."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from core.admin.forms import ConcurrentEditForm
from inventory.admin.scan import LONGEST
from inventory.count_models import StockCount
from inventory.models import Product

Scope = StockCount.Scope
MOST_CODES = 2000
NONE = "-"  # a select cannot tell a blank choice from none


def places(values, none: str) -> list[tuple[str, str]]:
    return [("", _("Please choose")), *[(value or NONE, value or none) for value in values]]


class OpenCountForm(ConcurrentEditForm):
    """Each scope asks for its own: a category, a shelf, or codes."""

    category = forms.ChoiceField(label=_("Category"), required=False, widget=UnfoldAdminSelectWidget)
    shelf = forms.ChoiceField(label=_("Shelf"), required=False, widget=UnfoldAdminSelectWidget)
    codes = forms.CharField(
        label=_("Products"),
        required=False,
        help_text=_("A SKU or barcode on each line; a scanner's Enter begins the next."),
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5, "autocapitalize": "off", "spellcheck": "false"}),
    )

    class Meta:
        model = StockCount
        fields = ["scope", "title", "blind"]
        labels = {"blind": _("Hide what is expected")}

    class Media:
        js = ["inventory/open_count.js"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        shelves = Product.objects.order_by("shelf").values_list("shelf", flat=True).distinct()
        self.fields["category"].choices = places(Product.objects.categories(), gettext("No category"))
        self.fields["shelf"].choices = places(shelves, pgettext_lazy("products", "No shelf"))

    def clean_codes(self) -> list[int]:
        """The ids of the products with these codes."""
        codes = list(dict.fromkeys(filter(None, map(str.strip, self.cleaned_data["codes"].splitlines()))))
        if len(codes) > MOST_CODES:
            raise ValidationError(gettext("Please choose at most %(n)s products.") % {"n": MOST_CODES})
        found = {code: Product.objects.with_code(code) if len(code) <= LONGEST else None for code in codes}
        unknown = [code[:LONGEST] for code, product in found.items() if product is None]
        if unknown:
            sentence = gettext("No product has the code “%(code)s”.")
            raise ValidationError([sentence % {"code": code} for code in unknown[:10]])
        return [product.pk for product in found.values() if product]

    def clean(self):
        cleaned = super().clean()
        needed = {Scope.CATEGORY: "category", Scope.SHELF: "shelf", Scope.CHOSEN: "codes"}.get(cleaned.get("scope"))
        if needed and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, gettext("This field is required."))
        return cleaned

    @property
    def chosen(self) -> dict:
        """What `open_count` wants to know."""
        cleaned = self.cleaned_data
        field = {Scope.CATEGORY: "category", Scope.SHELF: "shelf"}.get(cleaned["scope"])
        place = cleaned[field] if field else ""
        asked = {name: cleaned[name] for name in ("scope", "title", "blind")}
        return {**asked, "place": "" if place == NONE else place, "products": cleaned["codes"]}
