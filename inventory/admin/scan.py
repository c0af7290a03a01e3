"""What a scanner has read: the product with exactly this code, and how many of it."""

import re

from django.http import JsonResponse
from django.utils.translation import gettext

from accounts.roles import require
from core.fields import CONTROL_CHARACTER
from inventory.models import MAX_QUANTITY, Product

LONGEST = 120  # a SKU, and a number of pieces before it
SO_MANY = re.compile(r"([1-9][0-9]{0,9})\s*\*\s*(.+)")


def scan(request) -> JsonResponse:
    """The product's `id`, `text` and how many pieces are meant, or the `problem` in words. See core/scan.js."""
    require(request, "inventory.view_product")
    code = CONTROL_CHARACTER.sub("", request.GET.get("code", "")).strip()
    product, pieces = find_scanned(code) if 0 < len(code) <= LONGEST else (None, 1)
    if product is None or pieces > MAX_QUANTITY:
        return JsonResponse({"problem": gettext("No product has the code “%(code)s”.") % {"code": code[:LONGEST]}})
    if not product.is_active:
        return JsonResponse({"problem": gettext("%(product)s is no longer sold.") % {"product": product.name}})
    return JsonResponse({"id": product.pk, "text": str(product), "pieces": pieces})


def find_scanned(code: str) -> tuple[Product | None, int]:
    """The product with this barcode or SKU; only if there is none, `12*CODE` is twelve of the one with that CODE."""
    product = Product.objects.with_code(code)
    if product is None and (parts := SO_MANY.fullmatch(code)):
        return Product.objects.with_code(parts[2]), int(parts[1])
    return product, 1
