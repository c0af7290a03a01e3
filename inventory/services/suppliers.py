"""Suppliers: saving and deleting one, and writing those of an import."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext

from accounts.models import User
from core.bulk import create_all, update_all
from core.concurrency import lock_record
from inventory.delivery_models import NAME_TAKEN, Supplier
from inventory.exceptions import SupplierInUse, SupplierTaken

SUPPLIER_FIELDS = [
    "name",
    "code",
    "contact",
    "phone",
    "email",
    "address",
    "our_number",
    "lead_days",
    "note",
    "is_active",
]


@transaction.atomic
def save_supplier(supplier: Supplier, *, user: User | None, at: datetime | None = None) -> Supplier:
    """Save a new or changed supplier, at this moment if data of the past is loaded.

    Raises RecordGone if it has been deleted meanwhile, SupplierTaken if another one has its name.
    """
    if not supplier._state.adding:
        lock_record(supplier)
    supplier.stamp(user, at=at)
    try:
        with transaction.atomic():
            supplier.save()
    except IntegrityError as error:
        if not Supplier.objects.filter(name__iexact=supplier.name).exclude(pk=supplier.pk).exists():
            raise
        raise SupplierTaken(str(NAME_TAKEN)) from error
    return supplier


@transaction.atomic
def delete_supplier(supplier: Supplier, *, user: User | None) -> None:
    """Delete a supplier whom no product and no delivery names; raises SupplierInUse, else."""
    supplier = lock_record(supplier)
    check_deletable(supplier)
    supplier.stamp(user)
    supplier.delete()


def check_deletable(supplier: Supplier) -> None:
    if supplier.products.exists() or supplier.deliveries.exists():
        sentence = gettext("Products or deliveries name %(supplier)s. Archive the supplier instead.")
        raise SupplierInUse(sentence % {"supplier": supplier})


@transaction.atomic
def import_suppliers(*, new: list[Supplier], changed: list[Supplier], reason: str, user: User | None) -> None:
    """Write what an import decided: new suppliers, and changed ones (locked by the caller)."""
    new = sorted(new, key=lambda supplier: supplier.name)  # two imports of the same new suppliers meet in one order
    create_all(Supplier, new, reason=reason, user=user)
    update_suppliers(changed, reason=reason, user=user)


def update_suppliers(suppliers: list[Supplier], *, reason: str, user: User | None) -> None:
    """Write the imported fields of locked suppliers."""
    update_all(Supplier, suppliers, SUPPLIER_FIELDS, reason=reason, user=user)
