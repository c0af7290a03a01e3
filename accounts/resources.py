"""Customers to files."""

from import_export.fields import Field
from import_export.resources import ModelResource

from accounts.models import Customer


class CustomerResource(ModelResource):
    """The customer list, for export."""

    phone = Field(attribute="phone__as_e164", column_name="phone")

    class Meta:
        model = Customer
        name = "Customers"
        fields = (
            "customer_code",
            "email",
            "first_name",
            "last_name",
            "phone",
            "address",
            "opening_balance",
            "is_active",
        )
        export_order = fields

    def dehydrate_phone(self, customer):
        return customer.phone.as_e164 if customer.phone else ""
