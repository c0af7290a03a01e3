"""Taking an import of customers back."""

from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.account_models import AccountEntry
from accounts.models import Customer, User
from accounts.services.people import CUSTOMER_FIELDS, update_customers
from core.bulk import find_all
from core.i18n import in_firms_language
from core.imports.undo import Undo, referred_to


class CustomerUndo(Undo):
    """Gives the customers back what the import changed, and deletes those that it made.

    Whoever has been given a password, stands in any record or is a colleague by now stays. Whoever was given nothing
    but an opening balance stays too, for accounts are never deleted: deactivated, and with the opposite entry."""

    model, fields, untouched = Customer, CUSTOMER_FIELDS, {"avatar": "", "merged_into": None}

    def load_context(self, keys: list[int], made: list[int]) -> None:
        self.named = referred_to(User, made, besides=frozenset({AccountEntry}))
        entries = find_all(AccountEntry.objects.order_by().only("customer", "kind"), "customer", made)
        self.named |= {entry.customer_id for entry in entries if entry.kind != AccountEntry.Kind.OPENING}
        self.opened = {entry.customer_id for entry in entries}
        self.holders = {column: self.holders_of(column) for column in ("customer_code", "email")}

    def holders_of(self, column: str) -> dict[str, int]:
        """Who has the values now that this column shall have again."""
        old = [before for row in self.rows if not row.is_new for name, before, _ in row.changes if name == column]
        people = find_all(User.objects, column, filter(None, old))
        return {getattr(person, column): person.pk for person in people}

    def delete(self, target: Customer, imported: dict) -> str:
        if (reason := super().delete(target, imported)) or target.pk not in self.opened:
            return reason
        self.restored.append(self.deleted.pop())
        target.is_active, target.opening_balance = False, Decimal("0.00")
        return in_firms_language(
            _("stays, deactivated, because its account is kept; its opening balance is taken back.")
        )

    def deletion_blocker(self, target: Customer, imported: dict) -> str:
        if target.is_staff:
            return in_firms_language(_("stays, because they are a member of staff now."))
        if target.last_login or target.has_usable_password():
            return in_firms_language(_("stays, because they have been given a password."))
        return in_firms_language(_("stays, because other records refer to them.")) if target.pk in self.named else ""

    def restore_blocker(self, target: Customer, before: dict) -> str:
        if target.is_staff:
            return in_firms_language(_("the values stay, because they are a member of staff now."))
        if target.merged_into_id:
            return in_firms_language(_("the values stay, because the customer has been merged into another one."))
        if not target.email and target.has_usable_password():
            return in_firms_language(_("the values stay, because they have been given a password."))
        for column, holders in self.holders.items():
            if holders.get(before.get(column), target.pk) != target.pk:
                label = in_firms_language(Customer._meta.get_field(column).verbose_name)
                reason = in_firms_language(_("the values stay, because somebody else has the old %(field)s now."))
                return reason % {"field": label}
        return ""

    def write(self, reason: str, user: User | None) -> None:
        update_customers(self.restored, reason=reason, user=user)
        super().write(reason, user)
