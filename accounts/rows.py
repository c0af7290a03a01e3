"""Customers as the API shows them, straight from the database (see core/api/rows.py)."""

from accounts.models import Customer
from accounts.names import name_columns, name_in
from core.api.rows import Kind, moment

CUSTOMER = (
    "id",
    "email",
    "customer_code",
    "phone",
    "first_name",
    "last_name",
    "address",
    "is_active",
    "created_at",
    "modified_at",
    "company",
    "delivery_address",
    "tax_id",
    "payment_days",
    "credit_limit",
    "opening_balance",
    "merged_into_id",
)
COLUMNS = (*CUSTOMER, *name_columns("created_by"), *name_columns("modified_by"))
MAKER, CHANGER = (COLUMNS.index(name_columns(f"{person}_by")[0]) for person in ("created", "modified"))


def show_customer(row: tuple, request=None) -> dict:
    """What CustomerOut says."""
    pk, email, code, phone, first, last, address, active, created_at, modified_at, *account = row[: len(CUSTOMER)]
    company, delivery_address, tax_id, payment_days, limit, balance, merged_into_id = account
    return {
        "id": pk,
        "email": email or "",
        "customer_code": code,
        "phone": phone and str(phone),
        "first_name": first,
        "last_name": last,
        "address": address,
        "is_active": active,
        "created_at": moment(created_at),
        "modified_at": moment(modified_at),
        "created_by": name_in(row, MAKER),
        "modified_by": name_in(row, CHANGER),
        "company": company,
        "delivery_address": delivery_address,
        "tax_id": tax_id,
        "payment_days": payment_days,
        "credit_limit": None if limit is None else f"{limit:.2f}",
        "opening_balance": f"{balance:.2f}",
        "merged_into_id": merged_into_id,
    }


CUSTOMERS = Kind(lambda: Customer.objects.order_by(), COLUMNS, show_customer)
