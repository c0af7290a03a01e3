"""The words around a name in a header, in every language."""

# What a list is of: `{}` stands for the name that is joined to it.
NOUNS = {
    "product": {
        "en": "product {} | item {} | article {} | variant {} | variation {} | {} of product | material {} | part {}",
        "de": "artikel {} | produkt {} | waren {} | material {} | {} des artikels | artikels {} | ware {}",
        "fr": "{} produit | {} du produit | {} article | {} de l'article | {} d'article | produit {} | {} de produit",
        "es": "{} producto | {} del producto | {} de producto | {} artículo | {} del artículo | {} de artículo",
        "pt": "{} produto | {} do produto | {} de produto | {} artigo | {} do artigo | {} item | {} do item",
        "it": "{} prodotto | {} del prodotto | {} di prodotto | {} articolo | {} dell'articolo",
        "nl": "artikel {} | product {}",
        "ru": "{} товара | {} продукта | {} изделия | {} позиции | {} номенклатуры | {} продукции",
        "ar": "{} المنتج | {} الصنف | {} السلعة | {} المادة | {} القطعة | {} البضاعة",
        "ja": "商品{} | 製品{} | 品目{} | アイテム{}",
        "zh": "产品{} | 商品{} | 货品{} | 物料{} | 產品{} | 貨品{}",
    },
    "customer": {
        "en": "customer {} | client {} | account {} | contact {} | partner {} | buyer {}",
        "de": "kunden {} | kunde {} | debitor {} | debitoren {} | kontakt {}",
        "fr": "{} client | {} du client",
        "es": "{} cliente | {} del cliente | {} de cliente",
        "pt": "{} cliente | {} do cliente | {} de cliente",
        "it": "{} cliente | {} del cliente",
        "nl": "klant {} | klanten {}",
        "ru": "{} клиента | {} контрагента | {} покупателя",
        "ar": "{} العميل | {} الزبون",
        "ja": "顧客{} | 得意先{} | お客様{}",
        "zh": "客户{} | 客戶{}",
    },
}

# A name that is one only beside a column for another field: “Name” is a last name where there is a “Vorname”.
ONLY_BESIDE = {"last_name": "first_name"}

# The tax, the currency and the unit may stand beside the name of an amount. A net price goes before a gross one.
TAX = """
    net netto excl ex exclusive excluding excluded exc exkl hors ht taxe taxes tax vat without wo mwst ust zzgl ohne iva
    sin sem senza esclusa escl tva btw без ндс غير شامل بدون ضريبه ضريبة 税抜 税抜き 税別 不含税 未税
"""
GROSS = """
    gross brutto incl inc inclusive including included ttc inkl con com inclusa ivato incluida incluido inclus с شامله
    with 税込 税込み 含税
"""
UNITS = """
    per unit units each piece pieces pcs pc pro je stück stk st unité pièce par por unidad ud pza unidade un al pezzo pz
    stuk за шт ед единицу للقطعة للوحدة حبة 個 个
"""
# Beside one of these a name means something else: whose it is, or what of it.
OTHERS = """
    id supplier vendor brand manufacturer maker compare old previous original special discount discounted total
    value
    image url link date minimum maximum min max moq parent tax shipping tariff status list count option attribute meta
    seo box carton pack case order ordered sold reserved committed incoming expected virtual forecasted center centre
    user from to location warehouse weight measure
    lieferant lieferanten hersteller marke bild datum alter rabatt gesamt steuer
    fournisseur fabricant marque ancien remise date total
    proveedor fabricante marca descuento fornecedor desconto fornitore sconto leverancier merk korting
    поставщик поставщика производитель производителя бренд скидка сумма
    المورد المصنع الخصم اجمالي メーカー 仕入先 供应商 品牌
"""

# Further words of headers that tell by their letters which encoding a text is in; what they mean does not matter.
TELLING = """
    größe größen länge höhe währung verfügbar verfügbarkeit maße straße schlüssel lagerplätze gültig überschrift für
    prüfziffer rückgabe ergänzung empfänger zubehör stückzahl packungsgröße
    désignation quantité unité société téléphone prénom créé modifié délai numéro référencé état
    tamaño año dimensión teléfono país dirección población almacén ubicación nº
    endereço preço observação situação unitário município quantità disponibilità città proprietà unità tà
    ilość zdjęcie wysokość długość szerokość zł název množství výrobce měna šířka délka
    cikkszám megnevezés mennyiség egységár készlet ürün adı açıklama fiyatı sipariş müşteri değeri
    mängd benämning inköpspris försäljningspris mærke beløb størrelse nøgle määrä yksikkö
"""
