"""When stock counts as low: said once, for Python and for SQL."""

from django.conf import settings
from django.db.models import Case, CharField, F, Q, TextChoices, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _


class StockStatus(TextChoices):
    IN_STOCK = "IN_STOCK", _("In stock")
    LOW_STOCK = "LOW_STOCK", _("Low stock")
    OUT_OF_STOCK = "OUT_OF_STOCK", _("Out of stock")

    @classmethod
    def of(cls, quantity: int, threshold: int | None) -> "StockStatus":
        """The status of so many pieces; a product without a threshold of its own takes LOW_STOCK_THRESHOLD."""
        if quantity == 0:
            return cls.OUT_OF_STOCK
        if quantity < (settings.LOW_STOCK_THRESHOLD if threshold is None else threshold):
            return cls.LOW_STOCK
        return cls.IN_STOCK

    @classmethod
    def condition(cls, status: str) -> Q:
        """The same for a queryset of products with this status, in words for which an index can be used."""
        low = cls.below_threshold()
        return {cls.OUT_OF_STOCK: Q(stock_qty=0), cls.LOW_STOCK: low & Q(stock_qty__gt=0)}.get(
            status, ~(low) & Q(stock_qty__gt=0)
        )

    @classmethod
    def below_threshold(cls) -> Q:
        """Low, or out and meant to be in stock. For products with a threshold of their own by the index of these, for
        which SQLite wants a range.
        """
        usual, own = Q(low_stock_threshold=None), Q(low_stock_threshold__isnull=False, stock_qty__gte=0)
        return usual & Q(stock_qty__lt=settings.LOW_STOCK_THRESHOLD) | own & Q(stock_qty__lt=F("low_stock_threshold"))

    @classmethod
    def low_or_out(cls) -> Q:
        """As an OR of what each has an index."""
        return cls.below_threshold() | Q(stock_qty=0)

    @classmethod
    def in_sql(cls) -> Case:
        """The same for a queryset of products."""
        threshold = Coalesce(F("low_stock_threshold"), Value(settings.LOW_STOCK_THRESHOLD))
        return Case(
            When(stock_qty=0, then=Value(cls.OUT_OF_STOCK)),
            When(stock_qty__lt=threshold, then=Value(cls.LOW_STOCK)),
            default=Value(cls.IN_STOCK),
            output_field=CharField(),
        )
