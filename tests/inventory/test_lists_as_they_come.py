"""Lists of shops, accountants and suppliers, as they write them: what is taken for what, and what comes in."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.db.models import Sum

from core.imports.questions import questions_of
from core.imports.registry import undo_import
from inventory.models import Product
from inventory.resources import ProductResource
from tests.imports import layout_of

pytestmark = pytest.mark.django_db
PRICES = {"sku", "name", "selling_price"}
STOCKED = PRICES | {"stock_qty"}


@dataclass
class List:
    text: str
    fields: set[str]
    good: int
    value: str  # of all selling prices
    bad: dict[int, str] = field(default_factory=dict)  # line → field
    encoding: str = "utf-8"
    pieces: int = 0


LISTS = {
    "Shopify": List(
        "Handle,Title,Vendor,Type,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,Variant Price,"
        "Variant Compare At Price,Cost per item\n"
        "tee,Organic Tee,Acme,Shirts,Size,S,TEE-S,12,24.00,29.00,11.50\n"
        "mug,Mug,Acme,Kitchen,Title,Default Title,MUG*1,40,12.50,,4.20\n",
        STOCKED | {"category", "cost_price"}, 2, "36.50", pieces=52,
    ),
    "WooCommerce": List(
        "ID,Type,SKU,Name,Published,Stock,Regular price,Categories\n"
        '7,simple,WOO-1,Cap,1,5,16,Clothing\n8,simple,"WOO (2), red",Belt,1,,55.50,Clothing\n',
        STOCKED | {"category"}, 2, "71.50", pieces=5,
    ),
    "PrestaShop": List(
        "Product ID;Name;Reference;Category;Price (tax excl.);Quantity\n"
        "1;Shirt;demo_1;Men;23,90;300\n2;Sweater;demo_3;Women;35,90;0\n",
        STOCKED | {"category"}, 2, "59.80", pieces=300,
    ),
    "Odoo": List(
        '"Internal Reference","Name","Sales Price","Cost","Product Category","Quantity On Hand"\n'
        '"E-COM07","Cabinet","320.00","180.00","All / Office","7"\n',
        STOCKED | {"category", "cost_price"}, 1, "320.00", pieces=7,
    ),
    "Medusa": List(
        "Product Id;Product Handle;Product Title;Product Status;Variant Title;Variant SKU;Variant Inventory Quantity;"
        "Variant Price EUR;Variant Price USD\n"
        "prod_1;shirt;Medusa Shirt;published;S;SHIRT-S;10;15;19.50\n",
        STOCKED, 1, "19.50", pieces=10,
    ),
    "Square": List(
        "Token,Item Name,Variation Name,SKU,Description,Category,Price,Current Quantity Main\n"
        "X1,Espresso,Regular,SQ-1,,Coffee,2.50,20\n",
        STOCKED | {"category"}, 1, "2.50",
    ),
    "Lexware": List(
        "Artikelnummer;Bezeichnung;Warengruppe;Einkaufspreis;VK netto;Lagerbestand\n"
        "10001;Schraube M8, verzinkt;Eisenwaren;0,05;0,12;15000\n10002;Mutter M8;Eisenwaren;0,03;0,08;abc\n",
        STOCKED | {"category", "cost_price"}, 1, "0.12", bad={3: "stock_qty"}, pieces=15000,
    ),
    "German, with a letterhead and a total": List(
        "Meyer GmbH, Hamburg;;;\nPreisliste 2026;;;\n;;;\nArtikelnr.;Bezeichnung;Preis;Bestand\n"
        "A1;Käsehobel;1.234,50 €;3\nA2;Kanne;9,00 €;1\nSumme;;1.243,50 €;4\n",
        STOCKED, 2, "1243.50", encoding="cp1252", pieces=4,
    ),
    "French": List(
        "Référence;Désignation;Famille;Prix de vente HT;Quantité\n"
        "R1;Crème brûlée;Desserts;12\N{NO-BREAK SPACE}345,60;2\nR2;Gâteau;Desserts;4,20;5\n",
        STOCKED | {"category"}, 2, "12349.80", pieces=7,
    ),
    "Spanish": List(
        "Código;Descripción;Precio de venta;Existencias\nC1;Jamón;25,50;4\nC2;Queso;;2\n",
        STOCKED, 1, "25.50", bad={3: "selling_price"}, pieces=4,
    ),
    "Portuguese": List(
        "Código;Descrição;Preço de venda;Estoque\nP1;Pão;0,75;100\n", STOCKED, 1, "0.75", pieces=100
    ),
    "Italian": List("Codice;Descrizione;Prezzo;Giacenza\nI1;Caffè;3,20;8\n", STOCKED, 1, "3.20", pieces=8),
    "Dutch": List(
        "Artikelnummer;Omschrijving;Verkoopprijs;Voorraad\nN1;Stroopwafel;2,95;60\n", STOCKED, 1, "2.95", pieces=60
    ),
    "Russian": List(
        "Артикул;Наименование;Цена;Остаток\nМ-1;Молоток;350,00;6\nМ-2;Отвёртка;1 200,50;2\n",
        STOCKED, 2, "1550.50", encoding="utf-8", pieces=8,
    ),
    "Arabic": List(
        "رقم الصنف,اسم الصنف,سعر البيع,الكمية\nع-1,شاي أخضر,٣٫٥٠,12\nع-2,قهوة,١٢٫٧٥,7\n", STOCKED, 2, "16.25", pieces=19
    ),
    "Chinese": List(
        "商品编号,商品名称,销售价,库存\nC-1,锤子,35.00,4\nC-2,螺丝刀,12.50,9\n", STOCKED, 2, "47.50", pieces=13
    ),
    "Japanese": List(
        "商品コード,商品名,販売価格,在庫数\nJ-1,緑茶,350,24\nJ-2,湯呑み,1200,3\n", STOCKED, 2, "1550.00",
        encoding="utf-8", pieces=27,
    ),
    "prices with a currency": List("SKU,Name,Price\nA,Cup,$12.50\nB,Pot,\"$1,234.00\"\n", PRICES, 2, "1246.50"),
    "Swiss": List("Artikelnummer;Bezeichnung;Preis\nS1;Uhr;1'234.50\nS2;Messer;39.90\n", PRICES, 2, "1274.40"),
    "a stray quotation mark and a value too many": List(
        'SKU,Name,Price\nA,"5 inch,1\nB,Pot,9\nC,Pan, blue,7.50\nD,Jug,2.50\n',
        PRICES, 2, "11.50", bad={2: "", 4: ""},
    ),
    "the header again on each page": List(
        "SKU,Name,Price\nA,Cup,4.50\nPage 1 of 2,,\nSKU,Name,Price\nB,Pot,9.00\nPage 2 of 2,,\n", PRICES, 2, "13.50"
    ),
    "a stock list": List(
        "SKU,Name,Price,Qty on hand\nA,Cup,1.00,-2\nB,Pot,2.00,2.5\nC,Jug,3.00,7\n", STOCKED, 1, "3.00",
        bad={2: "stock_qty", 3: "stock_qty"}, pieces=7,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_comes_in_as_it_is_and_goes_again(name):
    expected = LISTS[name]
    chosen = {"encoding": expected.encoding} if expected.encoding != "utf-8" else {}
    layout = layout_of(expected.text.encode(expected.encoding), ProductResource, **chosen)
    assert set(layout.fields) == expected.fields
    assert questions_of(layout) == []

    importing = ProductResource(reference="list.csv", leave_out_errors=True)
    importing.import_data(layout.mapped())
    errors = {row.line: row.errors[0][0] for row in importing.report.error_rows}
    assert errors == expected.bad
    assert Product.objects.count() == expected.good
    totals = Product.objects.aggregate(prices=Sum("selling_price"), pieces=Sum("stock_qty"))
    assert totals["prices"] == Decimal(expected.value)
    if expected.pieces:
        assert totals["pieces"] == expected.pieces

    assert undo_import(importing.done, user=None).not_undone == ""
    assert not Product.objects.exists()
