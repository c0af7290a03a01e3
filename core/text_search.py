"""How text is looked for in any table."""

import re
from collections.abc import Sequence

from django.db.models import Case, Field, IntegerField, Q, QuerySet, Value, When
from django.db.models.lookups import In
from django.utils.text import smart_split, unescape_string_literal

from core.prepared import Slot
from core.search_index import SHORTEST

MAX_WORDS = 10
MAY_BE_A_NUMBER = re.compile(r"(?=.*[0-9])([A-Za-z]*)[A-Za-z0-9-]*")


def words_and_phrases(text: str) -> list[str]:
    """The words of what somebody looks for in a list; what stands in quotation marks is one.

    Only the first ten: whoever looks for more finds the same, and each costs the database a comparison.
    """
    bits = [bit for bit, _ in zip(smart_split(text), range(MAX_WORDS), strict=False)]
    return [unescape_string_literal(bit) if bit[0] in "\"'" and bit[0] == bit[-1] != bit else bit for bit in bits]


def every_word(text, *fields: str) -> Q:
    """Records in which each word of the text (of the first ten) is part of one of these fields.

    A text of nothing but words of one or two letters, which no index serves, is one with which a field begins.
    """
    return all_of(text.split()[:MAX_WORDS], *fields)


def all_of(words: Sequence, *fields: str, lookup: str = "") -> Q:
    """The same of words that are words already."""
    found = Q()
    for word in words:
        found &= any_field(word, fields, lookup or lookup_for(words))
    return found


def any_of(*querysets: QuerySet, lookup: str = "in") -> Q:
    """Records whose id one of these querysets of ids gives. (An OR across tables would be asked of every record.)"""
    first, *others = querysets
    return Q(**{f"pk__{lookup}": first.union(*others, all=True) if others else first})


@Field.register_lookup
class Among(In):
    """`in`, but PostgreSQL puts these ids together before anything else, and asks for no other records.

    Else, where it expects by mistake that many records have a word, it reads the table from the newest record on and
    looks for each among the ids. Good once in a query: a second list would be read through for each record.
    """

    lookup_name = "among"

    def as_postgresql(self, compiler, connection):
        column, params = self.process_lhs(compiler, connection)
        ids, ids_params = self.process_rhs(compiler, connection)
        return f"{column} = ANY(ARRAY{ids})", [*params, *ids_params]


def lookup_for(words: Sequence) -> str:
    return "holds" if any(map(is_long, words)) else "istartswith"


def for_each_row(lookup: str) -> str:
    """The same lookup without an index, for records that are found by something else."""
    return "icontains" if lookup == "holds" else lookup


def row_by_row(condition: Q) -> Q:
    """The condition in a CASE, of which a planner knows nothing: it asks no index, but each row in their order."""
    return Q(Case(When(condition, then=Value(True)), default=Value(False)))


def any_field(word, fields: Sequence[str], lookup: str) -> Q:
    """Records in which the word is part of one of these fields, or all of one that is named `…__exact`."""
    anywhere = Q()
    for field in fields:
        anywhere |= Q(**{field if field.endswith("__exact") else f"{field}__{lookup}": word})
    return anywhere


def is_long(word) -> bool:
    return len(text_of(word)) >= SHORTEST


def text_of(word) -> str:
    """The word itself, or what stands for it while SQL is written (core/prepared.py)."""
    return word.example if isinstance(word, Slot) else word


def rank(*, exact: Q, close: Q) -> Case:
    """How well a record that was found matches: 0 exactly, 1 closely, 2 somehow."""
    return Case(When(exact, then=Value(0)), When(close, then=Value(1)), default=Value(2), output_field=IntegerField())


def by_number(records: QuerySet, term: str, column: str = "number", series: str = "") -> QuerySet:
    """Records by a part of their number; the best `rank` first (people remember its end), then the latest.

    What cannot be a part of one (of this `series`) asks the database nothing: every word that is typed would read
    through all numbers.
    """
    may_be = MAY_BE_A_NUMBER.fullmatch(term)
    if not may_be or (series and not series.endswith(may_be[1].upper())):
        return records.none()
    exact, close = Q(**{f"{column}__iexact": term}), Q(**{f"{column}__iendswith": term})
    found = records.filter(**{f"{column}__holds": term})
    return found.annotate(rank=rank(exact=exact, close=close)).order_by("rank", "-pk")
