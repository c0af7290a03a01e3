"""Our own export, with its columns renamed, reordered, in another encoding, separator and number format: no changes."""

import csv
import io
from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from inventory.models import Product
from inventory.resources import ProductResource
from inventory.services.products import save_product
from tests.imports import mapped

NAMES = {
    "en": ["Item No.", "Description", "Category", "Cost price", "Selling price", "Stock", "Reorder point"],
    "de": [
        "Artikelnummer",
        "Bezeichnung",
        "Warengruppe",
        "Einkaufspreis",
        "Verkaufspreis",
        "Bestand",
        "Mindestbestand",
    ],
    "fr": ["Référence", "Désignation", "Catégorie", "Prix d'achat", "Prix de vente", "Stock", "Stock minimum"],
    "ours": ["sku", "name", "category", "cost_price", "selling_price", "stock_qty", "low_stock_threshold"],
}
FIELDS = NAMES["ours"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
NUMBERS = [(".", ""), (",", ""), (",", "."), (".", ","), (",", "\N{NO-BREAK SPACE}"), (".", "'")]


def written(value, decimal: str, thousands: str) -> str:
    if not isinstance(value, Decimal | int):
        return "" if value is None else str(value)
    places = 2 if isinstance(value, Decimal) else 0
    return f"{value:,.{places}f}".replace(",", "t").replace(".", decimal).replace("t", thousands)


class OurOwnExportInDisguise(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(
        language=st.sampled_from(list(NAMES)),
        order=st.permutations(range(7)),
        encoding=st.sampled_from(ENCODINGS),
        delimiter=st.sampled_from([",", ";", "\t", "|"]),
        numbers=st.sampled_from(NUMBERS),
        prices=st.lists(st.decimals(0, 99_999, places=2), min_size=1, max_size=4),
    )
    @example("de", list(range(7)), "cp1252", ";", (",", "."), [Decimal("1234.50"), Decimal("0.99")])
    def test_changes_nothing(self, language, order, encoding, delimiter, numbers, prices):
        for n, price in enumerate(prices):
            product = Product(sku=f"A-{n:03}", name=f"Gerät {n}", category="Küche", selling_price=price)
            save_product(product, user=None, initial_stock=n * 7)
        table = [[NAMES[language][n] for n in order]]
        for product in Product.objects.all():
            table.append([written(getattr(product, FIELDS[n]), *numbers) for n in order])
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter).writerows(table)
        back = ProductResource(stock_mode="set")
        back.import_data(mapped(text.getvalue().encode(encoding), ProductResource, encoding=of(encoding)), dry_run=True)
        told = [(row.key, row.changes, row.errors) for row in back.report.rows if row.kind != "unchanged"]
        assert not told and back.report.counts["unchanged"] == len(prices)


def of(encoding: str) -> str:
    """What the clerk picks where it cannot be known for certain."""
    return "cp1252" if encoding == "cp1252" else ""
