"""Too many failed sign-ins: who has to wait, how long, and what the answer says. django-axes does the counting.

What is locked is one name at one address: whoever guesses passwords keeps nobody out but those who share an address
with them. A name that nobody has is locked like any other, so that a lock tells nothing.
"""

import math

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import ngettext
from ninja.errors import Throttled

from accounts.models import User


class LockedOut(Throttled):
    """Has a `sentence` for the person, besides the seconds to wait."""

    def __init__(self, wait: int):
        super().__init__(wait)
        self.sentence = sentence(wait)


def normalised_login(request, credentials: dict | None = None) -> str | None:
    """The name that somebody tries to sign in with, in the spelling that it is looked up in."""
    given = credentials or {}
    name = given.get("email") or given.get("username") or request.POST.get("username") or ""
    return User._meta.get_field("email").to_python(name).replace("\0", "")[:254] or None


def deny_sign_in(request, wait: int) -> None:
    """Let the answer to this request be 429, and say when to come again."""
    request.axes_locked_out, request.wait = True, wait


def seconds_locked(request, credentials: dict | None) -> int:
    """How long whoever is locked out has to wait yet."""
    (attempts,) = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)
    latest = attempts.aggregate(latest=Max("attempt_time"))["latest"] or timezone.now()
    return max(1, math.ceil((latest + settings.AXES_COOLOFF_TIME - timezone.now()).total_seconds()))


def current_lockout(request) -> LockedOut | None:
    """The lock that a failed sign-in met, or closed."""
    if not getattr(request, "axes_locked_out", False):
        return None
    if not hasattr(request, "wait"):
        request.wait = seconds_locked(request, request.axes_credentials)
    return LockedOut(request.wait)


def sentence(wait: int) -> str:
    minutes = math.ceil(wait / 60)
    return ngettext(
        "Too many attempts to sign in. Please try again in %(minutes)d minute.",
        "Too many attempts to sign in. Please try again in %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}


def answer_locked_out(request, response, credentials=None):
    """What the sign-in page or the API answers, with the status and the header that programs understand."""
    response.status_code = 429
    response.headers["Retry-After"] = str(current_lockout(request).wait)
    return response


def delete_expired_attempts() -> int:
    """Delete failed sign-ins that count no more; how many."""
    return AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()[0]
