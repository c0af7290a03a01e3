"""From whom goods come and what has come: suppliers, deliveries and the goods in them, which are only ever added."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from core.fields import CodeField, LowerCaseEmailField, PhoneField, TrimmedCharField, TrimmedTextField
from core.models import HISTORY_EXCLUDED_FIELDS, AuditedModel, Version
from core.money import round_money
from inventory.querysets import DeliveryQuerySet, SupplierQuerySet

SERIES = "DEL"
NAME_TAKEN = _("Another supplier has this name.")


def reference_key(reference: str) -> str:
    """By which references are compared: however a delivery note's number is typed, it is one note."""
    return " ".join(reference.split()).casefold()


class Supplier(AuditedModel):
    """A firm that goods come from."""

    name = CodeField(_("name"), max_length=200)
    code = CodeField(_("code"), max_length=50, blank=True, help_text=_("Your own short name for the supplier."))
    contact = TrimmedCharField(_("contact"), max_length=150, blank=True, help_text=_("Whom you speak to there."))
    phone = PhoneField(_("phone"), max_length=128, blank=True)
    email = LowerCaseEmailField(_("e-mail"), blank=True)
    address = TrimmedTextField(_("address"), blank=True, max_length=2000, validators=[MaxLengthValidator(2000)])
    our_number = TrimmedCharField(
        _("our number"), max_length=50, blank=True, help_text=_("The customer number that you have at the supplier.")
    )
    lead_days = models.PositiveIntegerField(
        _("days to deliver"), null=True, blank=True, help_text=_("How long an order usually takes to arrive.")
    )
    note = TrimmedTextField(_("note"), blank=True, max_length=2000, validators=[MaxLengthValidator(2000)])
    is_active = models.BooleanField(
        pgettext_lazy("supplier", "active"),
        default=True,
        help_text=_("A supplier from whom nothing is bought any more is archived: what came from them stays."),
    )

    searched = ("name", "code", "contact")
    objects = SupplierQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[Version], excluded_fields=HISTORY_EXCLUDED_FIELDS, history_id_field=models.BigAutoField()
    )

    class Meta:
        verbose_name = _("supplier")
        verbose_name_plural = _("suppliers")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                Lower("name"),
                name="supplier_name_once",
                violation_error_message=NAME_TAKEN,
            ),
            models.CheckConstraint(condition=~Q(name=""), name="supplier_name_not_empty"),
        ]

    def __str__(self):
        return self.name

    def clean(self):
        """A name is another's in whatever capitals, of every alphabet; the constraint knows those of ASCII at least."""
        super().clean()
        others = Supplier.objects.exclude(pk=self.pk).values_list("name", flat=True)
        if self.name.casefold() in {name.casefold() for name in others}:
            raise ValidationError({"name": NAME_TAKEN})


class Delivery(models.Model):
    """Goods that came in together, or (it `reverses` another one) went out again because they had not come.

    `received_on` is what somebody says of the day and decides nothing. Written by inventory/services/ alone.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    supplier = models.ForeignKey(
        Supplier, models.PROTECT, null=True, blank=True, related_name="deliveries", verbose_name=_("supplier")
    )
    their_reference = TrimmedCharField(
        _("delivery note"), max_length=100, blank=True, help_text=_("The number of the supplier's delivery note.")
    )
    reference_key = models.CharField(max_length=300, blank=True, editable=False)
    received_on = models.DateField(_("received on"), default=timezone.localdate)
    reverses = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="reversed_by",
        verbose_name=_("reverses"),
    )
    reason = models.CharField(_("reason"), max_length=255, blank=True, editable=False)
    created_at = models.DateTimeField(_("when"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("by"),
    )

    searched = ("number", "their_reference")
    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        ordering = ["-id"]
        permissions = [("reverse_delivery", "Can reverse deliveries")]
        indexes = [
            models.Index(fields=["supplier", "reference_key"], name="delivery_reference"),
            models.Index(fields=["received_on", "id"], name="delivery_received_on"),
            models.Index(fields=["created_at", "id"], name="delivery_created_at"),
        ]

    def __str__(self):
        return self.number

    @property
    def reversal(self) -> "Delivery | None":
        """The delivery that takes this one back, if there is one."""
        return getattr(self, "reversed_by", None)


class DeliveryItem(models.Model):
    """So many pieces of a product that came together; its name and SKU as they were."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="items", verbose_name=_("delivery"))
    # DO_NOTHING: when a product is deleted, a trigger empties this; nobody else may (see the migration).
    product = models.ForeignKey(
        "inventory.Product", models.DO_NOTHING, null=True, related_name="+", verbose_name=_("product")
    )
    product_name = models.CharField(_("product name"), max_length=255)
    product_sku = models.CharField(_("SKU"), max_length=100)
    quantity = models.PositiveIntegerField(_("quantity"))
    unit_cost = models.DecimalField(_("unit cost"), max_digits=12, decimal_places=4)
    total_cost = models.DecimalField(_("total cost"), max_digits=20, decimal_places=2)

    class Meta:
        verbose_name = _("delivered goods")
        verbose_name_plural = _("delivered goods")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="deliveryitem_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_cost__gte=0), name="deliveryitem_unit_cost_not_negative"),
            models.CheckConstraint(condition=Q(total_cost__gte=0), name="deliveryitem_total_cost_not_negative"),
        ]

    def __str__(self):
        return f"{self.quantity} × {self.product_name}"


def cost_of(quantity: int, unit_cost: Decimal) -> Decimal:
    """What so many pieces cost together, to the cent."""
    return round_money(quantity * unit_cost)
