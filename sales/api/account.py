"""Accounts of customers over the API."""

from django.shortcuts import get_object_or_404
from ninja.pagination import paginate

from accounts.api import OWN_PROFILE, auth, customers
from accounts.models import Customer
from accounts.tokens import requires
from core.api.pagination import KeysetPagination
from core.api.rows import Rows, answered
from sales.rows import ENTRIES
from sales.schemas import AccountEntryOut


@customers.get(
    "/{int:id}/account/",
    auth=requires("sales.view_account"),
    response=list[AccountEntryOut],
    summary="List a customer's account",
    operation_id="sales_list_account_get",
)
@answered
@paginate(KeysetPagination, orderings=("id",))
def list_account(request, id: int):
    """What changed what a customer owes, the latest entry first; `ordering=id` begins with the oldest."""
    return Rows(ENTRIES, customer_id=get_object_or_404(Customer, pk=id).pk)


@auth.get(
    "/me/account/",
    auth=OWN_PROFILE,
    response=list[AccountEntryOut],
    summary="My account",
    operation_id="sales_my_account_get",
)
@answered
@paginate(KeysetPagination, orderings=("id",))
def my_account(request):
    """What changed what one owes oneself, the latest entry first."""
    return Rows(ENTRIES, customer_id=request.user.pk)
