"""Files that people bring, read in a process of their own, and the sentences for those that cannot be read."""

import errno
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Any

from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.exceptions import BusinessError
from core.i18n import format_count
from core.spreadsheets import child
from core.spreadsheets.sheet import MAX_ROWS, Sheet, SheetName, SheetRow

logger = logging.getLogger(__name__)
MAX_SECONDS = 25
MAX_ANSWER = 200 * 1024 * 1024
MAX_KEPT = 50 * 1024 * 1024
SHARED_LENGTH = 40  # texts up to this length are kept once, however often they stand in the list

ENCODINGS = {
    "": _("Detect automatically"),
    "utf-8-sig": _("Unicode (UTF-8)"),
    "utf-16": _("Unicode (UTF-16)"),
    "cp1252": _("Western European (Windows-1252)"),
    "mac_roman": _("Western European (Mac Roman)"),
    "cp850": _("Western European (DOS 850)"),
    "cp1250": _("Central European (Windows-1250)"),
    "iso8859_2": _("Central European (ISO 8859-2)"),
    "cp852": _("Central European (DOS 852)"),
    "cp1251": _("Cyrillic (Windows-1251)"),
    "koi8_r": _("Cyrillic (KOI8-R)"),
    "cp866": _("Cyrillic (DOS 866)"),
    "cp1253": _("Greek (Windows-1253)"),
    "cp1254": _("Turkish (Windows-1254)"),
    "cp1255": _("Hebrew (Windows-1255)"),
    "cp1256": _("Arabic (Windows-1256)"),
    "gb18030": _("Chinese, simplified (GB18030)"),
    "big5": _("Chinese, traditional (Big5)"),
    "cp932": _("Japanese (Shift-JIS)"),
    "cp949": _("Korean (EUC-KR)"),
}
DELIMITERS = {
    "": _("Detect automatically"),
    ",": _("Comma"),
    ";": _("Semicolon"),
    "\t": _("Tab"),
    "|": _("Vertical bar"),
}
TOO_MUCH = _("The spreadsheet contains too much besides its table. Please save it as CSV instead.")
SENTENCES = {
    "empty": _("The file is empty."),
    "damaged": _("The spreadsheet is damaged and cannot be read. Please export it again."),
    "not_a_spreadsheet": _("%(name)s is not a spreadsheet, although its name says so. Please export it again."),
    "password": _("The spreadsheet is protected with a password. Please save it without one and try again."),
    "xls": _("This is an old Excel file (.xls). Please save it as .xlsx or CSV and try again."),
    "xlsb": _("This is a binary Excel file (.xlsb). Please save it as .xlsx or CSV and try again."),
    "numbers": _("This is an Apple Numbers file. Please export it as Excel or CSV and try again."),
    "document": _("This is a text document, not a table. Please choose a CSV, TSV, XLSX or ODS file."),
    "pdf": _("This is a PDF. Please ask for the list as CSV, XLSX or ODS."),
    "picture": _("This is a picture or a film. Please choose a CSV, TSV, XLSX or ODS file."),
    "web_page": _("This is a web page, whatever its name says. Please open it in a spreadsheet and save it as .xlsx."),
    "xml": _("This is an XML file. Please open it in a spreadsheet, if one can, and save it as .xlsx or CSV."),
    "packed": _("This is a packed file. Please unpack it, and choose the table that is in it."),
    "other": _("This is not a table. Please choose a CSV, TSV, XLSX or ODS file."),
    "not_text": _("This is not a text file. Please choose a CSV, TSV, XLSX or ODS file."),
    "other_encoding": _("This is not text in the encoding %(encoding)s. Please choose another one."),
    "no_such_sheet": _("There is no sheet “%(sheet)s” in the file."),
    "too_many_rows": format_lazy(
        _("The file has more than {rows} rows. Please split it into several files."),
        rows=lazy(format_count, str)(MAX_ROWS),
    ),
    "unpacks_too_large": _("The spreadsheet is too large once unpacked. Please split it into several files."),
    "too_much": TOO_MUCH,
    "too_long": _("Reading the file took too long. Please save it as CSV, or split it into several files."),
}


class UnreadableFile(BusinessError):
    """The file is not a table that we can read; the message says why."""


class EncodingUndecided(UnreadableFile):
    """The letters of a text file can be read in several ways, and somebody has to say which of them is right.

    `candidates` are (encoding, lines), likeliest first: the same lines as each encoding reads them.
    """

    def __init__(self, candidates: list[tuple[str, list[str]]]):
        super().__init__(gettext("The letters of this file can be read in several ways. Please choose the right one."))
        self.candidates = candidates


def read_sheet(
    path: Path,
    *,
    name: str,
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    words: Collection[str] = (),
    kept: Path | None = None,
) -> Sheet:
    """The wanted sheet of a file, or the first visible one that is not empty. Raises UnreadableFile.

    The file is read in a process of its own with limits (core/spreadsheets/child.py); whatever becomes of that, this
    one goes on. `encoding` and `delimiter` are for text files. Left out, they are found, and words that headers have
    (`words`) speak for the encoding in which they stand there; where that leaves a choice, EncodingUndecided is raised.
    What was read is put into `kept`, and taken from there when the same is asked of the same file again.
    """
    question: dict[str, Any] = {"path": str(path), "name": name, "sheet": sheet}
    question |= {"encoding": encoding, "delimiter": delimiter, "words": list(words)}
    if kept and (found := kept_sheet(kept, question)):
        return found
    with answers_to(question) as lines:
        found = sheet_of(lines)
    if kept:
        keep_sheet(kept, question, found)
    return found


def sheet_of(lines: Iterator) -> Sheet:
    """The sheet that these answers describe. Raises UnreadableFile if they end too early, or there is none."""
    head: dict[str, Any] = next(lines, {"refused": "too_long"})
    if "refused" in head:
        if "error" in head:
            logger.warning("A file could not be read: %s", head["error"])
        raise UnreadableFile(sentence(head["refused"], head.get("details", {})))
    if "undecided" in head:
        raise EncodingUndecided([(encoding, lines) for encoding, lines in head["undecided"]])
    rows, shared = list[SheetRow](), dict[str, str]()
    for line in lines:
        if isinstance(line, dict):
            break
        rows += (as_row(shared, *row) for row in line)
    else:  # the process ended before its answer did
        raise UnreadableFile(sentence("too_long", {}))
    head["sheets"] = [SheetName(*each) for each in head["sheets"]]
    head["remarks"] = [(code, details) for code, details in head["remarks"]]
    return Sheet(**head, rows=rows)


def kept_sheet(kept: Path, question: dict) -> Sheet | None:
    """What was answered before, if that is kept and answers this question: it may name by now what was found then."""
    with suppress(FileNotFoundError), kept.open("rb") as stream:
        asked = json.loads(stream.readline())
        found = sheet_of(parsed_lines(stream, lambda: None))
        answers = {"sheet": found.name, "encoding": found.encoding, "delimiter": found.delimiter}
        if all(question[name] in (asked[name], answers.get(name)) for name in question):
            return found
    return None


def keep_sheet(kept: Path, question: dict, sheet: Sheet) -> None:
    """Keep an answer for the next time that it is wanted, unless it is very long or the disk takes no more."""
    draft = kept.with_name(f"{kept.name}.{os.getpid()}.{time.monotonic_ns()}")
    try:
        with draft.open("wb") as stream:
            stream.write(json.dumps(question).encode() + b"\n")

            def write(text: str) -> None:
                if stream.write(text.encode()) and stream.tell() > MAX_KEPT:
                    raise OSError(errno.EFBIG, "Too much to keep")

            child.write_answer(sheet, write)
        draft.replace(kept)
    except OSError:
        with suppress(OSError):
            draft.unlink()


@contextmanager
def answers_to(question: dict) -> Iterator[Iterator]:
    """The lines that the reading process answers, as long as it is given time."""
    command = [sys.executable, "-I", "-S", "-X", "utf8", child.__file__, json.dumps(question)]
    nothing = subprocess.DEVNULL
    with subprocess.Popen(command, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing, env={}) as process:
        clock = Timer(MAX_SECONDS, process.kill)
        clock.start()
        try:
            yield parsed_lines(process.stdout, clock.cancel)
        finally:
            clock.cancel()
            process.kill()


def parsed_lines(stream, begun: Callable[[], None]) -> Iterator:
    """Each line as what it says; a line that was cut off ends them. Once they begin, the file has been read."""
    left = MAX_ANSWER
    while (line := stream.readline(left)) and line.endswith(b"\n"):
        begun()
        left -= len(line)
        yield json.loads(line)


def as_row(shared: dict[str, str], line: int, cells: list, hidden: bool, width: int, problem: str) -> SheetRow:
    """A row of the answer; texts that many rows have (`shared`) are kept in memory once."""
    for index, cell in enumerate(cells):
        if type(cell) is str:
            if len(cell) <= SHARED_LENGTH:
                cells[index] = shared.setdefault(cell, cell)
        elif type(cell) is list:
            cells[index] = child.unpacked(cell)
    return SheetRow(line, cells, hidden, width, problem)


def sentence(code: str, details: dict) -> str:
    """What a refusal says to people."""
    if "encoding" in details:
        details = {"encoding": ENCODINGS.get(details["encoding"], details["encoding"])}
    text = str(SENTENCES[code])
    return text % details if details else text
