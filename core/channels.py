"""The channel that a change comes through: every version in the history says which it was."""

from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    ADMIN = "admin", _("Admin")
    API = "api", _("API")
    IMPORT = "import", _("Import")
    COMMAND = "command", _("Command line")


_channel = ContextVar("channel", default=Channel.COMMAND)


def current_channel() -> str:
    """The channel of the present request; without a request, the command line."""
    return _channel.get()


@contextmanager
def change_channel(channel: Channel):
    """Whatever is changed inside counts as coming through this channel."""
    token = _channel.set(channel)
    try:
        yield
    finally:
        _channel.reset(token)
