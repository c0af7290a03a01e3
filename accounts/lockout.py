"""Too many failed sign-ins: who has to wait, how long, and what the answer says. django-axes does the counting.

What is locked is one name at one address: whoever guesses passwords keeps nobody out but those who share an address
with them. If many addresses guess at one name, all addresses that have not signed in with it before wait for some
minutes; one from which its owner comes goes on as if nothing were. A name that nobody has is locked like any other, so
that a lock tells nothing. All of this is counted in the database, where no crowd pushes it out.
"""

import math
from datetime import datetime, timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.auth.signals import user_logged_in
from django.db.models import Max, Sum
from django.dispatch import receiver
from django.utils import timezone
from django.utils.translation import ngettext
from ninja.errors import Throttled

from accounts.models import User
from core.client_address import client_network

ACCOUNT_WINDOW = timedelta(minutes=5)  # in which LOGIN_ACCOUNT_FAILURES of one name are counted over all addresses
KNOWN_FOR = timedelta(days=90)  # an address from which somebody has signed in since then is theirs


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


def account_lockout(request, name: str) -> LockedOut | None:
    """The lock on a name at which too many addresses guess, unless the request comes from one that is known."""
    name = normalised_login(request, {"username": name})
    since = timezone.now() - ACCOUNT_WINDOW
    failures = AccessAttempt.objects.filter(username=name, attempt_time__gt=since)
    found = failures.aggregate(number=Sum("failures_since_start", default=0), latest=Max("attempt_time"))
    if found["number"] < settings.LOGIN_ACCOUNT_FAILURES or is_known(request, name):
        return None
    return LockedOut(seconds_until(found["latest"] + ACCOUNT_WINDOW))


def is_known(request, name: str | None) -> bool:
    """Whether somebody has signed in with this name from this address before."""
    known = AccessLog.objects.filter(username=name, ip_address=client_network(request))
    return known.filter(attempt_time__gt=timezone.now() - KNOWN_FOR).exists()


@receiver(user_logged_in)
def remember_address(sender, request, user, **kwargs):
    """One row for each name and address. (axes would write one at each sign-in, and give API clients a session.)"""
    if address := client_network(request):
        known = AccessLog.objects.filter(username=user.get_username(), ip_address=address)
        if not known.update(attempt_time=timezone.now()):
            AccessLog.objects.create(username=user.get_username(), ip_address=address)


def deny_sign_in(request, wait: int) -> None:
    """Let the answer to this request be 429, and say when to come again."""
    request.axes_locked_out, request.wait = True, wait


def seconds_locked(request, credentials: dict | None) -> int:
    """How long whoever is locked out has to wait yet."""
    (attempts,) = AxesProxyHandler.get_implementation().get_user_attempts(request, credentials)
    latest = attempts.aggregate(latest=Max("attempt_time"))["latest"] or timezone.now()
    return seconds_until(latest + settings.AXES_COOLOFF_TIME)


def seconds_until(moment: datetime) -> int:
    return max(1, math.ceil((moment - timezone.now()).total_seconds()))


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
    """Delete failed sign-ins that count no more, and addresses that are known no more; how many of the first."""
    AccessLog.objects.filter(attempt_time__lt=timezone.now() - KNOWN_FOR).delete()
    return AccessAttempt.objects.filter(attempt_time__lt=timezone.now() - settings.AXES_COOLOFF_TIME).delete()[0]
