"""Which column of a list is which of our fields, as far as its header and values say."""

import csv
import io

import pytest

from core.imports.columns import column_keys, fingerprint, guess_columns, known_names, normalise
from core.imports.evidence import FieldKind
from tests.real_data import FOLDER, needs_real_data

PRODUCTS = {
    "sku": FieldKind.KEY,
    "name": FieldKind.TEXT,
    "category": FieldKind.TEXT,
    "cost_price": FieldKind.NUMBER,
    "selling_price": FieldKind.NUMBER,
    "stock_qty": FieldKind.COUNT,
    "low_stock_threshold": FieldKind.COUNT,
    "barcode": FieldKind.KEY,
    "shelf": FieldKind.TEXT,
    "is_active": FieldKind.YES_NO,
}
CUSTOMERS = {
    "customer_code": FieldKind.KEY,
    "email": FieldKind.EMAIL,
    "first_name": FieldKind.TEXT,
    "last_name": FieldKind.TEXT,
    "company": FieldKind.TEXT,
    "phone": FieldKind.PHONE,
    "address": FieldKind.TEXT,
    "postcode": FieldKind.TEXT,
    "city": FieldKind.TEXT,
    "country": FieldKind.TEXT,
    "tax_id": FieldKind.TEXT,
    "payment_days": FieldKind.COUNT,
    "delivery_address": FieldKind.TEXT,
    "credit_limit": FieldKind.NUMBER,
    "opening_balance": FieldKind.NUMBER,
    "is_active": FieldKind.YES_NO,
}
MEDUSA = {
    "Product Title": "name",
    "Variant Id": "sku",
    "Variant Barcode": "barcode",
    "Variant Price EUR": "selling_price",
}
VALUES = {  # two of each kind, for the columns of which only the header matters
    "sku": ("A-1", "A-2"),
    "name": ("Kettle", "Tea cup"),
    "category": ("Kitchen", "Kitchen"),
    "cost_price": ("1.50", "2.00"),
    "selling_price": ("3.50", "4.00"),
    "stock_qty": ("7", "0"),
    "low_stock_threshold": ("5", "5"),
    "barcode": ("4006381333931", "96385074"),
    "shelf": ("A-01", "B-12"),
    "customer_code": ("C1", "C2"),
    "email": ("a@example.com", "b@example.com"),
    "first_name": ("Ann", "Bob"),
    "last_name": ("Lee", "May"),
    "company": ("Lee Ltd", "May GmbH"),
    "phone": ("030 901820", "030 901821"),
    "address": ("High St 1", "High St 2"),
    "postcode": ("01234", "99999"),
    "city": ("Ulm", "Bonn"),
    "country": ("DE", "DE"),
    "tax_id": ("DE1", "DE2"),
    "payment_days": ("14", "30"),
    "delivery_address": ("Dock 1", "Dock 2"),
    "credit_limit": ("500", "1000"),
    "opening_balance": ("12.50", "0"),
    "is_active": ("yes", "no"),
}


def check(columns: str, fields: dict, **options) -> None:
    """`columns` are headers with the fields that they are, if any: `Art.-Nr.: sku | EAN=401,402`.

    The values behind `=` are those of the first two rows, in place of what is usual for the field.
    """
    names, expected, values = [], {}, []
    for column in columns.split("|"):
        header, _, field = column.strip().partition(": ")
        name, _, given = header.partition("=")
        names.append(name)
        values.append(given.split(",") if given else VALUES.get(field, ("x", "x")))
        expected |= {name: field} if field else {}

    found = guess_columns(names, [list(row) for row in zip(*values, strict=True)], fields, **options)

    assert {names[n]: field for n, field in found.items()} == expected


@pytest.mark.parametrize(
    "columns",
    [
        # English
        """
            SKU: sku | Name: name | Category: category | Cost Price: cost_price | Selling Price: selling_price |
            Stock Qty: stock_qty
        """,
        "Item No.: sku | Item Description: name | Unit Price: selling_price | Qty on Hand: stock_qty",
        "ITEM CODE: sku | PRODUCT NAME: name | PRICE: selling_price | QTY: stock_qty",
        "Part Number: sku | Description: name | List Price: selling_price | Dealer Price: cost_price",
        "StockCode: sku | Description: name | UnitPrice: selling_price",
        "ProductNumber: sku | Name: name | StandardCost: cost_price | ListPrice: selling_price",
        """
            ProductID: sku | ProductName: name | CategoryName: category | UnitPrice: selling_price |
            UnitsInStock: stock_qty
        """,
        "Product: name | Code: sku | Price=$3.50,$4: selling_price | In Stock: stock_qty",
        "item_name: name | quantity: stock_qty | acquisition_cost: cost_price | total_cost=3,4",
        "Model: sku | Title: name | Wholesale Price: cost_price | Retail Price: selling_price | Barcode: barcode",
        "Stock #: sku | Product Title: name | Our Price: selling_price | Reorder Level: low_stock_threshold",
        "SKU: sku | Name: name | Price (excl. VAT): selling_price | Price (incl. VAT)=4.2,4.8",
        "SKU: sku | Name: name | Price incl. tax=4.2,4.8 | Price excl. tax: selling_price",
        "SKU: sku | Name: name | Gross price=4.2,4.8 | Net price: selling_price",
        "SKU: sku | Name: name | Was price=9,9 | Price: selling_price | Discount=10%,5%",
        "SKU: sku | Name: name | MRP=9,9 | Selling Price (INR): selling_price",
        "SKU: sku | Name: name | MRP (Rs.): selling_price",
        "SKU: sku | Supplier SKU=Z1,Z2 | Brand=Acme,Acme | Name: name",
        "SKU: sku | Name: name | Quantity: stock_qty | Min. Stock: low_stock_threshold | Max Stock=90,90",
        "SKU: sku | Name: name | Price: selling_price | Quantity per box=6,6",
        "Catalog Number: sku | Item=Tea,Cup: name | Rate: selling_price | Amount=9,9",
        "Cost: cost_price | Price: selling_price | Name: name | SKU: sku",
        "Product Code / SKU: sku | Product Name: name | Sale Price: selling_price",
        "sku: sku | name: name | price: selling_price | price=on request,ask",
        "No=1,2 | SKU: sku | Name: name",
        "Subcategory=Cups,Cups | Category: category | SKU: sku | Name: name",
        # Shops
        """
            Handle=k,k | Title: name | Vendor=Acme,Acme | Product Category: category | Type=x,y | Published=true,true |
            Option1 Name=Size, | Variant SKU: sku | Variant Inventory Qty: stock_qty | Variant Price: selling_price |
            Variant Compare At Price=9,9 | Variant Barcode: barcode | Cost per item: cost_price | Status=active,active
        """,
        """
            Handle=k,m | Title: name | SKU: sku | Location: shelf | Incoming=0,0 | Committed=1,1 | Available=6,0 |
            On hand: stock_qty
        """,
        """
            ID=1,2 | Type=simple,variable | SKU: sku | Name: name | Published=1,1 | In stock?=1,0 | Stock: stock_qty |
            Low stock amount: low_stock_threshold | Sale price=2,2 | Regular price: selling_price |
            Categories: category | Tags=a,b
        """,
        """
            Product ID=1,2 | Active (0/1)=1,1: is_active | Name *: name | Categories (x,y,z...): category |
            Price tax excluded: selling_price | Tax rules ID=1,1 | Wholesale price: cost_price | Reference #: sku |
            Supplier reference #=x,y | Quantity: stock_qty | Minimal quantity=1,1
        """,
        """
            Product ID=1,2 | Image=x,y | Name: name | Reference: sku | Category: category |
            Price (tax excl.): selling_price | Price (tax incl.)=4,5 | Quantity: stock_qty
        """,
        """
            id=a,b | name: name | default_code: sku | list_price: selling_price | standard_price: cost_price |
            categ_id: category | qty_available: stock_qty
        """,
        """
            External ID=a,b | Name: name | Internal Reference: sku | Sales Price: selling_price | Cost: cost_price |
            Product Category: category | Quantity On Hand: stock_qty | Forecasted Quantity=1,1
        """,
        """
            Product Id=p,p | Product Handle=b,b | Product Title: name | Product Status=draft,draft | Variant Id=v1,v2 |
            Variant Title=S,M | Variant Sku: sku | Variant Inventory Quantity: stock_qty |
            Variant Price EUR: selling_price
        """,
        """
            Token=t1,t2 | Item Name: name | Variation Name=Regular,Regular | SKU: sku | Description=x,y |
            Category: category | Price: selling_price | Current Quantity Main Street: stock_qty |
            Stock Alert Enabled Main Street=Y,N | Stock Alert Count Main Street: low_stock_threshold |
            Default Unit Cost: cost_price
        """,
        """
            Artikelnummer: sku | Bezeichnung: name | Matchcode=x,y | Warengruppe: category | EK-Preis: cost_price |
            VK-Preis netto: selling_price | VK-Preis brutto=4,5 | Lagerbestand: stock_qty |
            Mindestbestand: low_stock_threshold
        """,
        # German
        "Art.-Nr.: sku | Artikelbezeichnung: name | EK: cost_price | VK: selling_price | Bestand: stock_qty",
        "Artikel-Nr: sku | Artikelname: name | Preis in EUR: selling_price | Menge: stock_qty",
        "Bestellnr.: sku | Beschreibung: name | Listenpreis (€): selling_price | Lieferant=x,y",
        """
            Artikel: name | Artikelnummer: sku | Einkaufspreis: cost_price | Verkaufspreis: selling_price |
            Meldebestand: low_stock_threshold
        """,
        "Nr.: sku | Titel: name | Kategorie: category | Preis pro Stück: selling_price | Anzahl: stock_qty",
        "Artikelnummer: sku | Bezeichnung: name | UVP=9,9 | Händlerpreis: cost_price | Preis: selling_price",
        # French
        """
            Référence: sku | Désignation: name | Famille: category | Prix d'achat: cost_price |
            Prix de vente: selling_price | Stock: stock_qty
        """,
        "Réf.: sku | Libellé: name | PU HT: selling_price | Qté: stock_qty",
        """
            Code article: sku | Nom du produit: name | Catégorie: category | Prix TTC=4,5 | Prix HT: selling_price |
            Stock minimum: low_stock_threshold
        """,
        # Spanish
        "Código: sku | Descripción: name | Precio: selling_price | Existencias: stock_qty",
        """
            Referencia: sku | Nombre del producto: name | Categoría: category | Precio de compra: cost_price |
            P.V.P.: selling_price | Stock mínimo: low_stock_threshold
        """,
        "Clave: sku | Producto: name | Costo: cost_price | Precio al público: selling_price | Cantidad: stock_qty",
        # Portuguese
        """
            Código: sku | Descrição: name | Preço de custo: cost_price | Preço de venda: selling_price |
            Estoque: stock_qty
        """,
        "Ref.: sku | Nome do produto: name | Categoria: category | Valor: selling_price | Qtd: stock_qty",
        # Italian
        "Codice articolo: sku | Descrizione: name | Prezzo: selling_price | Giacenza: stock_qty",
        """
            Codice: sku | Nome: name | Reparto: category | Costo: cost_price | Prezzo di listino: selling_price |
            Quantità: stock_qty | Scorta minima: low_stock_threshold
        """,
        # Dutch
        """
            Artikelcode: sku | Omschrijving: name | Inkoopprijs: cost_price | Verkoopprijs excl. btw: selling_price |
            Voorraad: stock_qty
        """,
        """
            Artikelnummer: sku | Naam: name | Groep: category | Prijs: selling_price | Aantal: stock_qty |
            Minimumvoorraad: low_stock_threshold
        """,
        # Russian
        """
            Артикул: sku | Наименование: name | Категория: category | Цена закупки: cost_price |
            Цена розничная, руб.: selling_price | Остаток: stock_qty
        """,
        """
            № п/п=1,2 | Код товара: sku | Наименование товара: name | Цена с НДС=4,5 | Цена без НДС: selling_price |
            Кол-во: stock_qty
        """,
        "Код: sku | Номенклатура: name | Опт: cost_price | Розница: selling_price | Наличие: stock_qty",
        # Arabic
        """
            رمز المنتج: sku | اسم المنتج: name | الفئة: category | سعر التكلفة: cost_price | سعر البيع: selling_price |
            الكمية: stock_qty
        """,
        "رقم الصنف: sku | اسم الصنف: name | السعر: selling_price | الرصيد: stock_qty",
        """
            الكود: sku | البيان: name | سعر الشراء: cost_price | سعر البيع (ر.س): selling_price |
            الكمية المتوفرة: stock_qty | حد إعادة الطلب: low_stock_threshold
        """,
        "كود الصنف Item Code: sku | اسم الصنف Item Name: name | السعر Price: selling_price",
        # Japanese
        """
            商品コード: sku | 商品名: name | カテゴリ: category | 仕入価格: cost_price | 販売価格: selling_price |
            在庫数: stock_qty
        """,
        "品番: sku | 品名: name | 単価（円）: selling_price | 数量: stock_qty | 発注点: low_stock_threshold",
        "JANコード: barcode | 型番: sku | 商品名: name | 価格(税込)=4,5 | 価格(税抜): selling_price",
        # Chinese
        "货号: sku | 产品名称: name | 类别: category | 进价: cost_price | 售价: selling_price | 库存: stock_qty",
        "序号=1,2 | 商品编码: sku | 商品名称: name | 单价(元): selling_price | 库存数量: stock_qty",
        "貨號: sku | 品名: name | 售價: selling_price | 庫存量: stock_qty",
        "型号 Model: sku | 名称 Name: name | 价格 Price: selling_price",
    ],
)
def test_the_columns_of_a_product_list_are_recognised(columns):
    check(columns, PRODUCTS)


@pytest.mark.parametrize(
    "columns",
    [
        """
            Customer Code: customer_code | Company: company | First Name: first_name | Last Name: last_name |
            Email: email | Phone: phone | Opening Balance: opening_balance
        """,
        """
            customer_id: customer_code | company_name: company | contact_name: first_name | contact_title=x,y |
            address: address | city: city | postal_code: postcode | country: country | phone: phone | fax=1,2
        """,
        """
            Account No: customer_code | Account Name: company | E-mail Address: email | Telephone: phone |
            Credit Limit: credit_limit | Payment Terms: payment_days | Balance: opening_balance
        """,
        """
            First Name: first_name | Last Name: last_name | Email: email | Default Address Company: company |
            Default Address Zip: postcode | Default Address City: city | Phone: phone | Total Spent=1,2
        """,
        """
            Kundennummer: customer_code | Firma: company | Vorname: first_name | Nachname: last_name |
            Straße: address | PLZ: postcode | Ort: city | Telefon: phone | E-Mail: email | USt-IdNr.: tax_id |
            Zahlungsziel: payment_days
        """,
        "Kd.-Nr.: customer_code | Vorname: first_name | Name: last_name | E-Mail: email",
        """
            Konto: customer_code | Name (Adressattyp Unternehmen): company |
            Name (Adressattyp natürl. Person): last_name | Vorname (Adressattyp natürl. Person): first_name |
            Straße: address | Postleitzahl: postcode | Ort: city | Land: country | Saldo: opening_balance
        """,
        "Kunden-Nr.: customer_code | Kundenname: company | Saldo: opening_balance | Kreditlimit: credit_limit",
        """
            Numéro client: customer_code | Raison sociale: company | Prénom: first_name | Nom de famille: last_name |
            Courriel: email | Téléphone: phone | Code postal: postcode | Ville: city
        """,
        "Name: company | Straße: address | PLZ/Ort | Address 2 | Nachname, Vorname",
        "Prénom: first_name | Nom: last_name | E-mail: email",
        """
            Código de cliente: customer_code | Razón social: company | NIF: tax_id | Correo electrónico: email |
            Teléfono: phone | Dirección: address | Población: city
        """,
        """
            Código: customer_code | Razão social: company | CNPJ: tax_id | E-mail: email | Celular: phone |
            CEP: postcode | Cidade: city
        """,
        """
            Codice cliente: customer_code | Ragione sociale: company | Partita IVA: tax_id | Indirizzo: address |
            CAP: postcode | Città: city | Fido: credit_limit
        """,
        """
            Klantnummer: customer_code | Bedrijfsnaam: company | Voornaam: first_name | Achternaam: last_name |
            E-mailadres: email | Plaats: city
        """,
        """
            Код клиента: customer_code | Организация: company | ИНН: tax_id | Имя: first_name | Фамилия: last_name |
            Телефон: phone | Эл. почта: email | Город: city | Сальдо: opening_balance
        """,
        """
            رقم العميل: customer_code | اسم العميل: first_name | الشركة: company | البريد الإلكتروني: email |
            رقم الجوال: phone | العنوان: address | الرصيد الافتتاحي: opening_balance
        """,
        """
            顧客コード: customer_code | 会社名: company | 姓: last_name | 名: first_name | メールアドレス: email |
            電話番号: phone | 郵便番号: postcode | 住所: address
        """,
        """
            客户编号: customer_code | 公司名称: company | 联系人: first_name | 手机: phone | 邮箱: email |
            地址: address | 期初余额: opening_balance
        """,
        "Customer: company | Delivery Address: delivery_address | VAT No.: tax_id | Active: is_active",
    ],
)
def test_the_columns_of_a_customer_list_are_recognised(columns):
    check(columns, CUSTOMERS)


def test_our_own_export_is_recognised_to_the_column():
    for fields in (PRODUCTS, CUSTOMERS):
        check("|".join(f"{field}: {field}" for field in fields), fields)


@pytest.mark.parametrize(
    "columns",
    [
        "SKU= , | EAN=401,402: sku | Name: name",
        "SKU= ,: sku | Name: name",
        "EAN=401,402: sku | Name: name | Lagerplatz: shelf",
        "Artikel-Nr.: sku | EAN: barcode | Bezeichnung: name | Regal: shelf",
        "Code: sku | UPC=1,2: barcode | Name: name | Bin: shelf",
        "SKU: sku | Active=active,draft | Name: name",
        "SKU: sku | Code=x,y | Barcode: barcode | Name: name",
        "Code=x,x | Name: name",
        "SKU: sku | Price=Kettle,Cup",
        "SKU: sku | Stock=many,few | Quantity: stock_qty",
        "SKU: sku | In stock?=1,0",
        "SKU: sku | Description=100,200",
        "Colour=red,red | Size=S,M | Weight (kg)=1.5,2",
        "order_id=10248,10249 | shipped_date=7,8",
    ],
)
def test_the_values_of_a_column_are_heard_too(columns):
    check(columns, PRODUCTS)


def test_of_prices_in_several_currencies_ours_is_taken_and_no_other():
    check("Variant Sku: sku | Price DKK=30,31 | Price EUR=4.0,4.1: selling_price", PRODUCTS, currency="EUR")
    check("Variant Sku: sku | Price DKK=30,31 | Price EUR=4.0,4.1", PRODUCTS, currency="GBP")
    check("Variant Sku: sku | Price DKK=30,31 | Price EUR=4.0,4.1", PRODUCTS)
    check("SKU: sku | Price (USD): selling_price", PRODUCTS, currency="EUR")


def test_with_a_description_of_its_own_a_list_needs_a_name_first():
    fields = {**PRODUCTS, "description": FieldKind.TEXT}

    check("Code: sku | Description=Kettle,Cup: name", fields)
    check("SKU: sku | Name: name | Description=Boils,Holds: description | EAN-13=401,402: barcode", fields)


def test_without_any_header_only_what_the_values_make_certain_is_taken():
    rows = [
        ["Book", "Books > Software", "9780131103627", "The C Language", "long " * 40, "9780131103627", "9.99", "20"],
        ["Book", "Books > Software", "9780201616224", "Alfresco Services", "text " * 40, "9780201616224", "3.50", "7"],
        ["Book", "Books > Science", "9780262033848", "On the Origin", "more " * 40, "9780262033848", "25.00", "9"],
    ]  # fmt: skip

    assert guess_columns([""] * 8, rows, PRODUCTS) == {2: "sku", 3: "name", 6: "selling_price"}
    assert guess_columns([""] * 3, [["1", "27", "3"], ["2", "5", "6"], ["3", "1", "9"]], PRODUCTS) == {}
    assert guess_columns([""] * 8, rows[:1], PRODUCTS) == {}


def test_a_name_is_the_same_however_it_is_typed():
    for header in (
        "Selling Price",
        " selling_price ",
        "SELLING-PRICE",
        "SellingPrice",
        "Selling\nPrice",
        "ｓｅｌｌｉｎｇ price",
    ):
        assert normalise(header) == "sellingprice"
    assert normalise("Prix d’achat") == normalise("PRIX D'ACHAT")
    assert normalise("Größe") == normalise("GROSSE")
    assert normalise("الكمية") == normalise("كميه")
    assert normalise("Item #") == normalise("item no")
    assert normalise(None) == normalise(" - ") == ""


def test_known_names_are_those_of_the_asked_fields():
    names = known_names(("sku", "name"))

    assert {normalise(name) for name in ("SKU", "Artikelnummer", "اسم المنتج", "Produktname")} <= names
    assert normalise("Verkaufspreis") not in names


def test_a_layout_is_known_again_when_its_columns_change_places():
    headers = ["SKU", "Price", "Price", ""]

    assert column_keys(headers) == ["sku", "price", "price 2", "column 4"]
    assert fingerprint(headers) == fingerprint(["price", "sku", "PRICE", ""])
    assert fingerprint(headers) != fingerprint(["SKU", "Price", ""])
    assert fingerprint(headers) != fingerprint([*headers, "Name"])


@needs_real_data
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("medusa_comma.csv", MEDUSA),
        ("medusa_semicolon.csv", MEDUSA),
        (
            "northwind_original_headers.csv",
            {
                "ProductID": "sku",
                "ProductName": "name",
                "CategoryName": "category",
                "UnitPrice": "selling_price",
                "UnitsInStock": "stock_qty",
            },
        ),
        (
            "adventureworks_original_headers.csv",
            {
                "ProductNumber": "sku",
                "Name": "name",
                "ProductSubcategory": "category",
                "StandardCost": "cost_price",
                "ListPrice": "selling_price",
                "Quantity": "stock_qty",
            },
        ),
        (
            "online_retail_original_headers.csv",
            {"StockCode": "sku", "Description": "name", "UnitPrice": "selling_price"},
        ),
        ("csvkit_bad.csv", {}),
        ("csvkit_blanks.csv", {}),
    ],
)
def test_real_lists_are_recognised_as_their_makers_wrote_them(name, expected):
    text = (FOLDER / "lists" / name).read_text(encoding="utf-8-sig", errors="replace")
    delimiter = max(",;\t|", key=text.partition("\n")[0].count)
    headers, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)

    found = guess_columns(headers, rows[:100], PRODUCTS, currency="EUR")

    assert {headers[n]: field for n, field in found.items()} == expected
