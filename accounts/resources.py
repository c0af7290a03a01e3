"""Customers from and to files. One resource serves the admin, the command and the export."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.widgets import Widget

from accounts.import_undo import CustomerUndo
from accounts.models import NAME_MISSING, Customer
from accounts.services.people import CUSTOMER_FIELDS, import_customers
from core.bulk import find_all
from core.countries import region_of
from core.fields import dialled_in
from core.imports.judging import refuse_repeated
from core.imports.registry import register_import
from core.imports.report import named_lines
from core.imports.resource import ImportResource
from core.imports.widgets import KeyWidget, MoneyWidget, NumberWidget, Row, TextWidget, YesNoWidget
from core.spreadsheets.cells import as_text, as_whole_number, is_blank

UNIQUE = {  # with what is said of lines that share one
    "customer_code": _("%(lines)s have the same code."),
    "email": _("%(lines)s have the same e-mail."),
}
ADDRESS_PARTS = {"postcode": _("Postcode"), "city": _("City"), "region": _("Region"), "country": _("Country")}


class DaysWidget(NumberWidget):
    def clean(self, value, row=None, **kwargs):
        return as_whole_number(value)


class PhoneWidget(TextWidget):
    """A number with its country code, or one as it is dialled in the `country` that the row names."""

    kind = "phone"
    needs_row = True

    def clean(self, value, row=None, **kwargs):
        number = super().clean(value)
        if not number.startswith("+") and (region := region_of(as_text(row.get("country")))):
            number = super().clean(dialled_in(region, number))
        if not number.startswith("+"):
            raise ValueError(gettext("Please write the number with its country code, e.g. +49 30 901820."))
        return number


class EmailWidget(TextWidget):
    kind = "email"


def text_field(name: str, widget: type[TextWidget] = TextWidget) -> Field:
    return Field(attribute=name, column_name=name, widget=widget(Customer._meta.get_field(name)))


def column(name: str, widget: Widget) -> Field:
    return Field(attribute=name, column_name=name, widget=widget)


def join_address(row: Row) -> None:
    """Put the address's parts that have columns of their own below it, as it is printed."""
    if all(is_blank(row.get(name)) for name in ADDRESS_PARTS):
        return
    parts = {name: "" if is_blank(row.get(name)) else as_text(row[name]) for name in ("address", *ADDRESS_PARTS)}
    town = " ".join(filter(None, [parts["postcode"], parts["city"]]))
    row["address"] = "\n".join(filter(None, [parts["address"], town, parts["region"], parts["country"]]))


@register_import
class CustomerResource(ImportResource):
    """The customer list: a row means the customer with its code, else the one with its e-mail.

    A customer who has no code yet is given the row's. New ones cannot sign in until they are given a password.
    """

    customer_code, email = text_field("customer_code", KeyWidget), text_field("email", EmailWidget)
    company, first_name, last_name = text_field("company"), text_field("first_name"), text_field("last_name")
    phone = text_field("phone", PhoneWidget)
    address, delivery_address = text_field("address"), text_field("delivery_address")
    tax_id = text_field("tax_id")
    payment_days = column("payment_days", DaysWidget())
    credit_limit = column("credit_limit", MoneyWidget(column="credit_limit", digits=12))
    opening_balance = column("opening_balance", MoneyWidget(column="opening_balance", digits=12, negative=True))
    is_active = column("is_active", YesNoWidget())

    keys, key_label = ("customer_code", "email"), _("Code or e-mail")
    name_columns = ("company", "first_name", "last_name")
    further_columns = ADDRESS_PARTS
    help_text = _(
        "Columns, in any order: customer_code, email, company, first_name, last_name, phone, address, "
        "delivery_address, tax_id, payment_days, credit_limit, opening_balance, is_active; postcode, city, region and "
        "country are added to the address. A row is matched to a customer by its code, else by its e-mail; the others "
        "are added and need a code or an e-mail, and a company or a first name."
    )
    undo = CustomerUndo
    needed = {}

    class Meta(ImportResource.Meta):
        model = Customer
        name = _("Customers")
        fields = CUSTOMER_FIELDS

    def find_existing(self) -> None:
        given = {column: {row.line: self.key_of(row, column) for row in self.rows} for column in UNIQUE}
        holders = self.holders_of(given)
        for row in self.rows:
            code, email = (given[column][row.line] for column in UNIQUE)
            if not code and not email:
                row.errors.setdefault("email", gettext("A customer needs a code or an e-mail, and both are missing."))
            person = self.meant(row, holders["customer_code"].get(code), holders["email"].get(email))
            if person:
                self.existing[row.line] = person
            self.read_address(row, person)
        for column, sentence in UNIQUE.items():
            refuse_repeated(self.rows, column, given[column], sentence)
        met = {line: person.pk for line, person in self.existing.items()}
        refuse_repeated(self.rows, "email", met, gettext("%(lines)s refer to the same customer."))
        self.warn_of_shared_phones()

    def read_address(self, row: Row, person: Customer | None) -> None:
        """Join the address; one that the customer has is not replaced by a town or a country alone."""
        if is_blank(row.get("address")) and person and person.address:
            return
        try:
            join_address(row)
        except ValueError as error:
            row.errors["address"] = str(error)

    def warn_of_shared_phones(self) -> None:
        """Two customers may have one phone number, or one customer two records: only people can tell."""
        lines: dict[str, list[int]] = {}
        for row in self.rows:
            if number := self.key_of(row, "phone"):
                lines.setdefault(number, []).append(row.line)
        met = {person.pk for person in self.existing.values()}
        held = {person.phone for person in find_all(Customer._base_manager, "phone", lines) if person.pk not in met}
        shared = sorted(line for number, those in lines.items() if len(those) > 1 or number in held for line in those)
        if shared:
            self.report.warnings.append(
                ngettext(
                    "Line %(line)s has a phone number that is somebody else's too.",
                    "%(lines)s have phone numbers that are somebody else's too.",
                    len(shared),
                )
                % {"line": shared[0], "lines": named_lines(shared)}
            )

    def check_rules(self, instance, columns):
        if not instance.company and not instance.first_name:
            raise ValidationError({"first_name": NAME_MISSING})

    def holders_of(self, given: dict[str, dict[int, str]]) -> dict[str, dict[str, Customer]]:
        """Whoever has one of these values already, by column and value."""
        people = {}
        for column, values in given.items():
            found = find_all(Customer._base_manager, column, set(filter(None, values.values())))
            people |= {person.pk: person for person in found}
        return {
            column: {value: person for person in people.values() if (value := getattr(person, column))}
            for column in given
        }

    def meant(self, row: Row, by_code: Customer | None, by_email: Customer | None) -> Customer | None:
        """The customer whom a row means; what makes that doubtful is noted on the row."""
        person = by_code or by_email
        if by_code and by_email and by_email is not by_code:
            row.errors["email"] = gettext("%(person)s has this e-mail.") % {"person": by_email}
        elif person and person.merged_into_id:
            sentence = gettext("%(person)s has been merged into %(other)s.")
            row.errors["customer_code" if by_code else "email"] = sentence % {
                "person": person,
                "other": person.merged_into,
            }
        elif person and person.is_staff:
            sentence = gettext("%(person)s is a member of staff, not a customer.")
            row.errors["customer_code" if by_code else "email"] = sentence % {"person": person}
        elif by_email and not by_code and by_email.customer_code and not is_blank(row.get("customer_code")):
            sentence = gettext("%(person)s has this e-mail, and the code %(code)s.")
            row.errors["email"] = sentence % {"person": by_email, "code": by_email.customer_code}
        return person

    def repeat_key(self, row):
        """The code and the e-mail together: what one of them says alone is judged by `find_existing`."""
        keys = tuple(str(row.get(key) or "").strip().lower() for key in self.keys)
        return keys if any(keys) else None

    def describe(self, instance):
        return instance.customer_code or instance.email or "", str(instance)

    def write(self, reason):
        import_customers(new=self.new, changed=self.changed, reason=reason, user=self.user)
        return {}
