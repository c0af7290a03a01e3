"""What somebody who imports a list decides besides choosing the file."""

from typing import NamedTuple

from django.db.models import TextChoices


class ImportOption(NamedTuple):
    """A choice: `name` is the resource's argument and the command's `--flag`. The first value is the default."""

    name: str
    flag: str
    label: str
    choices: type[TextChoices]
    help_text: str
    command_help: str

    @property
    def default(self) -> str:
        return self.choices.values[0]
