"""Deliveries to files: a row for each, or a row for each of their lines. Costs for whoever may see them."""

from django.utils.translation import gettext_lazy as _

from inventory.delivery_models import Delivery, DeliveryItem
from inventory.resources import ExportResource, export_column


class DeliveryResource(ExportResource):
    """The list of deliveries, for export."""

    supplier = export_column("supplier", "supplier")
    pieces, total_cost = export_column("pieces", "pieces"), export_column("total_cost", "cost")
    reverses = export_column("reverses", "reverses")
    reversed_by = export_column("reversed_by", "reversal")
    created_by = export_column("created_by", "created_by")

    class Meta:
        model = Delivery
        name = _("Deliveries")
        fields = (
            "number",
            "received_on",
            "supplier",
            "their_reference",
            "pieces",
            "total_cost",
            "reverses",
            "reversed_by",
            "reason",
            "created_at",
            "created_by",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("supplier", "reverses", "reversed_by", "created_by")


class DeliveredGoodsResource(ExportResource):
    """The goods of the deliveries in the list, for export."""

    number = export_column("number", "delivery__number")
    received_on = export_column("received_on", "delivery__received_on")
    supplier = export_column("supplier", "delivery__supplier")
    their_reference = export_column("their_reference", "delivery__their_reference")
    reversed_by = export_column("reversed_by", "delivery__reversal")

    class Meta:
        model = DeliveryItem
        name = _("Deliveries with their goods")
        fields = (
            "number",
            "received_on",
            "supplier",
            "their_reference",
            "product_sku",
            "product_name",
            "quantity",
            "unit_cost",
            "total_cost",
            "reversed_by",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        """The goods of these deliveries, the latest delivery first as in the list."""
        items = DeliveryItem.objects.filter(delivery__in=queryset.order_by().values("pk"))
        return items.select_related("delivery__supplier", "delivery__reversed_by").order_by("-delivery_id", "pk")
