"""Taking an import of products back, stock included."""

from decimal import Decimal

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import F, Q, Sum
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from accounts.models import User
from core.bulk import batches, find_all
from core.i18n import format_count, in_firms_language
from core.imports.undo import Undo, referred_to
from inventory.models import MAX_QUANTITY, Product, StockChange
from inventory.services.imports import IMPORTED_FIELDS, write_imported
from inventory.services.stock import post_moves

Kind = StockChange.Kind


class ProductUndo(Undo):
    """Gives the products back what the import changed, deletes those that it made, takes back its stock by new rows.

    Values and stock are judged apart: one can stay while the other is taken back. Adds the stock `moves`.

    The reasons are kept for everybody to read, so they are said in the firm's language.
    """

    model, fields, untouched = Product, IMPORTED_FIELDS, {"image": ""}

    def load_context(self, keys: list[int], made: list[int]) -> None:
        self.moves: list[tuple[Product, int]] = []
        self.ordered = referred_to(Product, made, besides=frozenset({StockChange}))
        self.barcodes = self.holders_of_old_barcodes()
        last = self.record.details["last_stock_change"]
        self.corrected = corrected_stocks(keys, last)
        self.values = values_brought(keys, self.record.file_name, last)

    def holders_of_old_barcodes(self) -> dict[str | None, int]:
        """Which product has a barcode now that another one shall have again."""
        old = {before for row in self.rows if not row.is_new for name, before, _ in row.changes if name == "barcode"}
        return {product.barcode: product.pk for product in find_all(Product.objects, "barcode", filter(None, old))}

    def deletion_blocker(self, target: Product, imported: dict) -> str:
        if target.pk in self.ordered:
            return in_firms_language(_("stays, because it has been ordered, delivered or counted."))
        if target.stock_qty != imported.get("stock_qty", 0):
            return in_firms_language(_("stays, because its stock has changed since."))
        return ""

    def restore(self, target: Product, before: dict, imported: dict) -> str:
        pieces = imported.get("stock_qty", 0) - before.get("stock_qty", 0)
        reasons = [super().restore(target, before, imported), self.restore_stock(target, pieces)]
        return " ".join(filter(None, reasons))

    def restore_blocker(self, target: Product, before: dict) -> str:
        if self.barcodes.get(before.get("barcode"), target.pk) != target.pk:
            return in_firms_language(_("the values stay, because another product has the old barcode now."))
        try:
            if {"cost_price", "selling_price"}.intersection(before):
                with override(settings.LANGUAGE_CODE):
                    target.check_sells_above_cost()
        except ValidationError as error:
            reason = _("the values stay, because the old ones would be below cost.")
            return " ".join([in_firms_language(reason), *error.messages])
        return ""

    def restore_stock(self, product: Product, pieces: int) -> str:
        target = product.stock_qty - pieces
        if not pieces:
            return ""
        if product.pk in self.corrected:
            return in_firms_language(_("the stock stays, because it has been corrected since."))
        if target < 0:
            reason = _("the stock stays, because only %(left)s of the %(pieces)s imported pieces are left.")
            return in_firms_language(reason) % {"left": product.stock_qty, "pieces": pieces}
        if target > MAX_QUANTITY:
            with override(settings.LANGUAGE_CODE):
                return _("the stock stays, because it would be more than %(pieces)s.") % {
                    "pieces": format_count(MAX_QUANTITY)
                }
        self.moves.append((product, target))
        return ""

    def write(self, reason: str, user: User | None) -> None:
        posting = {"kind": Kind.IMPORT, "reference": self.record.file_name, "values": self.values}
        write_imported(self.restored, self.moves, reason=reason, user=user, **posting)
        gone = [(product, 0) for product in self.deleted if product.stock_qty]
        post_moves(gone, kind=Kind.DELETION, reason=reason, user=user)
        super().write(reason, user)


def values_brought(keys: list[int], reference: str, until: int) -> dict[int, Decimal]:
    """What the pieces that the import brought or took were worth, by product id."""
    values = {}
    for batch in batches(keys):
        rows = StockChange.objects.filter(kind=Kind.IMPORT, reference=reference, product__in=batch, pk__lte=until)
        for row in rows.order_by("pk"):
            if row.value_change is not None:
                values[row.product_key] = abs(row.value_change)
    return values


def corrected_stocks(keys: list[int], since: int) -> set[int]:
    """Those of the products whose stock was counted or imported anew after this stock change.

    What one import gave and its undoing took back is no correction, nor are goods that came back and went to the bin,
    or a delivery that was reversed.
    """
    found = set()
    for batch in batches(keys):
        rows = StockChange.objects.filter(product__in=batch, pk__gt=since).order_by()
        counted = Q(kind__in=[Kind.ADJUSTMENT, Kind.REVERSAL], reference="") | Q(reverses__kind=Kind.COUNT)
        rows = rows.filter(counted | Q(kind__in=[Kind.IMPORT, Kind.COUNT])).values("product")
        moved = rows.annotate(pieces=Sum(F("new_qty") - F("previous_qty")))
        found |= set(moved.exclude(pieces=0).values_list("product", flat=True))
    return found
