"""One field of many products at once, from the list: first a page that shows what will change, then the change."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.template.response import TemplateResponse
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.bulk import find_all
from accounts.exceptions import BusinessError
from accounts.model_admin import is_key
from inventory.models import MAX_QUANTITY, Product
from inventory.services import fingerprint, set_category, set_low_stock_threshold

SHOWN = 20
THRESHOLD_HELP = f"Fewer pieces than this count as low. Empty: your usual threshold, {settings.LOW_STOCK_THRESHOLD}."


class BulkChangeForm(forms.ModelForm):
    """The one field, with the rules that it has on a product's own page."""

    def shown(self, value) -> str:
        """A product's present value, for people."""
        return value or "–"


class CategoryForm(BulkChangeForm):
    class Meta:
        model, fields = Product, ["category"]
        help_texts = {"category": "One of those you have, or a new one."}
        widgets = {"category": UnfoldAdminTextInputWidget(attrs={"list": "suggestions", "autocomplete": "off"})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["category"].required = True  # a field left empty by mistake would empty hundreds of products
        self.suggestions = list(filter(None, Product.objects.categories()))


class LowStockThresholdForm(BulkChangeForm):
    low_stock_threshold = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_QUANTITY,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
        help_text=THRESHOLD_HELP,
    )

    class Meta:
        model, fields = Product, ["low_stock_threshold"]

    def shown(self, value) -> str:
        return f"{settings.LOW_STOCK_THRESHOLD} (usual)" if value is None else f"{value:,}"


class BulkChanges:
    """For the product admin. What the page showed is what is changed, whatever the list's filter finds by then."""

    actions = ["change_category", "change_low_stock_threshold"]

    @action(description="Change category of selected products", permissions=["change"])
    def change_category(self, request, queryset):
        return self.change_together(request, queryset, CategoryForm, set_category)

    @action(description="Set low-stock threshold of selected products", permissions=["change"])
    def change_low_stock_threshold(self, request, queryset):
        return self.change_together(request, queryset, LowStockThresholdForm, set_low_stock_threshold)

    def change_together(self, request, queryset, form_class: type[BulkChangeForm], service):
        """The page for these products or, posted by it, the change; None leads back to the list as it was filtered."""
        chosen = request.POST.get("products")
        keys = list(queryset.order_by().values_list("pk", flat=True)) if chosen is None else chosen.split(",")
        if not all(map(is_key, keys)):
            return self.back_to_list(request)
        form = form_class(request.POST if chosen is not None else None)
        (field,) = form_class.Meta.fields
        if form.is_valid():
            try:
                changed, unchanged = service(
                    map(int, keys),
                    getattr(form.instance, field),
                    user=request.user,
                    last_seen=request.POST.get("seen"),
                )
            except BusinessError as error:
                form.add_error(None, str(error))
            else:
                return self.message_user(request, tell(changed, unchanged), messages.SUCCESS)
        products = find_all(Product.objects.only("name", "sku", field), "pk", map(int, keys))
        if not products:
            return self.message_user(request, "Somebody has deleted these products meanwhile.", messages.WARNING)
        return self.bulk_change_page(request, form, field, products)

    def bulk_change_page(self, request, form, field: str, products: list[Product]) -> TemplateResponse:
        name = Product._meta.get_field(field).verbose_name
        first = sorted(products, key=str)[:SHOWN]
        context = {
            **self.admin_site.each_context(request),
            "title": f"Change {name} of {count(len(products), 'product')}",
            "step": f"Change {name}",
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "column": f"{name} now",
            "rows": [(product, form.shown(getattr(product, field))) for product in first],
            "more": len(products) - len(first),
            "action": request.POST["action"],
            "products": ",".join(str(product.pk) for product in products),
            "seen": fingerprint(products, field),
        }
        return TemplateResponse(request, "inventory/bulk_change.html", context)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def tell(changed: int, unchanged: int) -> str:
    if not changed:
        return "Nothing to change: all of them were so already."
    already = f" {unchanged:,} {'was' if unchanged == 1 else 'were'} so already." if unchanged else ""
    return f"{count(changed, 'product')} changed.{already}"
