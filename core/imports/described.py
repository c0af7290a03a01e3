"""What was chosen for an import, in words: on the page of its record and of a layout that is remembered."""

from typing import Any

from django.utils.translation import gettext

from core.imports.choices import APPENDED, Choices
from core.imports.formats import Undecided
from core.imports.layout import Layout
from core.imports.rules import RULES
from core.spreadsheets.reading import DELIMITERS, ENCODINGS


def chosen_in_words(resource, choices: Choices) -> list[tuple[str, str]]:
    """(what, how) for everything that was decided, and nothing that was not."""
    found = [
        (gettext("Sheet"), choices.sheet),
        (gettext("Text encoding"), str(ENCODINGS.get(choices.encoding, "")) if choices.encoding else ""),
        (gettext("Column separator"), str(DELIMITERS.get(choices.delimiter, "")) if choices.delimiter else ""),
        (gettext("Layout"), choices.mapping),
        (gettext("Columns"), columns_in_words(resource, choices)),
        (gettext("For every row"), ", ".join(f"{label(resource, n)}: {text}" for n, text in choices.constants.items())),
        (gettext("Prefix"), choices.key_prefix),
        (gettext("Numbers"), ", ".join(format_in_words(resource, *entry) for entry in choices.formats.items())),
    ]
    found += rules_in_words(choices.rules)
    return [(what, how) for what, how in found if how]


def columns_in_words(resource, choices: Choices) -> str:
    """`Artikelnummer → SKU, Bezeichnung → Name`."""
    columns = choices.columns or {}
    return ", ".join(f"{name} → {label(resource, target.removeprefix(APPENDED))}" for name, target in columns.items())


def label(resource, name: str) -> str:
    return resource.label_of(name) if name in resource.kinds() else name


def format_in_words(resource, name: str, format: list[str]) -> str:
    decimal, thousands, currency = (*format, "", "", "")[:3]
    return f"{label(resource, name)}: 1{thousands}234{decimal}50 {currency}".strip()


def described(layout: Layout) -> dict[str, Any]:
    """How a file was read, for a program."""
    sheet = layout.sheet
    return {
        "sheet": sheet.name,
        "encoding": sheet.encoding,
        "delimiter": sheet.delimiter,
        "header_row": layout.table.header_line,
        "formats": {
            name: None
            if isinstance(found, Undecided)
            else f"1{found.thousands}234{found.decimal}50 {found.currency}".strip()
            for name, found in layout.formats.items()
        },
    }


def rules_in_words(chosen: dict[str, str]) -> list[tuple[str, str]]:
    """The rules that are other than usual."""
    return [
        (str(rule.label), str(rule.choices[chosen[name]]))
        for name, rule in RULES.items()
        if chosen.get(name) in rule.choices and chosen[name] != rule.default
    ]
