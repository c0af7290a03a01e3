"""Lists of every kind that people bring, each with all that is found in it: header, columns, numbers, rows, totals."""

from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.db.models import Sum

from core.imports.described import described
from core.imports.questions import questions_of
from core.imports.registry import undo_import
from inventory.models import Product
from inventory.resources import ProductResource
from tests.factories import make_product
from tests.imports import layout_of
from tests.raw_sheets import ods_row, raw_ods, raw_xlsx, text_row

pytestmark = pytest.mark.django_db


@dataclass
class List:
    """A list and what must become of it. `columns` leaves out those that are left out."""

    data: str | bytes
    columns: dict[str, str]
    prices: str  # how they are written
    good: int
    value: str  # of all selling prices
    pieces: int = 0
    bad: dict[int, str] = field(default_factory=dict)  # line → field
    header_line: int = 1
    skipped: dict[str, list[int]] = field(default_factory=dict)
    encoding: str = "utf-8"
    found_encoding: str = ""
    file: str = "list.csv"
    choices: dict = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    categories: set[str] | None = None
    skus: set[str] | None = None


def cells(*rows: tuple) -> str:
    """Rows of an XLSX sheet; numbers are numbers."""
    return "".join(
        "<row>" + "".join(
            f"<c><v>{cell}</v></c>" if isinstance(cell, int | float) else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in row
        ) + "</row>"
        for row in rows
    )  # fmt: skip


SQUARE = (
    "Token,Item Name,Variation Name,SKU,Description,Category,Price,Enabled Main St,Current Quantity Main St,"
    "Stock Alert Count Main St\n"
    "X1,Espresso,Regular,SQ-1,Short and black,Coffee,2.50,Y,20,5\nX2,Beans,1 kg,SQ-2,,Coffee,variable,Y,4,\n"
)
LEXWARE = (
    "Artikelnummer;Matchcode;Bezeichnung;Warengruppe;Einkaufspreis;VK netto;VK brutto;Lagerbestand;Mindestbestand\n"
    '"00010";SCHR;"Schraube M8; verzinkt";Eisenwaren;0,05;0,12;0,14;15000;500\n'
    '"00020";MUTT;Mutter M8 für Größe 13;Eisenwaren;0,03;0,08;0,10;abc;500\n'
)
ODOO = cells(
    ("Internal Reference", "Name", "Sales Price", "Cost", "Product Category", "Quantity On Hand", "Barcode"),
    ("FURN_7777", "Office Chair", 70, 55.5, "All / Saleable / Office", 12, "601647855642"),
    ("", "Chair floor protection", 12, 10, "All / Saleable", 0, ""),
)
MEDUSA = (
    "Product Id,Product Handle,Product Title,Product Subtitle,Product Status,Product Thumbnail,Variant Id,"
    "Variant Title,Variant SKU,Variant Barcode,Variant Inventory Quantity,Price EUR,Price USD\n"
    'prod_1,shirt,"Shirt, blue",,published,,var_1,S,SH-S,,10,15.00,19.50\n'
    'prod_1,shirt,"Shirt, blue",,published,,var_2,M,SH-M,,7,15.00,19.50\n'
)
PRESTASHOP = (
    "ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded;Wholesale price;Reference #;Quantity\n"
    "1;1;Hummingbird sweater;Clothes,Women;35,9;20;demo_3;1200\n2;1;Mug;Home;11,9;5,49;demo_11;-3\n"
)
RUSSIAN = (
    "ООО «Инструмент»;;;;\nПрайс-лист на 01.03.2026;;;;\n;;;;\n"
    "Артикул;Наименование товара;Ед. изм.;Цена, руб.;Остаток\n"
    "М-001;Молоток слесарный;шт;1 350,00;6\nО-014;Отвёртка крестовая;шт;249,50;12\nИтого:;;;1 599,50;18\n"
)
CUP_AND_POT = "A1{0}Cup{0}4.50{0}3\nA2{0}Pot{0}9.00{0}1\n"

LISTS = {
    "Square: variable prices are no prices": List(
        SQUARE,
        {"Item Name": "name", "SKU": "sku", "Category": "category", "Price": "selling_price",
         "Current Quantity Main St": "stock_qty", "Stock Alert Count Main St": "low_stock_threshold"},
        "1234.50", 1, "2.50", 20, {3: "selling_price"},
    ),
    "Lexware: zeros before the number, a gross price beside the net one": List(
        LEXWARE,
        {"Artikelnummer": "sku", "Bezeichnung": "name", "Warengruppe": "category", "Einkaufspreis": "cost_price",
         "VK netto": "selling_price", "Lagerbestand": "stock_qty", "Mindestbestand": "low_stock_threshold"},
        "1234,50", 1, "0.12", 15000, {3: "stock_qty"}, encoding="cp1252", found_encoding="cp1252", skus={"00010"},
    ),
    "Odoo: a workbook with numbers": List(
        raw_xlsx(ODOO),
        {"Internal Reference": "sku", "Name": "name", "Sales Price": "selling_price", "Cost": "cost_price",
         "Product Category": "category", "Quantity On Hand": "stock_qty", "Barcode": "barcode"},
        "1234.50", 1, "70.00", 12, {3: "sku"}, file="products.xlsx", categories={"All / Saleable / Office"},
    ),
    "Medusa: prices in two currencies": List(
        MEDUSA,
        {"Product Title": "name", "Variant SKU": "sku", "Variant Inventory Quantity": "stock_qty",
         "Price USD": "selling_price", "Variant Barcode": "barcode"},
        "1234.50", 2, "39.00", 17,
    ),
    "PrestaShop: a stock below zero": List(
        PRESTASHOP,
        {"Active (0/1)": "is_active", "Name *": "name", "Categories (x,y,z...)": "category",
         "Price tax excluded": "selling_price", "Wholesale price": "cost_price", "Reference #": "sku",
         "Quantity": "stock_qty"},
        "1234,50", 2, "47.80", 1200, rules={"negative": "zero"},
    ),
    "Russian, in Windows-1251, with a letterhead and a total": List(
        RUSSIAN,
        {"Артикул": "sku", "Наименование товара": "name", "Цена, руб.": "selling_price", "Остаток": "stock_qty"},
        "1 234,50", 2, "1599.50", 18, header_line=4, skipped={"total": [7]},
        encoding="cp1251", found_encoding="cp1251",
    ),
    "Russian, in KOI8-R": List(
        "Код;Название;Розничная цена;Количество\n1-1;Гвозди;12,30;100\n1-2;Шурупы;20,00;50\n",
        {"Код": "sku", "Название": "name", "Розничная цена": "selling_price", "Количество": "stock_qty"},
        "1234,50", 2, "32.30", 150, encoding="koi8_r", found_encoding="koi8_r",
    ),
    "Japanese, in Shift-JIS, with yen": List(
        "品番,品名,分類,販売価格（税抜）,在庫\nJ-1,緑茶 100g,飲料,\"\\1,200\",24\nJ-2,湯呑み,食器,\\850,3\n",
        {"品番": "sku", "品名": "name", "分類": "category", "販売価格（税抜）": "selling_price", "在庫": "stock_qty"},
        "1,234.50 ¥", 2, "2050.00", 27, encoding="cp932", found_encoding="cp932",
    ),
    "Chinese, in GB18030": List(
        "货号,品名,零售价,库存数量\nC-1,锤子,35.00,4\nC-2,螺丝刀,12.50,9\n",
        {"货号": "sku", "品名": "name", "零售价": "selling_price", "库存数量": "stock_qty"},
        "1234.50", 2, "47.50", 13, encoding="gb18030", found_encoding="gb18030",
    ),
    "Chinese, in Big5": List(
        "貨號,品名,售價,庫存\nT-1,鐵鎚,350,4\nT-2,螺絲起子,120,9\n",
        {"貨號": "sku", "品名": "name", "售價": "selling_price", "庫存": "stock_qty"},
        "1234.50", 2, "470.00", 13, encoding="big5", found_encoding="big5",
    ),
    "Italian, in Mac Roman": List(
        "Codice;Descrizione;Prezzo;Quantità\nI1;Caffè;€ 3,20;8\nI2;Macchina;€ 1.250,00;1\n",
        {"Codice": "sku", "Descrizione": "name", "Prezzo": "selling_price", "Quantità": "stock_qty"},
        "1.234,50 EUR", 2, "1253.20", 9, encoding="mac_roman", found_encoding="mac_roman",
    ),
    "Dutch, a workbook with prices as texts": List(
        raw_xlsx(cells(("Artikelnummer", "Omschrijving", "Verkoopprijs", "Voorraad"),
                       ("N1", "Stroopwafel", "€ 2,95", 60), ("N2", "Fiets", "€ 1.049,00", 2))),
        {"Artikelnummer": "sku", "Omschrijving": "name", "Verkoopprijs": "selling_price", "Voorraad": "stock_qty"},
        "1.234,50 EUR", 2, "1051.95", 62, file="prijslijst.xlsx",
    ),
    "Portuguese, in DOS 850, with reais": List(
        "Código;Descrição;Preço de venda;Estoque\nP1;Pão francês;R$ 0,75;100\nP2;Fogão;R$ 1.899,00;2\n",
        {"Código": "sku", "Descrição": "name", "Preço de venda": "selling_price", "Estoque": "stock_qty"},
        "1.234,50 BRL", 2, "1899.75", 102, encoding="cp850", found_encoding="cp850",
    ),
    "UTF-16 without a mark, tabs": List(
        "SKU\tName\tPrice\tStock\n" + CUP_AND_POT.format("\t"),
        {"SKU": "sku", "Name": "name", "Price": "selling_price", "Stock": "stock_qty"},
        "1234.50", 2, "13.50", 4, encoding="utf-16-le", found_encoding="utf-16",
    ),
    "vertical bars and a total": List(
        "SKU|Name|Price|Stock\n" + CUP_AND_POT.format("|") + "Total||13.50|4\n",
        {"SKU": "sku", "Name": "name", "Price": "selling_price", "Stock": "stock_qty"},
        "1234.50", 2, "13.50", 4, skipped={"total": [4]},
    ),
    "pages, each with the header again": List(
        "Art.-Nr.;Bezeichnung;Preis;Bestand\nA1;Tasse;4,50;3\nSeite 1 von 2;;;\n"
        "Art.-Nr.;Bezeichnung;Preis;Bestand\nA2;Kanne;9,00;1\nSeite 2 von 2;;;\n",
        {"Art.-Nr.": "sku", "Bezeichnung": "name", "Preis": "selling_price", "Bestand": "stock_qty"},
        "1234,50", 2, "13.50", 4, skipped={"repeated_header": [4], "page": [3, 6]},
    ),
    "categories above their rows": List(
        "SKU;Name;Price;Stock\nKitchen;;;\nA1;Cup;4,50;3\nA2;Pot;9,00;1\nGarden;;;\nB1;Hose;20,00;2\n",
        {"SKU": "sku", "Name": "name", "Price": "selling_price", "Stock": "stock_qty"},
        "1234,50", 3, "33.50", 6, skipped={"category": [2, 5]}, choices={"category_rows": True},
        categories={"Kitchen", "Garden"},
    ),
    "a hidden sheet and rows that a filter hides": List(
        raw_xlsx(
            cells(("SKU", "Name", "Price"), ("OLD", "Old", 1)),
            text_row("SKU", "Name", "Price", "Stock") + cells(("A1", "Cup", 4.5, 3))
            + text_row("A9", "Gone", "7", "7", attributes='hidden="1"') + cells(("A2", "Pot", 9, 1)),
            states=("hidden", "visible"),
        ),
        {"SKU": "sku", "Name": "name", "Price": "selling_price", "Stock": "stock_qty"},
        "1234.50", 2, "13.50", 4, skipped={"hidden": [3]}, file="stock.xlsx", skus={"A1", "A2"},
    ),
    "a merged title and merged categories": List(
        raw_xlsx(
            text_row("Price list 2026") + text_row("Category", "SKU", "Name", "Price")
            + text_row("Kitchen", "A1", "Cup", "4.50") + text_row("", "A2", "Pot", "9.00"),
            after='<mergeCells><mergeCell ref="A1:D1"/><mergeCell ref="A3:A4"/></mergeCells>',
        ),
        {"Category": "category", "SKU": "sku", "Name": "name", "Price": "selling_price"},
        "1234.50", 2, "13.50", header_line=2, file="list.xlsx", categories={"Kitchen"},
    ),
    "numbers that are shown as codes": List(
        raw_xlsx(
            text_row("SKU", "Name", "Price")
            + '<row><c s="1"><v>42</v></c><c t="inlineStr"><is><t>Cup</t></is></c><c><v>4.5</v></c></row>'
            + '<row><c s="2"><v>42</v></c><c t="inlineStr"><is><t>Pot</t></is></c><c><v>9</v></c></row>',
            formats=["00-000", '"ART-"0000'],
        ),
        {"SKU": "sku", "Name": "name", "Price": "selling_price"},
        "1234.50", 2, "13.50", file="list.xlsx", skus={"00-042", "ART-0042"},
    ),
    "ragged rows, a stray quotation mark": List(
        'SKU,Name,Price,Stock\nA1,Cup\nA2,Pot, blue,9.00,1\nA3,"5 inch,1.00,1\nA4,Jug,2.50,7,,\n',
        {"SKU": "sku", "Name": "name", "Price": "selling_price", "Stock": "stock_qty"},
        "1234.50", 1, "2.50", 7, {2: "selling_price", 3: "", 4: ""},
    ),
    "one category and no stock for all": List(
        "Part No;Description;Price\nS-1;Gasket;1,20\nS-2;Bolt;0,80\n",
        {"Part No": "sku", "Description": "name", "Price": "selling_price"},
        "1234,50", 2, "2.00", choices={"constants": {"category": "Spare parts", "stock_qty": "4"}}, pieces=8,
        categories={"Spare parts"},
    ),
    "a name in two columns": List(
        "SKU,Name,Size,Price\nT-S,Tee,S,19.90\nT-M,Tee,M,19.90\n",
        {"SKU": "sku", "Name": "name", "Size": "+name", "Price": "selling_price"},
        "1234.50", 2, "39.80",
        choices={"columns": {"SKU": "sku", "Name": "name", "Size": "+name", "Price": "selling_price"}},
    ),
    "no SKU at all": List(
        "Name,Price\nCup,4.50\nPot,9.00\n", {"Name": "name", "Price": "selling_price"},
        "1234.50", 2, "13.50", choices={"key_prefix": "MEYER-"}, skus={"MEYER-0001", "MEYER-0002"},
    ),
    "the same article in several stores": List(
        "SKU,Name,Price,Store,Stock\nA1,Cup,4.50,North,3\nA1,Cup,4.50,South,5\nA2,Pot,9.00,North,1\n",
        {"SKU": "sku", "Name": "name", "Price": "selling_price", "Stock": "stock_qty"},
        "1234.50", 2, "13.50", 9, rules={"differing": "sum"},
    ),
    "an OpenDocument sheet in Arabic, with Arabic digits": List(
        raw_ods('<table:table table:name="قائمة">' + ods_row("رمز الصنف", "اسم الصنف", "سعر البيع", "الكمية")
                + ods_row("ع-1", "شاي أخضر", "٣٫٥٠", "١٢") + ods_row("ع-2", "قهوة", "١٢٫٧٥", "٧") + "</table:table>"),
        {"رمز الصنف": "sku", "اسم الصنف": "name", "سعر البيع": "selling_price", "الكمية": "stock_qty"},
        "1234.50", 2, "16.25", 19, file="list.ods",
    ),
    "francs CFA": List(
        "Réf;Désignation;Prix unitaire\nF1;Riz 25 kg;15 000Fcfa\nF2;Huile;1 250 Fcfa\n",
        {"Réf": "sku", "Désignation": "name", "Prix unitaire": "selling_price"},
        "1 234.50 XOF", 2, "16250.00", encoding="cp1252", found_encoding="cp1252",
    ),
    "thousands that could be fractions, settled by the clerk": List(
        "SKU;Name;Price\nA1;Boat;1.234\nA2;Car;9.000\n",
        {"SKU": "sku", "Name": "name", "Price": "selling_price"},
        "1.234,50", 2, "10234.00", choices={"formats": {"selling_price": [",", ".", ""]}},
    ),
    "codes with all kinds of signs": List(
        'Code,Name,Price\n"A*1 (red), 50%",Cup,4.50\n"5"" pipe",Pot,9.00\nГ-1/ж,Jug,1.00\n',
        {"Code": "sku", "Name": "name", "Price": "selling_price"},
        "1234.50", 3, "14.50", skus={"A*1 (RED), 50%", '5" PIPE', "Г-1/Ж"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_as_its_writer_meant_it_and_goes_again(name):
    expected, kept = LISTS[name], make_product(sku="KEPT", stock=5)
    data = expected.data.encode(expected.encoding) if isinstance(expected.data, str) else expected.data
    chosen = dict(expected.choices)
    if chosen:  # a layout that somebody has looked at already
        chosen["layout"] = layout_of(data, ProductResource, name=expected.file).layout
        chosen.setdefault("columns", expected.columns)
    layout = layout_of(data, ProductResource, name=expected.file, **chosen)
    assert questions_of(layout) == []
    found = described(layout)
    assert (found["header_row"], layout.table.skipped) == (expected.header_line, expected.skipped)
    assert {column.name: column.target for column in layout.columns if column.target} == expected.columns
    assert found["formats"]["selling_price"] == expected.prices
    if expected.found_encoding:
        assert found["encoding"] == expected.found_encoding

    importing = ProductResource(reference="list", leave_out_errors=True, rules=expected.rules)
    importing.import_data(layout.mapped())
    assert {row.line: row.errors[0][0] for row in importing.report.error_rows} == expected.bad
    products = Product.objects.exclude(pk=kept.pk)
    totals = products.aggregate(value=Sum("selling_price"), pieces=Sum("stock_qty"))
    assert (products.count(), totals) == (
        expected.good,
        {"value": Decimal(expected.value), "pieces": expected.pieces},
    )
    if expected.skus is not None:
        assert set(products.values_list("sku", flat=True)) == expected.skus
    if expected.categories is not None:
        assert set(products.values_list("category", flat=True)) == expected.categories

    assert undo_import(importing.done, user=None).not_undone == ""
    assert list(Product.objects.values_list("sku", "stock_qty")) == [("KEPT", 5)]
