"""How text is looked for in any table."""

from django.db.models import Case, IntegerField, Q, Value, When

MAX_WORDS = 10


def first_words(text: str) -> str:
    """The first ten words: whoever looks for more finds the same, and each word costs the database a comparison."""
    return " ".join(text.split()[:MAX_WORDS])


def every_word(text: str, *fields: str) -> Q:
    """Records in which each word of the text (of the first ten) is part of one of these fields."""
    found = Q()
    for word in first_words(text).split():
        anywhere = Q()
        for field in fields:
            anywhere |= Q(**{f"{field}__icontains": word})
        found &= anywhere
    return found


def rank(*, exact: Q, close: Q) -> Case:
    """How well a record that was found matches: 0 exactly, 1 closely, 2 somehow."""
    return Case(When(exact, then=Value(0)), When(close, then=Value(1)), default=Value(2), output_field=IntegerField())
