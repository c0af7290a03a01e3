"""The imports that were carried out, and what each wrote: enough to show it and to undo it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ImportRecord(models.Model):
    """One import of a list that was carried out: from which file, by whom, with what outcome. Has `rows`."""

    target = models.CharField(
        _("list"), max_length=100, help_text="The label of the model that was imported, e.g. inventory.product."
    )
    file_name = models.CharField(_("file"), max_length=255)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    left_out_count = models.PositiveIntegerField(_("left out"), default=0)
    details = models.JSONField(default=dict, help_text="The options it was made with, and what undoing it must know.")
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    not_undone = models.TextField(_("could not be undone"), blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]
        indexes = [models.Index(fields=["target", "-id"], name="importrecord_target")]

    def __str__(self):
        return self.file_name


class ImportedRow(models.Model):
    """What an import wrote to one record: `changes` are (column, value before, value after), as text.

    `object_id` is the record's id; ids are never given again, so one that is not found belonged to a deleted record.
    """

    record = models.ForeignKey(ImportRecord, models.CASCADE, related_name="rows")
    object_id = models.PositiveBigIntegerField()
    line = models.PositiveIntegerField(_("line"))
    key = models.CharField(_("code"), max_length=254)
    name = models.CharField(_("name"), max_length=255)
    is_new = models.BooleanField()
    changes = models.JSONField()

    class Meta:
        verbose_name = _("imported row")
        verbose_name_plural = _("imported rows")
        ordering = ["id"]

    def __str__(self):
        return f"{self.name} ({self.key})"
