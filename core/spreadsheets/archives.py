"""Spreadsheets that are small only as long as they are packed, found out before they are read."""

import re
import struct
import zipfile
import zlib

MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_STYLES_BYTES = 10 * 1024 * 1024
MAX_ODS_TAGS = 2_000_000  # odfpy holds every one of them; 50,000 rows of eight columns fit
ENDLESS_SPACES = re.compile(rb":c\s*=\s*[\"']\s*\d{5}")
PIECE = 1024 * 1024


def too_large(members: list[zipfile.ZipInfo]) -> bool:
    """Whether the members say that they take too much room unpacked."""
    return sum(member.file_size for member in members) > MAX_UNPACKED_BYTES


def is_honest(data: bytes, member: zipfile.ZipInfo) -> bool:
    """Whether a member is no larger than it says; zipfile unpacks it all before it looks at that."""
    if member.compress_type == zipfile.ZIP_STORED:
        return member.compress_size == member.file_size
    if member.compress_type != zipfile.ZIP_DEFLATED:
        return False  # no program writes spreadsheets in another way
    name, extra = struct.unpack_from("<HH", data, member.header_offset + 26)
    start = member.header_offset + 30 + name + extra
    packed, unpacker, size = data[start : start + member.compress_size], zlib.decompressobj(-zlib.MAX_WBITS), 0
    while packed and not unpacker.eof and size <= member.file_size:
        size += len(unpacker.decompress(packed, PIECE))
        packed = unpacker.unconsumed_tail
    return size <= member.file_size


def is_overloaded(archive: zipfile.ZipFile) -> bool:
    """Whether there is so much besides the table that reading it would take minutes and gigabytes."""
    sizes = {member.filename: member.file_size for member in archive.infolist()}
    if "content.xml" not in sizes:
        return sizes.get("xl/styles.xml", 0) > MAX_STYLES_BYTES
    source = archive.read("content.xml")
    return source.count(b"<") > MAX_ODS_TAGS or bool(ENDLESS_SPACES.search(source))
