"""Products and their trade of the past, loaded in bulk: each move logged as `post_moves` would, all of them written
by the thousand. Only for new products, which nobody else can know yet; nothing is locked."""

from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.bulk_load import Table, Versions, go_on_counting
from core.i18n import in_firms_language
from inventory.models import Product, StockChange
from inventory.services.stock import chained, log_moves


class StockLoader:
    """Takes the moves of products in the order of time; `finish` writes the products with the stock that is left."""

    def __init__(self, products: list[Product], *, user: User, at: datetime):
        self.products = products
        self.log, self.versions = Table(StockChange), Versions(Product)
        first = (Product.objects.order_by("-pk").values_list("pk", flat=True).first() or 0) + 1
        stocks = []
        for pk, product in enumerate(products, first):
            stocks.append((product, product.stock_qty))
            product.pk, product.stock_qty, product.stock_value = pk, 0, Decimal(0)
            product.stamp(user, at=at)
            product.modified_at = at
        self.versions.note(products, "+", at=at, user=user, reason="")
        reason = in_firms_language(_("Initial stock"))
        self.post([move for move in stocks if move[1]], kind=StockChange.Kind.INITIAL, reason=reason, user=user, at=at)

    def post(
        self, moves: list[tuple[Product, int]], *, user: User, reason: str, at: datetime, **posting
    ) -> list[StockChange]:
        """Give each product its new quantity, and log it."""
        rows = chained(log_moves(moves, reason=reason, user=user, at=at, **posting))
        self.log.add(rows)
        moved = [product for product, new_qty in moves]
        for product in moved:
            product.modified_at, product.modified_by = at, user
        self.versions.note(moved, "~", at=at, user=user, reason=reason)
        return rows

    def finish(self) -> None:
        products = Table(Product, ids=True)
        products.add(self.products)
        for table in (products, self.log, self.versions):
            table.write()
        go_on_counting(Product)
