"""What a list of products would make of the whole: figures before and after, new categories, products it leaves out."""

from collections import Counter
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from django.db.models import DecimalField, F, Sum
from django.utils.translation import gettext, ngettext

from core.i18n import format_count
from inventory.models import Product

SHOWN_CATEGORIES = 50


def product_overview(resource) -> dict[str, Any]:
    """As the preview shows it; the stock's value is for those who may see costs."""
    return {
        "totals": totals(resource),
        "new_groups": new_categories(resource),
        "notes": [*not_applied(resource), *absent(resource)],
    }


def totals(resource) -> list[dict[str, Any]]:
    """Products, pieces and the value of the stock, before and after."""
    value = Sum(F("stock_qty") * F("cost_price"), output_field=DecimalField(max_digits=20, decimal_places=2))
    before = Product.objects.aggregate(pieces=Sum("stock_qty", default=0), value=value)
    worth = before["value"] or Decimal(0)
    pieces, more_worth = 0, Decimal(0)
    for product, is_new, _changes in resource.written.values():
        old_stock, old_cost = (0, Decimal(0)) if is_new else (product.stock_qty, product.before["cost_price"])
        pieces += product.imported_stock - old_stock
        more_worth += product.imported_stock * product.cost_price - old_stock * old_cost
    products = Product.objects.count()
    return [
        {"label": gettext("Products"), "before": products, "after": products + len(resource.new)},
        {"label": gettext("Pieces in stock"), "before": before["pieces"], "after": before["pieces"] + pieces},
        {
            "label": gettext("Value of the stock"),
            "before": str(worth),
            "after": str(worth + more_worth),
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
    count = Product.objects.count() - len({product.pk for product in resource.existing.values()})
    if not count:
        return []
    sentence = ngettext(
        "%(number)s product of ours is not in this list; it stays as it is.",
        "%(number)s products of ours are not in this list; they stay as they are.",
        count,
    )
    return [sentence % {"number": format_count(count)}]
