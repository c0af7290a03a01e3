"""What somebody has to say before a file can be imported: in the form, or by an option of the command."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext

from core.imports.formats import Undecided
from core.imports.layout import Layout


@dataclass
class Question:
    """What somebody has to say before the file can be imported: in the form, or by an option of the command."""

    code: str
    sentence: str
    option: str
    about: str = ""  # the field


def questions_of(layout: Layout) -> list[Question]:
    """What has to be said before anything can be imported."""
    own = layout.resource.questions(layout.choices.options)
    return [*about_columns(layout), *about_numbers(layout), *(Question("option", *question) for question in own)]


def about_columns(layout: Layout) -> Iterator[Question]:
    if not layout.table.headers or not layout.table.rows:
        yield Question("empty", gettext("There are no rows in this sheet."), "--sheet")
    heads = Counter(column.field for column in layout.columns if column.field and not column.is_appended)
    for name, count in heads.items():
        if count > 1:
            sentence = gettext(
                "%(columns)s are all taken for %(field)s. Leave out all but one, or append the others to it."
            )
            columns = ", ".join(f"“{c.name}”" for c in layout.columns if c.target == name)
            label = layout.resource.label_of(name)
            yield Question("twice", sentence % {"columns": columns, "field": label}, f'--map {name}="…"', name)
    if layout.resource.only_adds:
        yield from about_missing(layout)
    elif not layout.has_key:
        key = layout.resource.keys[0]
        sentence = gettext(
            "No column is taken for %(key)s, by which records are recognised. Choose one, or make it from a "
            "prefix and the number of the row."
        )
        label = layout.resource.key_label
        yield Question("key", sentence % {"key": label}, f'--map {key}="…" or --key-prefix …', key)


def about_missing(layout: Layout) -> Iterator[Question]:
    """Where every row is a new record, the columns that none can be without."""
    sentence = gettext("No column is taken for %(field)s. Please choose one.")
    if not layout.has_key:
        key, label = layout.resource.keys[0], layout.resource.key_label
        yield Question("needed", sentence % {"field": label}, f'--map {key}="…"', key)
    for name in layout.resource.needed:
        if name not in layout.fields:
            label = layout.resource.label_of(name)
            yield Question("needed", sentence % {"field": label}, f'--map {name}="…"', name)


def about_numbers(layout: Layout) -> Iterator[Question]:
    for name, found in layout.formats.items():
        if isinstance(found, Undecided):
            examples = ", ".join(f"“{text}”" for text, read in found.examples[:3])
            sentence = gettext(
                "%(field)s: it cannot be seen whether a point or a comma is the decimal sign, for example in "
                "%(examples)s. Please choose."
            ) % {"field": layout.resource.label_of(name), "examples": examples}
            yield Question("format", sentence, "--decimal , or --decimal .", name)
