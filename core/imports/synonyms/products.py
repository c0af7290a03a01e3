"""What lists of products and of delivered goods call our columns: the table to extend when one calls them otherwise.

A line is a language (or `shop`: the headers of Shopify, WooCommerce, PrestaShop, Odoo, Medusa, Square, Lexware and
DATEV) and its names, the likelier first. Capitals, accents, spaces and punctuation do not count. A name after `+` is
one only together with what the list is of: “number” with “item” (`NOUNS` in words.py). Names after `else` also mean
other things and are taken if no better column is there; `begin` are beginnings (Square puts a shop's name behind).
"""

PRODUCT = {
    "sku": """
        en sku | sku code | sku number | stock code | stock no | stock number | part no | part number | part code
        en catalog number | catalogue number | catalog no | cat no | style no | style number
        en + no | nr | number | num | code | sku | ref | reference | reference no | key
        de artikelnummer | art nr | bestellnummer | bestell nr | teilenummer | sachnummer | + nummer | nr | code
        fr référence | réf | + code | numéro | no | n° | réf
        es referencia | ref | código | cod | clave | + código | cod | número | ref
        pt referência | código | cód | + código | cód | número | ref
        it codice | cod | riferimento | + codice | cod | numero | rif
        nl bestelnummer | + nummer | nr | code
        ru артикул | арт | код | номенклатурный номер | + код | артикул | номер | ид
        ar رمز | كود | الرقم | رقم الموديل | + رمز | كود | رقم
        ja 品番 | 型番 | 管理番号 | 品目コード | + コード | 番号
        zh 货号 | 款号 | 型号 | 料号 | 貨號 | 款號 | 型號 | 料號 | + 编号 | 编码 | 代码 | 編號 | 編碼 | 代碼 | 号
        shop Variant SKU | Internal Reference | default_code | Reference | Reference # | product_id/default_code
        else code | model | model no | mpn | barcode | ean | ean13 | ean code | gtin | upc | isbn | jan | no
        else number | nr | id | external id | product id | item id | variant id | handle | slug | token | 编号 | 編號
        else variant handle | штрихкод | الباركود | باركود | 条码 | 条形码 | 條碼 | バーコード | コード | nummer
        else codice ean
    """,
    "name": """
        en name | title | label | + name | title
        de bezeichnung | name | titel | kurztext | + bezeichnung | name | titel
        fr nom | désignation | libellé | intitulé | titre | + nom | désignation | libellé | titre
        es nombre | denominación | título | + nombre | denominación | título
        pt nome | designação | denominação | título | + nome | designação | título
        it nome | denominazione | titolo | + nome | denominazione | titolo
        nl naam | benaming | titel | + naam | benaming | titel
        ru наименование | название | номенклатура | имя | + наименование | название | имя
        ar الاسم | العنوان | + اسم | مسمى
        ja 商品名 | 品名 | 名称 | 名前 | タイトル | + 名 | 名称
        zh 名称 | 中文名称 | 品名 | 标题 | 名稱 | 標題 | + 名称 | 名 | 名稱
        shop Product Name | Item Name | Product Title | post_title
        else product | item | article | description | item description | product description | details | variant title
        else short description | artikel | produkt | beschreibung | artikelbeschreibung | kurzbezeichnung | ware
        else artikeltext | article | produit | artículo | producto | descripción | detalle | concepto | descripcion
        else artigo | produto | descrição | articolo | prodotto | descrizione | omschrijving | beschrijving | товар
        else продукт | позиция | описание | المنتج | الصنف | المادة | السلعة | البيان | الوصف | 商品 | 製品 | 品目
        else 説明
        else 产品 | 產品 | 货品 | 描述 | 说明
    """,
    "category": """
        en category | categories | category name | department | group | subcategory | sub category | family
        en collection
        en range | section | class | + category | group | type | family | line | subcategory | class | department
        de kategorie | kategorien | warengruppe | gruppe | hauptgruppe | rubrik | sortiment | + gruppe | kategorie
        fr catégorie | catégories | famille | rayon | groupe | gamme | sous catégorie | + catégorie | famille
        es categoría | categorías | familia | grupo | rubro | línea | departamento | sección | subcategoría
        es + categoría | tipo | familia | grupo
        pt categoria | categorias | família | grupo | departamento | seção | secção | linha | + categoria | grupo
        it categoria | categorie | famiglia | gruppo | reparto | categoria merceologica | + categoria | gruppo
        nl categorie | categorieën | groep | hoofdgroep | + groep | categorie
        ru категория | категории | группа | группа товаров | раздел | рубрика | товарная группа | + категория | группа
        ar الفئة | الفئات | التصنيف | القسم | المجموعة | + فئة | تصنيف | مجموعة | قسم
        ja カテゴリ | カテゴリー | 分類 | 区分 | ジャンル | 部門 | + カテゴリ | カテゴリー | 分類 | 区分
        zh 分类 | 类别 | 品类 | 类目 | 大类 | 分類 | 類別 | 品類 | + 分类 | 类别 | 类目 | 分類 | 類別 | 类型
        shop Product Category | Custom Product Type | Reporting Category | categ_id | categ_id/id | categ_id/name
        else type | typ | art | tipo | тип | вид | النوع | 種別 | 种类 | 系列
    """,
    "cost_price": """
        en cost price | cost | unit cost | purchase price | buying price | buy price | purchase cost | cost per item
        en purchases unit price | purchase unit price | buying unit price
        en cost per unit | acquisition cost | standard cost | average cost | last cost | landed cost | cogs | our cost
        en cost of goods | dealer price | trade price | supplier price | wholesale price | wholesale | + cost
        en cost price
        de einkaufspreis | ek preis | e preis | ek | einkauf | einstandspreis | einstand | bezugspreis | händlerpreis
        de hek
        de selbstkosten | herstellkosten | ek netto | kosten
        fr prix d'achat | prix achat | pa | coût | coût unitaire | coût d'achat | prix de revient | prix de gros
        es precio de compra | precio compra | coste | costo | precio de coste | precio de costo | precio costo
        es coste unitario | costo unitario | precio mayorista | precio mayoreo
        pt preço de compra | preço compra | preço de custo | preço custo | custo | custo unitário | valor de custo
        pt preço de atacado | preço atacado
        it prezzo di acquisto | prezzo d'acquisto | prezzo acquisto | costo | costo unitario | prezzo di costo
        it prezzo ingrosso | prezzo all'ingrosso
        nl inkoopprijs | inkoop | kostprijs | groothandelsprijs
        ru закупочная цена | цена закупки | цена закупочная | цена закуп | закупка | себестоимость | входная цена
        ru оптовая цена | цена оптовая | цена опт | опт
        ar سعر الشراء | سعر التكلفة | التكلفة | الكلفة | ثمن الشراء | تكلفة الوحدة | سعر الجملة
        ja 仕入価格 | 仕入れ価格 | 仕入単価 | 仕入値 | 原価 | 下代 | 卸価格 | 卸売価格 | 卸値 | 卸単価 | 仕切価格
        zh 进价 | 成本价 | 成本 | 采购价 | 采购单价 | 进货价 | 供货价 | 出厂价 | 批发价 | 進價 | 成本價 | 採購價
        zh 批發價
        shop standard_price | wholesale_price | Default Unit Cost | Variant Cost | purchase_price
        begin Default Unit Cost
    """,
    "selling_price": """
        en selling price | sell price | sales price | retail price | retail | regular price | normal price
        en list price
        en sales unit price | selling unit price | base price | public price
        en price | unit price | our price | shop price | price per unit | price each | item price | + price
        de verkaufspreis | vk preis | v preis | vk | verkauf | ladenpreis | listenpreis | preis | einzelpreis
        de stückpreis
        de endpreis
        de preis pro stück | + preis
        fr prix de vente | prix vente | pv | prix public | prix | prix unitaire | pu | tarif | + prix
        es precio de venta | precio venta | pvp | precio al público | precio público | precio | precio unitario
        es tarifa
        es precio normal | + precio
        pt preço de venda | preço venda | pvp | preço | preço unitário | valor de venda | valor | valor unitário
        pt vlr unitário | vlr unit | vl unit | valor unit | preço unit
        pt + preço
        it prezzo di vendita | prezzo vendita | prezzo al pubblico | prezzo | prezzo unitario | prezzo di listino
        it prezzo listino | listino | + prezzo
        nl verkoopprijs | verkoop | prijs | stukprijs | eenheidsprijs | normale prijs | catalogusprijs
        nl prijs per stuk
        ru цена продажи | розничная цена | цена розничная | цена розн | розница | цена | цена за единицу | цена за шт
        ru отпускная цена | продажная цена | прайс | + цена
        ar سعر البيع | ثمن البيع | سعر المستهلك | سعر التجزئة | سعر القطاعي | سعر المفرق | السعر | سعر الوحدة
        ar سعر القطعة
        ar سعر المفرد
        ar الثمن | + سعر
        ja 販売価格 | 売価 | 小売価格 | 上代 | 通常価格 | 標準価格 | 定価 | 価格 | 単価 | 販売単価 | 値段
        zh 售价 | 销售价 | 销售价格 | 零售价 | 价格 | 单价 | 标价 | 定价 | 售價 | 銷售價 | 零售價 | 價格 | 單價 | 定價
        zh + 价格 | 单价
        shop Variant Price | list_price | lst_price | Regular price | Price tax excluded | price_tex | regular_price
        else sale price | rrp | msrp | srp | mrp | recommended retail price | suggested retail price | rate
        else uvp | empf vk | prix conseillé | adviesprijs | стоимость | ррц | мрц | 市场价 | 建议零售价 | 吊牌价
        else 建議售價
    """,
    "stock_qty": """
        en stock qty | stock quantity | quantity in stock | qty in stock | quantity on hand | qty on hand | on hand
        en soh
        en stock on hand | units in stock | stock | in stock | stock level | current stock | inventory quantity
        en inventory qty | inventory | available stock | available quantity | available qty | available | quantity
        en qty
        en units | pieces | pcs | stock balance | + quantity | qty | stock
        de lagerbestand | bestand | lagermenge | verfügbarer bestand | aktueller bestand | verfügbar | vorrat | menge
        de stückzahl | stück | anzahl | lager | + bestand | menge
        fr stock | quantité en stock | qté en stock | stock disponible | stock actuel | en stock | quantité | qté
        fr quantité disponible | disponible
        es existencias | existencia | stock | inventario | cantidad en stock | stock disponible | stock actual
        es disponible
        es cantidad disponible | cantidad | cant | unidades
        pt estoque | stock | existências | estoque atual | quantidade em estoque | quantidade | qtd | qtde | quant
        pt saldo
        it giacenza | giacenze | disponibilità | disp | scorte | scorta | esistenza | magazzino | quantità | qta
        it q.tà
        nl voorraad | op voorraad | vrije voorraad | beschikbaar | aantal | hoeveelheid
        ru остаток | остатки | остаток на складе | наличие | в наличии | на складе | склад | количество | кол во | кол
        ru количество на складе | + количество | остаток
        ar المخزون | الكمية | الكمية المتوفرة | الكمية المتاحة | كمية المخزون | رصيد المخزون | الرصيد | المتوفر
        ar العدد
        ja 在庫数 | 在庫 | 在庫数量 | 現在庫 | 現在庫数 | 実在庫 | 数量 | 個数 | 残数
        zh 库存 | 现货库存 | 库存数量 | 库存量 | 现有库存 | 可用库存 | 存量 | 结存 | 数量 | 庫存 | 庫存數量 | 庫存量
        zh 數量
        shop Variant Inventory Qty | Variant Inventory Quantity | qty_available | Quantity On Hand | stock_quantity
        begin Current Quantity
    """,
    "low_stock_threshold": """
        en low stock threshold | low stock amount | low stock level | low stock | reorder level | reorder point
        en minimum stock | min stock | minimum stock level | min stock level | safety stock | stock alert
        en alert quantity
        en par level | reordering min qty | stock min | min qty in stock | threshold
        de mindestbestand | meldebestand | mindestlagerbestand | minimalbestand | min bestand | sicherheitsbestand
        de bestellpunkt | warnbestand
        fr stock minimum | stock mini | stock minimal | seuil d'alerte | seuil d'alerte stock | stock d'alerte
        fr stock de sécurité | seuil de stock bas | seuil
        es stock mínimo | existencias mínimas | inventario mínimo | punto de pedido | punto de reorden | umbral
        pt estoque mínimo | stock mínimo | ponto de encomenda | ponto de pedido | ponto de reposição
        it scorta minima | giacenza minima | punto di riordino | sottoscorta | scorta di sicurezza
        nl minimumvoorraad | minimale voorraad | min voorraad | bestelpunt | veiligheidsvoorraad
        ru минимальный остаток | мин остаток | неснижаемый остаток | минимальный запас | точка заказа
        ar حد إعادة الطلب | حد الطلب | الحد الأدنى | الحد الأدنى للمخزون | حد المخزون المنخفض | حد التنبيه
        ja 最低在庫 | 最低在庫数 | 安全在庫 | 発注点 | 在庫下限
        zh 最低库存 | 安全库存 | 库存下限 | 库存预警 | 预警库存 | 最小库存 | 最低庫存 | 安全庫存
        shop Low stock amount | Low stock level | Stock Alert Count
        begin Stock Alert Count
    """,
    "description": """
        else description | long description | body html | body | details | beschreibung | langtext
        else description longue
        else descripción | descrição | descrizione | omschrijving | beschrijving | описание | الوصف | 説明 | 商品説明
        else 描述
        else product description | item description | artikelbeschreibung | short description | summary | 产品描述
        else 详情
    """,
    "barcode": """
        en barcode | bar code | ean | ean13 | ean code | gtin | upc | upc code | isbn | gtin upc ean or isbn
        en + barcode
        de strichcode | ean nummer | ean nr | gtin nummer
        fr code barres | code à barres | code ean
        es código de barras | código ean
        pt código de barras | cód barras
        it codice a barre | codice ean
        nl streepjescode | ean code
        ru штрихкод | штрих код | шк
        ar الباركود | باركود | الرمز الشريطي
        ja バーコード | janコード | jan
        zh 条码 | 条形码 | 條碼 | 商品条码 | 国际条码
        shop Variant Barcode | Variant Ean | EAN-13 | product_ean
    """,
    "shelf": """
        en shelf | bin | bin location | storage location | shelf location | warehouse location
        de lagerplatz | lagerort | regal | stellplatz
        fr emplacement | étagère
        es ubicación | estante
        pt localização | prateleira
        it ubicazione | scaffale
        nl locatie | schap
        ru место хранения | ячейка | полка
        ar الرف | الموقع
        ja 棚番 | 棚
        zh 货位 | 库位 | 货架 | 儲位
        else location | stock location | place | standort | lagerfach | fach
    """,
    "is_active": """
        en active | is active | for sale
        de aktiv
        fr actif
        es activo
        pt ativo | activo
        it attivo
        nl actief
        ru активен
        ar نشط
        ja 有効
        zh 启用
    """,
    "quantity": """
        en quantity delivered | delivered quantity | qty delivered | delivered qty | delivered | quantity shipped
        en shipped quantity | qty shipped | shipped qty | shipped | quantity received | received | quantity | qty
        en pieces | pcs | units | count | + quantity | qty
        de liefermenge | gelieferte menge | menge geliefert | geliefert | lieferung | menge | stückzahl | stück | stk
        de anzahl | + menge
        fr quantité livrée | qté livrée | livré | quantité | qté | nombre | pièces
        es cantidad entregada | cantidad servida | entregado | servido | cantidad | cant | unidades | uds | piezas
        pt quantidade entregue | qtd entregue | entregue | quantidade | qtd | qtde | quant | unidades | peças
        it quantità consegnata | q.tà consegnata | consegnato | quantità | qta | q.tà | pezzi
        nl geleverd aantal | aantal geleverd | geleverd | aantal | hoeveelheid | stuks
        ru отгружено | поставлено | количество | кол во | кол | штук | шт | + количество
        ar الكمية المسلمة | الكمية المستلمة | الكمية | العدد | عدد القطع | + كمية
        ja 納品数 | 納品数量 | 出荷数 | 出荷数量 | 納入数 | 納入数量 | 数量 | 個数
        zh 送货数量 | 交货数量 | 发货数量 | 实发数量 | 实收数量 | 到货数量 | 送貨數量 | 交貨數量
        zh 數量 | 数量 | 件数 | 件數
        shop quantity_done | product_qty
    """,
    "unit_cost": """
        en unit cost | unit price | net price | net unit price | cost price | purchase price | purchase unit price
        en buying price | price per unit | price each | item price | cost per unit | cost per item | price | cost
        de einzelpreis | e preis | ep | stückpreis | preis pro stück | nettopreis | netto | einkaufspreis | ek preis
        de ek | bezugspreis | einstandspreis | preis
        fr prix unitaire | pu | p.u | prix unit | prix d'achat | prix achat | prix net | coût unitaire | coût | prix
        es precio unitario | precio unit | p. unit | precio neto | precio de compra | coste unitario | costo unitario
        es coste | costo | precio
        pt preço unitário | preço unit | valor unitário | valor unit | vlr unitário | vl unit | preço de compra
        pt custo unitário | custo | preço
        it prezzo unitario | prezzo unit | prezzo netto | prezzo di acquisto | prezzo acquisto | costo unitario | costo
        it prezzo
        nl stukprijs | eenheidsprijs | prijs per stuk | nettoprijs | inkoopprijs | kostprijs | prijs
        ru цена за единицу | цена за шт | цена без ндс | закупочная цена | цена закупки | себестоимость | цена
        ar سعر الوحدة | سعر القطعة | سعر المفرد | سعر الشراء | تكلفة الوحدة | التكلفة | الكلفة | السعر
        ja 単価 | 納入単価 | 仕入単価 | 仕入価格 | 仕切価格 | 原価 | 価格
        zh 单价 | 單價 | 采购单价 | 進價 | 进价 | 供货价 | 成本价 | 成本 | 價格 | 价格
        shop price_unit | Default Unit Cost
        else rate | betrag pro einheit | amount per unit
    """,
}
