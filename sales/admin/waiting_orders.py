"""What is said when goods have come in: how many orders that wait for them can be confirmed now."""

from collections.abc import Collection

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import ngettext

from inventory.arrivals import announces
from sales.models import Order


@announces
def waiting_orders(request, product_ids: Collection[int]) -> str:
    """For whoever may see orders, it leads to all that can be confirmed now."""
    number = Order.objects.confirmable().filter(items__product__in=product_ids).distinct().count()
    if not number:
        return ""
    sentence = ngettext(
        "%(n)s waiting order can be confirmed now.", "%(n)s waiting orders can be confirmed now.", number
    )
    sentence = sentence % {"n": number}
    if not request.user.has_perm("sales.view_order"):
        return sentence
    return format_html(
        '<a class="underline" href="{}?confirmable=yes">{}</a>', reverse("admin:sales_order_changelist"), sentence
    )
