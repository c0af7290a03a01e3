"""The imports that are prepared, run or were carried out, and what each wrote: enough to show it and to undo it."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.fields import TrimmedCharField


class ImportRecord(models.Model):
    """One import of a list: from which file, by whom, how it is read, with what outcome. Has `rows` once it is done.

    Until then `upload` names the file in the folder for imports, and only whoever uploaded it sees the record.
    """

    class Status(models.TextChoices):
        DRAFT = "draft", _("Being prepared")
        JUDGING = "judging", _("Being read")
        WRITING = "writing", _("Running")
        DONE = "done", _("Imported")
        FAILED = "failed", _("Failed")

    target = models.CharField(
        _("list"), max_length=100, help_text="The label of the model that was imported, e.g. inventory.product."
    )
    file_name = models.CharField(_("file"), max_length=255)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    left_out_count = models.PositiveIntegerField(_("left out"), default=0)
    details = models.JSONField(default=dict, help_text="The options it was made with, and what undoing it must know.")
    status = models.CharField(_("state"), max_length=8, choices=Status, default=Status.DONE)
    choices = models.JSONField(default=dict, help_text="How the file is read (core/imports/choices.py).")
    upload = models.CharField(max_length=32, blank=True)
    problem = models.TextField(_("what went wrong"), blank=True)
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

    @property
    def is_running(self) -> bool:
        return self.status in (self.Status.JUDGING, self.Status.WRITING)


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


class ImportMapping(models.Model):
    """What the columns of one layout of a list are taken for, under the name of whoever sends such lists."""

    target = models.CharField(_("list"), max_length=100, help_text="The label of the model that is imported.")
    name = TrimmedCharField(_("name"), max_length=100)
    layout = models.CharField(max_length=64, db_index=True, help_text="The fingerprint of the headers.")
    choices = models.JSONField(default=dict)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        verbose_name = _("import layout")
        verbose_name_plural = _("import layouts")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "name"],
                name="importmapping_once_per_list",
                violation_error_message=_("Another layout of this list has this name."),
            )
        ]

    def __str__(self):
        return self.name
