"""A customer's orders and account, beside the customer's page: what they come to, and the latest."""

from django.contrib import admin
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin import CustomerAdmin
from accounts.models import Customer
from core.i18n import format_count
from core.money import format_money
from sales.admin.account import CustomerAccount, credit_one, refund_one, statement, take_payment
from sales.admin.customer_tab import CustomerTab
from sales.admin.merge_customers import merge_customer
from sales.models import Order
from sales.status_badge import status_badge

LATEST = 20  # so many orders are listed


class CustomerOrders(CustomerTab):
    model = Order
    title = _("Orders")
    template = "sales/customer_orders.html"

    def figures(self, customer: Customer) -> dict:
        orders = Order.objects.filter(customer=customer)
        totals = orders.totals()
        may_order = customer.is_active and self.request.user.has_perm("sales.add_order")
        return {
            "dataset": self,
            "tiles": [
                (gettext("Orders"), format_count(totals["count"])),
                (gettext("Confirmed"), format_money(totals["confirmed"])),
                (gettext("Pending"), format_money(totals["pending"])),
                (gettext("Last order"), totals["last_date"] or "–"),
            ],
            "rows": [
                {
                    "order": order,
                    "url": reverse("admin:sales_order_change", args=[order.pk]),
                    "badge": status_badge(order),
                    "total": format_money(order.total_amount),
                }
                for order in orders[:LATEST]
            ],
            "more": totals["count"] > LATEST,
            "latest": LATEST,
            "list_url": f"{reverse('admin:sales_order_changelist')}?customer__id__exact={customer.pk}",
            "add_url": f"{reverse('admin:sales_order_add')}?customer={customer.pk}" if may_order else "",
        }


admin.site.unregister(Customer)


@admin.register(Customer)
class CustomerWithOrdersAdmin(CustomerAdmin):
    """The page of a customer with their orders beside it: accounts, where customers are at home, knows of no orders."""

    actions_detail = [
        "take_payment",
        "statement",
        {"title": _("More"), "items": ["refund_one", "credit_one", "merge_customer"]},
    ]
    take_payment, statement, refund_one, credit_one = take_payment, statement, refund_one, credit_one
    merge_customer = merge_customer

    def has_merge_permission(self, request, object_id=None):
        return self.has_model_permission(request, "merge")

    def has_pay_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and request.user.has_perm("sales.record_payment")

    def has_credit_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and request.user.has_perm("sales.credit_customer")

    def has_account_permission(self, request, object_id=None):
        return self.has_model_permission(request, "view") and request.user.has_perm("sales.view_account")

    def get_actions_detail(self, request, object_id):
        """A record that has gone into another one has an account to be read, and nothing else."""
        customer = self.get_object(request, object_id)
        actions = super().get_actions_detail(request, object_id)
        if customer and customer.merged_into_id:
            return [step for step in actions if step.method.original_function_name == "statement"]
        return actions

    def get_changeform_datasets(self, request):
        """The tabs, for a customer that exists and whoever may see orders or accounts."""
        known = "object_id" in request.resolver_match.kwargs
        tabs = {"sales.view_order": CustomerOrders, "sales.view_account": CustomerAccount}
        shown = [tab for permission, tab in tabs.items() if known and request.user.has_perm(permission)]
        return [*shown, *super().get_changeform_datasets(request)]
