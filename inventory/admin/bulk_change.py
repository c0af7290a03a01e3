"""One field of many products at once, from the list: first a page that shows what will change, then the change.

What the page showed is what is changed, whatever the list's filter finds by then.
"""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.template.response import TemplateResponse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.base import is_primary_key
from core.bulk import find_all
from core.exceptions import BusinessError
from core.forms import WholeNumberField
from core.i18n import format_count
from inventory.admin.forms import THRESHOLD_HELP
from inventory.models import MAX_QUANTITY, Product
from inventory.services.products import products_fingerprint, set_category, set_low_stock_threshold

SHOWN = 20


class BulkChangeForm(forms.ModelForm):
    """The one field, with the rules that it has on a product's own page."""

    def shown(self, value) -> str:
        """A product's present value, for people."""
        return value or "–"


class CategoryForm(BulkChangeForm):
    class Meta:
        model, fields = Product, ["category"]
        help_texts = {"category": _("One that is in use, or a new one.")}
        widgets = {"category": UnfoldAdminTextInputWidget(attrs={"list": "suggestions", "autocomplete": "off"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].required = True  # a field left empty by mistake would empty hundreds of products
        self.suggestions = list(filter(None, Product.objects.categories()))


class LowStockThresholdForm(BulkChangeForm):
    low_stock_threshold = WholeNumberField(
        label=_("Low stock threshold"),
        required=False,
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=THRESHOLD_HELP,
    )

    class Meta:
        model, fields = Product, ["low_stock_threshold"]

    def shown(self, value) -> str:
        if value is None:
            return gettext("%(threshold)s (usual)") % {"threshold": settings.LOW_STOCK_THRESHOLD}
        return format_count(value)


@action(description=_("Change category of selected products"), permissions=["change"])
def change_category(model_admin, request, queryset):
    return bulk_change(model_admin, request, queryset, CategoryForm, set_category)


@action(description=_("Set low-stock threshold of selected products"), permissions=["change"])
def change_low_stock_threshold(model_admin, request, queryset):
    return bulk_change(model_admin, request, queryset, LowStockThresholdForm, set_low_stock_threshold)


def bulk_change(model_admin, request, queryset, form_class: type[BulkChangeForm], service):
    """The page for these products or, posted by it, the change; None leads back to the list as it was filtered."""
    chosen = request.POST.get("products")
    keys = list(queryset.order_by().values_list("pk", flat=True)) if chosen is None else chosen.split(",")
    if not all(map(is_primary_key, keys)):
        return model_admin.redirect_to_list(request)
    form = form_class(request.POST if chosen is not None else None)
    (field,) = form_class.Meta.fields
    if form.is_valid():
        try:
            changed, unchanged = service(
                map(int, keys),
                getattr(form.instance, field),
                user=request.user,
                last_seen=request.POST.get("last_seen"),
            )
        except BusinessError as error:
            form.add_error(None, str(error))
        else:
            return model_admin.message_user(request, describe_result(changed, unchanged), messages.SUCCESS)
    products = find_all(Product.objects.only("name", "sku", field), "pk", map(int, keys))
    if not products:
        gone = gettext("Somebody has deleted these products in the meantime.")
        return model_admin.message_user(request, gone, messages.WARNING)
    return bulk_change_page(model_admin, request, form, field, products)


def bulk_change_page(model_admin, request, form, field: str, products: list[Product]) -> TemplateResponse:
    name = Product._meta.get_field(field).verbose_name
    first, count = sorted(products, key=str)[:SHOWN], len(products)
    title = ngettext("Change %(field)s of %(n)s product", "Change %(field)s of %(n)s products", count)
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title % {"field": name, "n": format_count(count)},
        "step": gettext("Change %(field)s") % {"field": name},
        "opts": model_admin.opts,
        "media": model_admin.media,
        "form": form,
        "column": gettext("%(field)s now") % {"field": name},
        "rows": [(product, form.shown(getattr(product, field))) for product in first],
        "more": count - len(first),
        "action": request.POST["action"],
        "products": ",".join(str(product.pk) for product in products),
        "last_seen": products_fingerprint(products, field),
    }
    return TemplateResponse(request, "inventory/bulk_change.html", context)


def describe_result(changed: int, unchanged: int) -> str:
    if not changed:
        return gettext("Nothing to change: all of them had this value already.")
    said = ngettext("%(n)s product changed.", "%(n)s products changed.", changed) % {"n": format_count(changed)}
    if not unchanged:
        return said
    already = ngettext("%(n)s had this value already.", "%(n)s had this value already.", unchanged) % {
        "n": format_count(unchanged)
    }
    return f"{said} {already}"
