"""Suppliers from files, and taking such an import back."""

from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.models import User
from accounts.resources import ADDRESS_PARTS, DaysWidget, EmailWidget, PhoneWidget, join_address
from core.i18n import in_firms_language
from core.imports.judging import refuse_repeated
from core.imports.registry import register_import
from core.imports.resource import ImportResource
from core.imports.undo import Undo, referred_to
from core.imports.widgets import KeyWidget, TextWidget, YesNoWidget
from core.spreadsheets.cells import is_blank
from inventory.delivery_models import Supplier
from inventory.services.suppliers import SUPPLIER_FIELDS, import_suppliers, update_suppliers


class SupplierUndo(Undo):
    """Gives the suppliers back what the import changed, and deletes those that it made and that nothing names."""

    model, fields = Supplier, SUPPLIER_FIELDS

    def load_context(self, keys: list[int], made: list[int]) -> None:
        self.named = referred_to(Supplier, made)

    def deletion_blocker(self, target: Supplier, imported: dict) -> str:
        return in_firms_language(_("stays, because other records refer to them.")) if target.pk in self.named else ""

    def restore_blocker(self, target: Supplier, before: dict) -> str:
        return ""

    def write(self, reason: str, user: User | None) -> None:
        update_suppliers(self.restored, reason=reason, user=user)
        super().write(reason, user)


def text_field(name: str, widget: type[TextWidget] = TextWidget) -> Field:
    return Field(attribute=name, column_name=name, widget=widget(Supplier._meta.get_field(name)))


@register_import
class SupplierResource(ImportResource):
    """The list of suppliers: known by name, in whatever capitals."""

    name, code, contact = text_field("name", KeyWidget), text_field("code"), text_field("contact")
    phone, email = text_field("phone", PhoneWidget), text_field("email", EmailWidget)
    address, our_number, note = text_field("address"), text_field("our_number"), text_field("note")
    lead_days = Field(attribute="lead_days", column_name="lead_days", widget=DaysWidget())
    is_active = Field(attribute="is_active", column_name="is_active", widget=YesNoWidget())

    keys, name_columns, key_label = ("name",), ("name",), _("Name")
    further_columns = {**ADDRESS_PARTS, "company": _("Company")}
    help_text = _(
        "Columns, in any order: name, code, contact, phone, email, address, our_number, lead_days, note, is_active; "
        "postcode, city, region and country are added to the address. A supplier whose name is known is updated, the "
        "others are added."
    )
    undo, needed = SupplierUndo, {}

    class Meta(ImportResource.Meta):
        model = Supplier
        name = _("Suppliers")
        fields = tuple(SUPPLIER_FIELDS)

    def find_existing(self) -> None:
        known = {supplier.name.casefold(): supplier for supplier in Supplier.objects.all()}  # they are few
        names = {}
        for row in self.rows:
            if is_blank(row.get("name")) and not is_blank(row.get("company")):
                row["name"] = row["company"]
            names[row.line] = self.key_of(row, "name").casefold()
            if not names[row.line]:
                row.errors.setdefault("name", str(_("The name is missing.")))
            supplier = known.get(names[row.line])
            if supplier:
                self.existing[row.line] = supplier
            if not (is_blank(row.get("address")) and supplier and supplier.address):
                self.read_address(row)
        refuse_repeated(self.rows, "name", names, str(_("%(lines)s have the same name.")))

    def read_address(self, row) -> None:
        try:
            join_address(row)
        except ValueError as error:
            row.errors["address"] = str(error)

    def describe(self, instance):
        return instance.code, instance.name

    def write(self, reason):
        import_suppliers(new=self.new, changed=self.changed, reason=reason, user=self.user)
        return {}
