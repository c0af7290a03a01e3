"""Which role may do what: the one table, and the backend that answers every `has_perm` from it."""

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from accounts.models import User

ADMIN, SALES, CUSTOMER = User.Role
STAFF = {ADMIN, SALES}
EVERYONE = {ADMIN, SALES, CUSTOMER}

MATRIX: dict[str, set[str]] = {
    # Products. Without view_cost nobody sees cost and margin, without view_stock only whether there is any.
    "inventory.view_product": EVERYONE,
    "inventory.view_cost": STAFF,
    "inventory.view_stock": STAFF,
    "inventory.add_product": {ADMIN},
    "inventory.change_product": {ADMIN},
    "inventory.delete_product": {ADMIN},
    "inventory.adjust_stock": {ADMIN},
    "inventory.import_product": {ADMIN},  # and see and undo imports
    "inventory.export_product": STAFF,
    # The stock change log. Nobody adds, changes or deletes its rows.
    "inventory.view_stockchange": STAFF,
    "inventory.export_stockchange": STAFF,
    # Orders. Customers see and place their own.
    "sales.view_order": STAFF,
    "sales.view_own_order": EVERYONE,
    "sales.add_order": STAFF,
    "sales.add_own_order": EVERYONE,
    "sales.change_order": {ADMIN},
    "sales.delete_order": {ADMIN},
    "sales.change_own_order": STAFF,  # those that one has entered oneself, while they are pending
    "sales.delete_own_order": STAFF,
    "sales.confirm_order": STAFF,
    "sales.cancel_order": STAFF,
    "sales.annotate_order": STAFF,  # the note and the wanted day, in any status
    "sales.sell_below_cost": STAFF,
    "sales.amend_order": STAFF,
    "sales.export_order": STAFF,
    # Returns. Nobody changes or deletes one.
    "sales.return_goods": STAFF,
    "sales.view_orderreturn": STAFF,
    "sales.export_orderreturn": STAFF,
    # Customers
    "accounts.view_customer": STAFF,
    "accounts.add_customer": STAFF,
    "accounts.change_customer": {ADMIN},
    "accounts.change_customer_contact": STAFF,  # accounts/services.py says which fields that is
    "accounts.approve_customer": STAFF,  # who has registered and waits (REGISTRATION=approval)
    "accounts.delete_customer": {ADMIN},
    "accounts.merge_customer": {ADMIN},
    "accounts.import_customer": {ADMIN},  # and see and undo imports
    "accounts.export_customer": STAFF,
    # Colleagues
    "accounts.view_user": {ADMIN},
    "accounts.add_user": {ADMIN},
    "accounts.change_user": {ADMIN},
    "accounts.delete_user": {ADMIN},
    # The rest
    "core.change_firm": {ADMIN},
    "sales.view_dashboard": STAFF,
    "accounts.change_own_profile": EVERYONE,
}


def permissions_of(role: str) -> set[str]:
    """Every permission that this role has."""
    return {permission for permission, roles in MATRIX.items() if role in roles}


def require(request, permission: str) -> None:
    """Raise PermissionDenied unless the request's user has this permission."""
    if not request.user.has_perm(permission):
        raise PermissionDenied


class RoleBackend(ModelBackend):
    """Sign-in by e-mail; an active user's permissions are those of the role, and nothing else gives any."""

    def get_all_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous:
            return set()
        return permissions_of(user_obj.role)
