"""How often somebody may ask.

Counts live in the default cache, in windows of a fixed length, by an operation that is atomic there; ninja's own
throttles read, change and write back, and keep what they read on an object that all threads share.
"""

import hashlib
import math
import time
from typing import Any

from django.conf import settings
from django.core.cache import cache
from ninja.errors import Throttled
from ninja.throttling import BaseThrottle, SimpleRateThrottle

from core.client_address import client_network


class WindowThrottle(BaseThrottle):
    """At most so many requests of one asker in one window of time; the rate is read from the setting each time."""

    setting: str

    def ident(self, request) -> str | None:
        """Whose requests are counted together; None: not counted."""
        raise NotImplementedError

    def rate(self) -> tuple[int, int]:
        """So many requests in so many seconds."""
        parsed: Any = SimpleRateThrottle(getattr(settings, self.setting))
        return parsed.num_requests, parsed.duration

    def allow_request(self, request) -> bool:
        ident = self.ident(request)
        if ident is None:
            return True
        limit, period = self.rate()
        window = int(time.time() // period)
        key = hashlib.sha256(f"{type(self).__name__} {window} {ident}".encode(errors="surrogatepass")).hexdigest()
        cache.add(key, 0, timeout=2 * period)
        try:
            return cache.incr(key) <= limit
        except ValueError:  # thrown out of a full cache meanwhile
            return True

    def wait(self) -> int:
        """Seconds until the window ends."""
        _, period = self.rate()
        return math.ceil(period - time.time() % period)

    def check(self, request) -> None:
        """Count the request. Raises Throttled if it is one too many."""
        if not self.allow_request(request):
            raise Throttled(self.wait())


class UserThrottle(WindowThrottle):
    """Generous: every request with a good token, by its user. (`TokenAuth` counts, ninja would count too late.)"""

    setting = "API_RATE"

    def ident(self, request):
        return str(request.user.pk)


class AddressThrottle(WindowThrottle):
    """Generous: every request without a good token, by address."""

    setting = "API_RATE"

    def ident(self, request):
        return client_network(request) or "an address that is none"


class UploadThrottle(UserThrottle):
    """Pictures, by the user who uploads them: reading one takes a second."""

    setting = "API_UPLOAD_RATE"


class SignInThrottle(AddressThrottle):
    """Strict: what tries a password or makes an account, by address. (By account: accounts/lockout.py.)"""

    setting = "API_LOGIN_RATE"


class PasswordThrottle(UserThrottle):
    """Strict: trying one's own password while one is signed in."""

    setting = "API_LOGIN_RATE"


class DocumentThrottle(AddressThrottle):
    """What anybody may read of the system without signing in: its description, and whether it is ready."""
