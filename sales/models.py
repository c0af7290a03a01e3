"""To whom: orders, their lines, and the counter their numbers come from."""

from collections import Counter
from decimal import Decimal

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from simple_history.models import HistoricalRecords

from accounts.models import HISTORY_KNOWS, AuditedModel, Version
from inventory.models import Product
from sales.exceptions import InvalidTransition
from sales.querysets import OrderItemQuerySet, OrderQuerySet


class Order(AuditedModel):
    """A customer's order. Its status and lines are written by sales/services.py alone."""

    class Status(models.TextChoices):
        PENDING = "PENDING", "Pending"
        CONFIRMED = "CONFIRMED", "Confirmed"
        CANCELLED = "CANCELLED", "Cancelled"

    NEXT_STATUSES = {
        Status.PENDING: {Status.CONFIRMED, Status.CANCELLED},
        Status.CONFIRMED: {Status.CANCELLED},
        Status.CANCELLED: set(),
    }

    order_number = models.CharField(max_length=30, unique=True, editable=False)
    customer = models.ForeignKey("accounts.Customer", models.PROTECT, related_name="orders")
    order_date = models.DateField(default=timezone.localdate, editable=False)
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING, editable=False)
    total_amount = models.DecimalField(
        "total", max_digits=14, decimal_places=2, default=Decimal("0.00"), editable=False
    )
    confirmed_at = models.DateTimeField("confirmed", null=True, editable=False)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    cancelled_at = models.DateTimeField("cancelled", null=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = OrderQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[Version],
        excluded_fields=HISTORY_KNOWS,
        history_id_field=models.BigAutoField(),
        no_db_index=["order_number"],
    )

    class Meta:
        ordering = ["-id"]
        permissions = [
            ("confirm_order", "Can confirm orders"),
            ("cancel_order", "Can cancel orders"),
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

    def quantities(self) -> dict[int, int]:
        """Pieces by product id, the lines of one product summed."""
        quantities = Counter()
        for product_id, quantity in self.items.filter(product__isnull=False).values_list("product_id", "quantity"):
            quantities[product_id] += quantity
        return dict(quantities)

    def check_can_become(self, status: Status) -> None:
        """Raise InvalidTransition, saying who did what and when, unless the order may go to `status` now."""
        if status not in self.NEXT_STATUSES[self.status]:
            wanted = self.Status(status).label.lower()
            raise InvalidTransition(f"{self.order_number} cannot be {wanted}: {self.how_it_stands()}.")

    def check_is_pending(self, step: str) -> None:
        """Raise InvalidTransition unless the order is still pending; `step` is what was to be done ("edited")."""
        if not self.is_pending:
            raise InvalidTransition(
                f"{self.order_number} cannot be {step}: {self.how_it_stands()}. Only pending orders can."
            )

    def how_it_stands(self) -> str:
        """The status as part of a sentence: `it was confirmed by Sara Lee on Nov. 22, 2026, 10:41`"""
        if self.is_pending:
            return "it is still pending"
        at, by = {
            self.Status.CONFIRMED: (self.confirmed_at, self.confirmed_by),
            self.Status.CANCELLED: (self.cancelled_at, self.cancelled_by),
        }[self.status]
        moment = date_format(timezone.localtime(at), "DATETIME_FORMAT")
        return f"it was {self.get_status_display().lower()} by {by or 'the system'} on {moment}"


def keep_unless_pending(collector, field, sub_objs, using):
    """What deleting a product does to its order lines: a pending order forbids it, the others keep their snapshot."""
    pending = Order.objects.using(using).pending().filter(items__in=sub_objs).distinct()
    if pending:
        raise models.ProtectedError("The product is in pending orders.", set(pending))
    models.SET_NULL(collector, field, sub_objs, using)


keep_unless_pending.lazy_sub_objs = True  # as SET_NULL: Django need not load the lines to set them


class OrderItem(models.Model):
    """One line of an order; name and SKU as they were when it was written."""

    order = models.ForeignKey(Order, models.CASCADE, related_name="items")
    product = models.ForeignKey(Product, keep_unless_pending, null=True, related_name="+")
    product_name = models.CharField(max_length=255, editable=False)
    product_sku = models.CharField("SKU", max_length=100, editable=False)
    quantity = models.PositiveIntegerField(validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))])
    total_price = models.DecimalField("total", max_digits=14, decimal_places=2, editable=False)

    objects = OrderItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = "line"
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="orderitem_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price__gte=0), name="orderitem_unit_price_not_negative"),
            models.CheckConstraint(condition=Q(total_price__gte=0), name="orderitem_total_price_not_negative"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.product_name}"


class OrderNumberCounter(models.Model):
    """The last order number given out on a day in TIME_ZONE; numbers of deleted orders are not used again."""

    day = models.DateField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self):
        return f"{self.day}: {self.last}"
