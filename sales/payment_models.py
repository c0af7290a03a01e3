"""What customers pay and are paid back, and which orders it is for. Rows are only ever added."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from sales.querysets import PaymentAllocationQuerySet, PaymentQuerySet

SERIES = "PAY"


class Payment(models.Model):
    """Money that came in or went out. Written by sales/services/payments.py alone.

    One that was taken back (a transfer bounced) is followed by another, in the other direction, that `reverses` it;
    neither counts any more. What it is for is in its allocations; the rest stays on the customer's account. The day in
    `paid_on` is what the bank says; no balance is reckoned by it.
    """

    class Direction(models.TextChoices):
        IN = "IN", pgettext_lazy("of money", "In")
        OUT = "OUT", pgettext_lazy("of money", "Out")

    class Method(models.TextChoices):
        CASH = "CASH", _("Cash")
        TRANSFER = "TRANSFER", pgettext_lazy("way to pay", "Transfer")
        CARD = "CARD", _("Card")
        OTHER = "OTHER", _("Other")

    number = models.CharField(_("number"), max_length=20, unique=True)
    customer = models.ForeignKey(
        "accounts.Customer", models.PROTECT, related_name="payments", verbose_name=_("customer")
    )
    direction = models.CharField(_("direction"), max_length=3, choices=Direction)
    method = models.CharField(_("method"), max_length=8, choices=Method)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    paid_on = models.DateField(_("paid on"))
    note = models.CharField(_("note"), max_length=255, blank=True)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversal", verbose_name=_("reverses")
    )
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects = PaymentQuerySet.as_manager()
    searched = ("number",)

    class Meta:
        verbose_name = _("payment")
        verbose_name_plural = _("payments")
        ordering = ["-id"]
        permissions = [
            ("record_payment", "Can record payments and refunds, and what they are for"),
            ("reverse_payment", "Can reverse payments"),
            ("credit_customer", "Can credit customers without a payment"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(direction__in=["IN", "OUT"]), name="payment_direction_known"),
            models.CheckConstraint(
                condition=Q(method__in=["CASH", "TRANSFER", "CARD", "OTHER"]), name="payment_method_known"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_amount_positive"),
        ]
        indexes = [
            models.Index(fields=["customer", "-id"], name="payment_customer"),
            models.Index(fields=["created_at", "id"], name="payment_created_at"),
            models.Index(fields=["paid_on", "id"], name="payment_paid_on"),
        ]

    def __str__(self):
        return self.number

    @property
    def is_incoming(self) -> bool:
        return self.direction == self.Direction.IN

    @property
    def signed_amount(self) -> Decimal:
        """What came in; negative: what went out."""
        return self.amount if self.is_incoming else -self.amount


class PaymentAllocation(models.Model):
    """The part of a payment that is for an order, or (without one) for the opening balance.

    What goes out is negative. An allocation is taken back, or changed, by another one of the opposite sign.
    """

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations", verbose_name=_("payment"))
    order = models.ForeignKey(
        "sales.Order", models.PROTECT, null=True, related_name="allocations", verbose_name=_("order")
    )
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    objects = PaymentAllocationQuerySet.as_manager()

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ["id"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="paymentallocation_amount_not_zero")]

    def __str__(self):
        return f"{self.payment}: {self.amount}"
