"""A text that is not Unicode is read in the encoding that it was written in, or somebody is asked: never wrongly."""

import random
import re

import pytest

from core.imports.letters import telling_words
from core.imports.synonyms.customers import CUSTOMER
from core.imports.synonyms.products import PRODUCT
from core.spreadsheets.encodings import Undecided, decode
from tests.lists import FRENCH

WESTERN = ("cp1252", "cp850", "mac_roman")
ENCODINGS = {
    "de": WESTERN, "fr": WESTERN, "es": WESTERN, "pt": WESTERN, "it": WESTERN, "ru": ("cp1251", "koi8_r", "cp866"),
    "ar": ("cp1256",), "ja": ("cp932",), "zh": ("gb18030", "big5"),
}  # fmt: skip


def headers_in(language: str) -> list[str]:
    """The names of columns that we know in a language."""
    lines = [line.strip() for fields in (PRODUCT, CUSTOMER) for names in fields.values() for line in names.splitlines()]
    names = [line.removeprefix(language) for line in lines if line.startswith(f"{language} ")]
    return [name.strip() for line in names for name in re.split(r"[|+]", line) if name.strip()]


@pytest.mark.parametrize(("language", "encoding"), [(lang, codec) for lang in ENCODINGS for codec in ENCODINGS[lang]])
def test_headers_are_never_read_wrongly_and_hardly_ever_asked_about(language, encoding):
    chance, names = random.Random(language), headers_in(language)
    asked = tried = 0
    while tried < 30:
        text = f"A;{';'.join(chance.sample(names, 3))}\n1;{chance.choice(names)};2\n"
        data = text.encode(encoding, errors="replace")
        if text.isascii() or data.decode(encoding) != text:
            tried += 0.2  # few of the names have such letters
            continue
        tried += 1
        try:
            assert decode(data, words=telling_words()).text == text
        except Undecided:
            asked += 1
    assert asked <= tried / 3


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Artikelnummer;Bezeichnung;Größe\n1;Hose;XL\n", "cp1252"),
        ("Artikelnummer;Bezeichnung;Größe\n1;Hose;XL\n", "cp850"),
        ("Artikelnummer;Bezeichnung;Preis\n1;Größe XL;3\n", "mac_roman"),
        ("Código;Nombre\nA;B\n", "mac_roman"),
        ("Indeks;Ilość\nA;1\n", "cp1250"),
        ("Art. nº;Preço\nA;1\n", "cp1252"),
        ("sku;Wert €\nA;1\n", "cp1252"),
        ("编号;单位\n1;个\n", "gb18030"),
    ],
)
def test_a_word_that_headers_have_decides(text, encoding):
    assert decode(text.encode(encoding), words=telling_words()).text == text


def test_without_such_a_word_somebody_is_asked():
    with pytest.raises(Undecided):
        decode("Artikelnummer;Bezeichnung;Größe\n1;Hose;XL\n".encode("mac_roman"))


@pytest.mark.parametrize("data", [b"a,b,c\n\x00,2,3\n", b"a,b,c\n\x00\n2,3\n", b"a,b\n\x00\n", b"\x00a,b\n1,2\n"])
def test_a_stray_zero_byte_makes_no_utf_16(data):
    assert decode(data).text == data.decode()


MIXED = FRENCH.encode("cp1252") + "A4;Crème;1,20\n".encode()


def test_a_line_in_utf_8_is_named_whether_the_encoding_was_found_or_chosen():
    assert decode(MIXED).spoilt == decode(MIXED, "cp1252").spoilt == [5]
