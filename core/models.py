"""The audit fields that every record carries, and what every version in a history knows."""

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.channels import Door, current_door

# A history row has its own moment and author, so it need not copy these.
HISTORY_KNOWS = ["modified_at", "modified_by"]


class Version(models.Model):
    """What every row of a history knows besides the record's values, the moment, the author and the reason."""

    door = models.CharField(max_length=7, choices=Door, blank=True, default=current_door)

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

    def stamp(self, user: "AbstractBaseUser | None", reason: str = "", *, at=None) -> None:
        """Note who is about to save this record, why and (for data of the past) when, here and in its history."""
        if self._state.adding:
            self.created_by = user
            self.created_at = at or timezone.now()
        self.modified_by = user
        self._history_user, self._change_reason = user, reason
        self._history_date = at or timezone.now()
