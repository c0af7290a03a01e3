"""What the bodies of requests and the records in answers have in common."""

from typing import Any

from django.db import models
from ninja import Schema
from pydantic import BaseModel, ConfigDict

from core.api.types import full_name


class Payload(BaseModel):
    """The body of a request. Fields that it does not know are ignored: frontends send back what they were given."""

    model_config = ConfigDict(extra="ignore")

    def provided(self, *names: str) -> dict:
        """What the body really said, of these fields or of all."""
        return {name: getattr(self, name) for name in self.model_fields_set if not names or name in names}


def apply_values(record: models.Model, values: dict, *, together: bool = True) -> models.Model:
    """Put the values into the record; a None empties a field: text becomes blank, a number its default.

    Raises ValidationError by field if the record would break a rule of its model. Of an existing record only the given
    fields are checked, and (if `together`) how fields go together: the others may stem from older rules.
    """
    for name, value in values.items():
        field: Any = record._meta.get_field(name)
        setattr(record, name, field.get_default() if value is None and not field.null else value)
    untouched = {field.name for field in record._meta.fields if field.name not in values}
    if record._state.adding:
        untouched = {field.name for field in record._meta.fields if not field.editable or field.name == "password"}
    if together:
        record.full_clean(exclude=untouched)
    else:
        record.clean_fields(exclude=untouched)
        record.validate_unique(exclude=untouched)
    return record


def example(value: dict) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [value]})


class AuditedOut(Schema):
    """What names who made and last changed a record; null if it was the system."""

    @staticmethod
    def resolve_created_by(record):
        return full_name(record.created_by)

    @staticmethod
    def resolve_modified_by(record):
        return full_name(record.modified_by)
