"""Products from and to files. One resource serves the admin, the command and the export."""

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from core.bulk import find_rows, record_of
from core.i18n import format_count
from core.imports.judging import refuse_repeated
from core.imports.options import ImportOption
from core.imports.registry import register_import
from core.imports.resource import ImportResource
from core.imports.widgets import KeyWidget, MoneyWidget, NumberWidget, TextWidget, YesNoWidget
from core.spreadsheets.cells import as_whole_number
from inventory.import_overview import imported_stock, product_overview
from inventory.import_undo import ProductUndo
from inventory.models import MAX_QUANTITY, Product, StockChange
from inventory.services.imports import IMPORTED_FIELDS, import_products
from inventory.services.stock import LEDGER_FIELDS
from inventory.visibility import may_see

PRICES = {"cost_price", "selling_price"}
KNOWN = {"id", "modified_at", "sku", *IMPORTED_FIELDS, *LEDGER_FIELDS}  # what is looked at of a product


class StockMode(TextChoices):
    """What the stock column means for products that exist already; new ones always start with it."""

    KEEP = "keep", _("Leave the stock of existing products as it is")
    SET = "set", _("Set the stock of existing products to the file's number")
    ADD = "add", _("Add the file's number to the stock of existing products")


class WholeNumberWidget(NumberWidget):
    def clean(self, value, row=None, **kwargs):
        number = as_whole_number(value)
        if number < 0:
            raise ValueError(gettext("This must not be negative."))
        if number > MAX_QUANTITY:
            raise ValueError(gettext("This is more than %(limit)s.") % {"limit": format_count(MAX_QUANTITY)})
        return number


def import_column(name: str, widget: Widget) -> Field:
    return Field(attribute=name, column_name=name, widget=widget)


def text_field(name: str, widget: type[TextWidget] = TextWidget) -> Field:
    return import_column(name, widget(Product._meta.get_field(name)))


def export_column(name: str, path: str) -> Field:
    return Field(attribute=path, column_name=name)


class VisibleColumns:
    """Exports no figure that `user` may not see; without a user, everything."""

    user = None

    def get_export_fields(self, selected_fields=None):
        fields = super().get_export_fields(selected_fields)
        return [field for field in fields if self.user is None or self.is_open(field)]

    def is_open(self, field: Field) -> bool:
        return all(may_see(self.user, name) for name in (field.attribute, field.column_name))


class ExportResource(VisibleColumns, ModelResource):
    """What is only exported."""

    def __init__(self, *, user=None, **kwargs):
        super().__init__(**kwargs)
        self.user = user


@register_import
class ProductResource(VisibleColumns, ImportResource):
    """The product list: known by SKU. `stock_mode` says what the stock column means for existing products."""

    sku, name, category = text_field("sku", KeyWidget), text_field("name"), text_field("category")
    cost_price = import_column("cost_price", MoneyWidget(column="cost_price", digits=10))
    selling_price = import_column("selling_price", MoneyWidget(column="selling_price", digits=10))
    stock_qty = import_column("stock_qty", WholeNumberWidget())
    low_stock_threshold = import_column("low_stock_threshold", WholeNumberWidget())
    barcode, shelf = text_field("barcode", KeyWidget), text_field("shelf")
    is_active = import_column("is_active", YesNoWidget())

    keys, name_columns, key_label = ("sku",), ("name",), _("SKU")
    help_text = _(
        "Columns, in any order: sku, name, category, cost_price, selling_price, stock_qty, low_stock_threshold, "
        "barcode, shelf, is_active. "
        "A product whose SKU is known is updated, the others are added; these need sku, name and selling_price."
    )
    options = (
        ImportOption(
            "stock_mode",
            "--stock",
            _("Stock column"),
            StockMode,
            _("New products always start with the stock in the file."),
            "what the stock column means for products that exist already (default: keep what they have)",
        ),
    )
    extra_permissions = ("inventory.adjust_stock",)
    undo, undo_note = ProductUndo, _("The imported stock is taken back.")
    needed = {"name": _("a name"), "selling_price": _("a selling price")}

    class Meta(ImportResource.Meta):
        model = Product
        name = _("Products")
        fields = (
            "sku",
            "name",
            "category",
            "cost_price",
            "selling_price",
            "stock_qty",
            "low_stock_threshold",
            "barcode",
            "shelf",
            "is_active",
        )

    def __init__(self, *, stock_mode=StockMode.KEEP, **kwargs):
        super().__init__(**kwargs)
        self.stock_mode = stock_mode

    def find_existing(self) -> None:
        skus = {row.line: self.key_of(row, "sku") for row in self.rows}
        for row in self.rows:
            if not skus[row.line]:
                row.errors.setdefault("sku", gettext("The SKU is missing."))
        refuse_repeated(self.rows, "sku", skus, gettext("%(lines)s have the same SKU."))
        found = find_rows(Product.objects, "sku", set(filter(None, skus.values())), KNOWN)
        known = {product.sku: product for product in found}
        self.existing = {line: known[sku] for line, sku in skus.items() if sku in known}
        self.refuse_taken_barcodes()

    def refuse_taken_barcodes(self) -> None:
        barcodes = {row.line: self.key_of(row, "barcode") for row in self.rows}
        refuse_repeated(self.rows, "barcode", barcodes, gettext("%(lines)s have the same barcode."))
        found = find_rows(Product.objects, "barcode", set(filter(None, barcodes.values())), KNOWN)
        holders = {product.barcode: product for product in found}
        for row in self.rows if holders else ():
            holder, known = holders.get(barcodes[row.line]), self.existing.get(row.line)
            if holder and not (known and known.id == holder.id):
                sentence = gettext("%(product)s has this barcode.")
                row.errors.setdefault("barcode", sentence % {"product": self.record_of(holder)})

    def record_of(self, known):
        return known if isinstance(known, Product) else record_of(Product, known)

    def read(self, row, known):
        """The stock itself is not touched here: the stock service moves it."""
        values, errors = super().read(row, known)
        if known is not None and "stock_qty" in values:
            try:
                values["stock_qty"] = self.stock_after(known.stock_qty, values["stock_qty"])
            except ValueError as error:
                errors["stock_qty"] = [str(error)]
        return values, errors

    def stock_after(self, stock: int, number: int) -> int:
        """What the stock of a known product becomes where the file has this number."""
        if self.stock_mode == StockMode.SET:
            return number
        if self.stock_mode == StockMode.KEEP:
            return stock
        if stock + number > MAX_QUANTITY:
            raise ValueError(
                gettext("Added to the %(stock)s in stock, this would be more than %(limit)s.")
                % {"stock": format_count(stock), "limit": format_count(MAX_QUANTITY)}
            )
        return stock + number

    def set_value(self, record, column, value):
        setattr(record, "imported_stock" if column == "stock_qty" else column, value)

    def value_of(self, instance, column):
        return imported_stock(instance) if column == "stock_qty" else getattr(instance, column)

    def check_rules(self, instance, columns):
        if PRICES & columns:
            instance.clean()

    def describe(self, instance):
        return instance.sku, instance.name

    def overview(self):
        return product_overview(self)

    def write(self, reason):
        last = import_products(
            new=self.new,
            changed=self.changed,
            fields={column for _, _, changes in self.written.values() for column, _, _ in changes},
            stock={
                product.sku: imported_stock(product)
                for product, *_ in self.written.values()
                if imported_stock(product) != product.stock_qty
            },
            reason=reason,
            reference=self.reference,
            user=self.user,
        )
        return {"last_stock_change": last}


class StockChangeResource(ExportResource):
    """The stock change log, for export only."""

    class Meta:
        model = StockChange
        name = _("Stock changes")
        fields = (
            "created_at",
            "product_sku",
            "product_name",
            "product_category",
            "previous_qty",
            "new_qty",
            "quantity_change",
            "previous_value",
            "new_value",
            "value_change",
            "kind",
            "change_reason",
            "reference",
            "customer",
            "created_by",
        )
        export_order = fields

    quantity_change = Field(attribute="quantity_change", column_name="quantity_change", widget=NumberWidget())
    value_change = Field(attribute="value_change", column_name="value_change", widget=NumberWidget())
    customer = Field(attribute="customer", column_name="customer")
    created_by = Field(attribute="created_by", column_name="created_by")

    def get_queryset(self):
        return super().get_queryset().select_related("customer", "created_by")
