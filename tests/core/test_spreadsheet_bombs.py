"""Small spreadsheets that would become large, or fetch something, when they are read."""

import io
import struct
import time
import tracemalloc
import zipfile
import zlib
from functools import partial

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.spreadsheets.reading import UnreadableFile, read_table
from tests.files import ods, xlsx

OPTIONS = {"stock_mode": "keep"}
SHEETS = {
    "x.xlsx": xlsx(["sku", "name"], ["A", "MARK"]),
    "x.ods": ods(([("sku", 1), ("name", 1)], 1), ([("MARK", 2)], 1)),
}
DAMAGED, TOO_LARGE, OVERLOADED = "damaged", "too large once unpacked", "contains too much"
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + number, b"&%c;" % (97 + number) * 10) for number in range(9)
)


def changed(name: str, member: str, before: bytes, after: bytes) -> bytes:
    """The spreadsheet with this text in one of its members replaced."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(SHEETS[name])) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            data = old.read(each)
            if each.endswith(member):
                assert before in data, each
                data = data.replace(before, after, 1)
            new.writestr(each, data)
    return buffer.getvalue()


def declaring(name: str, member: str, root: bytes, document_type: bytes, entity: bytes) -> bytes:
    marked = changed(name, member, root, document_type + b"]>" + root)
    SHEETS["marked"] = marked
    return changed("marked", member, b"MARK", entity)


def first_thousand(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        largest = max(archive.infolist(), key=lambda member: member.compress_size)
        with archive.open(largest) as opened:
            opened._expected_crc = None
            return opened.read(1000)


def lying(name: str, member: str) -> bytes:
    """Its table of contents says that a member of 150 MB has a thousand bytes, and has the checksum of these."""
    data = bytearray(changed(name, member, b"MARK", b"x" * 150_000_000))
    place = -1
    while (place := data.find(b"PK\x01\x02", place + 1)) >= 0:
        if struct.unpack_from("<I", data, place + 24)[0] > 100_000_000:
            struct.pack_into("<I", data, place + 24, 1000)
            struct.pack_into("<I", data, place + 16, zlib.crc32(first_thousand(data)))
    return bytes(data)


EXTERNAL = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">'
LONG = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">'
SHEET, CONTENT = ("x.xlsx", "sheet1.xml", b"<worksheet"), ("x.ods", "content.xml", b"<office:document-content")
BOMBS = {
    "xlsx laughing": ("x.xlsx", partial(declaring, *SHEET, LAUGHS, b"&j;"), DAMAGED),
    "xlsx reading files": ("x.xlsx", partial(declaring, *SHEET, EXTERNAL, b"&e;"), DAMAGED),
    "xlsx repeating": ("x.xlsx", partial(declaring, *SHEET, LONG, b"&a;" * 2000), DAMAGED),
    "ods laughing": ("x.ods", partial(declaring, *CONTENT, LAUGHS, b"&j;"), DAMAGED),
    "ods reading files": ("x.ods", partial(declaring, *CONTENT, EXTERNAL, b"&e;"), DAMAGED),
    "ods repeating": ("x.ods", partial(declaring, *CONTENT, LONG, b"&a;" * 2000), DAMAGED),
    "xlsx of 120 MB": ("x.xlsx", partial(changed, *SHEET[:2], b"MARK", b"x" * 120_000_000), TOO_LARGE),
    "ods of 120 MB": ("x.ods", partial(changed, *CONTENT[:2], b"MARK", b"x" * 120_000_000), TOO_LARGE),
    "xlsx that lies": ("x.xlsx", partial(lying, *SHEET[:2]), DAMAGED),
    "ods that lies": ("x.ods", partial(lying, *CONTENT[:2]), DAMAGED),
    "ods of paragraphs": (
        "x.ods",
        partial(changed, *CONTENT[:2], b"MARK", b"<text:p>y</text:p>" * 1_000_001),
        OVERLOADED,
    ),
    "ods of spaces": ("x.ods", partial(changed, *CONTENT[:2], b"MARK", b'<text:s text:c="2000000000"/>'), OVERLOADED),
    "ods of nested spans": (
        "x.ods",
        partial(changed, *CONTENT[:2], b"MARK", b"<text:span>" * 20_000 + b"</text:span>" * 20_000),
        DAMAGED,
    ),
    "xlsx of styles": (
        "x.xlsx",
        partial(changed, "x.xlsx", "styles.xml", b"</cellXfs>", b'<xf numFmtId="0"/>' * 600_000 + b"</cellXfs>"),
        OVERLOADED,
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_is_refused_in_a_sentence_soon_and_in_little_memory(case):
    name, make, sentence = BOMBS[case]
    data = make()
    assert len(data) < 500_000
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(UnreadableFile, match=sentence):
            read_table(name, data, keys=("sku",))
        assert time.process_time() - began < 10
        assert tracemalloc.get_traced_memory()[1] < 200_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["inventory_product", "accounts_customer"])
def test_the_import_page_says_so_at_its_field(as_admin, model):
    upload = SimpleUploadedFile("x.ods", BOMBS["ods laughing"][1]())
    page = as_admin.post(reverse(f"admin:{model}_import"), {"file": upload, **OPTIONS})
    assert "damaged" in str(page.context["form"].errors["file"])


@pytest.mark.slow
def test_an_honest_sheet_of_many_rows_and_spaces_is_read():
    rows = [([("A", 1), ("two   spaces", 1), (1, 1), (2, 1)], 1) for _ in range(2000)]
    table = read_table("x.ods", ods(([("sku", 1), ("name", 1), ("a", 1), ("b", 1)], 1), *rows))
    assert len(table) == 2000
