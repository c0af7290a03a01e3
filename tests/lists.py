"""Look-alikes of the lists that people bring, and what is found in each of them.

`EXAMPLES` are small files of every kind, by name; a file's `expected` is compared with the sheet that is read and the
table that is found in it. What is left out of `expected` is as in most files.
"""

import re
from dataclasses import dataclass, field

from tests.raw_sheets import ods_row, packed, raw_ods, raw_xlsx, text_row, xlsx_members

# Names of columns, as far as these files need them: letters and digits only, without accents.
NAMES = (
    "sku name price stock category cost artikelnummer artikel bezeichnung preis bestand einkaufspreis handle "
    "title variantsku variantprice variantinventoryqty id regularprice reference designation prix quantite "
    "descripcion codigo precio existencias descricao preco estoque indeks nazwa cena stan артикул наименование "
    "цена остаток الرمز الاسم السعر الكمية 商品コード 商品名 価格 在庫 商品编号 名称 单价 数量 產品編號 品名 "
    "單價 상품코드 상품명 재고 kod urunadi fiyat κωδικος περιγραφη τιμη internalreference salesprice "
    "quantityonhand email company konto varenr navn pris "
)
KNOWN = frozenset(NAMES.split())


@dataclass
class Expected:
    headers: list[str]
    rows: int
    kind: str = "csv"
    sheet: str = ""
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    header_line: int = 1
    first: list | None = None  # the cells of the first row
    skipped: dict[str, list[int]] = field(default_factory=dict)
    ragged: dict[int, str] = field(default_factory=dict)
    categories: dict[int, str] = field(default_factory=dict)


@dataclass
class Example:
    file: str
    data: bytes
    expected: Expected


EXAMPLES: dict[str, Example] = {}


def text(name: str, content: str, headers: str, rows: int, *, codec="utf-8", ending="\n", **expected) -> None:
    data = content.replace("\n", ending).encode(codec)
    EXAMPLES[name] = Example("list.csv", data, Expected(headers.split("|"), rows, **expected))


def book(name: str, data: bytes, headers: str, rows: int, *, sheet="Sheet1", kind="xlsx", **expected) -> None:
    found = Expected(headers.split("|"), rows, kind, sheet, "", "", **expected)
    EXAMPLES[name] = Example(f"list.{kind}", data, found)


# Shops' exports

text(
    "Shopify: variants as rows, descriptions of several lines",
    'Handle,Title,Body (HTML),Vendor,Variant SKU,Variant Inventory Qty,Variant Price\n'
    'tee,Tee,"<p>Soft,\nwarm, and ""organic""</p>",Acme,TEE-S,5,19.90\ntee,,,,TEE-M,3,19.90\n',
    "Handle|Title|Body (HTML)|Vendor|Variant SKU|Variant Inventory Qty|Variant Price", 2,
    first=["tee", "Tee", '<p>Soft,\nwarm, and "organic"</p>', "Acme", "TEE-S", "5", "19.90"],
)  # fmt: skip
text("WooCommerce: a mark, a blank column", "\ufeffID,SKU,Name,,Regular price\n7,A1,Cup,,4.50\n8,A2,Pot,,9\n",
     "ID|SKU|Name||Regular price", 2)  # fmt: skip
text("PrestaShop: semicolons", "Reference;Name;Price;Stock\nA1;Cup, blue;4,50;3\nA2;Pot;9,00;1\n",
     "Reference|Name|Price|Stock", 2, delimiter=";")  # fmt: skip
text("Odoo: everything quoted", '"Internal Reference","Name","Sales Price"\n"A1","Cup","4.5"\n',
     "Internal Reference|Name|Sales Price", 1)  # fmt: skip
text("tabs in a .csv, ends of lines of Windows",
     "SKU\tName\tPrice\nA1\tCup\t4.50\n", "SKU|Name|Price", 1, ending="\r\n",
     delimiter="\t")  # fmt: skip
text("vertical bars", "SKU|Name|Price\nA1|Cup, blue; large|4.50\nA2|Pot|9\n", "SKU|Name|Price", 2, delimiter="|")
text("Excel names the separator", "sep=;\nSKU;Name\nA1;x, y\n", "SKU|Name", 1, delimiter=";", header_line=2)
text("what looks like a separator named is none", 'sep="\nSKU,Name\nA1,x\n', "SKU|Name", 1, header_line=2)
text("no header", "1,Cup,4.50\n2,Pot,9.00\n", "||", 2, header_line=0)
text("no header, columns of a catalogue", "Book,Travel,9780131103627,Alps,9.99\nBook,Food,9780131103628,Bread,5\n",
     "||||",
     2, header_line=0)  # fmt: skip
text("a header that nobody knows", "Foo;Bar;Baz\nA1;x;1\nA2;y;2\n", "Foo|Bar|Baz", 2, delimiter=";")
text("one column", "SKU\nA1\nA2\n", "SKU", 2)

# What stands around and between the rows

text(
    "a letterhead, a total and a note below",
    "Meyer GmbH, Hafenstr. 1, Hamburg;;;\nPreisliste 2026;;;\n;;;\nArtikelnummer;Bezeichnung;Preis;Bestand\n"
    "A1;Tasse;4,50;3\nA2;Kanne;9,00;1\nSumme;;13,50;4\nAlle Preise ohne Mehrwertsteuer;;;\n",
    "Artikelnummer|Bezeichnung|Preis|Bestand", 2, delimiter=";", header_line=4,
    skipped={"total": [7], "note": [8]},
)  # fmt: skip
text(
    "pages: the header again, and their numbers",
    "SKU,Name,Price,Stock\nA1,Cup,4.50,1\nPage 1 of 2,,,\nSKU,Name,Price,Stock\nA2,Pot,9,2\nPage 2 of 2,,,\n",
    "SKU|Name|Price|Stock", 2, skipped={"repeated_header": [4], "page": [3, 6]},
)  # fmt: skip
text(
    "categories above their rows",
    "SKU;Name;Price\nKitchen;;\nA1;Cup;4,50\nA2;Pot;9,00\nGarden;;\nB1;Hose;20,00\n",
    "SKU|Name|Price", 3, delimiter=";", skipped={"category": [2, 5]},
    categories={3: "Kitchen", 4: "Kitchen", 6: "Garden"},
)  # fmt: skip
text("a product named Total", "SKU,Name,Price\nA1,Total,4.50\nTotal Quartz 5W40,Oil,30\n", "SKU|Name|Price", 2)
text("a note beside the table", "SKU,Name,Price\nA1,Cup,4.50,,ask Bob\nA2,Pot,9\n", "SKU|Name|Price", 2,
     skipped={"beside": [2]})  # fmt: skip
text("an unnamed column beside the last", "SKU,Name,Price\nA1,Cup,4.50,x\nA2,Pot,9,y\n", "SKU|Name|Price|", 2)
text("separators at the end of the header too", "SKU,Name,,\nA1,Cup,,old\nA2,Pot\nA3,Pan\n", "SKU|Name||", 3)

# Bad rows

text("a value too many", "SKU,Name,Price\nA1,Cup, blue,4.50\nA2,Pot,9\nA3,Pan,7\n", "SKU|Name|Price", 3,
     ragged={2: "too_many"})  # fmt: skip
text("too few values", "SKU,Name,Price\nA1\nA2,Pot,9\n", "SKU|Name|Price", 2, first=["A1", None, None])
text("an inch in a value", 'SKU,Name,Price\nA1,5" pipe,4.50\nA2,Pot,9\n', "SKU|Name|Price", 2,
     first=["A1", '5" pipe', "4.50"])  # fmt: skip
text("a quotation mark that is never closed", 'SKU,Name,Price\nA1,"Cup,4.50\nA2,Pot,9\nA3,Pan,7\n', "SKU|Name|Price", 3,
     ragged={2: "quotes"})  # fmt: skip
text("two stray marks swallow nothing", 'SKU,Name,Price\nA1,"5 inch,1\nA2,Pot,9\nA3,6",7\nA4,Pan,7\n', "SKU|Name|Price",
     4, ragged={2: "quotes"})  # fmt: skip
text("marks inside marks", 'SKU,Name\nA1,"say "hi" now"\nA2,Pot\n', "SKU|Name", 2, ragged={2: "quotes"})
text("a zero byte", "SKU,Name\nA1,Cu\x00p\nA2,Pot\n", "SKU|Name", 2, first=["A1", "Cu\x00p"])
text("ends of lines of an old Mac", 'SKU,Name\nA1,"two\nlines"\nA2,Pot\n', "SKU|Name", 2, ending="\r",
     first=["A1", "two\nlines"])  # fmt: skip
EXAMPLES["two encodings in one file"] = Example(
    "list.csv",
    "SKU,Name\nA1,Café\nA2,Thé\n".encode() + "A3,Crème\n".encode("cp1252"),
    Expected(["SKU", "Name"], 3, ragged={4: "encoding"}),
)

# Encodings

GERMAN = "Artikelnummer;Bezeichnung;Preis\n1;Schraubenschlüssel groß;3,50\n2;Türgriff;1,20\n3;Öl für Kettensäge;2\n"
FRENCH = "Référence;Désignation;Prix\nA1;Crème brûlée;3,50\nA2;Gâteau à la pêche;4,20\nA3;Thé glacé;1,20\n"
POLISH = "Indeks;Nazwa;Cena\n1;Śrubokręt żółty;3\n2;Młotek ciężki;4\n3;Gwoździe;2\n"
RUSSIAN = "Артикул;Наименование;Цена\n1;Молоток;3\n2;Отвёртка крестовая;4\n"
ARABIC = "الرمز;الاسم;السعر\n1;مطرقة;3\n2;مفك براغي;4\n"
JAPANESE = "商品コード,商品名,価格\n1,ハンマー,3\n2,緑茶,4\n"
KOREAN = "상품코드,상품명,가격\n1,망치,3\n2,드라이버,4\n"
CHINESE = "商品编号,名称,单价\n1,锤子,3\n2,螺丝刀,4\n"
TAIWANESE = "產品編號,品名,單價\n1,鐵鎚,3\n2,螺絲起子,4\n"
IN_ENCODINGS = {
    "cp1252": (FRENCH, 3), "cp850": (GERMAN, 3), "mac_roman": (FRENCH, 3), "cp1250": (POLISH, 3),
    "iso8859_2": (POLISH, 3), "cp1251": (RUSSIAN, 2), "koi8_r": (RUSSIAN, 2), "cp866": (RUSSIAN, 2),
    "cp1256": (ARABIC, 2), "cp932": (JAPANESE, 2), "cp949": (KOREAN, 2), "gb18030": (CHINESE, 2),
    "big5": (TAIWANESE, 2),
    "cp1254": ("Kod;Ürün adı;Fiyat\n1;Çekiç;3\n2;Tornavida şarjlı;4\n3;Işık;2\n", 3),
    "cp1253": ("Κωδικός;Περιγραφή;Τιμή\n1;Σφυρί;3\n2;Κατσαβίδι;4\n", 2),
    "cp1255": ("קוד;שם;מחיר\n1;פטיש;3\n2;מברג;4\n", 2),
    "utf-16": (FRENCH, 3), "utf-16-le": (RUSSIAN, 2), "utf-16-be": (GERMAN, 3), "utf-8": (ARABIC, 2),
}  # fmt: skip
for _codec, (_content, _rows) in IN_ENCODINGS.items():
    _delimiter = ";" if ";" in _content else ","
    _header = _content.partition("\n")[0].replace(_delimiter, "|")
    _encoding = {"utf-8": "utf-8-sig"}.get(_codec, _codec.partition("-le")[0].partition("-be")[0])
    text(f"in {_codec}", _content, _header, _rows, codec=_codec, delimiter=_delimiter, encoding=_encoding)

# Excel


def numbers(*cells: tuple[str, int], attributes="") -> str:
    return f"<row {attributes}>" + "".join(f'<c s="{style}"><v>{value}</v></c>' for value, style in cells) + "</row>"


HEADER = text_row("SKU", "Name", "Price")
FORMATS = ["00000", "00-000", '"ART-"0000', "dd/mm/yyyy", "0%", '#,##0.00 "€"', "[<=9999999]###-####;(###) ###-####"]
book("a dimension that is too small", raw_xlsx(HEADER + text_row("A1", "Cup") * 3, dimension="A1:B2"),
     "SKU|Name|Price", 3)  # fmt: skip
book(
    "a cell in the last row and column",
    raw_xlsx(HEADER + text_row("A1", "Cup") + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'),
    "SKU|Name|Price",
    1,
)
book("names with a prefix", packed({
    name: re.sub(r"<(/?)(\w)", r"<\1x:\2", content) if name.startswith("xl/w") else content
    for name, content in xlsx_members(HEADER + text_row("A1", "Cup", "4")).items()}),
    "SKU|Name|Price", 1, first=["A1", "Cup", "4"])  # fmt: skip
book("what formats show", raw_xlsx(
    text_row("SKU", "Name", "Price", "Stock", "Cost", "VAT", "Phone")
    + numbers(("42", 1), ("42", 2), ("42", 3), ("46027", 4), ("0.19", 5), ("1234.5", 6), ("5551234", 7)),
    formats=FORMATS),
    "SKU|Name|Price|Stock|Cost|VAT|Phone", 1,
    first=["00042", "00-042", "ART-0042", "2026-01-05", "19%", "1234.5", "555-1234"])  # fmt: skip
book("the second sheet, behind an empty and a hidden one",
     raw_xlsx("", HEADER + text_row("old"), HEADER + text_row("A1", "Cup"), states=("visible", "hidden", "visible")),
     "SKU|Name|Price", 1, sheet="Sheet3")  # fmt: skip
book("rows that a filter hides", raw_xlsx(
    HEADER + text_row("A1", "Cup") + text_row("A2", "Pot", attributes='hidden="1"') + text_row("A3", "Pan")),
    "SKU|Name|Price", 2, skipped={"hidden": [3]})  # fmt: skip
book("a merged title, a merged category", raw_xlsx(
    text_row("Price list 2026") + text_row("Category", "SKU", "Name") + text_row("Kitchen", "A1", "Cup")
    + text_row("", "A2", "Pot"), after='<mergeCells><mergeCell ref="A1:C1"/><mergeCell ref="A3:A4"/>'
    '<mergeCell ref="K1:M9"/></mergeCells>'), "Category|SKU|Name", 2, header_line=2,
    first=["Kitchen", "A1", "Cup"])  # fmt: skip
book("formulas, computed and not", raw_xlsx(
    HEADER + '<row><c t="str"><f>A1</f><v>A1</v></c><c t="str"><f>""</f><v></v></c><c><f>2*3</f></c></row>'),
    "SKU|Name|Price", 1, first=["A1", None, "#VALUE!"])  # fmt: skip
book("shared texts, with how they are pronounced", raw_xlsx(
    '<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row><c t="s"><v>2</v></c><c t="s"><v>9</v></c></row>',
    texts=["<t>SKU</t>", "<r><t>Na</t></r><r><t>me</t></r>", "<t>茶_x000D_</t><rPh><t>ちゃ</t></rPh>"]),
    "SKU|Name", 1, first=["茶\r", "#REF!"])  # fmt: skip
book("notes beside the table and above it", raw_xlsx(
    text_row("Bob &amp; Sons") + text_row("Valid from", "", "May") + HEADER + text_row("A1", "Cup", "4", "", "ask Bob")
    + text_row("A2", "Pot", "5") + text_row("A3", "Pan", "6")), "SKU|Name|Price", 3, header_line=3,
    skipped={"beside": [4]})  # fmt: skip
book("an Arabic price list", raw_xlsx(text_row("قائمة الأسعار") + text_row("الرمز", "الاسم", "السعر")
     + text_row("١", "مطرقة", "٣٫٥٠") + text_row("", "المجموع", "٣٫٥٠")), "الرمز|الاسم|السعر", 1, header_line=2,
     skipped={"total": [4]})  # fmt: skip
book("more columns than are read", raw_xlsx(text_row("SKU", "Name", *map(str, range(300))) + text_row("A1", "Cup")),
     "|".join(["SKU", "Name", *map(str, range(248))]), 1)  # fmt: skip

# OpenDocument


def table(*rows: str, name="Sheet1", style="ta1") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">' + "".join(rows) + "</table:table>"


def ods_cell(content: str, **attributes) -> str:
    named = " ".join(f'{name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in attributes.items())
    return f"<table:table-cell {named}>{content}</table:table-cell>"


HIDDEN = (
    '<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>'
)
ODS_HEADER = ods_row("SKU", "Name", "Price")
book("an OpenDocument sheet to the last row and column", raw_ods(table(
    ODS_HEADER, ods_row("A1", "Cup", "4"),
    '<table:table-row table:number-rows-repeated="1048573">' + ods_cell("", table_number_columns_repeated=16384)
    + "</table:table-row>", ods_row("A2", "Pot"))), "SKU|Name|Price", 2, kind="ods",
    first=["A1", "Cup", "4"])  # fmt: skip
book("a hidden OpenDocument sheet", raw_ods(
    table(ods_row("old"), name="Old", style="ta2"), table(ODS_HEADER, ods_row("A1", "Cup"), name="New"), styles=HIDDEN),
    "SKU|Name|Price", 1, kind="ods", sheet="New")  # fmt: skip
book("OpenDocument: notes, spaces, formats, hidden rows, spans", raw_ods(table(
    ODS_HEADER,
    "<table:table-row>" + ods_cell("<text:p>00042</text:p>", office_value_type="float", office_value="42",
                                   table_number_rows_spanned=3)
    + ods_cell("<office:annotation><text:p>by Bob</text:p></office:annotation><text:p>a<text:s text:c='2'/>b</text:p>")
    + ods_cell("<text:p>4,50 €</text:p>", office_value_type="currency", office_value="4.5") + "</table:table-row>",
    ods_row("", "x", "1"), ods_row("A3", "hid", "1", attributes='table:visibility="filter"'),
)), "SKU|Name|Price", 2, kind="ods", first=["00042", "a  b", "4.5"], skipped={"hidden": [4]})  # fmt: skip
