"""What is said in the language of whoever reads, and what in the firm's."""

from django.conf import settings
from django.utils.formats import number_format
from django.utils.translation import override


def in_firms_language(text) -> str:
    """A lazy text in the firm's language (LANGUAGE_CODE): for what is stored and read by everybody later."""
    with override(settings.LANGUAGE_CODE):
        return str(text)


def format_count(number: int) -> str:
    """A number of pieces or records as people read it: `12,345`."""
    return number_format(number, use_l10n=True, force_grouping=True)
