"""How text is looked for in any table."""

from collections.abc import Sequence

from django.db.models import Case, IntegerField, Q, Value, When

from core.prepared import Slot
from core.search_index import SHORTEST

MAX_WORDS = 10


def first_words(text: str) -> str:
    """The first ten words: whoever looks for more finds the same, and each word costs the database a comparison."""
    return " ".join(text.split()[:MAX_WORDS])


def every_word(text, *fields: str) -> Q:
    """Records in which each word of the text (of the first ten) is part of one of these fields.

    A text of nothing but words of one or two letters, which no index serves, is one with which a field begins.
    """
    words = text.split()[:MAX_WORDS]
    found = Q()
    for word in words:
        found &= any_field(word, fields, lookup_for(words))
    return found


def lookup_for(words: Sequence) -> str:
    return "holds" if any(map(is_long, words)) else "istartswith"


def any_field(word, fields: Sequence[str], lookup: str) -> Q:
    """Records in which the word is part of one of these fields."""
    anywhere = Q()
    for field in fields:
        anywhere |= Q(**{f"{field}__{lookup}": word})
    return anywhere


def is_long(word) -> bool:
    return len(word.example if isinstance(word, Slot) else word) >= SHORTEST


def rank(*, exact: Q, close: Q) -> Case:
    """How well a record that was found matches: 0 exactly, 1 closely, 2 somehow."""
    return Case(When(exact, then=Value(0)), When(close, then=Value(1)), default=Value(2), output_field=IntegerField())
