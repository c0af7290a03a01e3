"""Products from and to files. One resource serves the admin, the command and the export."""

from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import Widget

from core.bulk import find_all
from core.i18n import format_count
from core.imports.options import ImportOption
from core.imports.registry import register_import
from core.imports.resource import ImportResource
from core.imports.widgets import KeyWidget, MoneyWidget, NumberWidget, TextWidget, YesNoWidget
from core.spreadsheets.cells import as_whole_number
from inventory.import_overview import product_overview
from inventory.import_undo import ProductUndo
from inventory.models import MAX_QUANTITY, Product, StockChange
from inventory.services.imports import import_products
from inventory.visibility import may_see

PRICES = {"cost_price", "selling_price"}


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


@register_import
class ProductResource(ImportResource):
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
        self.refuse_repeated("sku", skus, gettext("%(lines)s have the same SKU."))
        products = find_all(Product.objects, "sku", set(filter(None, skus.values())))
        by_sku = {product.sku: product for product in products}
        self.existing = {line: by_sku[sku] for line, sku in skus.items() if sku in by_sku}
        self.refuse_taken_barcodes()

    def refuse_taken_barcodes(self) -> None:
        barcodes = {row.line: self.key_of(row, "barcode") for row in self.rows}
        self.refuse_repeated("barcode", barcodes, gettext("%(lines)s have the same barcode."))
        found = find_all(Product.objects, "barcode", set(filter(None, barcodes.values())))
        holders = {product.barcode: product for product in found}
        for row in self.rows:
            holder = holders.get(barcodes[row.line])
            if holder and holder != self.existing.get(row.line):
                row.errors.setdefault("barcode", gettext("%(product)s has this barcode.") % {"product": holder})

    def begin(self, record, is_new):
        record.imported_stock = 0 if is_new else record.stock_qty
        super().begin(record, is_new)

    def set_value(self, record, column, value):
        """The stock itself is not touched here: the stock service moves it."""
        if column == "stock_qty":
            record.imported_stock = self.stock_after(record, value)
        else:
            setattr(record, column, value)

    def stock_after(self, product: Product, number: int) -> int:
        if product.is_new or self.stock_mode == StockMode.SET:
            return number
        if self.stock_mode == StockMode.KEEP:
            return product.stock_qty
        if product.stock_qty + number > MAX_QUANTITY:
            raise ValueError(
                gettext("Added to the %(stock)s in stock, this would be more than %(limit)s.")
                % {"stock": format_count(product.stock_qty), "limit": format_count(MAX_QUANTITY)}
            )
        return product.stock_qty + number

    def value_of(self, instance, column):
        return instance.imported_stock if column == "stock_qty" else getattr(instance, column)

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
            stock=[
                (product, product.imported_stock)
                for product, *_ in self.written.values()
                if product.imported_stock != product.stock_qty
            ],
            reason=reason,
            reference=self.reference,
            user=self.user,
        )
        return {"last_stock_change": last}

    # Export

    def get_export_fields(self, selected_fields=None):
        fields = super().get_export_fields(selected_fields)
        return [field for field in fields if self.user is None or may_see(self.user, field.attribute)]


class StockChangeResource(ModelResource):
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
            "kind",
            "change_reason",
            "reference",
            "customer",
            "created_by",
        )
        export_order = fields

    quantity_change = Field(attribute="quantity_change", column_name="quantity_change", widget=NumberWidget())
    customer = Field(attribute="customer", column_name="customer")
    created_by = Field(attribute="created_by", column_name="created_by")

    def get_queryset(self):
        return super().get_queryset().select_related("customer", "created_by")
