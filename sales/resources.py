"""Orders, returns, payments and accounts to files: a row for each, or a row for each of their lines."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import DecimalWidget

from accounts.account_models import AccountEntry
from inventory.resources import export_column
from sales.models import Order, OrderItem
from sales.payment_models import Payment
from sales.return_models import OrderReturn, ReturnItem


class OrderResource(ModelResource):
    """The order list, for export."""

    customer = export_column("customer", "customer")
    customer_code = export_column("customer_code", "customer__customer_code")
    customer_email = export_column("customer_email", "customer__email")
    created_by = export_column("created_by", "created_by")

    class Meta:
        model = Order
        name = _("Orders")
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
            "customer_reference",
            "wanted_on",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("customer", "created_by")


class OrderLineResource(ModelResource):
    """The lines of the orders in the list, for export."""

    order_number = export_column("order_number", "order__order_number")
    order_date = export_column("order_date", "order__order_date")
    status = export_column("status", "order__status")
    customer = export_column("customer", "order__customer")
    customer_code = export_column("customer_code", "order__customer__customer_code")

    class Meta:
        model = OrderItem
        name = _("Orders with their lines")
        fields = (
            "order_number",
            "order_date",
            "status",
            "customer",
            "customer_code",
            "product_sku",
            "product_name",
            "quantity",
            "unit_price",
            "total_price",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        """The lines of these orders, the latest order first as in the list."""
        lines = OrderItem.objects.filter(order__in=queryset.order_by().values("pk"))
        return lines.select_related("order__customer").order_by("-order_id", "pk")


class ReturnResource(ModelResource):
    """The list of returns, for export."""

    order_number = export_column("order_number", "order__order_number")
    customer = export_column("customer", "order__customer")
    customer_code = export_column("customer_code", "order__customer__customer_code")
    created_by = export_column("created_by", "created_by")

    class Meta:
        model = OrderReturn
        name = _("Returns")
        fields = (
            "number",
            "created_at",
            "order_number",
            "customer",
            "customer_code",
            "reason",
            "details",
            "credit",
            "created_by",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("order__customer", "created_by")


class ReturnedGoodsResource(ModelResource):
    """The goods of the returns in the list, for export."""

    number = export_column("number", "order_return__number")
    created_at = export_column("created_at", "order_return__created_at")
    order_number = export_column("order_number", "order_return__order__order_number")
    reason = export_column("reason", "order_return__reason")
    customer = export_column("customer", "order_return__order__customer")

    class Meta:
        model = ReturnItem
        name = _("Returns with their goods")
        fields = (
            "number",
            "created_at",
            "order_number",
            "customer",
            "reason",
            "product_sku",
            "product_name",
            "quantity",
            "restocked",
            "credit",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        """The goods of these returns, the latest return first as in the list."""
        items = ReturnItem.objects.filter(order_return__in=queryset.order_by().values("pk"))
        return items.select_related("order_return__order__customer").order_by("-order_return_id", "pk")


class PaymentResource(ModelResource):
    """The list of payments, for export: what goes out is negative."""

    customer = export_column("customer", "customer")
    customer_code = export_column("customer_code", "customer__customer_code")
    amount = Field(attribute="signed_amount", column_name="amount", widget=DecimalWidget())
    unallocated = Field(attribute="unallocated", column_name="unallocated", widget=DecimalWidget())
    reverses = export_column("reverses", "reverses__number")
    created_by = export_column("created_by", "created_by")

    class Meta:
        model = Payment
        name = _("Payments")
        fields = (
            "number",
            "created_at",
            "paid_on",
            "customer",
            "customer_code",
            "direction",
            "method",
            "amount",
            "unallocated",
            "note",
            "reverses",
            "created_by",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("customer", "created_by", "reverses")


class AccountEntryResource(ModelResource):
    """The entries of customers' accounts, for export: a positive amount is owed more."""

    customer = export_column("customer", "customer")
    customer_code = export_column("customer_code", "customer__customer_code")
    created_by = export_column("created_by", "created_by")

    class Meta:
        model = AccountEntry
        name = _("Account entries")
        fields = (
            "created_at",
            "customer",
            "customer_code",
            "kind",
            "reference",
            "text",
            "due_on",
            "amount",
            "balance_after",
            "created_by",
        )
        export_order = fields

    def filter_export(self, queryset, **kwargs):
        return queryset.select_related("customer", "created_by")
