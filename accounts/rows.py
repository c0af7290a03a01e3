"""Customers as the API shows them, straight from the database (see core/api/rows.py)."""

from accounts.models import Customer
from accounts.names import name_columns, name_in
from core.api.rows import Kind, moment

PERSON = ["id", "email", "customer_code", "phone", "first_name", "last_name", "address", "is_active"]
PERSON += ["created_at", "modified_at"]
AMOUNTS = ("credit_limit", "opening_balance", "balance")
ACCOUNT = ["company", "delivery_address", "tax_id", "payment_days", *AMOUNTS, "merged_into_id"]
COLUMNS = (*PERSON, *ACCOUNT, *name_columns("created_by"), *name_columns("modified_by"))
MAKER, CHANGER = (COLUMNS.index(name_columns(f"{person}_by")[0]) for person in ("created", "modified"))


def show_customer(row: tuple, request) -> dict:
    """What CustomerOut says."""
    shown = dict(zip(COLUMNS[: len(PERSON)], row, strict=False))
    shown |= {"created_by": name_in(row, MAKER), "modified_by": name_in(row, CHANGER)}
    shown |= dict(zip(ACCOUNT, row[len(PERSON) :], strict=False))
    shown |= {name: moment(shown[name]) for name in ("created_at", "modified_at")}
    shown |= {name: None if shown[name] is None else f"{shown[name]:.2f}" for name in AMOUNTS}
    if not request.user.has_perm("sales.view_account"):
        del shown["balance"]
    return {**shown, "email": shown["email"] or ""}


CUSTOMERS = Kind(lambda: Customer.objects.order_by(), COLUMNS, show_customer)
