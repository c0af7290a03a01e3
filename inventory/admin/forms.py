"""The form of a product."""

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.forms import ConcurrentEditForm
from core.forms import WholeNumberField
from core.images import PictureField
from inventory.models import MAX_QUANTITY

THRESHOLD_HELP = format_lazy(
    _("Fewer pieces than this count as low. Empty: your usual threshold, {usual}."), usual=settings.LOW_STOCK_THRESHOLD
)


class ProductForm(ConcurrentEditForm):
    image = PictureField(label=_("Image"), required=False, help_text=_("JPEG, PNG or WebP."))
    initial_stock = WholeNumberField(
        label=_("Initial stock"),
        required=False,
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=_("Pieces on the shelf now. Later changes go through “Adjust stock”."),
    )

    class Meta:
        help_texts = {"low_stock_threshold": THRESHOLD_HELP}
        widgets = {"category": UnfoldAdminTextInputWidget(attrs={"list": "categories", "autocomplete": "off"})}

    def clean_pack_size(self):
        """Left empty, it is what it was; of a new product one piece."""
        pieces = self.cleaned_data["pack_size"]
        return self.instance.pack_size if pieces is None else pieces
