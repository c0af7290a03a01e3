"""Customers as the API shows them, straight from the database (see core/api/rows.py)."""

from accounts.models import Customer
from accounts.names import name_columns, name_in
from core.api.rows import Kind, moment

PERSON = ["id", "email", "customer_code", "phone", "first_name", "last_name", "address", "is_active"]
PERSON += ["created_at", "modified_at"]
ACCOUNT = ["company", "delivery_address", "tax_id", "payment_days", "credit_limit", "opening_balance", "merged_into_id"]
COLUMNS = (*PERSON, *ACCOUNT, *name_columns("created_by"), *name_columns("modified_by"))
MAKER, CHANGER = (COLUMNS.index(name_columns(f"{person}_by")[0]) for person in ("created", "modified"))


def show_customer(row: tuple, request=None) -> dict:
    """What CustomerOut says."""
    shown = dict(zip(COLUMNS[: len(PERSON)], row, strict=False))
    shown |= {"created_by": name_in(row, MAKER), "modified_by": name_in(row, CHANGER)}
    shown |= dict(zip(ACCOUNT, row[len(PERSON) :], strict=False))
    shown |= {name: moment(shown[name]) for name in ("created_at", "modified_at")}
    limit, balance = shown["credit_limit"], shown["opening_balance"]
    money = {"credit_limit": None if limit is None else f"{limit:.2f}", "opening_balance": f"{balance:.2f}"}
    return {**shown, **money, "email": shown["email"] or ""}


CUSTOMERS = Kind(lambda: Customer.objects.order_by(), COLUMNS, show_customer)
