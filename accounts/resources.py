"""Customers from and to files. One resource serves the admin, the command and the export."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import Widget

from accounts.import_undo import CustomerUndo
from accounts.models import Customer
from accounts.services import IMPORTED_FIELDS, import_customers, lock_customers
from core.bulk import find_all
from core.imports.registry import register_import
from core.imports.resource import ImportResource
from core.imports.widgets import KeyWidget, MoneyWidget, Row, TextWidget
from core.spreadsheets.cells import as_text, is_blank

UNIQUE = {  # with what is said of lines that share one
    "customer_code": _("%(lines)s have the same code."),
    "email": _("%(lines)s have the same e-mail."),
    "phone": _("%(lines)s have the same phone number."),
}
ANSWERS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


class YesNoWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        try:
            return value if isinstance(value, bool) else ANSWERS[as_text(value).lower()]
        except KeyError as error:
            raise ValueError(gettext("Please write yes or no.")) from error

    def render(self, value, obj=None, **kwargs):
        return "yes" if value else "no"


class PhoneWidget(TextWidget):
    def clean(self, value, row=None, **kwargs):
        number = super().clean(value)
        if not number.startswith("+"):
            raise ValueError(gettext("Please write the number with its country code, e.g. +49 30 901820."))
        return number


def text_field(name: str, widget: type[TextWidget] = TextWidget) -> Field:
    return Field(attribute=name, column_name=name, widget=widget(Customer._meta.get_field(name)))


@register_import
class CustomerResource(ImportResource):
    """The customer list: a row means the customer with its code, else the one with its e-mail.

    A customer who has no code yet is given the row's. New ones cannot sign in until they are given a password.
    """

    customer_code, email = text_field("customer_code", KeyWidget), text_field("email")
    first_name, last_name = text_field("first_name"), text_field("last_name")
    phone, address = text_field("phone", PhoneWidget), text_field("address")
    opening_balance = Field(
        attribute="opening_balance",
        column_name="opening_balance",
        widget=MoneyWidget(column="opening_balance", digits=12, negative=True),
    )
    is_active = Field(attribute="is_active", column_name="is_active", widget=YesNoWidget())

    keys, name_columns, key_label = ("customer_code", "email"), ("first_name", "last_name"), _("Code or e-mail")
    help_text = _(
        "Columns, in any order: customer_code, email, first_name, last_name, phone, address, opening_balance, "
        "is_active. A row is matched to a customer by its code, else by its e-mail; the others are added and "
        "need email and first_name."
    )
    undo = CustomerUndo
    needed = {"email": _("an e-mail"), "first_name": _("a first name")}

    class Meta(ImportResource.Meta):
        model = Customer
        name = _("Customers")
        fields = IMPORTED_FIELDS

    def find_existing(self) -> None:
        given = {column: {row.line: self.key_of(row, column) for row in self.rows} for column in UNIQUE}
        holders = self.holders_of(given)
        for row in self.rows:
            code, email, phone = (given[column][row.line] for column in UNIQUE)
            if not code and not email:
                row.errors.setdefault("email", gettext("A customer needs a code or an e-mail, and both are missing."))
            person = self.meant(row, holders["customer_code"].get(code), holders["email"].get(email))
            if person:
                self.existing[row.line] = person
            holder = holders["phone"].get(phone)
            if holder and holder is not person:
                row.errors["phone"] = gettext("%(person)s has this phone number.") % {"person": holder}
        for column, sentence in UNIQUE.items():
            self.refuse_repeated(column, given[column], sentence)
        met = {line: person.pk for line, person in self.existing.items()}
        self.refuse_repeated("email", met, gettext("%(lines)s refer to the same customer."))

    def holders_of(self, given: dict[str, dict[int, str]]) -> dict[str, dict[str, Customer]]:
        """Whoever has one of these values already (when writing: locked), by column and value."""
        people = {}
        for column, values in given.items():
            found = find_all(Customer._base_manager, column, set(filter(None, values.values())))
            people |= {person.pk: person for person in found}
        if not self.dry_run:
            people = lock_customers(people)
        return {
            column: {value: person for person in people.values() if (value := getattr(person, column))}
            for column in given
        }

    def meant(self, row: Row, by_code: Customer | None, by_email: Customer | None) -> Customer | None:
        """The customer whom a row means; what makes that doubtful is noted on the row."""
        person = by_code or by_email
        if by_code and by_email and by_email is not by_code:
            row.errors["email"] = gettext("%(person)s has this e-mail.") % {"person": by_email}
        elif person and person.is_staff:
            sentence = gettext("%(person)s is a member of staff, not a customer.")
            row.errors["customer_code" if by_code else "email"] = sentence % {"person": person}
        elif by_email and not by_code and by_email.customer_code and not is_blank(row.get("customer_code")):
            sentence = gettext("%(person)s has this e-mail, and the code %(code)s.")
            row.errors["email"] = sentence % {"person": by_email, "code": by_email.customer_code}
        return person

    def describe(self, instance):
        return instance.customer_code or instance.email, str(instance)

    def write(self, reason):
        import_customers(new=self.new, changed=self.changed, reason=reason, user=self.user)
        return {}
