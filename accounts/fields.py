"""Model fields that know one spelling of a value, whatever door it comes through."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import models
from phonenumber_field.phonenumber import to_python as parse_phone
from phonenumbers import PhoneNumberFormat

INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}")  # ITU-T E.164: at most 15 digits with the country code


class NormalisedMixin:
    """A text field whose values are normalised in forms, files, lookups and plain Python alike."""

    def normalise(self, value: str) -> str:
        raise NotImplementedError

    def to_python(self, value):
        value = super().to_python(value)
        return self.normalise(value) if isinstance(value, str) else value

    def get_prep_value(self, value):
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance, add):
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value


class LowerCaseEmailField(NormalisedMixin, models.EmailField):
    """E-mail addresses are compared without regard to case, so they are stored and looked up in lower case."""

    def normalise(self, value):
        return unicodedata.normalize("NFKC", value).strip().lower()  # NFKC: as Django does with names to sign in by


class TrimmedCharField(NormalisedMixin, models.CharField):
    """A text of one line without spaces around it; one of spaces only is blank."""

    def normalise(self, value):
        return value.strip()


def validate_phone(value: str) -> None:
    """A number in the international form that PhoneField gives every number it understands."""
    if not INTERNATIONAL.fullmatch(value):
        raise ValidationError("The phone number entered is not valid.", code="invalid")


class PhoneField(NormalisedMixin, models.CharField):
    """A phone number as E.164 text (`+4930901820`), however it was typed.

    Without a country code it must be a number of PHONENUMBER_DEFAULT_REGION. With one, its length decides: new number
    ranges come into use before the library's tables know them.
    """

    default_validators = [validate_phone]

    def normalise(self, value):
        value = value.strip()
        number = parse_phone(value)
        if number and number.country_code and (value.startswith("+") or number.is_valid()):
            return number.format_as(PhoneNumberFormat.E164)
        return value
