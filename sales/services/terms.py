"""What an order says besides its lines: whom it is for and where it goes, as agreed, and what was noted about it."""

from datetime import date, datetime
from typing import TypedDict

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from core.concurrency import check_last_seen, lock_record
from core.i18n import in_firms_language
from sales.models import Order


class Terms(TypedDict, total=False):
    """What an order says besides its customer and its lines; what is left out stays as it is."""

    customer_reference: str
    wanted_on: date | None
    note: str
    text: str
    delivery_address: str  # empty: the customer's


def set_terms(order: Order, customer: Customer, terms: Terms) -> None:
    """Write down whom the order is for and what else was agreed; without a delivery address it goes to theirs."""
    if customer.pk != order.customer_id:
        order.customer, order.delivery_address = customer, ""
    write_terms(order, terms)
    order.name_customer(customer)


def write_terms(order: Order, terms: Terms) -> None:
    """Raises ValidationError by field for what cannot be printed, or is too long."""
    for name, value in terms.items():
        setattr(order, name, value)
    order.clean_fields(exclude={field.name for field in order._meta.fields if field.name not in terms})


@transaction.atomic
def annotate_order(
    order: Order, *, note: str, wanted_on: date | None, user: User | None, last_seen: datetime | None = None
) -> Order:
    """Give an order of any status another note for colleagues and another day on which it is wanted; nothing moves.

    Raises RecordChanged if it was changed after `last_seen`.
    """
    order = lock_record(order)
    check_last_seen(order, last_seen)
    write_terms(order, {"note": note, "wanted_on": wanted_on})
    order.stamp(user, in_firms_language(_("Annotated")))
    order.save()
    return order
