"""Which encoding a text that is no Unicode is in, by evidence: what it reads as must look like a language."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Set
from math import log

from core.spreadsheets.alphabets import COMMON_SIGNS, FREQUENCIES

# How likely each is before anything is read, as a logarithm.
PRIORS = {
    "utf-8-sig": 0.0,
    "cp1252": 0.0, "cp1250": -1.5, "cp1251": -1.0, "cp1256": -1.0, "gb18030": -1.0, "cp932": -1.0, "cp949": -1.0,
    "big5": -1.5, "cp1253": -1.5, "cp1254": -1.5, "cp1255": -1.5, "koi8_r": -3.0, "mac_roman": -3.5, "cp850": -4.0,
    "iso8859_2": -3.5, "cp852": -4.5, "cp866": -4.0,
}  # fmt: skip
CLEAR = 4.0  # by how much the best must be more likely than the next, as a logarithm
LEAST_LIKELY = -7.5  # of a letter, on average; below it, this is none of the languages we know
SAMPLE_WORDS = 3000
KNOWN_WORD = 10.0  # how much more likely a text is for each word in it that headers have
UNKNOWN_LETTER = log(0.00005)
TOKEN = re.compile(r"[^\x00-\x20,;|\"]+")
WORD = re.compile(r"[^\W\d_]+")
SIGN = re.compile(r"[^\x00-\x7f\w]")
USUAL_SIGNS = set("€£¥®™©°²³½¼¾±×–—…’‘“”„«»•·µ№ªº§¡¿\xa0\u200c\u200e\u200f،؛؟")
BETWEEN_LETTERS = set("·\xad\u200c")
AFTER_APOSTROPHE = re.compile(  # l’eau, dell’olio, м’яч; it’s, don’t
    r"[aeiouyhàâéèêëîïôùûœæíóúüаеиіоуєїюя]|(s|t|m|d|ll|re|ve|n)(?![^\W\d_])", re.IGNORECASE
)
AFTER_LETTERS = set("’‘”“»®™©²³…·ºª–—\xa0\u200c\u200f،؛؟×")
BEFORE_LETTERS = set("’‘“„«¿¡µ№§·©–—\xa0\u200c\u200f×°•")
AFTER_DIGITS = set("°€£½¼¾²³×µ\xa0–’”“")
SCRIPTS = {
    **dict.fromkeys(("cp1251", "koi8_r", "cp866"), "CYRILLIC"),
    **dict.fromkeys(("gb18030", "big5", "cp932", "cp949"), "CJK"),
    **{"cp1253": "GREEK", "cp1255": "HEBREW", "cp1256": "ARABIC"},
}
FIRST_TABLES = {
    "gb18030": ("gb2312", 0xB0, 0xD7),
    "big5": ("big5", 0xA4, 0xC6),
    "cp932": ("cp932", 0x88, 0x97),
    "cp949": ("cp949", 0xB0, 0xC8),
}


def likelihood(text: str, encoding: str, known: Set[str] = frozenset()) -> tuple[float, int]:
    """How likely somebody is to have written this text, as a logarithm, and of how many letters that is the sum."""
    tokens = [token for token in dict.fromkeys(TOKEN.findall(text)) if not token.isascii()][:SAMPLE_WORDS]
    words = [word for token in tokens for word in WORD.findall(token)]
    letters: Counter[str] = Counter()
    total, counted = KNOWN_WORD * len({word.casefold() for word in words} & known), 0
    for word in words:
        ideographs = [sign for sign in word if sign > "\u2fff"]
        letters.update(sign for sign in word.lower() if sign <= "\u2fff")
        total += sum(rate_ideograph(sign, encoding, is_in_word=len(word) > 1) for sign in ideographs)
        total += rate_word(word)
        counted += len(word)
    alphabets = FREQUENCIES.values()
    total += max(
        sum(count * alphabet_log(alphabet, letter) for letter, count in letters.items()) for alphabet in alphabets
    )
    total -= 6 * abs(text.count("«") - text.count("»"))
    if encoding in SCRIPTS and SCRIPTS[encoding] not in {script_of(sign) for word in words for sign in set(word)}:
        total -= 6  # who writes in no other script than ours has no need of this encoding
    for before, sign, after in signs_in_context(" ".join(tokens)):
        total += rate_sign(before, sign, after)
        counted += 1
    return total, counted


def alphabet_log(alphabet: dict[str, float], letter: str) -> float:
    return log(alphabet[letter]) if letter in alphabet else UNKNOWN_LETTER


def rate_word(word: str) -> float:
    """What speaks against letters standing together (a capital after a small one, two scripts in one word) or alone."""
    rating = -3.0 if len(word) == 1 and word.isupper() and not word.isascii() else 0.0
    scripts = {script_of(sign) for sign in word}
    if len(scripts - {"CJK"}) > 1:
        rating -= 8
    for first, second in zip(word, word[1:], strict=False):
        if (first + second).isascii():
            continue
        if first.islower() and second.isupper() or first in "ńŃ" and second in "aeouyAEOUY":
            rating -= 5
        elif "CJK" in scripts and (first.islower() or second.islower()):
            rating -= 6
    return rating


def script_of(sign: str) -> str:
    if sign > "\u2fff":
        return "CJK"
    return "Latin" if sign < "\u0250" else unicodedata.name(sign, "?").partition(" ")[0]


def rate_ideograph(sign: str, encoding: str, *, is_in_word: bool) -> float:
    """Those that most words are made of, the others of each country's first table, and those that nobody uses."""
    if "\uff61" <= sign <= "\uff9f":  # half-width kana, which are one byte each
        return -5 if is_in_word else -10
    if sign in COMMON_SIGNS.get(encoding, ()):
        return -5
    if "\u3040" <= sign <= "\u30ff":
        return -4.5 if encoding == "cp932" else -9
    codec, first, last = FIRST_TABLES.get(encoding, ("ascii", 0, 0))
    try:
        code = sign.encode(codec)
    except UnicodeEncodeError:
        return -14
    return -9 if len(code) == 2 and first <= code[0] <= last else -13


def signs_in_context(text: str) -> Iterator[tuple[str, str, str]]:
    """Every sign beyond ASCII that is no letter, between its neighbour and those that follow."""
    for found in SIGN.finditer(text):
        place = found.start()
        yield text[max(place - 1, 0) : place], found[0], text[place + 1 : place + 4]


def rate_sign(before: str, sign: str, rest: str) -> float:
    after = rest[:1]
    if "\u3000" <= sign <= "\u303f" or "\uff00" <= sign <= "\uff60":
        return -9 if (before + after).isascii() and (before + after).isalpha() else -5.5
    if sign in USUAL_SIGNS:
        if before in ("n", "N") and sign in "º°" and not after.isalpha():  # the number sign of half of Europe
            return -1.5
        if sign in "،؛؟" and "" < before < "\u0250" and before.isalpha():
            return -9
        if before.isalpha() and after.isalpha():
            is_usual = AFTER_APOSTROPHE.match(rest) if sign == "’" else sign in BETWEEN_LETTERS
            return -3.5 if is_usual else -9
        if sign in "…’‘" and not (before + after).strip():  # they stand beside something
            return -6.5
        if (before.isalpha() and sign not in AFTER_LETTERS) or (after.isalpha() and sign not in BEFORE_LETTERS):
            return -9
        return -1.5 if before.isdigit() and sign in AFTER_DIGITS else -3.5
    category = unicodedata.category(sign)
    if category.startswith("M"):
        return -12 if before < "\u0250" else -4  # of another script than the letter it stands on
    if category in ("Co", "Cn"):  # what no font shows
        return -25
    is_frame = "\u2500" <= sign <= "\u259f"
    return -14 if is_frame or category.startswith("C") else -10
