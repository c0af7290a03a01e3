"""Small files that would take gigabytes or minutes, or fetch something, if they were read like others."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from tests.raw_sheets import ods_members, ods_row, packed, text_row, xlsx_members

DAMAGED, TOO_LARGE, TOO_MANY = "damaged", "too large once unpacked", "more than 50,000"
TOO_MUCH = "contains too much|took too long"  # whichever limit is met first, on a slow or a fast machine
READ = "read"  # what does no harm is read, without the attack having any effect
READ_OR_NOT = f"{READ}|{TOO_MUCH}"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + number, b"&%c;" % (97 + number) * 10) for number in range(9)
)
EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">'
LONG = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">'
STYLED = '<row><c s="1"><v>7</v></c></row>'
XLSX = xlsx_members(text_row("sku", "name") + text_row("A", "MARK") + STYLED, texts=["<t>TEXT</t>"], formats=["0000"])
ODS = ods_members('<table:table table:name="x">' + ods_row("sku", "name") + ods_row("A", "MARK") + "</table:table>")
SHEET, TEXTS, STYLES, WORKBOOK = "xl/worksheets/sheet0.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
RELATIONS, CONTENT = "xl/_rels/workbook.xml.rels", "content.xml"


def changed(members: dict, member: str, place: bytes, *, pieces=b"", times=1, opening=b"", closing=b"", instead=False):
    """The spreadsheet with something before a place in a member, or instead of it: pieces, so many times."""
    content = members[member] if isinstance(members[member], bytes) else members[member].encode()
    assert place in content, member
    before, _, after = content.partition(place)
    swollen = b"".join((before, opening, pieces * times, closing, b"" if instead else place, after))
    return packed({**members, member: swollen})


def declaring(members: dict, member: str, root: bytes, document_type: bytes, entity: bytes) -> bytes:
    content = members[member].encode()
    content = content.replace(b"<" + root, document_type + b"]><" + root, 1).replace(b"MARK", entity)
    return packed({**members, member: content})


def lying(members: dict, member: str, place: bytes) -> bytes:
    """Its table of contents says that a member of 150 MB has a thousand bytes, and has the checksum of these."""
    lie = bytearray(changed(members, member, place, pieces=b"x", times=150_000_000))
    with zipfile.ZipFile(io.BytesIO(bytes(lie))) as archive, archive.open(member) as opened:
        opened._expected_crc = None
        beginning = opened.read(1000)
    entry = -1
    while (entry := lie.find(b"PK\x01\x02", entry + 1)) >= 0:
        if struct.unpack_from("<I", lie, entry + 24)[0] > 100_000_000:
            struct.pack_into("<I", lie, entry + 24, 1000)
            struct.pack_into("<I", lie, entry + 16, zlib.crc32(beginning))
    return bytes(lie)


class Attack(NamedTuple):
    """`data` makes the file; `sentence` is in what is said about it."""

    name: str
    data: Callable[[], bytes]
    sentence: str


def xlsx(sentence: str, member: str, place: bytes, **change) -> Attack:
    return Attack("x.xlsx", partial(changed, XLSX, member, place, **change), sentence)


def ods(sentence: str, place: bytes, **change) -> Attack:
    return Attack("x.ods", partial(changed, ODS, change.pop("member", CONTENT), place, **change), sentence)


ROWS, MARK, TABLE = b"</sheetData>", b"MARK", b"</table:table>"
ROW, CELL = b"<row>%s</row>", b"<c><v>1</v></c>"
DECLARED = {"laughing": (LAUGHS, b"&j;"), "fetching": (EXTERNAL, b"&e;"), "repeating": (LONG, b"&a;" * 2000)}
ATTACKS = {
    **{
        f"xlsx {name}": Attack("x.xlsx", partial(declaring, XLSX, SHEET, b"worksheet", *entity), DAMAGED)
        for name, entity in DECLARED.items()
    },
    **{
        f"ods {name}": Attack("x.ods", partial(declaring, ODS, CONTENT, b"office:document-content", *entity), DAMAGED)
        for name, entity in DECLARED.items()
    },
    "xlsx of 400 MB": xlsx(TOO_LARGE, SHEET, ROWS, pieces=b" " * 1_000_000, times=400),
    "ods of 400 MB": ods(TOO_LARGE, TABLE, pieces=b" " * 1_000_000, times=400),
    "xlsx with a text of 120 MB": xlsx(TOO_MUCH, SHEET, MARK, pieces=b"x", times=120_000_000),
    "xlsx with a shared text of 120 MB": Attack(
        "x.xlsx",
        lambda: changed(
            {**XLSX, SHEET: str(XLSX[SHEET]).replace("<c/>", "").replace("</sheetData>", SHARED)},
            TEXTS, b"TEXT", pieces=b"x", times=120_000_000,
        ),
        TOO_MUCH,
    ),
    "ods with a text of 120 MB": ods(TOO_MUCH, MARK, pieces=b"x", times=120_000_000),
    "xlsx that lies": Attack("x.xlsx", partial(lying, XLSX, SHEET, MARK), DAMAGED),
    "ods that lies": Attack("x.ods", partial(lying, ODS, CONTENT, MARK), DAMAGED),
    "xlsx, a row of 24 million cells": xlsx(
        DAMAGED, SHEET, ROWS, opening=b"<row>", pieces=b"<c/>", times=24_000_000, closing=b"</row>"
    ),
    "xlsx, 24 million cells in rows": xlsx(
        TOO_MUCH, SHEET, ROWS, pieces=ROW % (b"<c/>" * 10_000), times=2400
    ),
    "xlsx, 24 million rows": xlsx(TOO_MUCH, SHEET, ROWS, pieces=b"<row/>", times=24_000_000),
    "xlsx, row 30,000,000": xlsx(DAMAGED, SHEET, ROWS, pieces=b'<row r="30000000">' + CELL + b"</row>"),
    "xlsx, 60,000 rows": xlsx(TOO_MANY, SHEET, ROWS, pieces=ROW % CELL, times=60_000),
    "xlsx, 50,000 rows of 250 cells": xlsx(READ_OR_NOT, SHEET, ROWS, pieces=ROW % (b"<c/>" * 249 + CELL), times=50_000),
    "xlsx, styles of 90 MB": xlsx(READ_OR_NOT, STYLES, b"</cellXfs>", pieces=b'<xf numFmtId="0"/>', times=5_000_000),
    "xlsx, formats of 90 MB": xlsx(
        READ_OR_NOT, STYLES, b"</numFmts>", pieces=b'<numFmt numFmtId="9" formatCode="0"/>', times=2_500_000
    ),
    "xlsx, a format of 90 MB": xlsx(READ_OR_NOT, STYLES, b"</numFmts>", opening=b'<numFmt numFmtId="9" formatCode="',
                                    pieces=b"0", times=90_000_000, closing=b'"/>'),
    "xlsx, sheets of 90 MB": xlsx(TOO_MUCH, WORKBOOK, b"</sheets>", pieces=b'<sheet name="x"/>', times=5_000_000),
    "xlsx, names of 90 MB": xlsx(
        READ_OR_NOT, WORKBOOK, b"</workbook>", pieces=b"<definedName>A</definedName>", times=3_000_000
    ),
    "xlsx, relations of 90 MB": xlsx(
        READ_OR_NOT, RELATIONS, b"</Relationships>", times=2_200_000,
        pieces=b'<Relationship Id="q" Type="t" Target="x"/>'
    ),
    "xlsx, an attribute of 250 MB": xlsx(
        TOO_MUCH, SHEET, b"<sheetData", opening=b'<x a="', pieces=b"x", times=250_000_000, closing=b'"/>'
    ),
    "xlsx, a million texts": Attack(
        "x.xlsx",
        lambda: changed(
            {**XLSX, SHEET: str(XLSX[SHEET]).replace("</sheetData>", SHARED)},
            TEXTS, b"</sst>", pieces=b"<si><t>" + b"x" * 60 + b"</t></si>", times=1_500_000,
        ),
        TOO_MUCH,
    ),
    "xlsx, a million merged areas": xlsx(
        READ_OR_NOT, SHEET, b"</worksheet>", pieces=b'<mergeCell ref="A1:XFD1048576"/>', times=1_000_000
    ),
    "xlsx, a long text in many cells": Attack(
        "x.xlsx",
        lambda: packed({
            **XLSX,
            TEXTS: "<sst><si><t>" + "x" * 30_000 + "</t></si></sst>",
            SHEET: "<worksheet><sheetData>" + ("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>") * 300
                   + "</sheetData></worksheet>",
        }),
        TOO_MUCH,
    ),
    "ods of paragraphs": ods(TOO_MUCH, MARK, opening=b"</text:p>", pieces=b"<text:p>y</text:p>", times=12_000_000,
                             closing=b"<text:p>"),
    "ods of spaces": ods(DAMAGED, MARK, pieces=b'<text:s text:c="2000000000"/>'),
    "ods of many spaces": ods(TOO_MUCH, MARK, pieces=b'<text:s text:c="100000"/>', times=10_000),
    "ods of nested spans": ods(READ, MARK, pieces=b"<text:span>", times=200_000, closing=b"</text:span>" * 200_000),
    "ods, styles of 40 MB": ods(
        READ, b"</office:document-styles>", member="styles.xml", pieces=b"<style:style/>", times=3_000_000
    ),
    "ods, a row a billion times": ods(
        TOO_MANY, TABLE, opening=b'<table:table-row table:number-rows-repeated="999999999">',
        pieces=b"<table:table-cell><text:p>x</text:p></table:table-cell>", closing=b"</table:table-row>",
    ),
    "ods, a cell a billion times": ods(
        READ, TABLE, opening=b"<table:table-row>", closing=b"</table:table-row>",
        pieces=b'<table:table-cell table:number-columns-repeated="999999999"><text:p>x</text:p></table:table-cell>',
    ),
}  # fmt: skip
SHARED = '<row><c t="s"><v>0</v></c></row></sheetData>'
