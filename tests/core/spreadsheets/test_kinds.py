"""What is no list is told by its own name, whatever the file's name ends in."""

import pytest

from core.spreadsheets.encodings import Undecided, decode
from core.spreadsheets.reading import EncodingUndecided, UnreadableFile, read_sheet
from core.spreadsheets.sheet import record_numbers
from tests.lists import EXAMPLES, FRENCH
from tests.raw_sheets import packed

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("list.csv", b"", "The file is empty"),
        ("list.xlsx", COMPOUND + "EncryptedPackage".encode("utf-16-le"), "protected with a password"),
        ("list.xls", COMPOUND + "Workbook".encode("utf-16-le"), r"old Excel file \(.xls\)"),
        ("list.xls", COMPOUND + "WordDocument".encode("utf-16-le"), "text document"),
        ("list.ods", packed({"content.xml": "x", "META-INF/manifest.xml": "<encryption-data/>"}), "with a password"),
        ("list.xlsx", packed({"xl/workbook.bin": "x"}), "binary Excel file"),
        ("list.xlsx", packed({"word/document.xml": "x"}), "text document"),
        ("list.numbers", packed({"Index/Document.iwa": "x"}), "Apple Numbers"),
        ("list.zip", packed({"list.csv": "sku"}), "packed file"),
        ("list.csv", b"\x1f\x8b\x08", "packed file"),
        ("list.csv", b"%PDF-1.7", "This is a PDF"),
        ("list.xlsx", b"\x89PNG\r\n\x1a\n", "This is a picture"),
        ("list.csv", b"\xff\xd8\xff\xe0", "This is a picture"),
        ("list.xls", b"<html><table><tr><td>sku</td></tr></table></html>", "This is a web page"),
        ("list.xls", b'<?xml version="1.0"?><Workbook/>', "This is an XML file"),
        ("list.xlsx", b"sku,name\n", "list.xlsx is not a spreadsheet, although its name says so"),
        ("list.csv", bytes(range(256)) * 40, "not a text file"),
    ],
)
def test_what_is_no_list_is_told_by_its_name(name, data, sentence, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match=sentence):
        read_sheet(path, name=name)


def test_a_sheet_is_wanted_by_its_name(tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(EXAMPLES["the second sheet, behind an empty and a hidden one"].data)
    sheet = read_sheet(path, name="list.xlsx", sheet="Sheet2")
    assert [row.cells for row in sheet.rows] == [["SKU", "Name", "Price"], ["old"]]
    assert [(each.name, each.hidden, each.is_empty) for each in sheet.sheets] == [
        ("Sheet1", False, True),
        ("Sheet2", True, False),
        ("Sheet3", False, False),
    ]
    with pytest.raises(UnreadableFile, match="no sheet “Sheet9”"):
        read_sheet(path, name="list.xlsx", sheet="Sheet9")


def test_where_the_evidence_leaves_a_choice_the_same_lines_are_shown_in_each_encoding(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes("sku,name\n1,Café\n2,tea\n".encode("mac_roman"))
    with pytest.raises(EncodingUndecided, match="read in several ways") as undecided:
        read_sheet(path, name="list.csv")
    shown = dict(undecided.value.candidates)
    assert (shown["mac_roman"], shown["cp1252"]) == (["1,Café"], ["1,CafŽ"])
    assert read_sheet(path, name="list.csv", encoding="mac_roman").rows[1].cells == ["1", "Café"]


def test_a_chosen_encoding_that_the_file_is_not_in_is_refused(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(FRENCH.encode("cp1252"))
    with pytest.raises(UnreadableFile, match=r"not text in the encoding Unicode \(UTF-8\)"):
        read_sheet(path, name="list.csv", encoding="utf-8-sig")


def test_lines_in_another_encoding_are_named(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(EXAMPLES["two encodings in one file"].data)
    assert read_sheet(path, name="list.csv").remarks == [("mixed_encoding", {"lines": [4], "count": 1})]


@pytest.mark.parametrize("text", ["1,Şurup\n", "1,köñ\n"])
def test_a_single_odd_word_is_never_taken_for_another_without_a_question(text):
    try:
        assert decode(text.encode("cp1254")).text == text
    except Undecided as undecided:
        assert len(undecided.candidates) > 1


def test_records_have_numbers_besides_their_lines(tmp_path):
    path = tmp_path / "list.csv"
    path.write_bytes(b'sku,name\nA,"two\nlines"\nB,x\n\nC,y\n')
    rows = read_sheet(path, name="list.csv").rows
    assert [row.line for row in rows] == [1, 2, 4, 6]
    assert record_numbers(rows) == {1: 1, 2: 2, 4: 3, 6: 5}


def test_what_was_read_is_kept_for_whoever_asks_the_same_again(tmp_path):
    path, kept = tmp_path / "list.xlsx", tmp_path / "list.sheet"
    path.write_bytes(EXAMPLES["the second sheet, behind an empty and a hidden one"].data)
    found = read_sheet(path, name="list.xlsx", kept=kept)
    other = read_sheet(path, name="list.xlsx", sheet="Sheet2", kept=tmp_path / "other.sheet")
    path.write_bytes(b"")
    assert read_sheet(path, name="list.xlsx", kept=kept) == found
    assert read_sheet(path, name="list.xlsx", sheet="Sheet3", kept=kept) == found  # which is the one that was found
    with pytest.raises(UnreadableFile):
        read_sheet(path, name="list.xlsx", sheet="Sheet2", kept=kept)
    assert other.name == "Sheet2"


def test_nothing_is_kept_that_is_very_long_or_for_which_there_is_no_room(tmp_path, monkeypatch):
    path = tmp_path / "list.csv"
    path.write_text("sku,name\nA,x\n")
    monkeypatch.setattr("core.spreadsheets.reading.MAX_KEPT", 10)
    assert read_sheet(path, name="list.csv", kept=tmp_path / "a.sheet").rows
    assert read_sheet(path, name="list.csv", kept=tmp_path / "no such folder" / "a.sheet").rows
    assert [file.name for file in tmp_path.iterdir()] == ["list.csv"]
