"""What customers bring back: returns and the goods in them. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from sales.querysets import OrderReturnQuerySet, ReturnItemQuerySet

SERIES = "RET"


class OrderReturn(models.Model):
    """Goods of a confirmed order that came back, and what is credited for them. Written by sales/services/ alone."""

    class Reason(models.TextChoices):
        DAMAGED = "DAMAGED", _("Damaged")
        WRONG = "WRONG", _("Wrong item")
        UNWANTED = "UNWANTED", _("Not wanted")
        OTHER = "OTHER", _("Other")

    number = models.CharField(_("number"), max_length=20, unique=True)
    order = models.ForeignKey("sales.Order", models.PROTECT, related_name="returns", verbose_name=_("order"))
    reason = models.CharField(_("reason"), max_length=8, choices=Reason)
    details = models.CharField(_("details"), max_length=255, blank=True)
    credit = models.DecimalField(_("credit"), max_digits=14, decimal_places=2)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects = OrderReturnQuerySet.as_manager()
    searched = ("number",)

    class Meta:
        verbose_name = _("return")
        verbose_name_plural = _("returns")
        ordering = ["-id"]
        permissions = [("return_goods", "Can take goods of orders back")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=["DAMAGED", "WRONG", "UNWANTED", "OTHER"]), name="orderreturn_reason_known"
            ),
            models.CheckConstraint(condition=~Q(reason="OTHER") | ~Q(details=""), name="orderreturn_other_has_details"),
            models.CheckConstraint(condition=Q(credit__gte=0), name="orderreturn_credit_not_negative"),
        ]
        indexes = [
            models.Index(fields=["reason", "-id"], name="orderreturn_reason"),
            models.Index(fields=["created_at", "id"], name="orderreturn_created_at"),
        ]

    def __str__(self):
        return self.number

    @property
    def reason_in_words(self) -> str:
        """`Damaged`, or `Other: the box was wet`"""
        return ": ".join(filter(None, [str(self.get_reason_display()), self.details]))


class ReturnItem(models.Model):
    """So many pieces of a product that came back together; its name and SKU as they were.

    `line_value` is the share of the order's lines that they take back, whatever was credited for them.
    """

    order_return = models.ForeignKey(OrderReturn, models.PROTECT, related_name="items", verbose_name=_("return"))
    # DO_NOTHING: when a product is deleted, a trigger empties this; nobody else may (see the migration).
    product = models.ForeignKey(
        "inventory.Product", models.DO_NOTHING, null=True, related_name="+", verbose_name=_("product")
    )
    product_name = models.CharField(_("product name"), max_length=255)
    product_sku = models.CharField(_("SKU"), max_length=100)
    quantity = models.PositiveIntegerField(_("quantity"))
    restocked = models.BooleanField(_("back on the shelf"))
    credit = models.DecimalField(_("credit"), max_digits=14, decimal_places=2)
    line_value = models.DecimalField(_("value of the lines"), max_digits=14, decimal_places=2)

    objects = ReturnItemQuerySet.as_manager()

    class Meta:
        verbose_name = _("returned goods")
        verbose_name_plural = _("returned goods")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="returnitem_quantity_positive"),
            models.CheckConstraint(condition=Q(credit__gte=0), name="returnitem_credit_not_negative"),
            models.CheckConstraint(condition=Q(line_value__gte=0), name="returnitem_line_value_not_negative"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.product_name}"
