"""What a file is, by what is in it, whatever its name ends in; and which files are no table, each by its own name."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.spreadsheets.sheet import Refused

if TYPE_CHECKING:
    from core.spreadsheets.archives import Archive

BEGINNING = 4096
SIGNATURES = {
    b"%PDF": "pdf",
    b"\x89PNG": "picture",
    b"\xff\xd8\xff": "picture",
    b"GIF8": "picture",
    b"II*\x00": "picture",
    b"MM\x00*": "picture",
    b"{\\rtf": "document",
    b"\x1f\x8b": "packed",
    b"BZh": "packed",
    b"\xfd7zXZ": "packed",
    b"7z\xbc\xaf": "packed",
    b"Rar!": "packed",
    b"SQLite format 3": "other",
    b"PAR1": "other",
    b"\x7fELF": "other",
    b"MZ\x90": "other",
}
COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1"
COMPOUND_STREAMS = {"EncryptedPackage": "password", "WordDocument": "document", "Workbook": "xls", "Book": "xls"}
BINARY_BYTES = bytes([*range(8), 0x0B, *range(0x0E, 0x1A), *range(0x1C, 0x20)])


def kind_of(path: Path, name: str) -> tuple[str, "Archive | None"]:
    """ "csv" (any text), or "xlsx" or "ods" with the archive opened. Raises Refused for everything else."""
    with path.open("rb") as file:
        beginning = file.read(BEGINNING)
    if not beginning:
        raise Refused("empty")
    if beginning.startswith(b"PK\x03\x04"):
        from core.spreadsheets.archives import Archive

        archive = Archive(path)
        return kind_of_archive(archive), archive
    if beginning.startswith(COMPOUND_FILE[:4]):
        raise Refused(kind_of_compound(path))
    for signature, code in SIGNATURES.items():
        if beginning.startswith(signature):
            raise Refused(code)
    if beginning[:2] == b"BM" and beginning[6:10] == bytes(4):
        raise Refused("picture")
    if (beginning[:4] == b"RIFF" and beginning[8:12] == b"WEBP") or beginning[4:8] == b"ftyp":
        raise Refused("picture")
    refuse_markup(beginning, name)
    return "csv", None


def refuse_markup(beginning: bytes, name: str) -> None:
    """Raise Refused for web pages and other text that is no list."""
    text = beginning.decode("utf-16" if beginning[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", errors="ignore")
    text = text.lstrip("\ufeff \t\r\n").lower()
    if text.startswith(("<!doctype html", "<html", "<table", "<head", "<meta", "<body", "<style", "<div")):
        raise Refused("web_page")
    if text.startswith(("<?xml", "<workbook", "<office:document")):
        raise Refused("web_page" if "<html" in text else "xml")
    if name.lower().endswith((".xlsx", ".ods", ".xlsm")):
        raise Refused("not_a_spreadsheet", name=name)


def kind_of_archive(archive: "Archive") -> str:
    names = archive.names
    if "xl/workbook.bin" in names:
        raise Refused("xlsb")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names:
        if b"encryption-data" in archive.read("META-INF/manifest.xml", 1024 * 1024):
            raise Refused("password")
        kind = archive.read("mimetype", 200)
        if kind and b"spreadsheet" not in kind:
            raise Refused("document")
        return "ods"
    if any(name.endswith(".iwa") for name in names) or {"Index.zip", "index.apxl"} & names:
        raise Refused("numbers")
    if archive.has_folder("word/") or archive.has_folder("ppt/"):
        raise Refused("document")
    if "[Content_Types].xml" in names and archive.has_folder("xl/"):
        return "xlsx"
    raise Refused("packed")


def kind_of_compound(path: Path) -> str:
    """What an old Office file is; a workbook with a password is wrapped into one as well."""
    data = path.read_bytes()
    for stream, code in COMPOUND_STREAMS.items():
        if stream.encode("utf-16-le") in data:
            return code
    return "xls"


def is_binary(data: bytes) -> bool:
    """Whether there are more control characters than ever were in a text."""
    return len(data) - len(data.translate(None, BINARY_BYTES)) > max(8, len(data) // 100)
