"""Through which door somebody came in who changes something (the history tells it of every version), and from where."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Door(TextChoices):
    ADMIN = "admin", _("Admin")
    API = "api", _("API")
    IMPORT = "import", _("Import")
    COMMAND = "command", _("Command line")


_door = ContextVar("door", default=Door.COMMAND)


def current_door() -> str:
    """The door that the present request came through; without a request, the command line."""
    return _door.get()


@contextmanager
def through(door: Door):
    """Whatever is changed inside came through this door."""
    token = _door.set(door)
    try:
        yield
    finally:
        _door.reset(token)
