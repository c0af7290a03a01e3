"""The audit fields that every record carries, what every version in a history knows, and the firm itself."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.channels import Channel, current_channel
from core.fields import TrimmedCharField, TrimmedTextField
from core.imports.models import ImportedRow, ImportMapping, ImportRecord  # noqa: F401  (Django finds an app's models here)

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


class Firm(AuditedModel):
    """The firm that runs the system: one record. What is left empty here, the environment says (core/firm.py)."""

    ID = 1

    class Paper(models.TextChoices):
        A4 = "A4", "A4"
        LETTER = "letter", _("Letter")

    name = TrimmedCharField(_("name"), max_length=200, blank=True)
    address = TrimmedTextField(_("address"), max_length=1000, blank=True)
    vat_id = TrimmedCharField(_("VAT ID"), max_length=50, blank=True)
    bank = TrimmedTextField(_("bank account"), max_length=1000, blank=True)
    currency = TrimmedCharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[RegexValidator("^[A-Z]{3}$", _("Three capital letters, e.g. USD (ISO 4217)."))],
    )
    footer = TrimmedTextField(_("footer"), max_length=1000, blank=True)
    logo = models.ImageField(_("logo"), upload_to="firm", blank=True)
    paper = models.CharField(_("paper"), max_length=6, choices=Paper, default=Paper.A4)

    history = HistoricalRecords(
        bases=[Version], excluded_fields=HISTORY_EXCLUDED_FIELDS, history_id_field=models.BigAutoField()
    )

    class Meta:
        verbose_name = _("firm")
        verbose_name_plural = _("firm")
        constraints = [models.CheckConstraint(condition=Q(id=1), name="firm_is_one")]

    def __str__(self):
        return self.name or str(_("Firm"))


class SavedView(models.Model):
    """A list as somebody wants to see it again: `query` is its address's, with filters, search, sorting and columns.

    The one without a name holds the columns that this person sees where the address names none.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    target = models.CharField(_("list"), max_length=100, help_text="The label of the list's model.")
    name = TrimmedCharField(_("name"), max_length=60, blank=True)
    query = models.CharField(max_length=2000)

    class Meta:
        verbose_name = _("view")
        verbose_name_plural = _("views")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["user", "target", "name"], name="savedview_once_per_list")]

    def __str__(self):
        return self.name


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


class DocumentCounter(models.Model):
    """The last number that a series of documents has given out in a year (core/document_numbers.py)."""

    series = models.CharField(max_length=10)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "year"], name="documentcounter_once_a_year")]

    def __str__(self):
        return f"{self.series}-{self.year}: {self.last}"
