"""Products from and to files. One resource serves the admin, the command and the export."""

import re
from collections import Counter
from copy import copy
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, OperationalError
from django.db.models import TextChoices
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.results import RowResult
from import_export.widgets import Widget

from accounts.money import round_money
from accounts.spreadsheets import UnreadableFile, as_decimal, as_text, as_whole_number, is_blank
from inventory.exceptions import ProductsChanged
from inventory.import_report import ImportReport, ReportRow
from inventory.models import MAX_QUANTITY, Product, ProductImport, normalise_sku
from inventory.services import BATCH, import_products, lock_products

REASON_COLUMN = "what_is_wrong"  # which the download of bad lines adds, and which is ignored when they come back
KINDS = {
    RowResult.IMPORT_TYPE_NEW: "new",
    RowResult.IMPORT_TYPE_UPDATE: "changed",
    RowResult.IMPORT_TYPE_SKIP: "unchanged",
    RowResult.IMPORT_TYPE_INVALID: "error",
    RowResult.IMPORT_TYPE_ERROR: "error",
}


class StockMode(TextChoices):
    """What the stock column means for products that exist already; new ones always start with it."""

    KEEP = "keep", "Leave the stock of existing products as it is"
    SET = "set", "Set the stock of existing products to the file's number"
    ADD = "add", "Add the file's number to the stock of existing products"


class TextWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        return as_text(value)


class SkuWidget(TextWidget):
    def clean(self, value, row=None, **kwargs):
        sku = normalise_sku(super().clean(value))
        if re.fullmatch(r"\d([.,]\d+)?E\+\d+", sku):
            raise ValueError("A spreadsheet has shortened this number. Format the column as text and enter it again.")
        return sku


class WholeNumberWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        number = as_whole_number(value, decimal_comma=row.decimal_comma)
        if not 0 <= number <= MAX_QUANTITY:
            raise ValueError("This must not be negative." if number < 0 else f"This is more than {MAX_QUANTITY:,}.")
        return number


class PriceWidget(Widget):
    def clean(self, value, row=None, **kwargs):
        price = as_decimal(value, decimal_comma=row.decimal_comma)
        if price < 0:
            raise ValueError("This must not be negative.")
        if price >= Decimal(10) ** 8:
            raise ValueError("This is more than a price can be.")
        return round_money(abs(price))  # abs: there is a -0


class Row(dict):
    """A row of the file: its cells by column, its line, and how the file writes decimals."""

    def __init__(self, cells, *, line, decimal_comma):
        super().__init__(cells)
        self.line, self.decimal_comma, self.sku_error = line, decimal_comma, ""


class ProductResource(ModelResource):
    """Create and update products by SKU. A blank cell keeps what is there; all is written or nothing.

    `report` tells the outcome row by row. With `expected` (the digest of a preview) nothing is written
    if the products have changed so that the import would now do something else. With `leave_out_errors` the lines with
    errors are passed over and all the others are written.
    """

    sku = Field(attribute="sku", column_name="sku", widget=SkuWidget())
    name = Field(attribute="name", column_name="name", widget=TextWidget())
    category = Field(attribute="category", column_name="category", widget=TextWidget())
    cost_price = Field(attribute="cost_price", column_name="cost_price", widget=PriceWidget())
    selling_price = Field(attribute="selling_price", column_name="selling_price", widget=PriceWidget())
    stock_qty = Field(attribute="stock_qty", column_name="stock_qty", widget=WholeNumberWidget())
    low_stock_threshold = Field(
        attribute="low_stock_threshold", column_name="low_stock_threshold", widget=WholeNumberWidget()
    )

    class Meta:
        model = Product
        name = "Products"
        import_id_fields = ("sku",)
        fields = (
            "sku",
            "name",
            "category",
            "cost_price",
            "selling_price",
            "stock_qty",
            "low_stock_threshold",
        )
        use_bulk = True  # no savepoint per row; writing is import_products' work
        skip_diff = True  # `changes_of` compares, without copying every product
        report_skipped = False
        store_instance = True

    def __init__(self, *, user=None, stock_mode=StockMode.KEEP, expected=None, reference="", leave_out_errors=False):
        super().__init__()
        self.user, self.stock_mode, self.expected, self.reference = user, stock_mode, expected, reference
        self.leave_out_errors, self.done = leave_out_errors, None
        self.after_each_row = lambda: None  # for whoever shows the progress
        self.report, self.existing, self.lines_by_sku = ImportReport(), {}, {}
        self.new, self.changed, self.stock, self.written = [], [], [], []
        self.dry_run = True

    # Reading

    def import_data(self, dataset, dry_run=False, **kwargs):
        self.dry_run = dry_run
        kwargs["rollback_on_validation_errors"] = not self.leave_out_errors
        self.report.source = dataset.read_as
        result = super().import_data(dataset, dry_run=dry_run, **kwargs)
        if result.base_errors:
            self.report.problem = str(result.base_errors[0].error)
        return result

    def before_import(self, dataset, **kwargs):
        """Check the header, and load (when writing: lock) the products that the file speaks of."""
        self.lines, self.decimal_comma = dataset.lines, dataset.decimal_comma
        try:
            self.check_header(dataset.headers)
        except UnreadableFile:
            headers = dataset.headers
            dataset.wipe()  # the library would go on with the rows
            dataset.headers = headers
            raise
        self.load_existing(dataset["sku"])

    def check_header(self, headers: list[str]) -> None:
        known = {*self.fields, REASON_COLUMN}
        if "sku" not in headers:
            raise UnreadableFile(
                "The first line must name the columns, and one of them must be “sku”. "
                f"It says: {', '.join(headers)[:200]}"
            )
        if twice := [header for header, count in Counter(headers).items() if header in known and count > 1]:
            raise UnreadableFile(f"The column “{twice[0]}” stands in the file twice.")
        self.report.unknown_columns = [header for header in headers if header and header not in known]

    def load_existing(self, cells) -> None:
        for line, cell in zip(self.lines, cells, strict=True):
            try:
                self.lines_by_sku.setdefault(self.fields["sku"].widget.clean(cell), []).append(line)
            except ValueError:
                continue  # reported with its row
        skus, products = sorted(self.lines_by_sku), []
        for start in range(0, len(skus), BATCH):
            products += Product.objects.filter(sku__in=skus[start : start + BATCH])
        if not self.dry_run:
            products = lock_products(product.pk for product in products).values()
        self.existing = {product.sku: product for product in products}

    def import_row(self, row, instance_loader, **kwargs):
        line = self.lines[kwargs["row_number"] - 1]
        row = Row(row, line=line, decimal_comma=self.decimal_comma)
        result = super().import_row(row, instance_loader, **kwargs)
        self.add_to_report(row, result)
        self.after_each_row()
        return result

    def get_instance(self, instance_loader, row):
        """The product with the row's SKU. What is wrong with the SKU is kept for `import_instance` to say."""
        try:
            sku = self.fields["sku"].clean(row)
        except ValueError as error:
            row.sku_error = str(error)
            return None
        if not sku:
            row.sku_error = "The SKU is missing."
        elif len(lines := self.lines_by_sku[sku]) > 1:
            row.sku_error = f"Lines {', '.join(map(str, lines[:-1]))} and {lines[-1]} have the same SKU."
        return copy(self.existing.get(sku))

    def after_init_instance(self, instance, new, row, **kwargs):
        instance.before = {} if new else {name: getattr(instance, name) for name in self.fields}
        instance.imported_stock = 0 if new else instance.stock_qty

    def import_instance(self, instance, row, **kwargs):
        errors = {}
        try:
            super().import_instance(instance, row, **kwargs)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if row.sku_error:
            errors["sku"] = ValidationError(row.sku_error)
        if errors:
            raise ValidationError(errors)

    def import_field(self, field, instance, row, is_m2m=False, **kwargs):
        if is_blank(row.get(field.column_name)):
            return
        if field.attribute == "stock_qty":
            instance.imported_stock = self.stock_after(instance, field.clean(row))
            return
        super().import_field(field, instance, row, is_m2m, **kwargs)
        if isinstance(field.widget, PriceWidget):
            exact = as_decimal(row[field.column_name], decimal_comma=row.decimal_comma)
            self.report.rounded[field.column_name] += exact != getattr(instance, field.attribute)

    def stock_after(self, product: Product, number: int) -> int:
        if not product.before or self.stock_mode == StockMode.SET:
            return number
        if self.stock_mode == StockMode.KEEP:
            return product.stock_qty
        if product.stock_qty + number > MAX_QUANTITY:
            raise ValueError(f"With the {product.stock_qty:,} there are this would be more than {MAX_QUANTITY:,}.")
        return product.stock_qty + number

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """The model's own rules, without a query per row."""
        errors = dict(import_validation_errors or {})
        for name, label in (("name", "name"), ("selling_price", "selling price")):
            if name not in errors and not instance.before and getattr(instance, name) in ("", None):
                errors[name] = ValidationError(f"A new product needs a {label}.")
        skipped = {"created_by", "modified_by", "image", *errors}
        try:
            instance.clean_fields(exclude=skipped)
            if not errors and {"cost_price", "selling_price"} & {column for column, _, _ in self.changes_of(instance)}:
                instance.clean()
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return bool(instance.before) and not import_validation_errors and not self.changes_of(instance)

    def changes_of(self, product: Product) -> list[tuple[str, str, str]]:
        """(column, old, new) for every value that differs; a new product's old values are empty."""
        changes = []
        for name in self.fields:
            new = product.imported_stock if name == "stock_qty" else getattr(product, name)
            old = product.before.get(name)
            if old != new and not (name == "sku" and product.before):
                changes.append((name, "" if old is None else str(old), "" if new is None else str(new)))
        return changes

    # Reporting

    def add_to_report(self, row: Row, result) -> None:
        kind = KINDS[result.import_type]
        self.report.counts[kind] += 1
        name = row.get("name") or getattr(result.instance, "name", "")
        sku = getattr(result.instance, "sku", "") or row.get("sku")
        report_row = ReportRow(row.line, as_shown(sku), as_shown(name), kind)
        if result.validation_error is not None:
            for column, reasons in result.validation_error.message_dict.items():
                report_row.errors += [(column, as_shown(row.get(column)), reason) for reason in reasons]
        elif result.errors:
            report_row.errors.append(("", "", str(result.errors[0].error)))
        elif kind != "unchanged":
            report_row.changes = self.row_changes
        self.report.rows.append(report_row)

    # Writing

    def save_instance(self, instance, is_create, row, **kwargs):
        """Keep for `after_import`, which writes everything at once."""
        self.row_changes = self.changes_of(instance)
        self.written.append((instance, row.line, self.row_changes))
        columns = {column for column, _, _ in self.row_changes}
        if is_create:
            self.new.append(instance)
        elif columns - {"stock_qty"}:
            self.changed.append(instance)
        if instance.imported_stock != instance.stock_qty:
            self.stock.append((instance, instance.imported_stock))

    def after_import(self, dataset, result, **kwargs):
        if self.dry_run or result.has_errors() or not (self.new or self.changed or self.stock):
            return
        if result.has_validation_errors() and not self.leave_out_errors:
            return
        if self.expected is not None and self.report.digest != self.expected:
            raise ProductsChanged(
                "The products have changed since this preview was made, so nothing was imported. "
                "This is what the import would do now."
            )
        try:
            record = self.record()
            import_products(
                new=self.new,
                changed=self.changed,
                stock=self.stock,
                record=record,
                rows=self.written,
                user=self.user,
            )
        except (IntegrityError, OperationalError) as error:
            raise ProductsChanged(
                "Somebody else was writing the same products at the same moment, so nothing was imported. "
                "Please look at the preview again."
            ) from error
        self.done = record

    def record(self) -> ProductImport:
        counts = self.report.counts
        return ProductImport(
            file_name=self.reference,
            stock_mode=self.stock_mode,
            new_count=counts["new"],
            changed_count=counts["changed"],
            unchanged_count=counts["unchanged"],
            left_out_count=counts["error"],
        )

    # Export

    def get_export_fields(self, selected_fields=None):
        fields = super().get_export_fields(selected_fields)
        if self.user is None or self.user.has_perm("inventory.view_cost"):
            return fields
        return [field for field in fields if field.attribute != "cost_price"]


def as_shown(cell) -> str:
    """A cell of the file as a message quotes it."""
    return "" if cell is None else str(cell)[:100]
