"""Money: Decimal in the firm's currency, two places, halves rounded up."""

from decimal import ROUND_HALF_UP, Decimal

from django.conf import settings

CENT = Decimal("0.01")


def round_money(amount: Decimal) -> Decimal:
    """The amount to two places, halves away from zero, as an invoice rounds them."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def format_money(amount: Decimal) -> str:
    """The amount as people read it: `1,234.50 USD`."""
    return f"{round_money(amount):,.2f} {settings.CURRENCY}"
