"""Requests that may be sent twice and are carried out once."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext
from ninja.responses import NinjaJSONEncoder
from pydantic import BaseModel

from core.exceptions import IdempotencyKeyReused
from core.models import IdempotencyKey

KEPT = timedelta(hours=24)


def once(request, key: str | None, status: int, act: Callable[[], BaseModel]) -> HttpResponse:
    """Answer with what `act` returns; sent again under the same key within 24 hours, with that same answer.

    Only what was done is remembered: a refused request did nothing and may be repeated under its key. Raises
    IdempotencyKeyReused if the key belongs to a different request of this user.
    """
    if not key:
        return answer(as_json(act()), status)
    fingerprint = fingerprint_of(request)
    with transaction.atomic():
        IdempotencyKey.objects.filter(user=request.user, key=key, created_at__lt=timezone.now() - KEPT).delete()
        try:
            with transaction.atomic():  # whoever comes second with a key waits here for the first
                kept = IdempotencyKey.objects.create(user=request.user, key=key, fingerprint=fingerprint)
        except IntegrityError:
            kept = IdempotencyKey.objects.get(user=request.user, key=key)
            if kept.fingerprint != fingerprint:
                raise IdempotencyKeyReused(
                    gettext("This Idempotency-Key was used for another request. Take a new one.")
                ) from None
            return answer(kept.answer, kept.status_code)
        kept.answer, kept.status_code = as_json(act()), status
        kept.save(update_fields=["answer", "status_code"])
    return answer(kept.answer, status)


def fingerprint_of(request) -> str:
    """What makes two requests the same: method, address and what the body says."""
    try:
        body = json.dumps(json.loads(request.body), sort_keys=True)
    except (ValueError, RecursionError):  # no body, or one that the route does not read
        body = request.body.hex()
    return hashlib.sha256(f"{request.method} {request.get_full_path()} {body}".encode()).hexdigest()


def as_json(result: BaseModel) -> str:
    """As ninja writes it everywhere else."""
    return json.dumps(result.model_dump(), cls=NinjaJSONEncoder)


def answer(body: str, status: int) -> HttpResponse:
    return HttpResponse(body, status=status, content_type="application/json; charset=utf-8")


def delete_expired_keys() -> int:
    """Delete the keys that are no longer kept, and say how many they were."""
    return IdempotencyKey.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]
