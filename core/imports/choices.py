"""What is decided about a file before it is imported: by evidence, by an earlier import, by the person."""

from dataclasses import asdict, dataclass, field, fields
from typing import Any

APPENDED = "+"  # before a field: this column's value is put behind that of the column with the field itself


@dataclass
class Choices:
    """How a file is read, as a record keeps it.

    `columns` says for each column (by its name, see layout.py) which field it is taken for, `+field` if it is appended
    to another one, nothing if it is left out; None until somebody or a guess has said so. They belong to the headers
    with the fingerprint `layout`.
    """

    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    header_line: int | None = None  # None: to be found, 0: there is none
    hidden_rows: bool = False
    layout: str = ""
    columns: dict[str, str] | None = None
    constants: dict[str, str] = field(default_factory=dict)  # by field: what stands in for a missing column
    key_prefix: str = ""  # what a missing key is made from, with the number of the row
    category_rows: bool = False  # a row with a single value is the category of those below
    formats: dict[str, list[str]] = field(default_factory=dict)  # by field: decimal sign, thousands sign, currency
    rules: dict[str, str] = field(default_factory=dict)
    options: dict[str, str] = field(default_factory=dict)
    mapping: str = ""  # under which name these choices were found, or shall be kept
    language: str = ""

    @classmethod
    def of(cls, stored: dict[str, Any]) -> "Choices":
        known = {entry.name for entry in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    def lasting(self) -> dict[str, Any]:
        """What is worth remembering for the next file with this layout: not how this one file was encoded."""
        kept = ("layout", "columns", "constants", "key_prefix", "category_rows", "formats", "rules", "options")
        return {name: value for name, value in self.stored().items() if name in kept}

    def adopt(self, lasting: dict[str, Any]) -> None:
        """Take over what was remembered."""
        for name, value in lasting.items():
            if name in Choices().lasting():
                setattr(self, name, value)
