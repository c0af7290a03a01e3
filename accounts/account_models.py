"""What customers owe: every change of it is an entry of the customer's account. Entries are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.hash_chain import HashChain

AMOUNTS = ("amount", "balance_before", "balance_after")
COVERED = ("customer_id", "kind", *AMOUNTS, "reference", "text", "due_on", "created_at", "created_by_id")
ACCOUNT_CHAIN = HashChain("customer_id", {1: COVERED}, levels=("customer_id", ("balance_before", "balance_after")))


class AccountEntry(models.Model):
    """One change of what a customer owes: a positive amount is owed more. Written by `post_entries` alone.

    The ledger does not know what an order or a payment is: the link is the text `reference`, its number; the opening
    balance has none. When two records of a customer become one, what the one owed moves to the other by a pair of
    TRANSFER entries without a reference; the entries of its orders stay where they are. So what an order comes to is
    the sum of the entries under its number whoever's account they are on, and what a customer owes the sum of theirs.
    """

    class Kind(models.TextChoices):
        OPENING = "OPENING", _("Opening balance")
        SALE = "SALE", _("Sale")
        AMENDMENT = "AMENDMENT", _("Amendment")
        CANCELLATION = "CANCELLATION", _("Cancellation")
        RETURN = "RETURN", _("Return")
        PAYMENT = "PAYMENT", _("Payment")
        REFUND = "REFUND", _("Refund")
        CREDIT = "CREDIT", _("Credit given")
        REVERSAL = "REVERSAL", _("Reversal")
        TRANSFER = "TRANSFER", _("Transfer")

    customer = models.ForeignKey(
        "accounts.Customer", models.PROTECT, related_name="account_entries", verbose_name=_("customer")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    amount = models.DecimalField(_("amount"), max_digits=14, decimal_places=2)
    balance_before = models.DecimalField(_("balance before"), max_digits=14, decimal_places=2)
    balance_after = models.DecimalField(_("balance"), max_digits=14, decimal_places=2)
    reference = models.CharField(_("reference"), max_length=255, blank=True, db_index=True)
    text = models.TextField(_("text"), blank=True)
    due_on = models.DateField(_("due on"), null=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    row_hash = models.CharField(max_length=80, editable=False)

    searched = ("reference", "text")

    class Meta:
        verbose_name = _("account entry")
        verbose_name_plural = _("account entries")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="accountentry_amount_not_zero"),
            models.CheckConstraint(
                condition=Q(balance_after=Round(F("balance_before") + F("amount"), 2)),
                name="accountentry_balance_adds_up",
            ),
        ]
        indexes = [
            models.Index(fields=["customer", "id"], name="accountentry_customer"),
            models.Index(fields=["created_at", "id"], name="accountentry_created_at"),
        ]

    def __str__(self):
        return f"{self.customer}: {self.balance_before} → {self.balance_after}"
