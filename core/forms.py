"""Form fields that understand numbers as people of either habit write them, and days that can be reckoned with."""

from django import forms
from django.core.exceptions import ValidationError

from core.dates import check_day
from core.spreadsheets.cells import as_decimal, as_whole_number


class NumberField(forms.DecimalField):
    """`10.5` and `10,5` are the same; what could be thousands or a fraction (`1.234`) is refused, as in an import."""

    def to_python(self, value):
        return understand(as_decimal, value)


class WholeNumberField(forms.IntegerField):
    """A number of pieces, with the same rules."""

    def to_python(self, value):
        return understand(as_whole_number, value)


class DayField(forms.DateField):
    """A day of which the beginning and the end are asked for."""

    def to_python(self, value):
        day = super().to_python(value)
        try:
            return day and check_day(day)
        except ValueError as error:
            raise ValidationError(str(error), code="invalid") from error


def understand(read, value):
    text = str(value).strip() if value is not None else ""
    try:
        return read(text, decimal_comma=True) if text else None
    except ValueError as error:
        raise ValidationError(str(error), code="invalid") from error
