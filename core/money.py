"""Money: Decimal in the firm's currency, two places, halves rounded up."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format
from django.utils.functional import lazy

from core.firm import currency
from core.i18n import left_to_right

CENT = Decimal("0.01")
NOTHING = Decimal("0.00")


def round_money(amount: Decimal) -> Decimal:
    """The amount to two places, halves away from zero, as an invoice rounds them."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def format_amount(amount: Decimal) -> str:
    """The amount as people read it in their language, where the currency is known: `1,234.50`."""
    text = number_format(round_money(amount), 2, use_l10n=True, force_grouping=True)
    return left_to_right(text) if amount < 0 else text


def with_currency(label) -> str:
    """A column's heading with the currency that its amounts are in: `Price (USD)`."""
    return f"{label} ({currency()})"


in_currency = lazy(with_currency, str)


def format_money(amount: Decimal) -> str:
    """The amount with its currency: `1,234.50 USD`."""
    return left_to_right(f"{format_amount(amount)} {currency()}")
