"""Barcodes: what is printed on the goods, as a scanner reads it."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from core.fields import TrimmedCharField

GS1_LENGTHS = {8, 12, 13, 14}  # GTIN-8, UPC-A, EAN-13, GTIN-14


def check_digit(digits: str) -> int:
    """The digit that GS1 puts behind these: each second one from the right counts three times."""
    return -sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(reversed(digits))) % 10


def validate_barcode(value: str) -> None:
    """So many digits are a number of GS1, whose last one proves the others; anything else is a code of one's own."""
    if (
        len(value) in GS1_LENGTHS
        and value.isascii()
        and value.isdecimal()
        and check_digit(value[:-1]) != int(value[-1])
    ):
        raise ValidationError(
            gettext("This barcode has been mistyped: its last digit would be %(digit)s.")
            % {"digit": check_digit(value[:-1])},
            code="invalid",
        )


class BarcodeField(TrimmedCharField):
    """A barcode without spaces around it; an empty one is none (NULL), so that products without one do not collide."""

    default_validators = [*TrimmedCharField.default_validators, validate_barcode]

    def normalise(self, value):
        return super().normalise(value) or None
