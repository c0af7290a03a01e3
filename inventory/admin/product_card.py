"""The product at a glance, above its form."""

from django.conf import settings
from django.utils.translation import gettext, pgettext

from core.i18n import format_count
from core.money import format_amount, format_money
from inventory.models import Product


def figures(product, *, with_cost: bool) -> list[tuple[str, str, str]]:
    """What the card of a product `with_free` shows: label, figure, and a note or nothing."""
    threshold = product.low_stock_threshold
    threshold = settings.LOW_STOCK_THRESHOLD if threshold is None else threshold
    low = gettext("low below %(threshold)s") % {"threshold": format_count(threshold)}
    shown = [(gettext("Selling price"), format_money(product.selling_price), "")]
    if with_cost:
        margin = gettext("margin on cost %(percent)s %%") % {"percent": product.profit_margin}
        shown.append((gettext("Cost price"), format_money(product.cost_price), margin if product.cost_price else ""))
        average = gettext("%(cost)s a piece") % {"cost": format_amount(product.average_cost)}
        shown.append((gettext("Stock value"), format_money(product.stock_value), average if product.stock_qty else ""))
    shown.append((pgettext("quantity", "In stock"), format_count(product.stock_qty), low))
    if product.promised:
        promised = gettext("%(n)s promised to pending orders") % {"n": format_count(product.promised)}
        shown.append((gettext("Free"), format_count(product.free), promised))
    return shown


def product_card(product: Product, *, badge: str, with_cost: bool) -> dict:
    """What stands above the product's form."""
    return {
        "image": product.image.url if product.image else "",
        "name": product.name,
        "sku": product.sku,
        "category": product.category,
        "badge": badge,
        "figures": figures(product, with_cost=with_cost),
    }
