"""Small spreadsheets that would become large, or fetch something, when they are read."""

import re
import subprocess
import sys

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from core.spreadsheets import child, reading
from core.spreadsheets.reading import UnreadableFile, read_sheet
from tests.attacks import ATTACKS, READ

OPTIONS = {"stock_mode": "keep"}
QUICK = [name for name in ATTACKS if name.endswith(("laughing", "fetching", "repeating", "30,000,000", "of spaces"))]


def outcome(attack, folder) -> str:
    path = folder / attack.name
    path.write_bytes(attack.data())
    assert path.stat().st_size < 700_000
    try:
        read_sheet(path, name=attack.name)
    except UnreadableFile as error:
        return str(error)
    return READ


@pytest.mark.parametrize("name", QUICK)
def test_a_spreadsheet_that_declares_or_claims_too_much_is_refused_in_a_sentence(name, tmp_path):
    assert re.search(ATTACKS[name].sentence, outcome(ATTACKS[name], tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(ATTACKS.keys() - QUICK))
def test_a_bomb_is_refused_in_a_sentence_within_the_limits(name, tmp_path):
    """The limits are those of the process that reads (see below)."""
    assert re.search(ATTACKS[name].sentence, outcome(ATTACKS[name], tmp_path))


@pytest.mark.django_db
@pytest.mark.parametrize("model", ["inventory_product", "accounts_customer"])
def test_the_import_page_says_so_at_its_field(as_admin, model):
    upload = SimpleUploadedFile("x.ods", ATTACKS["ods laughing"].data())
    page = as_admin.post(reverse(f"admin:{model}_import"), {"file": upload, **OPTIONS})
    assert "damaged" in str(page.context["form"].errors["file"])


def in_process(code: str) -> subprocess.CompletedProcess:
    """Run a line with the limits of the process that reads."""
    start = f"import sys; sys.argv=['x']; exec(open({child.__file__!r}).read().replace('__main__', '__none__')); "
    path = f"import sys; sys.path.insert(0, {str(reading.__file__).rpartition('/core/')[0]!r}); "
    command = [sys.executable, "-I", "-S", "-c", path + start + "limit_resources(); " + code]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere memory is bounded by what is read only")
def test_the_process_that_reads_gets_no_more_than_512_mb():
    assert "MemoryError" in in_process("x = bytearray(512 * 1024 * 1024)").stderr
    assert in_process("x = bytearray(300 * 1024 * 1024); print(len(x))").stdout


def test_a_process_that_dies_or_never_answers_is_a_sentence(tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    path = tmp_path / "list.csv"
    path.write_text("sku\nA1\n")
    monkeypatch.setattr(child, "__file__", str(script))
    for code in (
        "import os; os.abort()",
        'print(\'{"kind": "csv", "sheets": [], "remarks": []}\')',
        "print('{\"cut', end='')",
    ):
        script.write_text(code)
        with pytest.raises(UnreadableFile, match="took too long"):
            read_sheet(path, name="list.csv")
    monkeypatch.setattr(reading, "MAX_SECONDS", 0.2)
    script.write_text("import time; time.sleep(60)")
    with pytest.raises(UnreadableFile, match="took too long"):
        read_sheet(path, name="list.csv")
