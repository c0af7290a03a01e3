"""Stocktakes: a count, and a line for each product in it. Written by inventory/services/counts.py alone."""

from typing import NoReturn

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import TrimmedCharField
from core.models import HISTORY_EXCLUDED_FIELDS, AuditedModel, Version
from inventory.exceptions import CountClosed
from inventory.querysets import StockCountLineQuerySet, StockCountQuerySet

SERIES = "CNT"


class StockCount(AuditedModel):
    """A stocktake of some products while the shop goes on: what was found is compared with the stock of that moment."""

    class Scope(models.TextChoices):
        ALL = "ALL", _("All products")
        CATEGORY = "CATEGORY", _("A category")
        SHELF = "SHELF", _("A shelf")
        CHOSEN = "CHOSEN", _("Chosen products")

    class Status(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("stock count", "Open")
        POSTED = "POSTED", pgettext_lazy("stock count", "Posted")
        CANCELLED = "CANCELLED", pgettext_lazy("stock count", "Cancelled")
        REVERSED = "REVERSED", pgettext_lazy("stock count", "Reversed")

    number = models.CharField(_("number"), max_length=20, unique=True, editable=False)
    title = TrimmedCharField(_("title"), max_length=100, blank=True)
    scope = models.CharField(_("what is counted"), max_length=8, choices=Scope, default=Scope.ALL)
    place = models.CharField(
        _("category or shelf"), max_length=100, blank=True, help_text=_("Which one, if one of them is counted.")
    )
    blind = models.BooleanField(
        _("blind"), default=False, help_text=_("Whoever counts does not see how many there should be.")
    )
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.OPEN, editable=False)
    posted_at = models.DateTimeField(_("posted"), null=True, editable=False)
    posted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("posted by"),
    )

    objects = StockCountQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[Version],
        excluded_fields=HISTORY_EXCLUDED_FIELDS,
        history_id_field=models.BigAutoField(),
        no_db_index=["number"],
    )

    class Meta:
        verbose_name = _("stock count")
        verbose_name_plural = _("stock counts")
        ordering = ["-id"]
        permissions = [
            ("count_stock", "Can count stock"),
            ("post_count", "Can post, cancel and reverse stock counts"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(scope__in=["ALL", "CATEGORY", "SHELF", "CHOSEN"]), name="stockcount_scope_known"
            ),
            models.CheckConstraint(
                condition=Q(status__in=["OPEN", "POSTED", "CANCELLED", "REVERSED"]), name="stockcount_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["POSTED", "REVERSED"]) | Q(posted_at__isnull=False),
                name="stockcount_posted_at_known",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="stockcount_status")]

    def __str__(self):
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def hides_expected(self) -> bool:
        """Whether those who count must not see how many there should be."""
        return self.blind and self.is_open

    @property
    def scope_in_words(self) -> str:
        """`Shelf B`, `Category Drinks`, `All products`"""
        if self.scope == self.Scope.SHELF:
            return gettext("Shelf %(shelf)s") % {"shelf": self.place}
        if self.scope == self.Scope.CATEGORY:
            return gettext("Category %(category)s") % {"category": self.place or "–"}
        return str(self.get_scope_display())

    def check_is_open(self) -> None:
        """Raise CountClosed, saying who closed it and when, unless the count is open."""
        if not self.is_open:
            self.refuse(_("%(count)s is not open any more: %(standing)s."))

    def refuse(self, sentence) -> NoReturn:
        raise CountClosed(sentence % {"count": self.number, "standing": self.status_sentence()})

    def status_sentence(self) -> str:
        """The status as part of a sentence: `it was posted by Sara Lee on Nov. 24, 2026, 17:00`"""
        if self.is_open:
            return gettext("it is open")
        at, by = self.modified_at, self.modified_by
        sentence = {
            self.Status.POSTED: _("it was posted by %(by)s on %(at)s"),
            self.Status.CANCELLED: _("it was cancelled by %(by)s on %(at)s"),
            self.Status.REVERSED: _("it was reversed by %(by)s on %(at)s"),
        }[self.Status(self.status)]
        moment = date_format(timezone.localtime(at), "DATETIME_FORMAT")
        return sentence % {"by": by or gettext("the system"), "at": moment}


class StockCountLine(models.Model):
    """A product in a count; name, SKU and shelf as they were when the count was opened.

    `expected` is the stock at the moment of counting, `counted_at`; what is posted is the difference.
    """

    class Outcome(models.TextChoices):
        OPEN = "OPEN", pgettext_lazy("line of a stock count", "Open")
        POSTED = "POSTED", pgettext_lazy("line of a stock count", "Posted")
        LEFT = "LEFT", pgettext_lazy("line of a stock count", "Left as it was")

    count = models.ForeignKey(StockCount, models.PROTECT, related_name="lines", verbose_name=_("stock count"))
    product = models.ForeignKey(
        "inventory.Product", models.SET_NULL, null=True, related_name="+", verbose_name=_("product")
    )
    product_name = models.CharField(_("product name"), max_length=255)
    product_sku = models.CharField(_("SKU"), max_length=100)
    product_shelf = models.CharField(_("shelf"), max_length=50, blank=True)
    counted = models.PositiveIntegerField(_("counted"), null=True)
    expected = models.PositiveIntegerField(_("expected"), null=True)
    counted_at = models.DateTimeField(_("counted at"), null=True)
    counted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("counted by")
    )
    outcome = models.CharField(_("outcome"), max_length=6, choices=Outcome, default=Outcome.OPEN)

    objects = StockCountLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a stock count")
        verbose_name_plural = _("lines of stock counts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["count", "product"], name="stockcountline_product_once"),
            models.UniqueConstraint(
                fields=["product"], condition=Q(outcome="OPEN"), name="stockcountline_in_one_open_count"
            ),
            models.CheckConstraint(
                condition=Q(outcome__in=["OPEN", "POSTED", "LEFT"]), name="stockcountline_outcome_known"
            ),
            models.CheckConstraint(condition=Q(counted__gte=0), name="stockcountline_counted_not_negative"),
            models.CheckConstraint(condition=Q(expected__gte=0), name="stockcountline_expected_not_negative"),
            models.CheckConstraint(
                condition=Q(counted__isnull=True, expected__isnull=True, counted_at__isnull=True)
                | Q(counted__isnull=False, expected__isnull=False, counted_at__isnull=False),
                name="stockcountline_counted_when_expected_what",
            ),
            models.CheckConstraint(
                condition=~Q(outcome="POSTED") | Q(counted__isnull=False), name="stockcountline_posted_was_counted"
            ),
        ]

    def __str__(self):
        return f"{self.product_name} ({self.product_sku})"

    @property
    def difference(self) -> int | None:
        """Pieces found beyond those expected; negative if some are missing, None if nobody has counted."""
        return None if self.counted is None or self.expected is None else self.counted - self.expected

    @property
    def standing(self) -> str:
        """What somebody who counts has seen of the line before."""
        return "–" if self.counted is None else str(self.counted)
