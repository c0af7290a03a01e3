"""Orders to files."""

from import_export.fields import Field
from import_export.resources import ModelResource

from sales.models import Order


class OrderResource(ModelResource):
    """The order list, for export."""

    customer = Field(attribute="customer", column_name="customer")
    customer_code = Field(attribute="customer__customer_code", column_name="customer_code")
    customer_email = Field(attribute="customer__email", column_name="customer_email")
    created_by = Field(attribute="created_by", column_name="created_by")

    class Meta:
        model = Order
        name = "Orders"
        fields = (
            "order_number",
            "order_date",
            "status",
            "customer",
            "customer_code",
            "customer_email",
            "total_amount",
            "confirmed_at",
            "cancelled_at",
            "created_by",
        )
        export_order = fields

    def get_queryset(self):
        return super().get_queryset().select_related("customer", "created_by")
