"""Which encoding a text is in, by evidence: what it reads as must look like a language, or somebody is asked."""

import codecs
import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from core.spreadsheets.sheet import Refused

BYTE_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n|\Z)")
ASCII = bytes([*b"\0\t\n\r", *range(0x20, 0x7F)])
BACKSLASHES = {"cp932": "¥", "cp949": "₩"}  # what stands there on every Japanese and Korean screen
BACKSLASH_OF_A_PRICE = re.compile(r"(?<![\w:\\/.])\\(?=\d)")
BAD_LINES = 20  # one line in so many may be spoilt; in a file of two encodings, half of them
SAMPLE_LINES, SHOWN_LINES, SHOWN_LENGTH, SHOWN_CANDIDATES = 5000, 5, 200, 5


class Decoded(NamedTuple):
    """A text, its encoding, and the numbers of the lines that are in another."""

    text: str
    encoding: str
    spoilt: list[int]


class Undecided(Exception):
    """More than one encoding reads well: `candidates` are they, likeliest first, with the same lines in each."""

    def __init__(self, candidates: list[tuple[str, list[str]]]):
        super().__init__()
        self.candidates = candidates


def decode(data: bytes, encoding: str = "", words: Collection[str] = ()) -> Decoded:
    """The text of a file, in the given encoding or the one that it is found to be in. Raises Refused, Undecided.

    `words` are such as headers have: where they stand in a text, it is read right.
    """
    if not encoding:
        if marked := with_mark(data) or unmarked_utf16(data):
            return marked
        try:
            return Decoded(data.decode("utf-8"), "utf-8-sig", [])
        except UnicodeDecodeError:
            pass
    lines = BYTE_LINE.findall(data)
    if encoding.startswith("utf-16"):
        return decode_utf16(data)
    found = in_chosen_encoding(lines, encoding) if encoding else by_evidence(lines, words)
    if sign := BACKSLASHES.get(found.encoding):
        found = found._replace(text=BACKSLASH_OF_A_PRICE.sub(sign, found.text))
    return found


def with_mark(data: bytes) -> Decoded | None:
    """What begins with a byte order mark says itself what it is."""
    if data.startswith(codecs.BOM_UTF8):
        try:
            return Decoded(data.decode("utf-8-sig"), "utf-8-sig", [])
        except UnicodeDecodeError:
            return with_spoilt_lines(BYTE_LINE.findall(data), "utf-8-sig")
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return Decoded(data.decode("utf-32", errors="replace"), "utf-32", [])
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return decode_utf16(data)
    return None


def decode_utf16(data: bytes) -> Decoded:
    """UTF-16 with a mark, else in the order of bytes that has the ends of its lines."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    elif found := unmarked_utf16(data):
        return found
    else:
        raise Refused("other_encoding", encoding="utf-16")
    spoilt = [number for number, line in enumerate(re.split("\r\n|\r|\n", text), 1) if "\ufffd" in line]
    return Decoded(text, "utf-16", spoilt)


def unmarked_utf16(data: bytes) -> Decoded | None:
    """UTF-16 without a mark: every second byte of what all lists have, ends of lines and separators, is zero.

    A stray zero byte in a text of ASCII is none: there it would be every second byte of all.
    """
    if len(data) < 4 or b"\x00" not in data:
        return None
    least = 0.1 if data.translate(None, ASCII) else 0.9
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if zeros.count(0) < least * len(zeros):
            continue
        try:
            text = data[: len(data) // 2 * 2].decode(encoding)
        except UnicodeDecodeError:
            continue
        odd = sum(
            1 for sign in text[:5000] if unicodedata.category(sign) in ("Cc", "Cn", "Co") and sign not in "\r\n\t"
        )
        ends = text.count("\n") + text.count("\r")
        may_be_ends = data.count(b"\n") + data.count(b"\r")
        if odd == 0 and 2 * ends >= max(may_be_ends, 1):
            return Decoded(text, "utf-16", [])
    return None


def with_spoilt_lines(lines: list[bytes], encoding: str) -> Decoded:
    """The text with U+FFFD in the lines that are in another encoding."""
    spoilt, texts = [], []
    for number, line in enumerate(lines, 1):
        try:
            texts.append(line.decode(encoding))
        except UnicodeDecodeError:
            spoilt.append(number)
            texts.append(line.decode(encoding, errors="replace"))
    return Decoded("".join(texts), encoding, spoilt)


def in_chosen_encoding(lines: list[bytes], encoding: str) -> Decoded:
    decoded = with_spoilt_lines(lines, encoding)
    foreign = sum(1 for line in lines if not line.isascii())
    if len(decoded.spoilt) * 2 > foreign:
        raise Refused("other_encoding", encoding=encoding)
    others = utf8_lines(lines, encoding)
    return decoded._replace(spoilt=sorted({*decoded.spoilt, *others})) if len(others) * 2 <= foreign else decoded


def is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def by_evidence(lines: list[bytes], words: Collection[str]) -> Decoded:
    """The text in the encoding in which it looks most like a language. Raises Undecided if another comes near."""
    foreign = [line for line in lines if not line.isascii()]
    sample = foreign[:: max(1, len(foreign) // SAMPLE_LINES)]
    from core.spreadsheets.evidence import CLEAR, LEAST_LIKELY, PRIORS, likelihood

    rated: dict[str, tuple[float, float, str]] = {}  # by text: likelihood, that of a letter, encoding
    for encoding, prior in PRIORS.items():
        decoded = with_spoilt_lines(sample, encoding)
        if len(decoded.spoilt) * (2 if encoding == "utf-8-sig" else BAD_LINES) > len(sample):
            continue
        rating, letters = likelihood(decoded.text, encoding, frozenset(words))
        rating += prior - 10 * len(decoded.spoilt)
        if decoded.text not in rated or rated[decoded.text][0] < rating:
            rated[decoded.text] = (rating, rating / max(letters, 1), encoding)
    ranking = sorted(rated.values(), reverse=True)
    if not ranking:
        raise Refused("not_text")
    is_clear = len(ranking) == 1 or ranking[0][0] - ranking[1][0] >= CLEAR
    if is_clear and ranking[0][1] > LEAST_LIKELY:
        decoded = with_spoilt_lines(lines, ranking[0][2])
        return Decoded(decoded.text, decoded.encoding, sorted({*decoded.spoilt, *utf8_lines(lines, ranking[0][2])}))
    shown = [encoding for _, _, encoding in ranking[:SHOWN_CANDIDATES]]
    raise Undecided([(encoding, shown_lines(foreign, shown, encoding)) for encoding in shown])


def utf8_lines(lines: list[bytes], encoding: str) -> list[int]:
    """The lines that are UTF-8 in the midst of another encoding, which would read `CafÃ©` there."""
    if encoding in ("utf-8-sig", "gb18030", "big5", "cp932", "cp949"):  # a few of whose characters may be both
        return []
    return [number for number, line in enumerate(lines, 1) if not line.isascii() and is_utf8(line)]


def shown_lines(foreign: list[bytes], candidates: list[str], encoding: str) -> list[str]:
    """Lines in which the candidates differ, as they read in this one."""
    differing = []
    for line in foreign[:SAMPLE_LINES]:
        if len({line.decode(candidate, errors="replace") for candidate in candidates}) > 1:
            differing.append(line)
        if len(differing) == SHOWN_LINES:
            break
    return [line.decode(encoding, errors="replace").strip()[:SHOWN_LENGTH] for line in differing]
