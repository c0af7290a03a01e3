"""What: products, and the append-only log of every change of their stock."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.fields import TrimmedCharField
from core.hash_chain import HashChain
from core.ledger_check import LedgerCheck
from core.models import HISTORY_EXCLUDED_FIELDS, AuditedModel, Version
from inventory.barcodes import BarcodeField
from inventory.count_models import StockCount, StockCountLine  # noqa: F401  (Django finds an app's models here)
from inventory.delivery_models import Delivery, DeliveryItem, Supplier  # noqa: F401  (Django finds an app's models here)
from inventory.figures import average_cost_of, margin_of
from inventory.querysets import ProductQuerySet, StockChangeQuerySet
from inventory.skus import SkuField
from inventory.stock_status import StockStatus

MAX_QUANTITY = 2_147_483_647  # what a database integer holds

# Why somebody adjusts a stock by hand; what is delivered or returned has pages of its own. The last one needs words.
OTHER_REASON = "Other"
ADJUSTMENT_REASONS = {
    "Counted": _("Counted"),
    "Damaged or lost": _("Damaged or lost"),
    "Own use": _("Own use"),
    OTHER_REASON: _("Other"),
}


class Product(AuditedModel):
    """Something the firm sells. `stock_qty` is written by inventory/services/ alone."""

    sku = SkuField(_("SKU"), max_length=100, unique=True, error_messages={"unique": _("Another product has this SKU.")})
    name = TrimmedCharField(_("name"), max_length=255)
    category = TrimmedCharField(_("category"), max_length=100, blank=True, db_index=True)
    barcode = BarcodeField(
        _("barcode"),
        max_length=40,
        unique=True,
        null=True,
        blank=True,
        error_messages={"unique": _("Another product has this barcode.")},
    )
    shelf = TrimmedCharField(_("shelf"), max_length=50, blank=True, help_text=_("Where it is kept."))
    is_active = models.BooleanField(
        pgettext_lazy("product", "active"),
        default=True,
        help_text=_("A product that is not sold any more is archived: orders that have it keep it."),
    )
    cost_price = models.DecimalField(
        _("cost price"),
        max_digits=10,
        decimal_places=2,
        default=Decimal("0.00"),
        validators=[MinValueValidator(Decimal(0))],
    )
    selling_price = models.DecimalField(
        _("selling price"), max_digits=10, decimal_places=2, validators=[MinValueValidator(Decimal(0))]
    )
    stock_qty = models.PositiveIntegerField(_("in stock"), default=0, editable=False)
    low_stock_threshold = models.PositiveIntegerField(
        _("low stock threshold"),
        null=True,
        blank=True,
        help_text=_("Fewer pieces than this count as low. Empty: the firm's usual threshold."),
    )
    image = models.ImageField(_("image"), upload_to="products/images", blank=True)
    supplier = models.ForeignKey(
        "inventory.Supplier",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="products",
        verbose_name=_("supplier"),
    )
    supplier_sku = TrimmedCharField(_("supplier's SKU"), max_length=100, blank=True, default="", db_default="")
    pack_size = models.PositiveIntegerField(
        _("pieces in a pack"), default=1, db_default=1, blank=True, validators=[MinValueValidator(1)]
    )
    stock_value = models.DecimalField(
        _("stock value"), max_digits=20, decimal_places=2, default=Decimal("0.00"), db_default=0, editable=False
    )
    ledger_head = models.CharField(  # noqa: DJ001 (NULL: nothing was ever logged)
        max_length=80, null=True, editable=False, help_text="The hash of the latest stock change (core/hash_chain.py)."
    )

    searched = ("sku", "name", "category")
    objects = ProductQuerySet.as_manager()
    history = HistoricalRecords(
        bases=[Version],
        excluded_fields=[*HISTORY_EXCLUDED_FIELDS, "stock_value"],  # the stock change log has it, move by move
        history_id_field=models.BigAutoField(),
        no_db_index=["sku", "category", "barcode"],
    )

    class Meta:
        verbose_name = _("product")
        verbose_name_plural = _("products")
        ordering = ["-id"]
        permissions = [
            ("view_cost", "Can see cost, margin and stock value"),
            ("adjust_stock", "Can adjust stock"),
            ("revalue_stock", "Can change what stock is worth"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(sku=""), name="product_sku_not_empty"),
            models.CheckConstraint(condition=~Q(name=""), name="product_name_not_empty"),
            models.CheckConstraint(condition=~Q(barcode=Value("")), name="product_barcode_not_empty"),
            models.CheckConstraint(condition=Q(stock_qty__gte=0), name="product_stock_qty_not_negative"),
            models.CheckConstraint(condition=Q(stock_value__gte=0), name="product_stock_value_not_negative"),
            models.CheckConstraint(
                condition=Q(stock_qty__gt=0) | Q(stock_value=0), name="product_nothing_is_worth_nothing"
            ),
            models.CheckConstraint(condition=Q(cost_price__gte=0), name="product_cost_price_not_negative"),
            models.CheckConstraint(condition=Q(selling_price__gte=0), name="product_selling_price_not_negative"),
            models.CheckConstraint(condition=Q(pack_size__gte=1), name="product_pack_size_positive"),
        ]
        indexes = [
            models.Index(fields=["name", "id"], name="product_name"),
            models.Index(fields=["stock_qty", "name"], name="product_stock_qty"),
            models.Index(fields=["category", "id"], name="product_category"),
            models.Index(fields=["selling_price", "id"], name="product_selling_price"),
            models.Index(fields=["created_at", "id"], name="product_created_at"),
            models.Index(
                fields=["stock_qty"],
                condition=Q(stock_qty__lt=F("low_stock_threshold")),
                name="product_below_threshold",
            ),
        ]

    def __str__(self):
        return f"{self.name} ({self.sku})"

    @property
    def stock_status(self) -> StockStatus:
        return StockStatus.of(self.stock_qty, self.low_stock_threshold)

    @property
    def free(self) -> int:
        """Of a product `with_free`: the pieces that pending orders leave; negative if they ask for more."""
        return self.stock_qty - self.promised

    @property
    def average_cost(self) -> Decimal:
        """What a piece in stock has cost, in the firm's currency to 2 places; of none, what the next one would."""
        return average_cost_of(self.stock_value, self.stock_qty, self.cost_price)

    @property
    def suggested_order_qty(self) -> int:
        """Pieces to order so that there is twice the threshold again; 0 if there is."""
        return max(0, 2 * self.threshold - self.stock_qty)

    @property
    def threshold(self) -> int:
        """Fewer pieces than this are a low stock."""
        return settings.LOW_STOCK_THRESHOLD if self.low_stock_threshold is None else self.low_stock_threshold

    @property
    def profit_margin(self) -> Decimal:
        """What selling adds to the cost, in percent of the cost to 2 places; 0 when there is no cost."""
        return margin_of(self.cost_price, self.selling_price)

    def clean(self):
        super().clean()
        self.check_sells_above_cost()

    def check_sells_above_cost(self) -> None:
        """Raise ValidationError at `selling_price` if the product sells below cost and the firm forbids that."""
        if settings.ALLOW_SELLING_BELOW_COST or self.cost_price is None or self.selling_price is None:
            return
        if self.selling_price < self.cost_price:
            message = gettext("The selling price %(price)s is below the cost price %(cost)s.")
            prices = {"price": self.selling_price, "cost": self.cost_price}
            raise ValidationError({"selling_price": message % prices})


FIRST_COVERED = (
    "product_key",
    "product_name",
    "product_category",
    "product_sku",
    "customer_id",
    "previous_qty",
    "new_qty",
    "kind",
    "change_reason",
    "reference",
    "created_at",
    "created_by_id",
)
STOCK_CHAIN = HashChain(
    key="product_key",
    versions={
        1: FIRST_COVERED,
        2: (*FIRST_COVERED, "reverses_id"),
        3: (*FIRST_COVERED, "reverses_id", "previous_value", "new_value"),
    },
    levels=("product_id", ("previous_qty", "new_qty"), ("previous_value", "new_value")),
)


class StockChange(models.Model):
    """One change of one product's stock. Rows are only ever added: the database refuses to change or delete them."""

    class Kind(models.TextChoices):
        INITIAL = "INITIAL", _("Initial stock")
        ADJUSTMENT = "ADJUSTMENT", _("Adjustment")
        IMPORT = "IMPORT", _("Import")
        SALE = "SALE", _("Sale")
        CANCELLATION = "CANCELLATION", _("Cancellation")
        DELETION = "DELETION", _("Product deleted")
        AMENDMENT = "AMENDMENT", _("Amendment")
        RETURN = "RETURN", _("Return")
        REVERSAL = "REVERSAL", _("Reversal")
        DELIVERY = "DELIVERY", _("Delivery")
        REVALUATION = "REVALUATION", _("Revaluation")
        COUNT = "COUNT", _("Count")

    # DO_NOTHING: when a product is deleted, a trigger empties this; nobody else may (see the first migration).
    product = models.ForeignKey(
        Product, models.DO_NOTHING, null=True, related_name="stock_changes", verbose_name=_("product")
    )
    product_key = models.BigIntegerField(
        default=0, db_default=0, editable=False, help_text="The product's id, which stays when the product is deleted."
    )
    product_name = models.CharField(_("product name"), max_length=255)
    product_category = models.CharField(_("category"), max_length=100, blank=True)
    product_sku = models.CharField(_("SKU"), max_length=100)
    customer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("customer")
    )
    previous_qty = models.PositiveIntegerField(_("before"))
    new_qty = models.PositiveIntegerField(_("after"))
    # What all pieces were worth before and after; NULL in rows older than the valuation of stock.
    previous_value = models.DecimalField(_("value before"), max_digits=20, decimal_places=2, null=True)
    new_value = models.DecimalField(_("value after"), max_digits=20, decimal_places=2, null=True)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    change_reason = models.TextField(_("reason"))
    reference = models.CharField(_("reference"), max_length=255, blank=True, db_index=True)
    created_at = models.DateTimeField(_("when"), default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("by")
    )
    reverses = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="reversed_by",
        db_index=False,  # the constraint below has one
        verbose_name=_("reverses"),
    )
    row_hash = models.CharField(max_length=80, default="", db_default="", editable=False)

    searched = ("product_sku", "product_name", "change_reason", "reference")
    objects = StockChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("stock change")
        verbose_name_plural = _("stock changes")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(previous_qty__gte=0), name="stockchange_previous_qty_not_negative"),
            models.CheckConstraint(condition=Q(new_qty__gte=0), name="stockchange_new_qty_not_negative"),
            models.CheckConstraint(condition=Q(new_value__gte=0), name="stockchange_new_value_not_negative"),
            models.CheckConstraint(
                condition=Q(new_qty__gt=0) | Q(new_value=0), name="stockchange_nothing_is_worth_nothing"
            ),
            models.UniqueConstraint(
                fields=["reverses"], condition=Q(reverses__isnull=False), name="stockchange_reversed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["product", "id"], name="stockchange_product"),
            models.Index(fields=["kind", "id"], name="stockchange_kind"),
            models.Index(fields=["created_at", "id"], name="stockchange_created_at"),
        ]

    def __str__(self):
        return f"{self.product_name} ({self.product_sku}): {self.previous_qty} → {self.new_qty}"

    @property
    def quantity_change(self) -> int:
        """Pieces that came in (positive) or went out (negative)."""
        return self.new_qty - self.previous_qty

    @property
    def value_change(self) -> Decimal | None:
        """What came in (positive) or went out (negative) was worth; None before stock was valued."""
        return None if self.new_value is None else self.new_value - (self.previous_value or Decimal(0))


class StockCheck(LedgerCheck):
    """One run of `check_stock`: when, over how much, and the first thing that was wrong, if anything was."""

    products = models.PositiveIntegerField()
    stock_changes = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return self.problem or f"{self.products} products proved"
