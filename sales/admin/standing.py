"""What has become of an order so far, in sentences above its lines."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import gettext

from core.references import link_references
from sales.models import Order


def describe_standing(order: Order) -> str:
    """Who made it and what it is now, how often it was amended, and the orders that it was divided from and into."""
    moment = date_format(timezone.localtime(order.created_at), "DATETIME_FORMAT")
    by = order.created_by or gettext("the system")
    sentences = [gettext("Created by %(by)s on %(at)s") % {"by": by, "at": moment}]
    if not order.is_pending:
        sentences += after_confirming(order)
    if order.backorder_of:
        sentences.append(link_references(gettext("This is the rest of %(order)s") % {"order": order.backorder_of}))
    if order.wanted_on:
        sentences.append(gettext("Wanted on %(day)s") % {"day": date_format(order.wanted_on)})
    so_far = format_html_join(" ", "{}.", ((sentence,) for sentence in sentences))
    return format_html("{}<br>{}: {}", so_far, gettext("Note"), order.note) if order.note else so_far


def after_confirming(order: Order) -> Iterator[str]:
    yield capfirst(order.status_sentence())
    if order.revision:
        yield gettext("Revision %(n)s") % {"n": order.revision}
    for rest in order.backorders.all():
        yield link_references(gettext("The rest waits as %(order)s") % {"order": rest})
    if numbers := ", ".join(order.returns.order_by("pk").values_list("number", flat=True)):
        yield link_references(gettext("Goods have come back: %(numbers)s") % {"numbers": numbers})
