"""Model fields that know one spelling of a value, whichever channel it comes through."""

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import models
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from phonenumber_field.phonenumber import to_python as parse_phone
from phonenumbers import NumberParseException, PhoneNumberFormat, example_number, format_number, parse

from core.i18n import left_to_right

_Field: Any = models.Field if TYPE_CHECKING else object  # what the mixins are mixed into
INTERNATIONAL = re.compile(r"\+[1-9][0-9]{7,14}")  # ITU-T E.164: at most 15 digits with the country code


class NormalisedMixin(_Field):
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


def normalise_email(value: str) -> str:
    """The one spelling of an e-mail address, with which people are looked up, counted and locked out."""
    return unicodedata.normalize("NFKC", value).strip().lower()  # NFKC: as Django does with names to sign in by


# Scripts that stand in one name in honest writing (Unicode's "highly restrictive" level); others alone.
WRITTEN_TOGETHER = (
    {"LATIN", "CJK", "HIRAGANA", "KATAKANA", "KATAKANA-HIRAGANA", "IDEOGRAPHIC"},
    {"LATIN", "CJK", "HANGUL"},
    {"LATIN", "CJK", "BOPOMOFO"},
)


def validate_email_readable(value: str) -> None:
    """No address that looks like another: no invisible signs, and no letters of several alphabets in one name."""
    local, _at, domain = value.rpartition("@")
    if not local.isascii() or any(unicodedata.category(char).startswith(("C", "Z")) for char in value):
        raise ValidationError(gettext("This e-mail address has a sign in it that cannot be seen."), code="invalid")
    for label in domain.split("."):
        scripts = {unicodedata.name(char, "?").split()[0] for char in label if unicodedata.category(char)[0] == "L"}
        if len(scripts) > 1 and not any(scripts <= together for together in WRITTEN_TOGETHER):
            raise ValidationError(
                gettext("This e-mail address mixes letters of several alphabets, which look alike."), code="invalid"
            )


class LowerCaseEmailField(NormalisedMixin, models.EmailField):
    """E-mail addresses are compared without regard to case, so they are stored and looked up in lower case."""

    default_validators: Any = [validate_email, validate_email_readable]

    def normalise(self, value):
        return normalise_email(value)


INVISIBLE = _("This contains an invisible control character. Please delete it.")
# All but the tab and the end of a line: what no file of a spreadsheet (XML 1.0) can hold.
CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def validate_visible(value: str) -> None:
    """No control characters: nobody sees them, and no spreadsheet brings them back."""
    if CONTROL_CHARACTER.search(value):
        raise ValidationError(INVISIBLE, code="invalid")


class TrimmedMixin(NormalisedMixin):
    """Text without spaces around it; one of spaces only is blank. Every end of a line is the same one sign."""

    default_validators: Any = [validate_visible]

    def normalise(self, value):
        return value.replace("\r\n", "\n").replace("\r", "\n").strip()


class TrimmedCharField(TrimmedMixin, models.CharField):
    """A short text."""


class TrimmedTextField(TrimmedMixin, models.TextField):
    """A text of several lines."""


class CodeField(TrimmedCharField):
    """A short name for a record in one spelling: composed characters, single spaces; upper and lower case count."""

    def normalise(self, value):
        return " ".join(unicodedata.normalize("NFC", value).split())


def validate_phone(value: str) -> None:
    """A number in the international form that PhoneField gives every number it understands."""
    if not INTERNATIONAL.fullmatch(value):
        raise ValidationError(gettext("The phone number entered is not valid."), code="invalid")


def dialled_in(region: str, value: str) -> str:
    """A number as it is dialled within this country, with the country's code; its length decides, as with one."""
    try:
        return format_number(parse(value, region), PhoneNumberFormat.E164)
    except NumberParseException:
        return value


def to_e164(value: str) -> str:
    """A phone number as it is stored; what cannot be understood stays as it is."""
    value = value.strip()
    number = parse_phone(value)
    understood = number and number.country_code and not number.extension  # E.164 knows no extensions
    if understood and (value.startswith("+") or number.is_valid()):
        spelled = number.format_as(PhoneNumberFormat.E164)
        return spelled if spelled == value else to_e164(spelled)  # some are another number once more
    return value


def spell_phone(value: str | None) -> str:
    """A stored number as people type it, `+49 30 901820`; what is no such number stays as it is."""
    if not value or not INTERNATIONAL.fullmatch(value):
        return value or ""
    try:
        spelled = format_number(parse(value), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:  # a country code that does not exist (yet)
        return value
    return spelled if to_e164(spelled) == value else value  # it must be the same number when it is typed back


def format_phone(value: str | None) -> str:
    """A stored number as people read it, from left to right in any language."""
    return left_to_right(spell_phone(value)) if value else ""


def phone_help_text() -> str:
    """Which spellings PhoneField understands, with an example of each."""
    example = example_number(settings.PHONENUMBER_DEFAULT_REGION or "")
    if example is None:
        return gettext("With the country code, e.g. +49 30 901820.")
    local, abroad = (
        format_number(example, form) for form in (PhoneNumberFormat.NATIONAL, PhoneNumberFormat.INTERNATIONAL)
    )
    sentence = gettext("As dialled within the country, e.g. %(local)s, or with the country code, e.g. %(abroad)s.")
    return sentence % {"local": local, "abroad": abroad}


PHONE_HELP = lazy(phone_help_text, str)()


class PhoneFormField(forms.CharField):
    """Shows the number readably; shown so and sent back, it has not changed."""

    def prepare_value(self, value):
        return spell_phone(value)

    def has_changed(self, initial, data):
        return super().has_changed(initial, to_e164(data or ""))


class PhoneField(NormalisedMixin, models.CharField):
    """A phone number as E.164 text (`+4930901820`), however it was typed.

    Without a country code it must be a number of PHONENUMBER_DEFAULT_REGION. With one, its length decides: new number
    ranges come into use before the library's tables know them.
    """

    default_validators = [validate_phone]

    def normalise(self, value):
        return to_e164(value)

    def formfield(self, form_class=None, choices_form_class=None, **kwargs):
        kwargs = {"choices_form_class": choices_form_class, "help_text": PHONE_HELP, **kwargs}
        return super().formfield(form_class=form_class or PhoneFormField, **kwargs)
