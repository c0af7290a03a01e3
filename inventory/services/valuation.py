"""What stock is worth: a moving average, kept in money and not in unit costs (docs/guarantees.md).

Whatever comes in brings what it cost, whatever goes out takes its share of what all pieces are worth, the last piece
all of it. So nothing is lost to rounding, nothing is worth something without pieces, and what a sale has cost stands on
its row for ever.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.money import NOTHING, round_money
from inventory.models import Product, StockChange

Kind = StockChange.Kind
TAKEN_AND_BACK = [Kind.SALE, Kind.AMENDMENT, Kind.RETURN, Kind.CANCELLATION]  # what an order posts under its number
MAX_VALUE = Decimal("9999999999999.99")  # 15 digits: SQLite keeps no more of a number exactly


def value_after(product: Product, new_qty: int, kind: Kind, moved: Decimal | None = None) -> Decimal:
    """What all pieces of the product are worth, to 2 places, when its stock has become `new_qty`.

    `moved` is what these pieces are worth where that is known: what a delivery cost, what an order took; where none
    move, how much more (or, negative, less) the others are worth. Else they are worth the average, or as long as there
    are none the cost price; an import always brings the cost price of its list.
    """
    pieces, value = new_qty - product.stock_qty, product.stock_value
    if new_qty == 0:
        return NOTHING
    if pieces == 0:
        return value + (moved or NOTHING)
    if pieces > 0:
        at_cost = kind == Kind.IMPORT or not product.stock_qty
        usual = Decimal(product.cost_price) * pieces if at_cost else value * pieces / product.stock_qty
        return value + (round_money(usual) if moved is None else moved)
    if moved is None or moved > value:  # the pieces that were worth so much may be sold
        moved = round_money(value * -pieces / product.stock_qty)
    return value - moved


@dataclass
class Taken:
    """What an order has taken of a product and not given back: pieces, and what they were worth."""

    pieces: int = 0
    value: Decimal = NOTHING
    is_valued: bool = True

    def add(self, row: StockChange) -> None:
        self.pieces -= row.quantity_change
        self.value -= row.value_change or NOTHING
        self.is_valued = self.is_valued and row.new_value is not None

    def share(self, pieces: int, cost_price: Decimal) -> Decimal:
        """What so many of them come back at: as they were taken, the last ones with the rest.

        Pieces that were sold before stock was valued come back at the cost price.
        """
        if not self.is_valued:
            return cost_price * pieces
        return self.value if pieces == self.pieces else round_money(self.value * pieces / self.pieces)


def taken_under(reference: str, product_ids: Iterable[int]) -> dict[int, Taken]:
    """What the order with this number has taken of each of these products and not got back; one query."""
    taken: dict[int, Taken] = {}
    rows = StockChange.objects.filter(reference=reference, kind__in=TAKEN_AND_BACK, product__in=set(product_ids))
    for row in rows.order_by("pk"):
        taken.setdefault(row.product_id, Taken()).add(row)
    return taken


def values_back(reference: str, products: Mapping[int, Product], pieces: Mapping[int, int]) -> dict[int, Decimal]:
    """What these pieces (by product id) are worth when they come back from the order with this number."""
    back = {pk: number for pk, number in pieces.items() if number > 0}
    taken = taken_under(reference, back) if back else {}
    return {pk: taken[pk].share(back[pk], products[pk].cost_price) for pk in taken}
