"""The stock service: the only code that writes `Product.stock_qty`, and every writer of products.

Each function is one transaction. Products are locked by ascending id before they are read, so that two of these
never wait for each other in a circle; every change of stock adds one row to the log in the same transaction.
Quantities are whole pieces. `at` is given only when data of the past is loaded.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.bulk import BATCH, create_all, lock_all, update_all
from accounts.exceptions import RecordChanged
from accounts.images import forget_picture
from accounts.models import User
from inventory.exceptions import (
    InsufficientStock,
    InvalidQuantity,
    ProductGone,
    ProductInUse,
    ReasonMissing,
    SkuTaken,
    StockMoved,
)
from inventory.models import MAX_QUANTITY, Product, ProductImport, ProductImportRow, StockChange

Kind = StockChange.Kind
IMPORTED_FIELDS = ["name", "category", "cost_price", "selling_price", "low_stock_threshold"]


@dataclass(frozen=True)
class Shortage:
    """A product of which more is asked for than there is."""

    product: Product
    ordered: int

    def __str__(self):
        return f"{self.product}: {self.ordered} ordered, {self.product.stock_qty} in stock."


def lock_products(ids: Iterable[int]) -> dict[int, Product]:
    """The products with these ids, locked in ascending order until the transaction ends. Deleted ones are missing."""
    return lock_all(Product, ids)


def lock_product(product: Product) -> Product:
    """The product as it stands in the database, locked. Raises ProductGone if it has been deleted meanwhile."""
    try:
        return lock_products([product.pk])[product.pk]
    except KeyError as error:
        raise ProductGone(f"{product} has been deleted meanwhile.") from error


def find_shortages(products: Mapping[int, Product], quantities: Mapping[int, int]) -> list[Shortage]:
    """What `quantities` (pieces by product id) ask for beyond the stock of `products`."""
    return [
        Shortage(products[pk], quantity) for pk, quantity in quantities.items() if quantity > products[pk].stock_qty
    ]


def lock_and_check_stock(quantities: Mapping[int, int]) -> dict[int, Product]:
    """The products asked for, locked. Raises InsufficientStock naming every one that is short."""
    products = lock_products(quantities)
    if len(products) < len(quantities):
        raise ProductGone("A product of this order has been deleted meanwhile. Please take it out of the order.")
    if shortages := find_shortages(products, quantities):
        raise InsufficientStock(shortages)
    return products


@transaction.atomic
def save_product(product: Product, *, user: User | None, initial_stock: int = 0, at: datetime | None = None) -> Product:
    """Save a new product with its initial stock, or a changed one; whatever its `stock_qty` says is not believed.

    Raises ProductGone if it has been deleted meanwhile, SkuTaken if somebody else was faster with its SKU.
    """
    if product._state.adding:
        product.stock_qty = 0
    else:
        stored = lock_product(product)
        product.stock_qty, initial_stock = stored.stock_qty, 0
        if product.image != stored.image:
            forget_picture(stored.image)
    product.stamp(user, at=at)
    new_picture = bool(product.image) and not product.image._committed
    try:
        with transaction.atomic():
            product.save()
    except IntegrityError as error:
        if new_picture:
            product.image.delete(save=False)  # files know no transactions
        if not Product.objects.filter(sku=product.sku).exclude(pk=product.pk).exists():
            raise
        raise SkuTaken(f"Somebody else has just entered a product with the SKU {product.sku}.") from error
    if initial_stock:
        post_moves([(product, initial_stock)], kind=Kind.INITIAL, reason="Initial stock", user=user, at=at)
    return product


@transaction.atomic
def adjust_stock(
    product: Product,
    *,
    user: User | None,
    reason: str,
    new_qty: int | None = None,
    change: int | None = None,
    last_seen: int | None = None,
    at: datetime | None = None,
) -> Product:
    """Set the stock to `new_qty`, or move it by `change`, for a reason that somebody else will understand.

    Raises ReasonMissing, InvalidQuantity if the stock would be negative, too large or just what it is, StockMoved if
    it is no longer the `last_seen` that somebody decided on.
    """
    if not reason.strip():
        raise ReasonMissing("Please say why the stock changes.")
    product = lock_product(product)
    if last_seen is not None and product.stock_qty != last_seen:
        raise StockMoved(f"The stock of {product} has changed from {last_seen} to {product.stock_qty} meanwhile.")
    target = adjusted_quantity(product.stock_qty, new_qty=new_qty, change=change)
    post_moves([(product, target)], kind=Kind.ADJUSTMENT, reason=reason.strip(), user=user, at=at)
    return product


def adjusted_quantity(stock: int, *, new_qty: int | None = None, change: int | None = None) -> int:
    """What `stock` becomes when set to `new_qty` or moved by `change`; raises InvalidQuantity if that cannot be."""
    target = stock + change if new_qty is None else new_qty
    if target < 0:
        raise InvalidQuantity(f"There are {stock} in stock; {stock - target} cannot be taken away.")
    if target > MAX_QUANTITY:
        raise InvalidQuantity(f"A stock can hold at most {MAX_QUANTITY:,} pieces.")
    if target == stock:
        raise InvalidQuantity(f"There are {stock} in stock already, so nothing would change.")
    return target


def set_category(
    ids: Iterable[int], category: str, *, user: User | None, last_seen: str | None = None
) -> tuple[int, int]:
    """Give these products this category, as `set_for_all` does."""
    return set_for_all(ids, "category", category, user=user, last_seen=last_seen)


def set_low_stock_threshold(
    ids: Iterable[int], threshold: int | None, *, user: User | None, last_seen: str | None = None
) -> tuple[int, int]:
    """Give these products this threshold, None for the firm's usual one, as `set_for_all` does."""
    return set_for_all(ids, "low_stock_threshold", threshold, user=user, last_seen=last_seen)


@transaction.atomic
def set_for_all(ids: Iterable[int], field: str, value, *, user: User | None, last_seen: str | None) -> tuple[int, int]:
    """Write one value to all these products; returns how many it changed, and how many had it already.

    Raises RecordChanged, having changed none, if they no longer are what the `fingerprint` `last_seen` was taken of.
    """
    products = lock_products(ids).values()
    if last_seen and last_seen != fingerprint(products, field):
        raise RecordChanged("Somebody has changed or deleted some of these products. This is how they are now.")
    changed = [product for product in products if getattr(product, field) != value]
    for product in changed:
        setattr(product, field, value)
    name, number = Product._meta.get_field(field).verbose_name, len(changed)
    reason = f"Bulk change of {name} ({number} product{'' if number == 1 else 's'})"
    update_all(Product, changed, [field], reason=reason, user=user)
    return number, len(products) - number


def fingerprint(products: Iterable[Product], field: str) -> str:
    """What somebody saw of these products who decided on this field."""
    shown = sorted((product.pk, getattr(product, field)) for product in products)
    return hashlib.sha256(repr(shown).encode()).hexdigest()


@transaction.atomic
def take_from_stock(
    quantities: Mapping[int, int],
    *,
    reference: str,
    reason: str,
    user: User | None,
    customer: User | None = None,
    at: datetime | None = None,
) -> None:
    """Take so many pieces of each product (by id), or nothing at all.

    Raises InsufficientStock naming every short product.
    """
    products = lock_and_check_stock(quantities)
    moves = [(product, product.stock_qty - quantities[pk]) for pk, product in products.items()]
    post_moves(moves, kind=Kind.SALE, reason=reason, reference=reference, customer=customer, user=user, at=at)


@transaction.atomic
def give_back_to_stock(
    *,
    reference: str,
    reason: str,
    user: User | None,
    customer: User | None = None,
    at: datetime | None = None,
) -> list[StockChange]:
    """Give back exactly what was taken under this reference and not given back yet.

    Returns the sales that could not be reversed because their product has been deleted since.
    """
    posted = StockChange.objects.filter(reference=reference, kind__in=[Kind.SALE, Kind.CANCELLATION]).order_by("pk")
    products = lock_products({row.product_id for row in posted if row.product_id})
    owed, lost = dict.fromkeys(products, 0), []
    for row in posted:
        if row.product_id in products:
            owed[row.product_id] -= row.quantity_change
        elif row.kind == Kind.SALE:
            lost.append(row)
    moves = [(products[pk], products[pk].stock_qty + pieces) for pk, pieces in owed.items() if pieces]
    post_moves(moves, kind=Kind.CANCELLATION, reason=reason, reference=reference, customer=customer, user=user, at=at)
    return lost


@transaction.atomic
def delete_product(product: Product, *, user: User | None) -> None:
    """Take the product's stock to 0 and delete it; past orders and stock changes keep its name and SKU.

    Raises ProductInUse naming the pending orders that ask for it.
    """
    product = lock_product(product)
    post_moves([(product, 0)], kind=Kind.DELETION, reason="Product deleted", user=user)
    product.stamp(user, "Product deleted")
    forget_picture(product.image)
    try:
        product.delete()
    except ProtectedError as error:
        orders = ", ".join(sorted(str(order) for order in error.protected_objects))
        raise ProductInUse(
            f"{product} is in pending orders: {orders}. Confirm, cancel or delete these first."
        ) from error


@transaction.atomic
def import_products(
    *,
    new: list[Product],
    changed: list[Product],
    stock: list[tuple[Product, int]],
    record: ProductImport,
    rows: list[tuple[Product, int, bool, list]],
    user: User | None,
) -> None:
    """Write what an import decided: new products, changed ones (locked by the caller) and the stock they get.

    `stock` pairs products of the other two lists with the quantity they shall have. `record` is kept with its `rows`,
    each a product, its line in the file, whether it is new, and its changes, so that it can be undone.
    """
    reason = f"Import {record}"
    posting = {"kind": Kind.IMPORT, "reason": reason, "reference": record.file_name, "user": user}
    for product in new:
        product.stock_qty = 0
    moves = [move for move in stock if move[0].pk]
    initial = log_moves([move for move in stock if not move[0].pk], **posting)
    new = sorted(new, key=lambda product: product.sku)  # two imports of the same new products meet in one order
    create_all(Product, new, reason=reason, user=user)
    StockChange.objects.bulk_create(initial, batch_size=BATCH)
    write_imported(changed, moves, **posting)
    last = StockChange.objects.order_by("-pk").values_list("pk", flat=True).first()
    record.created_by, record.last_stock_change = user, last or 0
    record.save()
    ProductImportRow.objects.bulk_create(
        (
            ProductImportRow(
                product_import=record,
                product=product,
                line=line,
                sku=product.sku,
                name=product.name,
                is_new=is_new,
                changes=changes,
            )
            for product, line, is_new, changes in rows
        ),
        batch_size=BATCH,
    )


def write_imported(
    changed: list[Product], moves: list[tuple[Product, int]], *, reason: str, user: User | None, **posting
) -> None:
    """Write the imported fields of locked products and new quantities, each product (and its version) once."""
    StockChange.objects.bulk_create(log_moves(moves, reason=reason, user=user, **posting), batch_size=BATCH)
    products = {product.pk: product for product in (*changed, *(product for product, _ in moves))}
    update_all(Product, list(products.values()), [*IMPORTED_FIELDS, "stock_qty"], reason=reason, user=user)


def post_moves(moves: list[tuple[Product, int]], *, reason: str, user: User | None, at=None, **posting) -> None:
    """Give each locked product its new quantity, and log it."""
    StockChange.objects.bulk_create(log_moves(moves, reason=reason, user=user, at=at, **posting), batch_size=BATCH)
    update_all(Product, [product for product, _ in moves], ["stock_qty"], reason=reason, user=user, at=at)


def log_moves(
    moves: list[tuple[Product, int]],
    *,
    kind: Kind,
    reason: str,
    user: User | None,
    reference: str = "",
    customer: User | None = None,
    at: datetime | None = None,
) -> list[StockChange]:
    """Give each product its new quantity and return the rows for the log; both are still to be saved.

    Every change of stock in the system comes from here.
    """
    rows = []
    for product, new_qty in moves:
        if not 0 <= new_qty <= MAX_QUANTITY:
            raise InvalidQuantity(f"{product}: a stock of {new_qty:,} pieces is not possible.")
        rows.append(
            StockChange(
                product=product,
                product_name=product.name,
                product_category=product.category,
                product_sku=product.sku,
                customer_id=customer and customer.pk,
                previous_qty=product.stock_qty,
                new_qty=new_qty,
                kind=kind,
                change_reason=reason,
                reference=reference,
                created_at=at or timezone.now(),
                created_by=user,
            )
        )
        product.stock_qty = new_qty
    return rows
