"""Taking an import of customers back."""

from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, CustomerImport, CustomerImportRow, User
from accounts.services import IMPORTED_FIELDS, update_customers
from core.bulk import find_all
from core.i18n import in_firms_language
from core.imports.undo import Undo, referred_to


def undo_customer_import(record: CustomerImport, *, user: User | None) -> CustomerImport:
    """Give the customers back what the import changed, and delete those that it made.

    What somebody has changed since stays as it is, and the record's `not_undone` says why, a line for each customer.
    Raises AlreadyUndone the second time.
    """
    return CustomerUndo.run(record, user=user)


class CustomerUndo(Undo):
    """Whoever has been given a password, stands in any record or is a colleague by now stays."""

    model, target, fields, untouched = Customer, "customer", IMPORTED_FIELDS, {"avatar": ""}

    def look_around(self, keys: list[int], made: list[int]) -> None:
        self.named = referred_to(User, made, besides={CustomerImportRow})
        self.holders = {column: self.holders_of(column) for column in ("customer_code", "email", "phone")}

    def holders_of(self, column: str) -> dict[str, int]:
        """Who has the values now that this column shall have again."""
        old = [before for row in self.rows if not row.is_new for name, before, _ in row.changes if name == column]
        people = find_all(User.objects, column, filter(None, old))
        return {getattr(person, column): person.pk for person in people}

    def against_deleting(self, target: Customer, imported: dict) -> str:
        if target.is_staff:
            return in_firms_language(_("stays, because they are a colleague by now."))
        if target.last_login or target.has_usable_password():
            return in_firms_language(_("stays, because they have been given a password."))
        return in_firms_language(_("stays, because other records name them.")) if target.pk in self.named else ""

    def against_restoring(self, target: Customer, before: dict) -> str:
        if target.is_staff:
            return in_firms_language(_("the values stay, because they are a colleague by now."))
        for column, holders in self.holders.items():
            if holders.get(before.get(column), target.pk) != target.pk:
                label = in_firms_language(Customer._meta.get_field(column).verbose_name)
                reason = in_firms_language(_("the values stay, because somebody else has the old %(field)s by now."))
                return reason % {"field": label}
        return ""

    def write(self, reason: str, user: User | None) -> None:
        update_customers(self.restored, reason=reason, user=user)
        super().write(reason, user)
