"""What is said in the language of whoever reads, and what in the firm's."""

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import get_language_bidi, override


def in_firms_language(text) -> str:
    """A lazy text in the firm's language (LANGUAGE_CODE): for what is stored and read by everybody later."""
    with override(settings.LANGUAGE_CODE):
        return str(text)


def left_to_right(text: str) -> str:
    """The same text for a page that runs from right to left, where a sign or a currency would change sides."""
    return f"\u2066{text}\u2069" if get_language_bidi() else text


def format_change(number: int) -> str:
    """So many pieces more or fewer, as people read it: `+12`, `−1,200`, and `0`."""
    sign = "+" if number > 0 else "−" if number < 0 else ""
    return left_to_right(f"{sign}{format_count(abs(number))}")


def format_count(number: int) -> str:
    """A number of pieces or records as people read it: `12,345`."""
    return number_format(number, use_l10n=True, force_grouping=True)
