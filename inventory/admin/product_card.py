"""The product at a glance, above its form."""

from django.conf import settings
from django.utils.translation import gettext

from core.i18n import format_count
from core.money import format_money
from inventory.models import Product


def figures(product: Product, *, with_cost: bool) -> list[tuple[str, str, str]]:
    """What a product's card tells: label, figure, and a note or nothing."""
    threshold = product.low_stock_threshold
    threshold = settings.LOW_STOCK_THRESHOLD if threshold is None else threshold
    low = gettext("low below %(threshold)s") % {"threshold": format_count(threshold)}
    shown = [(gettext("Selling price"), format_money(product.selling_price), "")]
    if with_cost:
        margin = gettext("margin on cost %(percent)s %%") % {"percent": product.profit_margin}
        shown.append((gettext("Cost price"), format_money(product.cost_price), margin if product.cost_price else ""))
        shown.append((gettext("Stock value"), format_money(product.cost_price * product.stock_qty), ""))
    return [*shown, (gettext("In stock"), format_count(product.stock_qty), low)]


class ProductCard:
    change_form_outer_before_template = "inventory/product_card.html"

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        context["categories"] = filter(None, Product.objects.categories())  # offered while one is typed
        if obj and obj.pk:
            product = Product.objects.get(pk=obj.pk)  # as it is, not as a form with errors has it
            context["card"] = {
                "image": product.image.url if product.image else "",
                "name": product.name,
                "sku": product.sku,
                "category": product.category,
                "badge": self.status(product),
                "figures": figures(product, with_cost=self.may_see(request, "cost_price")),
            }
        return super().render_change_form(request, context, add, change, form_url, obj)
