"""Numbers in a text that lead to the page of what they name, whichever app it belongs to."""

import re

from django.urls import reverse
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

REFERENCES: dict[str, str] = {}  # by pattern: the name of the view that takes what matched


def register_reference(pattern: str, view: str) -> None:
    """Let everything in a text that matches the pattern lead to this view."""
    REFERENCES[pattern] = view


def link_references(text: str) -> SafeString:
    """The text, escaped, with a link around each reference."""
    parts = []
    for index, part in enumerate(re.split(f"({'|'.join(REFERENCES)})", text) if REFERENCES else [text]):
        if index % 2:
            view = next(view for pattern, view in REFERENCES.items() if re.fullmatch(pattern, part))
            classes = "text-primary-600 underline whitespace-nowrap dark:text-primary-500"
            part = format_html('<a class="{}" href="{}">{}</a>', classes, reverse(view, args=[part]), part)
        parts.append(conditional_escape(part))
    return mark_safe("".join(parts))  # noqa: S308 (each part is escaped)
