"""The members of a packed spreadsheet, unpacked and parsed piece by piece, never more than a list can need."""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from xml.parsers import expat

from core.spreadsheets.sheet import Refused

MAX_UNPACKED_BYTES = 300 * 1024 * 1024
MAX_TAGS = 12_000_000  # 50,000 rows of 60 cells with a value each have as many
PIECE = 64 * 1024
DAMAGE = (
    expat.ExpatError,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    OSError,
    ValueError,
    OverflowError,
)


class Enough(Exception):
    """Raised by a handler that needs no more of a member."""


@contextmanager
def damage_refused() -> Iterator[None]:
    """Whatever a damaged archive or its XML leads to becomes Refused."""
    try:
        yield
    except DAMAGE as error:
        raise Refused("damaged") from error


class Archive:
    """A ZIP file whose members are read as XML. Raises Refused for what is damaged or asks for too much."""

    def __init__(self, path: Path):
        with damage_refused():
            self.zip = zipfile.ZipFile(path)
        self.names = set(self.zip.namelist())
        self.bytes_left, self.tags_left = MAX_UNPACKED_BYTES, MAX_TAGS

    def has_folder(self, name: str) -> bool:
        return any(each.startswith(name) for each in self.names)

    def read(self, member: str, size: int) -> bytes:
        """The beginning of a member; nothing if there is none."""
        if member not in self.names:
            return b""
        with damage_refused(), self.opened(member) as stream:
            return stream.read(size)

    def opened(self, member: str):
        info = self.zip.getinfo(member)
        if info.flag_bits & 1:
            raise Refused("password")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused("damaged")  # no program writes spreadsheets in another way
        return self.zip.open(member)

    def parse(self, member: str, *, start: Callable, end: Callable | None = None, text: Callable | None = None) -> None:
        """Have the handlers called for everything in a member, until one of them raises Enough."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartDoctypeDeclHandler = refuse_doctype
        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
        with suppress(Enough), damage_refused(), self.opened(member) as stream:
            while piece := stream.read(PIECE):
                self.count(piece)
                parser.Parse(piece)
            parser.Parse(b"", True)

    def count(self, piece: bytes) -> None:
        self.bytes_left -= len(piece)
        self.tags_left -= piece.count(b"<")
        if self.bytes_left < 0:
            raise Refused("unpacks_too_large")
        if self.tags_left < 0:
            raise Refused("too_much")


def refuse_doctype(*args) -> None:
    """No spreadsheet has one; what has may define entities that grow without end or fetch files."""
    raise Refused("damaged")


def local_name(name: str) -> str:
    """`row` of `x:row`: whether the names have a prefix is the writing program's choice."""
    return name.rpartition(":")[2]
