"""What the columns of a layout were taken for: under a name that somebody gave it, else the last time."""

from core.imports.choices import Choices
from core.imports.models import ImportMapping, ImportRecord


def last_time(resource, layout: str) -> tuple[str, dict] | None:
    """What the columns of this layout were taken for: under a name that somebody gave it, else the last time."""
    mapping = ImportMapping.objects.filter(target=resource.target(), layout=layout).order_by("-pk").first()
    if mapping:
        return mapping.name, mapping.choices
    records = ImportRecord.objects.filter(target=resource.target(), choices__layout=layout)
    record = records.exclude(choices__options={}).order_by("-pk").first()  # what somebody has confirmed
    return ("", Choices.of(record.choices).lasting()) if record else None


def save_mapping(resource, choices: Choices, *, user) -> ImportMapping:
    """Remember these choices under their name; what was remembered under it before is replaced."""
    mapping, _made = ImportMapping.objects.update_or_create(
        target=resource.target(),
        name=choices.mapping,
        defaults={"layout": choices.layout, "choices": choices.lasting()},
        create_defaults={"layout": choices.layout, "choices": choices.lasting(), "created_by": user},
    )
    return mapping
