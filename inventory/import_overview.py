"""What a list of products would make of the whole: figures before and after, new categories, products it leaves out."""

from collections import Counter
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django.utils.translation import gettext, ngettext

from core.i18n import format_count
from inventory.models import Product, StockChange
from inventory.services.valuation import value_after

SHOWN_CATEGORIES = 50


def product_overview(resource) -> dict[str, Any]:
    """As the preview shows it; the stock's value is for those who may see costs."""
    return {
        "totals": totals(resource),
        "new_groups": new_categories(resource),
        "notes": [*not_applied(resource), *absent(resource)],
    }


def imported_stock(product: Product) -> int:
    """The stock that a product gets by the list, if this says anything of it; else the one that it has."""
    return product.__dict__.get("imported_stock", product.stock_qty)


def totals(resource) -> list[dict[str, Any]]:
    """Products, pieces and the value of the stock, before and after."""
    before = Product.objects.stock_worth()
    pieces, worth = 0, Decimal(0)
    for product, _is_new, _changes in resource.written.values():
        pieces += imported_stock(product) - product.stock_qty
        worth += value_after(product, imported_stock(product), StockChange.Kind.IMPORT) - product.stock_value
    products = Product.objects.count()
    return [
        {"label": gettext("Products"), "before": products, "after": products + len(resource.new)},
        {"label": gettext("Pieces in stock"), "before": before["pieces"], "after": before["pieces"] + pieces},
        {
            "label": gettext("Value of the stock"),
            "before": str(before["value"]),
            "after": str(before["value"] + worth),
            "permission": "inventory.view_cost",
        },
    ]


def new_categories(resource) -> list[tuple[str, int, str]]:
    """Categories that no product has: (name, in how many rows, which known one it resembles)."""
    known = set(Product.objects.order_by().values_list("category", flat=True).distinct())
    alike = {name.casefold(): name for name in known if name}
    counts = Counter(product.category for product, *_ in resource.written.values() if product.category)
    found = []
    for name, count in counts.most_common():
        if name in known or len(found) == SHOWN_CATEGORIES:
            continue
        near = get_close_matches(name.casefold(), alike, n=1, cutoff=0.85)
        found.append((name, count, alike[near[0]] if near else ""))
    return found


def not_applied(resource) -> list[str]:
    if resource.stock_mode != "keep" or not any("stock_qty" in row for row in resource.rows[:1]):
        return []
    count = sum(1 for row in resource.rows if row.line in resource.existing and row.get("stock_qty") not in (None, ""))
    if not count:
        return []
    sentence = ngettext(
        "The stock column is not applied to %(number)s known product: it keeps its stock.",
        "The stock column is not applied to %(number)s known products: they keep their stock.",
        count,
    )
    return [sentence % {"number": format_count(count)}]


def absent(resource) -> list[str]:
    """How many of our products this list does not name."""
    count = Product.objects.count() - len({product.id for product in resource.existing.values()})
    if not count:
        return []
    sentence = ngettext(
        "%(number)s product of ours is not in this list; it stays as it is.",
        "%(number)s products of ours are not in this list; they stay as they are.",
        count,
    )
    return [sentence % {"number": format_count(count)}]
