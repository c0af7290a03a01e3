"""Stock: locking it, adjusting it, selling it and giving it back; every change of it in the system is made here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from core.bulk import insert_all, lock_all, update_all
from core.concurrency import check_last_seen, lock_record
from core.exceptions import RecordGone
from core.hash_chain import write_many
from core.i18n import format_count
from core.money import format_amount
from inventory.exceptions import InsufficientStock, InvalidQuantity, ReasonMissing
from inventory.models import MAX_QUANTITY, STOCK_CHAIN, Product, StockChange
from inventory.services.valuation import MAX_VALUE, TAKEN_AND_BACK, Taken, value_after, values_back

Kind = StockChange.Kind
LEDGER_FIELDS = ["stock_qty", "stock_value", "ledger_head"]  # of a product: what its latest stock change says


@dataclass(frozen=True)
class Shortage:
    """A product of which more is asked for than there is; `taken`: what the order has taken already."""

    product: Product
    ordered: int
    taken: int = 0

    def __str__(self):
        figures = {
            "product": self.product,
            "ordered": self.ordered,
            "taken": self.taken,
            "available": self.product.stock_qty,
        }
        if self.taken:
            return _("%(product)s: %(ordered)s ordered, %(taken)s taken already, %(available)s in stock.") % figures
        return _("%(product)s: %(ordered)s ordered, %(available)s in stock.") % figures

    @property
    def short(self) -> int:
        """How many pieces there are too few."""
        return self.ordered - self.taken - self.product.stock_qty


@dataclass
class LostPieces:
    """Pieces of a product that was deleted before they could be given back."""

    name: str
    sku: str
    pieces: int = 0


def lock_products(ids: Iterable[int]) -> dict[int, Product]:
    """The products with these ids, locked in ascending order until the transaction ends. Deleted ones are missing."""
    return lock_all(Product, ids)


def find_shortages(
    products: Mapping[int, Product], quantities: Mapping[int, int], taken: Mapping[int, int] | None = None
) -> list[Shortage]:
    """What `quantities` (pieces by product id) ask for beyond the stock of `products` and what is `taken` already."""
    asked = [Shortage(products[pk], quantity, (taken or {}).get(pk, 0)) for pk, quantity in quantities.items()]
    return [shortage for shortage in asked if shortage.short > 0]


def lock_asked(quantities: Iterable[int]) -> dict[int, Product]:
    """The products that an order asks for, locked. Raises RecordGone if one has been deleted."""
    ids = set(quantities)
    products = lock_products(ids)
    if len(products) < len(ids):
        raise RecordGone(
            _("A product of this order has been deleted in the meantime. Please remove it from the order.")
        )
    return products


def lock_and_check_stock(
    quantities: Mapping[int, int], *, taken: Mapping[int, int] | None = None
) -> dict[int, Product]:
    """The products asked for or `taken` already, locked. Raises InsufficientStock naming every one that is short."""
    products = lock_asked({*quantities, *(taken or ())})
    if shortages := find_shortages(products, quantities, taken):
        raise InsufficientStock(shortages)
    return products


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

    Raises ReasonMissing, InvalidQuantity if the stock would be negative, too large or just what it is, RecordChanged if
    it is no longer the `last_seen` that somebody decided on.
    """
    if not reason.strip():
        raise ReasonMissing(_("Please say why the stock changes."))
    product = lock_record(product)
    message = _("The stock of %(product)s has changed from %(before)s to %(now)s in the meantime.")
    figures = {"product": product, "before": last_seen, "now": product.stock_qty}
    check_last_seen(product, last_seen, product.stock_qty, message=message % figures)
    target = adjusted_quantity(product.stock_qty, new_qty=new_qty, change=change)
    post_moves([(product, target)], kind=Kind.ADJUSTMENT, reason=reason.strip(), user=user, at=at)
    return product


def adjusted_quantity(stock: int, *, new_qty: int | None = None, change: int | None = None) -> int:
    """What `stock` becomes when set to `new_qty` or moved by `change`; raises InvalidQuantity if that cannot be."""
    target = stock + (change or 0) if new_qty is None else new_qty
    if target < 0:
        raise InvalidQuantity(
            _("There are %(stock)s in stock; %(pieces)s cannot be removed.")
            % {"stock": stock, "pieces": stock - target}
        )
    if target > MAX_QUANTITY:
        raise InvalidQuantity(_("A stock can hold at most %(pieces)s pieces.") % {"pieces": format_count(MAX_QUANTITY)})
    if target == stock:
        raise InvalidQuantity(_("There are %(stock)s in stock already, so nothing would change.") % {"stock": stock})
    return target


@transaction.atomic(savepoint=False)  # its caller's step fails with it
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


@transaction.atomic(savepoint=False)  # its caller's step fails with it
def take_difference(
    wanted: Mapping[int, int],
    taken: Mapping[int, int],
    *,
    reference: str,
    reason: str,
    user: User | None,
    customer: User | None = None,
    at: datetime | None = None,
) -> None:
    """Take what is `wanted` (pieces by product id) beyond what is `taken` already, and give back what is not wanted.

    All or nothing: raises InsufficientStock naming every short product.
    """
    products = lock_and_check_stock(wanted, taken=taken)
    back = {pk: difference for pk in products if (difference := taken.get(pk, 0) - wanted.get(pk, 0))}
    moves = [(products[pk], products[pk].stock_qty + pieces) for pk, pieces in back.items()]
    values = values_back(reference, products, back)
    posting = {"kind": Kind.AMENDMENT, "reference": reference, "customer": customer, "values": values}
    post_moves(moves, reason=reason, user=user, at=at, **posting)


@transaction.atomic(savepoint=False)  # its caller's step fails with it
def give_back_to_stock(
    *,
    reference: str,
    reason: str,
    user: User | None,
    customer: User | None = None,
    at: datetime | None = None,
) -> list[LostPieces]:
    """Give back exactly what was taken under this reference, sold or amended, and has not come back yet.

    Returns what could not be given back because its product has been deleted since.
    """
    posted = StockChange.objects.filter(reference=reference, kind__in=TAKEN_AND_BACK).order_by("pk")
    products = lock_products({row.product_id for row in posted if row.product_id})
    taken = {pk: Taken() for pk in products}
    lost: dict[tuple[int, str], LostPieces] = {}  # the key of products deleted long ago is not known
    for row in posted:
        if row.product_id in products:
            taken[row.product_id].add(row)
        else:
            gone = lost.setdefault((row.product_key, row.product_sku), LostPieces(row.product_name, row.product_sku))
            gone.pieces -= row.quantity_change
    moves = [(products[pk], products[pk].stock_qty + owed.pieces) for pk, owed in taken.items() if owed.pieces]
    values = {pk: owed.share(owed.pieces, products[pk].cost_price) for pk, owed in taken.items()}
    posting = {"kind": Kind.CANCELLATION, "reference": reference, "customer": customer, "values": values}
    post_moves(moves, reason=reason, user=user, at=at, **posting)
    return [gone for gone in lost.values() if gone.pieces]


def post_moves(moves: list[tuple[Product, int]], *, reason: str, user: User | None, at=None, **posting) -> None:
    """Give each locked product its new quantity, and log it."""
    write_rows(log_moves(moves, reason=reason, user=user, at=at, **posting))
    products = [product for product, new_qty in moves]
    update_all(Product, products, LEDGER_FIELDS, reason=reason, user=user, at=at)


def write_rows(rows: list[StockChange]) -> list[StockChange]:
    """Save rows from `log_moves`, each chained to its product's row before it; the products are still to be saved."""
    insert_all(StockChange, chained(rows))
    return rows


def chained(rows: list[StockChange]) -> list[StockChange]:
    """The rows, each with the hash that ties it to its product's row before it."""
    for row in rows:
        product = cast(Product, row.product)
        row.product_key = product.pk
        row.row_hash = product.ledger_head = STOCK_CHAIN.link(row, product.ledger_head)
    return rows


def save_heads(products: Iterable[Product]) -> None:
    """Write the heads of products whose log was corrected, past the history: nothing else of them has changed."""
    write_many(
        f"UPDATE {Product._meta.db_table} SET ledger_head = %s WHERE id = %s",
        [(product.ledger_head, product.pk) for product in products],
    )


def log_moves(
    moves: list[tuple[Product, int]],
    *,
    kind: Kind,
    reason: str,
    user: User | None,
    reference: str = "",
    customer: User | None = None,
    at: datetime | None = None,
    reverses: Mapping[int, StockChange] | None = None,
    values: Mapping[int, Decimal] | None = None,
    reasons: Mapping[int, str] | None = None,
) -> list[StockChange]:
    """Give each product its new quantity and value, and return the rows for the log; all are still to be saved.

    By product id: `values`, what the pieces that move are worth, where that is known (`value_after`); `reasons`, those
    that are a product's own; `reverses`, the row that is taken back. Every change of stock in the
    system comes from here.
    """
    posting: dict[str, Any] = {
        "kind": kind,
        "reference": reference,
        "customer_id": customer.pk if customer else None,
        "created_at": at or timezone.now(),
        "created_by": user,
    }
    rows = []
    for product, new_qty in moves:
        own = {"change_reason": (reasons or {}).get(product.pk, reason), "reverses": (reverses or {}).get(product.pk)}
        rows.append(log_move(product, new_qty, (values or {}).get(product.pk), {**posting, **own}))
    return rows


def log_move(product: Product, new_qty: int, moved: Decimal | None, posting: dict[str, Any]) -> StockChange:
    check_possible(product, new_qty)
    new_value = value_after(product, new_qty, posting["kind"], moved)
    check_value(product, new_value)
    row = StockChange(
        product=product,
        product_name=product.name,
        product_category=product.category,
        product_sku=product.sku,
        previous_qty=product.stock_qty,
        new_qty=new_qty,
        previous_value=product.stock_value,
        new_value=new_value,
        **posting,
    )
    product.stock_qty, product.stock_value = new_qty, new_value
    return row


def check_possible(product: Product, new_qty: int) -> None:
    """Raise InvalidQuantity, naming the product, unless its stock can be so many pieces."""
    if not 0 <= new_qty <= MAX_QUANTITY:
        figures = {"product": product, "pieces": format_count(new_qty)}
        raise InvalidQuantity(_("%(product)s: a stock of %(pieces)s pieces is not possible.") % figures)


def check_value(product: Product, value: Decimal) -> None:
    """Raise InvalidQuantity, naming the product, unless its stock can be worth so much."""
    if value > MAX_VALUE:
        sentence = _("%(product)s: a stock cannot be worth more than %(most)s.")
        raise InvalidQuantity(sentence % {"product": product, "most": format_amount(MAX_VALUE)})
