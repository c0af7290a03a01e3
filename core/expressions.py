"""SQL expressions without parameters, so that SQLite too finds the index that is made of them."""

from django.db.models import CharField, Func


class NullIfBlank(Func):
    """NULL in place of a blank text."""

    template = "NULLIF(%(expressions)s, '')"
    output_field = CharField()


class BlankIfNull(Func):
    """A blank text in place of NULL."""

    template = "COALESCE(%(expressions)s, '')"
    output_field = CharField()
