"""What the sheets of an Excel workbook have in common: their names, the texts, the number formats."""

import posixpath
import re

from core.spreadsheets.archives import Archive, Enough, local_name
from core.spreadsheets.number_formats import BUILT_IN, Presenter, presenter
from core.spreadsheets.sheet import MAX_TEXT, Refused

MAX_SHEETS = 1000
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


class Workbook:
    """A workbook opened. `sheets` has the name, whether it is hidden, and the member of each."""

    def __init__(self, archive: Archive):
        self.archive = archive
        self.since_1904 = False
        self.sheets: list[tuple[str, bool, str]] = []
        self.texts: list[str] | None = None
        self.presenters: list[Presenter | None] | None = None
        self.path = self.targets("_rels/.rels", "", {"/officeDocument"}).get("/officeDocument", "xl/workbook.xml")
        listed: list[tuple[str, bool, str]] = []

        def start(tag, attributes):
            if local_name(tag) == "sheet":
                key = next((value for name, value in attributes.items() if name.endswith(":id")), "")
                listed.append((attributes.get("name", ""), attributes.get("state", "visible") != "visible", key))
                if len(listed) > MAX_SHEETS:
                    raise Refused("too_much")
            elif local_name(tag) == "workbookPr":
                self.since_1904 = attributes.get("date1904", "0") in ("1", "true")

        self.parse(self.path, start=start)
        folder, file = posixpath.split(self.path)
        wanted = {key for _, _, key in listed} | {"/sharedStrings", "/styles"}
        self.related = self.targets(f"{folder}/_rels/{file}.rels", folder, wanted)
        known = ((name, hidden, self.related.get(key, "")) for name, hidden, key in listed)
        self.sheets = [sheet for sheet in known if sheet[2] in archive.names and "chartsheet" not in sheet[2]]

    def parse(self, member: str, **handlers) -> None:
        if member not in self.archive.names:
            raise Refused("damaged")
        self.archive.parse(member, **handlers)

    def targets(self, member: str, folder: str, wanted: set[str]) -> dict[str, str]:
        """The members that the wanted relations lead to; a relation is wanted by its id or the end of its type."""
        found: dict[str, str] = {}

        def start(tag, attributes):
            target = attributes.get("Target", "")
            for key in (attributes.get("Id", ""), "/" + attributes.get("Type", "").rpartition("/")[2]):
                if key in wanted:
                    path = target[1:] if target.startswith("/") else posixpath.join(folder, target)
                    found.setdefault(key, posixpath.normpath(path[:1000]))

        if member in self.archive.names:
            self.archive.parse(member, start=start)
        return found

    def has_cells(self, member: str) -> bool:
        """Whether a sheet has a cell with anything in it."""
        found = False

        def start(tag, attributes):
            nonlocal found
            if local_name(tag) in ("v", "is", "f"):
                found = True
                raise Enough

        self.archive.parse(member, start=start)
        return found

    def text(self, index: int) -> str:
        """One of the texts that the cells share, which are read when the first of them is asked for."""
        if self.texts is None:
            self.texts = self.shared_texts()
        return self.texts[index] if 0 <= index < len(self.texts) else "#REF!"

    def shared_texts(self) -> list[str]:
        texts: list[str] = []
        parts: list[str] = []
        reading = phonetic = False
        total = 0

        def start(tag, attributes):
            nonlocal reading, phonetic
            tag = local_name(tag)
            if tag == "si":
                parts.clear()
            elif tag == "rPh":  # how Japanese is pronounced
                phonetic = True
            reading = tag == "t" and not phonetic

        def end(tag):
            nonlocal reading, phonetic, total
            tag = local_name(tag)
            reading = False
            if tag == "rPh":
                phonetic = False
            elif tag == "si":
                text = "".join(parts)
                total += len(text)
                if total > MAX_TEXT:
                    raise Refused("too_much")
                texts.append(unescaped(text))

        def text(data):
            if reading:
                parts.append(data)

        if (member := self.related.get("/sharedStrings", "")) in self.archive.names:
            self.archive.parse(member, start=start, end=end, text=text)
        return texts

    def presenter(self, style: str) -> Presenter | None:
        if self.presenters is None:
            self.presenters = self.read_presenters()
        return self.presenters[int(style)] if style.isdigit() and int(style) < len(self.presenters) else None

    def read_presenters(self) -> list[Presenter | None]:
        """What each of the cell styles makes of a number."""
        codes: dict[int, str] = dict(BUILT_IN)
        styles: list[int] = []
        in_cell_styles = False

        def start(tag, attributes):
            nonlocal in_cell_styles
            tag = local_name(tag)
            if tag == "numFmt" and (number := attributes.get("numFmtId", "")).isdigit():
                codes[int(number)] = attributes.get("formatCode", "")
            elif tag == "cellXfs":
                in_cell_styles = True
            elif tag == "xf" and in_cell_styles:
                number = attributes.get("numFmtId", "0")
                styles.append(int(number) if number.isdigit() else 0)
            elif in_cell_styles and tag in ("cellStyles", "dxfs"):
                raise Enough

        if (member := self.related.get("/styles", "")) in self.archive.names:
            self.archive.parse(member, start=start)
        presenters = {number: presenter(codes.get(number, ""), since_1904=self.since_1904) for number in set(styles)}
        return [presenters[number] for number in styles]


def unescaped(text: str) -> str:
    """Text without the way Excel writes control characters (`_x000D_`)."""
    if "_x" not in text:
        return text
    return ESCAPED.sub(lambda found: found[0] if found[1][0] in "dD" else chr(int(found[1], 16)), text)
