"""Words of headers that tell by their letters which encoding a text is in."""

import re
from collections.abc import Iterator
from functools import cache

from core.imports.synonyms.customers import CUSTOMER
from core.imports.synonyms.products import PRODUCT
from core.imports.synonyms.words import GROSS, NOUNS, OTHERS, TAX, TELLING, UNITS

WORD = re.compile(r"[^\W\d_]+")


@cache
def telling_words() -> tuple[str, ...]:
    """The words with letters beyond ASCII of all the headers that we know, unless they are so short as to be chance."""
    named = [names for fields in (PRODUCT, CUSTOMER) for names in fields.values()]
    joined = [patterns for nouns in NOUNS.values() for patterns in nouns.values()]
    words = {word for text in (*named, *joined, TAX, GROSS, UNITS, OTHERS) for word in words_in(text)}
    long = {word for word in words if len(word) >= (2 if word > "\u2fff" else 3)}
    return tuple(sorted(long | set(words_in(TELLING))))


def words_in(text: str) -> Iterator[str]:
    return (word for word in WORD.findall(text.casefold()) if not word.isascii())
