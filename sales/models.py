"""To whom: orders, their lines, and the counter their numbers come from."""

from collections import Counter
from decimal import Decimal
from typing import NoReturn

from django.conf import settings
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import TrimmedCharField, TrimmedTextField
from core.models import HISTORY_EXCLUDED_FIELDS, AuditedModel, Version
from core.prepared import Slot, Statements
from inventory.models import Product
from sales.account_models import AccountCheck  # noqa: F401  (Django finds an app's models here)
from sales.exceptions import InvalidTransition
from sales.payment_models import Payment, PaymentAllocation  # noqa: F401  (Django finds an app's models here)
from sales.querysets import OrderItemQuerySet, OrderQuerySet
from sales.return_models import OrderReturn, ReturnItem  # noqa: F401

LINES = Statements()
LONGEST_TEXT = 2000
# What an order says besides its customer and its lines.
TERMS = ("customer_reference", "wanted_on", "note", "text", "delivery_address")


class Order(AuditedModel):
    """A customer's order. Its status and lines are written by sales/services/ alone."""

    class Status(models.TextChoices):
        PENDING = "PENDING", _("Pending")
        CONFIRMED = "CONFIRMED", _("Confirmed")
        CANCELLED = "CANCELLED", _("Cancelled")

    NEXT_STATUSES = {
        Status.PENDING: {Status.CONFIRMED, Status.CANCELLED},
        Status.CONFIRMED: {Status.CANCELLED},
        Status.CANCELLED: set(),
    }

    order_number = models.CharField(_("order number"), max_length=30, unique=True, editable=False)
    customer = models.ForeignKey("accounts.Customer", models.PROTECT, related_name="orders", verbose_name=_("customer"))
    order_date = models.DateField(_("order date"), default=timezone.localdate, editable=False)
    status = models.CharField(_("status"), max_length=9, choices=Status, default=Status.PENDING, editable=False)
    total_amount = models.DecimalField(
        _("total"), max_digits=14, decimal_places=2, default=Decimal("0.00"), editable=False
    )
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("confirmed by"),
    )
    cancelled_at = models.DateTimeField(_("cancelled"), null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("cancelled by"),
    )

    revision = models.PositiveIntegerField(
        _("revision"), default=0, db_default=0, editable=False, help_text=_("How often it was changed when confirmed.")
    )
    waits = models.BooleanField(
        _("beyond today's stock"),
        default=False,
        db_default=False,
        help_text=_("Ask for more than there is; the order waits until there is enough."),
    )
    backorder_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="backorders",
        verbose_name=_("rest of"),
    )

    # Whom the order is for and where it goes, as it was agreed: what becomes of the customer later changes no paper.
    customer_name = models.CharField(_("customer's name"), max_length=310, default="", editable=False)
    customer_address = models.TextField(_("customer's address"), default="", editable=False)
    delivery_address = TrimmedTextField(
        _("delivery address"),
        blank=True,
        max_length=LONGEST_TEXT,
        validators=[MaxLengthValidator(LONGEST_TEXT)],
        help_text=_("Empty: the customer's."),
    )
    customer_reference = TrimmedCharField(
        _("customer's reference"), max_length=100, blank=True, help_text=_("The number of the order at the customer's.")
    )
    wanted_on = models.DateField(_("wanted on"), null=True, blank=True)
    note = TrimmedTextField(
        _("note"),
        blank=True,
        max_length=LONGEST_TEXT,
        validators=[MaxLengthValidator(LONGEST_TEXT)],
        help_text=_("For colleagues; the customer never sees it."),
    )
    text = TrimmedTextField(
        _("text"),
        blank=True,
        max_length=LONGEST_TEXT,
        validators=[MaxLengthValidator(LONGEST_TEXT)],
        help_text=_("Printed below the lines."),
    )

    searched = ("order_number",)
    objects = OrderQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[Version],
        excluded_fields=[*HISTORY_EXCLUDED_FIELDS, "customer_name", "customer_address"],  # they follow the customer
        history_id_field=models.BigAutoField(),
        no_db_index=["order_number"],
    )

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        ordering = ["-id"]
        permissions = [
            ("confirm_order", "Can confirm orders"),
            ("cancel_order", "Can cancel orders"),
            ("amend_order", "Can amend confirmed orders"),
            ("annotate_order", "Can change the note and the wanted day of any order"),
            ("sell_below_cost", "Can sell below the cost price"),
            ("view_own_order", "Can see one's own orders"),
            ("add_own_order", "Can place orders for oneself"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["PENDING", "CONFIRMED", "CANCELLED"]), name="order_status_known"
            ),
            models.CheckConstraint(condition=Q(total_amount__gte=0), name="order_total_amount_not_negative"),
            models.CheckConstraint(
                condition=~Q(status="CONFIRMED") | Q(confirmed_at__isnull=False),
                name="order_confirmed_at_known",
            ),
            models.CheckConstraint(
                condition=~Q(status="CANCELLED") | Q(cancelled_at__isnull=False),
                name="order_cancelled_at_known",
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="order_status"),
            models.Index(fields=["status", "confirmed_at"], name="order_confirmed_at"),
            models.Index(fields=["order_date", "id"], name="order_order_date"),
            models.Index(fields=["customer", "-id"], name="order_customer"),
            models.Index(fields=["total_amount", "id"], name="order_total_amount"),
            models.Index(fields=["created_at", "id"], name="order_created_at"),
        ]

    def __str__(self):
        return self.order_number

    @property
    def is_pending(self) -> bool:
        return self.status == self.Status.PENDING

    def name_customer(self, customer) -> None:
        """Write down whom the order is for, as they are now."""
        self.customer_name = str(customer)
        self.customer_address = "\n".join(filter(None, [customer.contact_name, customer.address]))
        self.delivery_address = self.delivery_address or customer.delivery_address

    def quantities(self) -> dict[int, int]:
        """Pieces by product id, the lines of one product summed."""
        lines = LINES.get("quantities", lambda: OrderItem.objects.quantities_of(Slot("order")), planned_once=True)
        quantities = Counter()
        for product_id, quantity in lines.rows({"order": self.pk}):
            quantities[product_id] += quantity
        return dict(quantities)

    def is_all_back(self) -> bool:
        """Whether every piece of the order has come back by returns; asked for here unless `with_all_back` has."""
        known = vars(self).get("all_back")
        if known is None:
            return type(self).objects.with_all_back().filter(pk=self.pk, all_back=True).exists()
        return known

    def check_can_become(self, status: Status) -> None:
        """Raise InvalidTransition, saying who did what and when, unless the order may go to `status` now.

        An order whose goods have all come back has nothing left to cancel.
        """
        if status not in self.NEXT_STATUSES[self.status]:
            self.refuse(status)
        if self.status == self.Status.CONFIRMED and self.is_all_back():
            self.refuse("all back")

    def check_is_pending(self, step: str) -> None:
        """Raise InvalidTransition unless the order is still pending; `step` is what was to be done ("edited")."""
        if not self.is_pending:
            self.refuse(step)

    def check_is_confirmed(self, step: str) -> None:
        """Raise InvalidTransition unless the order is confirmed; `step` is what was to be done ("amended")."""
        if self.status != self.Status.CONFIRMED:
            self.refuse(step)

    def refuse(self, step: str) -> NoReturn:
        raise InvalidTransition(REFUSALS[step] % {"order": self.order_number, "standing": self.status_sentence()})

    def status_sentence(self) -> str:
        """The status as part of a sentence: `it was confirmed by Sara Lee on Nov. 22, 2026, 10:41`"""
        if self.is_pending:
            return gettext("it is pending")
        sentence, at, by = {
            self.Status.CONFIRMED: (_("it was confirmed by %(by)s on %(at)s"), self.confirmed_at, self.confirmed_by),
            self.Status.CANCELLED: (_("it was cancelled by %(by)s on %(at)s"), self.cancelled_at, self.cancelled_by),
        }[self.status]
        moment = date_format(timezone.localtime(at), "DATETIME_FORMAT")
        return sentence % {"by": by or gettext("the system"), "at": moment}


REFUSALS = {  # by what was to be done to the order; `standing` is status_sentence
    Order.Status.PENDING: _("%(order)s cannot be pending: %(standing)s."),
    Order.Status.CONFIRMED: _("%(order)s cannot be confirmed: %(standing)s."),
    Order.Status.CANCELLED: _("%(order)s cannot be cancelled: %(standing)s."),
    "edited": _("%(order)s cannot be edited: %(standing)s. Only pending orders can."),
    "amended": _("%(order)s cannot be amended: %(standing)s. Only confirmed orders can."),
    "deleted": _("%(order)s cannot be deleted: %(standing)s. Only pending orders can."),
    "all back": _("%(order)s cannot be cancelled: all of its goods have come back already."),
    "returned": _("Nothing of %(order)s can be taken back: %(standing)s. Only of confirmed orders can."),
}


def protect_pending(collector, field, sub_objs, using):
    """What deleting a product does to its order lines: a pending order forbids it, the others keep their snapshot."""
    pending = Order.objects.using(using).pending().filter(items__in=sub_objs).distinct()
    if pending:
        raise models.ProtectedError("The product is in pending orders.", set(pending))
    models.SET_NULL(collector, field, sub_objs, using)


protect_pending.lazy_sub_objs = True  # as SET_NULL: Django need not load the lines to set them


class OrderItem(models.Model):
    """One line of an order; name and SKU as they were when it was written."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items", verbose_name=_("order"))
    product = models.ForeignKey(
        Product, protect_pending, null=True, related_name="order_lines", verbose_name=_("product")
    )
    product_name = models.CharField(_("product name"), max_length=255, editable=False)
    product_sku = models.CharField(_("SKU"), max_length=100, editable=False)
    quantity = models.PositiveIntegerField(_("quantity"), validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(
        _("unit price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    total_price = models.DecimalField(_("total"), max_digits=14, decimal_places=2, editable=False)

    objects = OrderItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("line")
        verbose_name_plural = _("lines")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="orderitem_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="orderitem_unit_price_not_negative"),
            models.CheckConstraint(condition=Q(total_price__gte=0), name="orderitem_total_price_not_negative"),
        ]
        indexes = [models.Index(fields=["product", "order"], name="orderitem_product")]

    def __str__(self):
        return f"{self.quantity} × {self.product_name}"


class OrderRevision(models.Model):
    """One amendment of a confirmed order: what it came to before and after, why, who and when. Rows are only added."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="revisions", verbose_name=_("order"))
    revision = models.PositiveIntegerField(_("revision"))
    total_before = models.DecimalField(_("total before"), max_digits=14, decimal_places=2)
    total_after = models.DecimalField(_("total after"), max_digits=14, decimal_places=2)
    reason = models.TextField(_("reason"))
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        constraints = [models.UniqueConstraint(fields=["order", "revision"], name="orderrevision_numbered_once")]

    def __str__(self):
        return f"{self.order}: {self.revision}"


class OrderNumberCounter(models.Model):
    """The last order number given out on a day in TIME_ZONE; numbers of deleted orders are not used again."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.day}: {self.last}"
