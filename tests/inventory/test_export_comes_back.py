"""Whatever stands in our products, our own export imports back without a change."""

from decimal import Decimal

from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from core.spreadsheets.writing import FormulaSafeCSV, FormulaSafeXLSX
from inventory.models import Product
from inventory.resources import ProductResource
from inventory.services.products import save_product
from tests.imports import mapped
from tests.strategies import HOSTILE, names

HOSTILE += ["TRUE", "2026-11-22", "#N/A!", "#DIV/0!", "'#N/A", "Err:502", "12,50", "sep=;", "sku", "_x000D_"]
prices = st.decimals(0, 99_999, places=2)


@st.composite
def products(draw) -> Product:
    cost = draw(prices)
    return Product(
        sku=draw(st.text("ABC019-_./+#Ä", min_size=1, max_size=12)),
        name=draw(names),
        category=draw(st.just("") | names),
        cost_price=cost,
        selling_price=cost + draw(prices),
        low_stock_threshold=draw(st.none() | st.integers(0, 10**6)),
    )


class OurOwnExport(TestCase):
    @settings(max_examples=150, deadline=None)
    @given(
        products=st.lists(products(), min_size=1, max_size=4, unique_by=lambda product: product.sku),
        stock=st.integers(0, 10**6),
    )
    @example(products=[Product(sku="1E5", name="x", selling_price=Decimal(1))], stock=0)
    def test_changes_nothing(self, products, stock):
        for product in products:
            save_product(product, user=None, initial_stock=stock)
        resource = ProductResource()
        rows = [resource.export_resource(product, force_native_type=True) for product in Product.objects.all()]
        for file_format, name in ((FormulaSafeCSV(), "export.csv"), (FormulaSafeXLSX(), "export.xlsx")):
            data = b"".join(file_format.stream(resource.get_export_headers(), rows))
            back = ProductResource(stock_mode="set")
            back.import_data(mapped(data, ProductResource), dry_run=True)
            told = [(row.key, row.changes, row.errors) for row in back.report.rows if row.kind != "unchanged"]
            assert not told and back.report.counts["unchanged"] == len(products), (name, back.report.problem, told)
