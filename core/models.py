"""The audit fields that every record carries, and what every version in a history knows."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.channels import Channel, current_channel
from core.imports.models import ImportedRow, ImportRecord  # noqa: F401  (Django finds an app's models here)

# A history row has its own moment and author, so it need not copy these.
HISTORY_EXCLUDED_FIELDS = ["modified_at", "modified_by"]


class Version(models.Model):
    """What every row of a history knows besides the record's values, the moment, the author and the reason."""

    channel = models.CharField(max_length=7, choices=Channel, blank=True, default=current_channel)

    class Meta:
        abstract = True


class AuditedModel(models.Model):
    """Who made and who last changed a record, and when."""

    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    modified_at = models.DateTimeField(_("last changed"), auto_now=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("created by"),
    )
    modified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("changed by"),
    )

    class Meta:
        abstract = True

    if TYPE_CHECKING:  # simple-history gives it to every model that inherits from this
        history: ClassVar[Any]

    def stamp(self, user: Any, reason: str = "", *, at: datetime | None = None) -> None:
        """Note who is about to save this record, why and (for data of the past) when, here and in its history."""
        if self._state.adding:
            self.created_by = user
            self.created_at = at or timezone.now()
        self.modified_by = user
        self._history_user, self._change_reason = user, reason
        self._history_date = at or timezone.now()


class IdempotencyKey(models.Model):
    """A key under which a user's request to the API was answered, with the answer: asked again, it is given again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status_code = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotencykey_once_per_user")]

    def __str__(self):
        return self.key
