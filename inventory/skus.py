"""SKUs: the one spelling of one."""

import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext

from core.fields import NormalisedMixin


def normalise_sku(value: str) -> str:
    """The one spelling of a SKU: trimmed of every kind of space, upper-case, composed characters."""
    if value.isascii():  # which is composed
        return value.strip().upper()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", value).strip().upper())


def validate_sku(value: str) -> None:
    """Whatever one can see, and single inner spaces: neither control nor formatting characters, nor odd spaces."""
    if "  " in value or not value.isprintable():
        raise ValidationError(
            gettext("A SKU cannot have invisible characters, or more than one space in a row."), code="invalid"
        )


class SkuField(NormalisedMixin, models.CharField):
    """A SKU in its one spelling."""

    default_validators = [validate_sku]

    def normalise(self, value):
        return normalise_sku(value)
