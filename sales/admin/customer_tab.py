"""A tab beside the customer's page."""

from django.contrib.admin.utils import unquote
from django.template.loader import render_to_string
from unfold.datasets import BaseDataset

from accounts.models import Customer
from core.admin.base import is_primary_key


class CustomerTab(BaseDataset):
    """A tab of unfold's, with a page of our own in it: nothing to select, so no form and nothing to post."""

    template: str
    tab = True
    id = None  # which no posted text equals

    def __init__(self, request, extra_context):
        self.request, self.key = request, unquote(extra_context["object"])

    @property
    def contents(self) -> str:
        customer = Customer.objects.filter(pk=self.key).first() if is_primary_key(self.key) else None
        if customer is None:
            return ""
        return render_to_string(self.template, self.figures(customer), self.request)

    def figures(self, customer: Customer) -> dict:
        """What the template shows."""
        raise NotImplementedError
