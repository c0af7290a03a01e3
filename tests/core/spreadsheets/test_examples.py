"""Lists as people bring them: which sheet, encoding and separator each is read with, and the table that is in it."""

import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.spreadsheets.child import read_file
from core.spreadsheets.encodings import Undecided
from core.spreadsheets.reading import SENTENCES, read_sheet
from core.spreadsheets.sheet import Refused
from core.spreadsheets.tables import find_table
from tests.lists import EXAMPLES, KNOWN


def write(folder, example):
    path = folder / example.file
    path.write_bytes(example.data)
    return path


def plain(cells):
    return [cell if cell is None or isinstance(cell, str) else str(cell) for cell in cells]


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_list_is_read_as_it_comes(name, tmp_path):
    example = EXAMPLES[name]
    sheet = read_file(write(tmp_path, example), name=example.file)
    table, expected = find_table(sheet, KNOWN), example.expected
    assert (sheet.kind, sheet.name, sheet.encoding, sheet.delimiter) == (
        expected.kind,
        expected.sheet,
        expected.encoding,
        expected.delimiter,
    )
    assert (table.header_line, table.headers, len(table.rows)) == (
        expected.header_line,
        expected.headers,
        expected.rows,
    )
    assert (table.skipped, table.ragged, table.categories) == (expected.skipped, expected.ragged, expected.categories)
    assert all(len(row.cells) == len(table.headers) for row in table.rows)
    if expected.first:
        assert plain(table.rows[0].cells) == expected.first


@pytest.mark.parametrize(
    "name", ["in cp1251", "what formats show", "OpenDocument: notes, spaces, formats, hidden rows, spans"]
)
def test_the_reading_process_brings_the_same_as_the_readers_do(name, tmp_path):
    example = EXAMPLES[name]
    path = write(tmp_path, example)
    assert read_sheet(path, name=example.file) == read_file(path, name=example.file)


def mutated(data: bytes, changes: list[tuple[int, int, bytes]]) -> bytes:
    """The file with some of its bytes taken away and others put there."""
    for place, taken, put in changes:
        place %= len(data) + 1
        data = data[:place] + put + data[place + taken :]
    return data


CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from([0, 1, 2, 50, 5000]), st.binary(max_size=6)),
    min_size=1,
    max_size=4,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(EXAMPLES)), CHANGES)
def test_whatever_happens_to_a_file_it_is_read_or_refused_in_words(tmp_path, name, changes):
    path = tmp_path / EXAMPLES[name].file
    path.write_bytes(mutated(EXAMPLES[name].data, changes))
    try:
        find_table(read_file(path, name=path.name), KNOWN)
    except Refused as refusal:
        assert refusal.code in SENTENCES
    except Undecided as question:
        assert len(question.candidates) >= 1


MEMBERS = re.compile(rb">[^<]*<|\"[^\"]*\"")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.sampled_from(sorted(name for name in EXAMPLES if EXAMPLES[name].expected.kind != "csv")), st.data())
def test_whatever_stands_inside_a_spreadsheet_it_is_read_or_refused_in_words(tmp_path, name, data):
    """Values and texts of its XML replaced by others, so that the file is sound and what it says is not."""
    from tests.raw_sheets import packed, unpacked

    members = unpacked(EXAMPLES[name].data)
    member = data.draw(st.sampled_from(sorted(members)))
    places = [found.span() for found in MEMBERS.finditer(members[member])]
    if places:
        start, end = data.draw(st.sampled_from(places))
        value = data.draw(
            st.sampled_from(["", "-1", "0", "99999999999", "1e999", "nan", "A0", "XFE1", "s", "x:y", "١"])
        )
        content = members[member]
        members[member] = content[: start + 1] + value.encode() + content[end - 1 :]
    path = tmp_path / EXAMPLES[name].file
    path.write_bytes(packed(members))
    try:
        find_table(read_file(path, name=path.name), KNOWN)
    except Refused as refusal:
        assert refusal.code in SENTENCES
