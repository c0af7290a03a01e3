"""Taking an import back, as far as nobody has built on it since."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Sum
from django.utils import timezone
from django.utils.formats import date_format

from accounts.images import forget_picture
from accounts.models import User
from inventory.exceptions import AlreadyUndone
from inventory.models import MAX_QUANTITY, Product, ProductImport, ProductImportRow, StockChange
from inventory.services import BATCH, IMPORTED_FIELDS, lock_products, post_moves, update_products


@transaction.atomic
def undo_import(record: ProductImport, *, user: User | None) -> ProductImport:
    """Give the products back what the import changed; delete those that it made; take back its stock by new rows.

    What somebody has changed since stays as it is, and the record's `not_undone` says why, a line for each product.
    Raises AlreadyUndone the second time.
    """
    record = ProductImport.objects.select_for_update(no_key=True).get(pk=record.pk)
    check_not_undone(record)
    undo = Undo(record)
    reason = f"Import {record} undone"
    update_products(undo.restored, IMPORTED_FIELDS, reason, user)
    post_moves(undo.moves, kind=StockChange.Kind.IMPORT, reason=reason, reference=record.file_name, user=user)
    delete_products(undo.deleted, reason, user)
    record.undone_at, record.undone_by, record.not_undone = timezone.now(), user, "\n".join(undo.kept)
    record.save(update_fields=["undone_at", "undone_by", "not_undone"])
    return record


def check_not_undone(record: ProductImport) -> None:
    if record.undone_at:
        moment = date_format(timezone.localtime(record.undone_at), "DATETIME_FORMAT")
        raise AlreadyUndone(f"{record} was undone by {record.undone_by or 'the system'} on {moment}.")


class Undo:
    """What taking an import back comes to: products `restored` and `deleted`, stock `moves`, and what is `kept`."""

    def __init__(self, record: ProductImport):
        self.restored, self.deleted, self.moves, self.kept = [], [], [], []
        rows = list(record.rows.all())
        keys = [row.product_id for row in rows if row.product_id]
        self.products = lock_products(keys)
        made = [row.product_id for row in rows if row.product_id and row.is_new]
        self.ordered, self.corrected = ordered_products(made), corrected_stocks(keys, record.last_stock_change)
        for row in rows:
            reason = self.take_back(row)
            if reason:
                self.kept.append(f"{row}: {reason}")

    def take_back(self, row: ProductImportRow) -> str:
        """Decide what becomes of one row's product; the reason if something has to stay."""
        product = self.products.get(row.product_id)
        if product is None:
            return "has been deleted since."
        return self.delete(row, product) if row.is_new else self.restore(row, product)

    def delete(self, row: ProductImportRow, product: Product) -> str:
        """A product that the import made goes, if it is what the import made."""
        imported = {column: stored(column, new) for column, _, new in row.changes}
        stock = imported.pop("stock_qty", 0)
        made = {field: Product._meta.get_field(field).get_default() for field in [*IMPORTED_FIELDS, "image"]}
        if touched := first_difference(product, made | imported):
            return f"stays, because its {touched} has been changed since."
        if product.pk in self.ordered:
            return "stays, because it has been ordered."
        if product.stock_qty != stock:
            return "stays, because its stock has moved since."
        self.deleted.append(product)
        return ""

    def restore(self, row: ProductImportRow, product: Product) -> str:
        """A product that the import changed gets its values back, and its stock by as many pieces."""
        before = {column: stored(column, old) for column, old, _ in row.changes}
        imported = {column: stored(column, new) for column, _, new in row.changes}
        pieces = imported.pop("stock_qty", 0) - before.pop("stock_qty", 0)
        reasons = [self.restore_values(product, before, imported), self.restore_stock(product, pieces)]
        return " ".join(filter(None, reasons))

    def restore_values(self, product: Product, before: dict, imported: dict) -> str:
        if touched := first_difference(product, imported):
            return f"its values stay, because its {touched} has been changed since."
        for column, value in before.items():
            setattr(product, column, value)
        try:
            if {"cost_price", "selling_price"}.intersection(before):
                product.check_sells_above_cost()
        except ValidationError as error:
            for column, value in imported.items():
                setattr(product, column, value)
            return f"its values stay, because with the old ones it would sell below cost. {' '.join(error.messages)}"
        if before:
            self.restored.append(product)
        return ""

    def restore_stock(self, product: Product, pieces: int) -> str:
        target = product.stock_qty - pieces
        if not pieces:
            return ""
        if product.pk in self.corrected:
            return "its stock stays, because it has been corrected since."
        if target < 0:
            return f"its stock stays, because only {product.stock_qty} of the {pieces} imported pieces are left."
        if target > MAX_QUANTITY:
            return f"its stock stays, because it would be more than {MAX_QUANTITY:,}."
        self.moves.append((product, target))
        return ""


def stored(column: str, text: str):
    """A value of an import's row as the product has it."""
    field = Product._meta.get_field(column)
    return field.get_default() if text == "" else field.to_python(text)


def first_difference(product: Product, values: dict) -> str:
    """The first column whose value is another one than these, in words."""
    for column, value in values.items():
        if (getattr(product, column) or None) != (value or None):
            return Product._meta.get_field(column).verbose_name
    return ""


def corrected_stocks(keys: list[int], since: int) -> set[int]:
    """Those of the products whose stock was counted or imported anew after this stock change.

    What one import gave and its undoing took back is no correction.
    """
    found = set()
    for batch in batches(keys):
        rows = StockChange.objects.filter(product__in=batch, pk__gt=since).order_by()
        rows = rows.filter(kind__in=[StockChange.Kind.ADJUSTMENT, StockChange.Kind.IMPORT]).values("product")
        moved = rows.annotate(pieces=Sum(F("new_qty") - F("previous_qty")))
        found |= set(moved.exclude(pieces=0).values_list("product", flat=True))
    return found


def ordered_products(keys: list[int]) -> set[int]:
    """Those of the products that a record of another app names: an order's line, pending or past."""
    found = set()
    for relation in Product._meta.get_fields(include_hidden=True):
        if not relation.one_to_many or relation.related_model._meta.app_label == Product._meta.app_label:
            continue
        column = relation.field.attname
        for batch in batches(keys):
            named = relation.related_model._base_manager.filter(**{f"{column}__in": batch})
            found |= set(named.values_list(column, flat=True).distinct())
    return found


def delete_products(products: list[Product], reason: str, user: User | None) -> None:
    """Delete products that nothing refers to, with stock change and history, in queries that do not grow with them."""
    post_moves(
        [(product, 0) for product in products if product.stock_qty],
        kind=StockChange.Kind.DELETION,
        reason=reason,
        user=user,
    )
    for batch in batches(products):
        keys = [product.pk for product in batch]
        for product in batch:
            product.stamp(user, reason)
            forget_picture(product.image)
        versions = Product.history.bulk_history_create(batch, default_user=user, default_change_reason=reason)
        Product.history.filter(pk__in=[version.pk for version in versions]).update(history_type="-")
        ProductImportRow.objects.filter(product__in=keys).update(product=None)
        Product.objects.filter(pk__in=keys)._raw_delete(using=Product.objects.db)


def batches(items: list) -> Iterable[list]:
    return (items[start : start + BATCH] for start in range(0, len(items), BATCH))
