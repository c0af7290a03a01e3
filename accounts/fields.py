"""Model fields that know one spelling of a value, whatever door it comes through."""

from django.db import models


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
        return value.strip().lower()


class TrimmedCharField(NormalisedMixin, models.CharField):
    """A text of one line without spaces around it; one of spaces only is blank."""

    def normalise(self, value):
        return value.strip()
