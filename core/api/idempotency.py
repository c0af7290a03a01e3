"""Requests that may be sent twice and are carried out once."""

import hashlib
import inspect
import json
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja import Header
from ninja.responses import NinjaJSONEncoder

from core.concurrency import fingerprint
from core.exceptions import IdempotencyKeyReused
from core.models import IdempotencyKey

KEPT = timedelta(hours=24)
NOT_TYPED = {"csrfmiddlewaretoken", "_save", "_addanother", "_continue"}


KEY = inspect.Parameter(
    "idempotency_key",
    inspect.Parameter.KEYWORD_ONLY,
    annotation=str | None,
    default=Header(
        None,
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="Any text of your own. Sent again with the same request within 24 hours, it gets the same answer.",
    ),
)


def idempotent(status: int):
    """Let a route take an `Idempotency-Key`, and answer with this status and what its function returns.

    Sent again under the same key within 24 hours, a request gets that same answer and is not carried out again. Only
    what was done is remembered: a refused request did nothing and may be repeated under its key. The route raises
    IdempotencyKeyReused if the key belongs to a different request of this user.
    """

    def decorate(view: Callable[..., dict]):
        @wraps(view)
        def answered_once(request, *args, idempotency_key: str | None, **kwargs) -> HttpResponse:
            if not idempotency_key:
                return as_response(as_json(view(request, *args, **kwargs)), status)
            with transaction.atomic():
                kept, is_new = claim(request.user, idempotency_key, fingerprint_of(request))
                if is_new:
                    kept.answer, kept.status_code = as_json(view(request, *args, **kwargs)), status
                    kept.save(update_fields=["answer", "status_code"])
            return as_response(kept.answer, kept.status_code)

        signature = inspect.signature(view)
        described = signature.replace(parameters=[*signature.parameters.values(), KEY])
        answered_once.__signature__ = described  # type: ignore[attr-defined]  # ninja reads it
        return answered_once

    return decorate


def claim(user, key: str, asked: str) -> tuple[IdempotencyKey, bool]:
    """The key with what was answered under it, or a new one, locked; whoever comes second waits here for the first."""
    keys = IdempotencyKey.objects.filter(user=user, key=key)
    keys.filter(created_at__lt=timezone.now() - KEPT).delete()
    try:
        with transaction.atomic():
            return IdempotencyKey.objects.create(user=user, key=key, fingerprint=asked), True
    except IntegrityError:
        kept = keys.get()
    if kept.fingerprint != asked:
        raise IdempotencyKeyReused(gettext("This Idempotency-Key was used for another request. Use a new one."))
    return kept, False


def claim_form(request, key: str) -> tuple[IdempotencyKey, bool]:
    """The same for a page that sends a key along with its form, whichever button was pressed."""
    sent = [(name, text) for name, text in sorted(request.POST.items()) if name not in NOT_TYPED]
    return claim(request.user, key, fingerprint(sent))


def fingerprint_of(request) -> str:
    """What makes two requests the same: method, address and what the body says."""
    try:
        body = json.dumps(json.loads(request.body), sort_keys=True)
    except (ValueError, RecursionError):  # no body, or one that the route does not read
        body = request.body.hex()
    return hashlib.sha256(f"{request.method} {request.get_full_path()} {body}".encode()).hexdigest()


def as_json(result: dict) -> str:
    """As ninja writes it everywhere else."""
    return json.dumps(result, cls=NinjaJSONEncoder)


def as_response(body: str, status: int) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


def delete_expired_keys() -> int:
    """Delete the keys that are no longer kept, and say how many they were."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
