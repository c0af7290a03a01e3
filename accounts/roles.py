"""Which role may do what: the one table, and the backend that answers every `has_perm` from it."""

from django.contrib.auth.backends import ModelBackend
from django.core.exceptions import PermissionDenied

from accounts.models import User

ADMIN, SALES, WAREHOUSE, CUSTOMER = User.Role
OFFICE = {ADMIN, SALES}
STAFF = OFFICE | {WAREHOUSE}
BUYERS = OFFICE | {CUSTOMER}  # who may order for themselves
EVERYONE = STAFF | {CUSTOMER}

MATRIX: dict[str, set[str]] = {
    # Products. Without view_cost nobody sees cost and margin, without view_stock only whether there is any.
    "inventory.view_product": EVERYONE,
    "inventory.view_cost": OFFICE,
    "inventory.view_stock": STAFF,
    "inventory.add_product": {ADMIN},
    "inventory.change_product": {ADMIN},
    "inventory.delete_product": {ADMIN},
    "inventory.adjust_stock": {ADMIN},
    "inventory.revalue_stock": {ADMIN},
    "inventory.import_product": {ADMIN},  # and see and undo imports
    "inventory.export_product": OFFICE,
    # The stock change log. Nobody adds, changes or deletes its rows.
    "inventory.view_stockchange": STAFF,
    "inventory.export_stockchange": STAFF,
    # Suppliers, and deliveries from them. Nobody changes or deletes a delivery.
    "inventory.view_supplier": STAFF,
    "inventory.add_supplier": {ADMIN},
    "inventory.change_supplier": {ADMIN},
    "inventory.delete_supplier": {ADMIN},
    "inventory.import_supplier": {ADMIN},  # and see and undo imports
    "inventory.view_delivery": STAFF,
    "inventory.add_delivery": {ADMIN, WAREHOUSE},
    "inventory.reverse_delivery": {ADMIN},
    "inventory.import_delivery": {ADMIN},  # and see and undo imports, which show costs
    "inventory.export_delivery": OFFICE,
    # Stocktakes
    "inventory.count_stock": {ADMIN, WAREHOUSE},
    "inventory.post_count": {ADMIN},
    # Orders. Customers see and place their own. Whoever packs sees what goes where, but no money.
    "sales.pack_order": STAFF,
    "sales.view_order": OFFICE,
    "sales.view_own_order": BUYERS,
    "sales.add_order": OFFICE,
    "sales.add_own_order": BUYERS,
    "sales.change_order": {ADMIN},
    "sales.delete_order": {ADMIN},
    "sales.change_own_order": OFFICE,  # those that one has entered oneself, while they are pending
    "sales.delete_own_order": OFFICE,
    "sales.confirm_order": OFFICE,
    "sales.cancel_order": OFFICE,
    "sales.annotate_order": OFFICE,  # the note and the wanted day, in any status
    "sales.sell_below_cost": OFFICE,
    "sales.amend_order": OFFICE,
    "sales.exceed_credit": {ADMIN},  # confirm and amend beyond the credit limit
    "sales.export_order": OFFICE,
    # Returns and payments. Nobody changes or deletes one.
    "sales.return_goods": OFFICE,
    "sales.view_orderreturn": OFFICE,
    "sales.export_orderreturn": OFFICE,
    "sales.record_payment": OFFICE,  # refunds too, and what a payment is for
    "sales.reverse_payment": {ADMIN},
    "sales.credit_customer": {ADMIN},  # without money
    "sales.view_payment": OFFICE,
    "sales.export_payment": OFFICE,
    # Customers
    "accounts.view_customer": OFFICE,
    "accounts.add_customer": OFFICE,
    "accounts.change_customer": {ADMIN},
    "accounts.change_customer_contact": OFFICE,  # accounts/services/people.py says which fields that is
    "accounts.approve_customer": OFFICE,  # who has registered and waits (REGISTRATION=approval)
    "accounts.delete_customer": {ADMIN},
    "accounts.merge_customer": {ADMIN},
    "accounts.import_customer": {ADMIN},  # and see and undo imports
    "accounts.export_customer": OFFICE,
    "sales.view_account": OFFICE,  # what customers owe
    # Colleagues
    "accounts.view_user": {ADMIN},
    "accounts.add_user": {ADMIN},
    "accounts.change_user": {ADMIN},
    "accounts.delete_user": {ADMIN},
    "core.change_firm": {ADMIN},
    "sales.view_dashboard": OFFICE,
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

    def has_perm(self, user_obj, perm, obj=None):
        return user_obj.is_active and not user_obj.is_anonymous and user_obj.role in MATRIX.get(perm, ())

    def get_all_permissions(self, user_obj, obj=None):
        if not user_obj.is_active or user_obj.is_anonymous:
            return set()
        return permissions_of(user_obj.role)
