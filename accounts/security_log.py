"""The log of who came in, who was refused and whose rights changed: one line each, for people and programs to read.

No passwords and no tokens. Values that come from outside stand in quotes with everything but plain letters escaped, so
that nobody writes lines of their own into the log.
"""

import json
import logging

from axes.signals import user_locked_out
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.dispatch import receiver
from simple_history.models import HistoricalRecords

from core.client_address import client_address

logger = logging.getLogger("security")

LONGEST = 300
RIGHTS = {"password": "password changed", "role": "role changed", "is_active": "activity changed"}


def log_event(event: str, request=None, *, level=logging.INFO, **facts) -> None:
    """Write a line: what happened, in which request (the present one if none is named), and these facts."""
    request = request or getattr(HistoricalRecords.context, "request", None)
    known = {"by": getattr(request, "user", None), "address": client_address(request) if request else None, **facts}
    parts = [f"{name}={describe(value)}" for name, value in known.items()]
    logger.log(level, "%s", " ".join([event.replace(" ", "-"), *parts]))


def describe(value) -> str:
    """A value as it stands in a line."""
    if getattr(value, "is_anonymous", False) or value is None:
        return "-"
    if hasattr(value, "email"):
        return f"{value.pk}/{describe(value.email)}"
    return json.dumps(str(value)[:LONGEST])


def typed_name(name: str | None) -> str | None:
    """The name of a failed sign-in. What is no e-mail may be a password in the wrong field."""
    return name if name is None or "@" in name else "(no e-mail)"


def log_rights_change(user, before: dict | None) -> None:
    """Write down, once it is certain, that somebody's password, role or activity is another than before."""
    if before is None:
        events = [("account made", {"role": user.role})] if user.is_staff else []
    else:
        events = [
            (RIGHTS[field], {} if field == "password" else {"was": before[field], "now": getattr(user, field)})
            for field in RIGHTS
            if before[field] != getattr(user, field)
        ]
    for event, facts in events:
        log_on_commit(event, of=user, **facts)


def log_on_commit(event: str, **facts) -> None:
    """Write a line once the transaction has succeeded."""
    transaction.on_commit(lambda: log_event(event, **facts))


@receiver(user_logged_in)
def log_sign_in(sender, request, user, **kwargs):
    log_event("signed in", request, by=user, path=request.path)


@receiver(user_logged_out)
def log_sign_out(sender, request, user, **kwargs):
    log_event("signed out", request, by=user)


@receiver(user_login_failed)
def log_failed_sign_in(sender, credentials, request=None, **kwargs):
    """axes has heard of it before: what closes a lock, or meets one, is logged by `log_lockout`."""
    if getattr(request, "axes_locked_out", False):
        return
    name = credentials.get("username") or credentials.get("email")
    log_event(
        "sign-in failed", request, level=logging.WARNING, name=typed_name(name), path=getattr(request, "path", None)
    )


@receiver(user_locked_out)
def log_lockout(sender, request, username, ip_address, **kwargs):
    """axes says so too when somebody knocks who is locked out already."""
    began = getattr(request, "axes_failures_since_start", None) is not None
    event = "locked out" if began else "still locked out"
    log_event(event, request, level=logging.WARNING, name=typed_name(username))
