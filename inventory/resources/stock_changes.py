"""The stock change log to files."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource

from inventory.models import StockChange


class StockChangeResource(ModelResource):
    """The stock change log, for export only."""

    class Meta:
        model = StockChange
        name = _("Stock changes")
        fields = (
            "created_at",
            "product_sku",
            "product_name",
            "product_category",
            "previous_qty",
            "new_qty",
            "quantity_change",
            "kind",
            "change_reason",
            "reference",
            "customer",
            "created_by",
        )
        export_order = fields

    quantity_change = Field(attribute="quantity_change", column_name="quantity_change")
    customer = Field(attribute="customer", column_name="customer")
    created_by = Field(attribute="created_by", column_name="created_by")

    def get_queryset(self):
        return super().get_queryset().select_related("customer", "created_by")
