"""What somebody who imports a list decides besides choosing the file."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.db.models import TextChoices
from unfold.widgets import UnfoldAdminRadioSelectWidget


@dataclass(frozen=True)
class ImportOption:
    """A choice: `name` is the resource's argument and the command's `--flag`. The first value is the default."""

    name: str
    flag: str
    label: Any
    choices: type[TextChoices]
    help_text: Any
    command_help: str

    lasts: ClassVar[bool] = True  # whether it is remembered for the next file with the same columns

    @property
    def default(self) -> str:
        return self.choices.values[0]

    def field(self) -> forms.Field:
        return forms.ChoiceField(
            label=self.label,
            choices=self.choices.choices,
            initial=self.default,
            required=False,
            help_text=self.help_text,
            widget=UnfoldAdminRadioSelectWidget,
        )

    def as_text(self, answer: Any) -> str:
        """What the field was given, as a record of the import keeps it."""
        return answer or self.default

    def in_words(self, text: str) -> str:
        return str(self.choices(text).label)

    def argument(self) -> dict[str, Any]:
        """How the command's parser takes it."""
        return {"choices": self.choices.values, "default": self.default, "help": self.command_help}


@dataclass(frozen=True)
class FieldOption:
    """What is said in a form field of any kind (`field` makes it), or is left blank; `name` and `flag` as above."""

    name: str
    flag: str
    label: Any
    field: Callable[[], forms.Field]
    command_help: str
    lasts: bool = True

    default: ClassVar[str] = ""

    def as_text(self, answer: Any) -> str:
        return "" if answer in (None, "") else str(self.field().prepare_value(answer))

    def in_words(self, text: str) -> str:
        return text

    def argument(self) -> dict[str, Any]:
        return {"default": "", "metavar": self.flag.strip("-").upper(), "help": self.command_help}
