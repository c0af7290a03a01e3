"""What each attack on the reader costs: `python tests/bench/spreadsheet_attacks.py [PART OF A NAME]`."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

import django  # noqa: E402

django.setup()

from core.spreadsheets import child  # noqa: E402
from core.spreadsheets.reading import UnreadableFile, read_sheet  # noqa: E402
from tests.attacks import ATTACKS, READ  # noqa: E402


def peak(path: Path) -> str:
    """The memory that the process which reads says it has held."""
    command = [sys.executable, "-I", "-S", child.__file__, json.dumps({"path": str(path), "name": path.name})]
    lines = subprocess.run(command, stdout=subprocess.PIPE).stdout.splitlines()
    return f"{json.loads(lines[-1])['peak'] // 2**20} MB" if lines else "its limit"


def measure(name: str, path: Path) -> str:
    path.write_bytes(ATTACKS[name].data())
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        read_sheet(path, name=path.name)
        said = READ
    except UnreadableFile as error:
        said = str(error)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    size, wall = path.stat().st_size // 1000, time.monotonic() - began
    return f"{name:38} {size:4} kB  {processor:5.1f} s processor {wall:5.1f} s  {peak(path):>9}  {said}"


with tempfile.TemporaryDirectory() as folder:
    for attack in ATTACKS:
        if not sys.argv[1:] or sys.argv[1] in attack:
            print(measure(attack, Path(folder) / ATTACKS[attack].name), flush=True)
