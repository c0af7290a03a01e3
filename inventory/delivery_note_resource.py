"""Delivery notes from files: each is booked as one delivery, a line for each row, and reversed to take it back."""

from datetime import date
from decimal import Decimal
from functools import cached_property

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field

from accounts.models import User
from core.bulk import find_all
from core.exceptions import BusinessError, RecordGone
from core.i18n import format_count
from core.imports.registry import register_import
from core.imports.resource import ImportResource
from core.imports.undo import Undo
from core.imports.widgets import KeyWidget, MoneyWidget, NumberWidget
from core.money import format_amount
from core.spreadsheets.cells import as_whole_number
from inventory.delivery_models import Delivery, DeliveryItem, Supplier, cost_of
from inventory.delivery_note_options import OPTIONS, SetCost
from inventory.delivery_schemas import at_least_cents
from inventory.models import MAX_QUANTITY, Product
from inventory.services.deliveries import (
    COST_DECIMALS,
    DeliveredGoods,
    check_note_is_new,
    receive_delivery,
    reverse_delivery,
)
from inventory.visibility import VIEW_COST

SHOWN = 3  # products that a number fits, named in its error
NUMBER = Product._meta.get_field("supplier_sku")  # any number on a note keeps to the rules of this one


class PiecesWidget(NumberWidget):
    """How many pieces came."""

    def clean(self, value, row=None, **kwargs):
        number = as_whole_number(value)
        if not 1 <= number <= MAX_QUANTITY:
            sentence = gettext("This must be between 1 and %(most)s.")
            raise ValueError(sentence % {"most": format_count(MAX_QUANTITY)})
        return number


class DeliveryNoteUndo(Undo):
    """Reverses the delivery, or refuses with the reasons: all of it is taken back or nothing."""

    model, fields = DeliveryItem, []

    def decide(self) -> None:
        """The service decides, once everything is locked."""

    def write(self, reason: str, user: User | None) -> None:
        reverse_delivery(Delivery.objects.get(number=self.record.details["delivery"]), reason=reason, user=user)


@register_import
class DeliveryNoteResource(ImportResource):
    """The goods of one delivery note. A row's product is the one that all the numbers in it fit, as SKU, as barcode or
    as the supplier's number for it; a number that leaves two products to choose from is an error, never a guess."""

    sku = Field(attribute="sku", column_name="sku", widget=KeyWidget(NUMBER))
    barcode = Field(attribute="barcode", column_name="barcode", widget=KeyWidget(NUMBER))
    quantity = Field(attribute="quantity", column_name="quantity", widget=PiecesWidget())
    unit_cost = Field(
        attribute="unit_cost",
        column_name="unit_cost",
        widget=MoneyWidget(column="unit_cost", digits=12, places=COST_DECIMALS),
    )

    keys, name_columns, key_label = ("sku", "barcode"), ("name",), _("Article number")
    further_columns = {"name": _("Name")}
    help_text = _(
        "The list of one delivery note. Columns, in any order: the article number (your SKU, the barcode or the "
        "supplier's number for it), quantity and unit_cost; without a unit cost it is the product's cost price. "
        "Products that are not known are errors: import them as products first."
    )
    options = OPTIONS
    extra_permissions = ("inventory.add_delivery", "inventory.reverse_delivery", VIEW_COST)
    needed = {"quantity": _("a quantity")}
    only_adds = True
    undo = DeliveryNoteUndo
    undo_note = _(
        "The delivery is reversed: all of its pieces leave stock again, and its delivery note can be booked anew. "
        "Nothing is undone if some of them are gone. An import can be undone once."
    )

    class Meta(ImportResource.Meta):
        model = DeliveryItem
        name = _("Delivery notes")
        fields = ("sku", "barcode", "quantity", "unit_cost")

    def __init__(self, *, supplier="", their_reference="", received_on="", set_cost=SetCost.YES, **kwargs):
        super().__init__(**kwargs)
        self.supplier, self.their_reference = supplier, their_reference
        self.received_on, self.set_cost = received_on, set_cost

    @classmethod
    def import_permission(cls):
        return "inventory.import_delivery"

    @classmethod
    def model_field(cls, name):
        return NUMBER if name in cls.keys else super().model_field(name)

    @classmethod
    def label_of(cls, name):
        return {"sku": gettext("Article number"), "barcode": gettext("Barcode")}.get(name) or super().label_of(name)

    @classmethod
    def questions(cls, options):
        """A note that is booked already is said at once; the service asks again, under the supplier's lock."""
        supplier = Supplier.objects.filter(name=options.get("supplier") or "").first()
        try:
            check_note_is_new(supplier, options.get("their_reference", ""))
        except BusinessError as error:
            return [(str(error), "--reference", "their_reference")]
        return []

    @classmethod
    def booked(cls, record):
        return record.details.get("delivery", "")

    @cached_property
    def from_whom(self) -> Supplier | None:
        if not self.supplier:
            return None
        supplier = Supplier.objects.filter(name=self.supplier).first()
        if supplier is None:
            raise RecordGone(gettext("There is no supplier %(name)s any more.") % {"name": self.supplier})
        return supplier

    # Finding the products

    def repeat_key(self, row):
        """Two rows of one product are two lines."""
        return None

    def find_existing(self):
        """No line is there yet: what is looked for is each one's product."""
        numbers = {row.line: [number for name in self.keys if (number := self.key_of(row, name))] for row in self.rows}
        known = self.known({number for found in numbers.values() for number in found})
        for row in self.rows:
            read = [name for name in self.keys if name in row.read]
            product, wrong = the_one([known[number] for number in numbers[row.line]])
            row.read |= dict.fromkeys(read, product)
            if wrong and not row.errors.keys() & set(self.keys):
                row.errors[read[0] if read else "sku"] = wrong

    def known(self, numbers: set[str]) -> dict[str, dict[int, Product]]:
        """The products that each number fits, by id."""
        as_sku = {number: Product._meta.get_field("sku").to_python(number) for number in numbers}
        by_sku = {product.sku: product for product in find_all(Product.objects, "sku", set(as_sku.values()))}
        found: dict[str, dict[int, Product]] = {number: {} for number in numbers}
        for number, sku in as_sku.items():
            if product := by_sku.get(sku):
                found[number][product.pk] = product
        for product in find_all(Product.objects, "barcode", numbers):
            found[product.barcode][product.pk] = product
        if self.from_whom:
            for product in find_all(Product.objects.filter(supplier=self.from_whom), "supplier_sku", numbers):
                found[product.supplier_sku][product.pk] = product
        return found

    # Judging

    def set_value(self, record, column, value):
        if column in self.keys:
            record.product = value
        else:
            setattr(record, column, value)

    def value_of(self, instance, column):
        if column in self.keys:
            return instance.product.sku if column == "sku" and instance.product else ""
        value = getattr(instance, column)
        return at_least_cents(value) if column == "unit_cost" and value is not None else value

    def check_complete(self, record, errors):
        """Without a unit cost it is the product's cost price, which the preview shows like any other."""
        if record.quantity is None and "quantity" not in errors:
            errors["quantity"] = [gettext("The quantity is missing.")]
        if record.unit_cost is None and record.product:
            record.unit_cost = record.product.cost_price

    def describe(self, instance):
        return instance.product.sku, instance.product.name

    def overview(self):
        """What it comes to, to be compared with the note; and the stock before and after."""
        pieces = sum(item.quantity for item in self.new)
        cost = sum((cost_of(item.quantity, item.unit_cost) for item in self.new), Decimal(0))
        before = Product.objects.stock_worth()
        totals = [
            {"label": gettext("Pieces in stock"), "before": before["pieces"], "after": before["pieces"] + pieces},
            {
                "label": gettext("Value of the stock"),
                "before": str(before["value"]),
                "after": str(before["value"] + cost),
                "permission": VIEW_COST,
            },
        ]
        return {"totals": totals, "notes": [self.sum_sentence(pieces, cost), *self.rounded(), *self.unguarded()]}

    def sum_sentence(self, pieces: int, cost: Decimal) -> str:
        figures = {
            "lines": format_count(len(self.written)),
            "pieces": format_count(pieces),
            "cost": format_amount(cost),
        }
        return gettext("Lines: %(lines)s, pieces: %(pieces)s, total cost: %(cost)s.") % figures

    def rounded(self) -> list[str]:
        """In place of what is said of amounts, which have two decimals."""
        count = self.report.rounded.pop(self.label_of("unit_cost"), 0)
        sentence = gettext("Unit costs with more than four decimals, rounded: %(number)s.")
        return [sentence % {"number": format_count(count)}] if count else []

    def unguarded(self) -> list[str]:
        if self.supplier and self.their_reference.strip():
            return []
        return [
            gettext("Without a supplier and a number nobody can tell whether this delivery note is booked already.")
        ]

    def write(self, reason):
        lines = [DeliveredGoods(item.product.pk, item.quantity, item.unit_cost) for item in self.new]
        delivery, left = receive_delivery(
            supplier=self.from_whom,
            lines=lines,
            their_reference=self.their_reference,
            received_on=date.fromisoformat(self.received_on) if self.received_on else None,
            set_cost=self.set_cost == SetCost.YES,
            user=self.user,
        )
        written = delivery.items.order_by("pk").values_list("pk", flat=True)
        for item, pk in zip(self.new, written, strict=True):
            item.pk = pk
        return {"delivery": delivery.number, "left_cost": [product.pk for product in left]}


def the_one(fitting: list[dict[int, Product]]) -> tuple[Product | None, str]:
    """The only product that all of a row's numbers fit, those that fit none left aside; else what is wrong."""
    if not fitting:
        return None, gettext("The article number is missing.")
    named = [found for found in fitting if found]
    if not named:
        return None, gettext("No product has this number.")
    common = set.intersection(*(set(found) for found in named))
    if len(common) == 1:
        return named[0][common.pop()], ""
    products = {pk: product for found in named for pk, product in found.items()}
    several = ", ".join(str(product) for product in list(products.values())[:SHOWN])
    return None, gettext("This fits more than one product: %(products)s.") % {"products": several}
