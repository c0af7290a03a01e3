"""What somebody may do with one order, beyond what the matrix of roles says of all of them."""

from accounts.models import User
from sales.models import Order


def may_change(user: User, order: Order) -> bool:
    """Whether this person may edit the order while it is pending: any, or one that they have entered themselves."""
    is_own = order.created_by_id == user.pk
    return user.has_perm("sales.change_order") or (is_own and user.has_perm("sales.change_own_order"))


def may_delete(user: User, order: Order) -> bool:
    """Whether this person may delete the order while it is pending."""
    is_own = order.created_by_id == user.pk
    return user.has_perm("sales.delete_order") or (is_own and user.has_perm("sales.delete_own_order"))
