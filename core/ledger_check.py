"""What runs of a command that proves a ledger (core/hash_chain.py) leave behind, for the dashboard."""

from typing import Self

from django.db import models
from django.utils import timezone

KEPT = 100


class LedgerCheck(models.Model):
    """One run: when, and the first thing that was wrong, if anything was. A subclass says over how much."""

    checked_at = models.DateTimeField(default=timezone.now)
    problem = models.TextField(blank=True)

    head = ""  # one line for the whole ledger, of the run that has just been: to be written down elsewhere

    class Meta:
        abstract = True

    @classmethod
    def keep(cls, *, head: str, **figures) -> Self:
        """Note a run beside the latest others."""
        check = cls._default_manager.create(**figures)
        latest = cls._default_manager.order_by("-pk").values_list("pk", flat=True)[:KEPT]
        cls._default_manager.exclude(pk__in=list(latest)).delete()
        check.head = head
        return check
