"""Figures that everybody asks for, kept for a few seconds."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.conf import settings
from django.core.cache import cache

Figures = TypeVar("Figures")


def recent(key: str, compute: Callable[[], Figures]) -> Figures:
    """What was computed under this key at most DASHBOARD_SECONDS ago, else what is computed now."""
    if not settings.DASHBOARD_SECONDS:
        return compute()
    figures: Any = cache.get_or_set(f"recent {key}".replace(" ", "-"), compute, settings.DASHBOARD_SECONDS)
    return figures
