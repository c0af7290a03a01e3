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
    return ("", lasting(resource, Choices.of(record.choices))) if record else None


def lasting(resource, choices: Choices) -> dict:
    """What is worth remembering of these choices for the next file; not what was said of this one alone."""
    kept = {option.name for option in resource.options if option.lasts}
    options = {name: text for name, text in choices.options.items() if name in kept}
    return choices.lasting() | {"options": options}


def save_mapping(resource, choices: Choices, *, user) -> ImportMapping:
    """Remember these choices under their name; what was remembered under it before is replaced."""
    kept = {"layout": choices.layout, "choices": lasting(resource, choices)}
    mapping, _made = ImportMapping.objects.update_or_create(
        target=resource.target(),
        name=choices.mapping,
        defaults=kept,
        create_defaults=kept | {"created_by": user},
    )
    return mapping
