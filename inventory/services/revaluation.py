"""What stock is worth, changed by hand: damaged goods, a price that fell."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from core.concurrency import check_last_seen, lock_record
from core.money import format_amount, round_money
from inventory.exceptions import InvalidValue, ReasonMissing
from inventory.models import Product, StockChange
from inventory.services.stock import post_moves
from inventory.services.valuation import MAX_VALUE


@transaction.atomic
def revalue_stock(
    product: Product,
    *,
    new_value: Decimal,
    reason: str,
    user: User | None,
    last_seen: Decimal | None = None,
    at: datetime | None = None,
) -> Product:
    """Say what all pieces of the product that are in stock are worth together, in the firm's currency to 2 places.

    Raises ReasonMissing, RecordChanged if they are no longer worth the `last_seen` that somebody decided on,
    InvalidValue if there are none, or they would be worth less than nothing, too much or just what they are.
    """
    if not reason.strip():
        raise ReasonMissing(gettext("Please say why the value changes."))
    product = lock_record(product)
    check_last_seen(product, last_seen, product.stock_value)
    new_value = check_value(product, new_value)
    values = {product.pk: new_value - product.stock_value}
    kind = StockChange.Kind.REVALUATION
    post_moves([(product, product.stock_qty)], kind=kind, reason=reason.strip(), user=user, at=at, values=values)
    return product


def check_value(product: Product, new_value: Decimal) -> Decimal:
    """The value to 2 places; raises InvalidValue if the product's stock cannot become worth that."""
    new_value = round_money(new_value)
    if not product.stock_qty:
        raise InvalidValue(gettext("There are no pieces in stock, and no pieces are worth nothing."))
    if not 0 <= new_value <= MAX_VALUE:
        raise InvalidValue(gettext("A value is between 0 and %(most)s.") % {"most": format_amount(MAX_VALUE)})
    if new_value == product.stock_value:
        value = format_amount(new_value)
        raise InvalidValue(gettext("They are worth %(value)s already, so nothing would change.") % {"value": value})
    return new_value
