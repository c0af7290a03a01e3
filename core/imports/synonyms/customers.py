"""What lists of customers call our columns; how a line is written: see products.py."""

CUSTOMER = {
    "customer_code": """
        en customer code | customer no | customer number | account no | account number | account code | debtor no
        en + code | no | nr | number | key | ref | reference
        de kundennummer | kunden nr | kdnr | kd nr | debitorennummer | debitor | konto | kontonummer | + nummer | nr
        de code
        fr numéro client | code client | no client | compte | numéro de compte | + code | numéro | no | réf
        es código de cliente | número de cliente | nº cliente | + código | número
        pt código do cliente | número do cliente | + código | número
        it codice cliente | numero cliente | conto | + codice | numero
        nl klantnummer | klantcode | debiteurnummer | debiteur | + nummer | code
        ru код клиента | номер клиента | код контрагента | + код | номер
        ar رقم العميل | كود العميل | رمز العميل | رقم الحساب | + رقم | كود | رمز
        ja 顧客コード | 顧客番号 | 得意先コード | + コード | 番号
        zh 客户编号 | 客户代码 | 客户编码 | 客戶編號 | + 编号 | 代码 | 编码 | 編號
        shop Debitorennummer | Konto | ref | Customer Internal Reference
        else code | código | codice | compte | reference | id | external id | customer id | kundenid
        else nummer | код | الرقم | الرمز | 编号
        else コード
    """,
    "email": """
        en email | email address | e mail | mail | + email
        de e mail adresse | emailadresse | mailadresse
        fr courriel | adresse e mail | adresse mail | adresse électronique | mél
        es correo electrónico | correo | email
        pt correio eletrônico | endereço de email
        it posta elettronica | indirizzo email
        nl e mailadres | emailadres
        ru эл почта | электронная почта | почта | емейл
        ar البريد الإلكتروني | البريد | الايميل | ايميل | بريد
        ja メール | メールアドレス | eメール
        zh 邮箱 | 电子邮箱 | 电子邮件 | 邮件 | 電子郵件 | 信箱
        shop customer_email | Billing Email
    """,
    "last_name": """
        en last name | surname | family name | lname
        de nachname | familienname | zuname | name adressattyp natürl person
        fr nom de famille
        es apellido | apellidos
        pt sobrenome | apelido | último nome
        it cognome
        nl achternaam | familienaam
        ru фамилия
        ar اسم العائلة | اللقب | الاسم الأخير | الكنية
        ja 姓 | 名字 | 苗字
        zh 姓 | 姓氏
        shop Last Name | lastname | Billing Last Name
        else name | nom | nombre | nome
    """,
    "company": """
        en company | company name | business name | organisation | organization | firm | account name | trading name
        de firma | firmenname | unternehmen | name adressattyp unternehmen | firmenbezeichnung
        fr société | entreprise | raison sociale | nom de l'entreprise
        es empresa | razón social | compañía | nombre comercial
        pt empresa | razão social | nome fantasia | companhia
        it azienda | ragione sociale | società | ditta | denominazione
        nl bedrijf | bedrijfsnaam | onderneming
        ru компания | организация | фирма | юридическое лицо | контрагент | наименование организации
        ru название организации | наименование компании | название компании | наименование контрагента
        ar الشركة | اسم الشركة | المؤسسة | اسم المنشأة
        ja 会社名 | 会社 | 企業名 | 法人名 | 得意先名
        zh 公司 | 公司名称 | 企业名称 | 单位名称 | 单位 | 公司名稱
        shop Billing Company | Default Address Company | commercial_company_name | parent_id/name
        else customer name | client name | customer | client | name | kunde | kundenname | nom | nom du client
        else client nom
        else nombre | cliente | nome | nome cliente | naam | klant | klantnaam | наименование | клиент | название
        else العميل | اسم العميل | الزبون | 顧客名 | 客户名称 | 客户 | 客戶名稱 | 取引先名 | 名称
    """,
    "contact_name": """
        en contact name | contact person | contact | full name | attention
        de ansprechpartner | kontakt | kontaktperson
        fr contact | nom du contact | personne de contact | interlocuteur | nom complet
        es persona de contacto | contacto | nombre completo | nombre y apellidos
        pt contato | contacto | pessoa de contato | nome completo
        it referente | contatto | persona di contatto | nome e cognome
        nl contactpersoon
        ru контактное лицо | контакт | фио
        ar الشخص المسؤول | جهة الاتصال | الاسم الكامل
        ja 担当者 | 担当者名 | 氏名 | お名前
        zh 联系人 | 联系人姓名 | 姓名 | 聯絡人
    """,
    "first_name": """
        en first name | given name | forename | fname
        de vorname | vorname adressattyp natürl person
        fr prénom
        es nombre de pila | primer nombre
        pt primeiro nome | nome próprio
        it nome di battesimo
        nl voornaam
        ru имя
        ar الاسم الأول | الاسم الشخصي
        ja 名 | ファーストネーム
        zh 名
        shop First Name | firstname | Billing First Name
        else contact name | contact | contact person | ansprechpartner | kontakt | name | full name
        else customer full name | customer name
        else interlocuteur | contacto | contato | referente | 担当者 | 联系人 | 聯絡人 | اسم العميل | العميل
        else nom | nombre | nome | naam | contactpersoon | контактное лицо | фио | الاسم | الاسم الكامل | 氏名 | 姓名
    """,
    "phone": """
        en phone | phone number | telephone | tel | tel no | phone no | mobile | cell | mobile number | cell phone
        en contact number | mobile phone | primary phone | work phone | + phone
        de telefon | telefonnummer | tel nr | rufnummer | handy | mobil | mobiltelefon | fon | telefon 1
        fr téléphone | tél | portable | numéro de téléphone | mobile
        es teléfono | tel | móvil | celular | número de teléfono
        pt telefone | celular | telemóvel | fone
        it telefono | cellulare | tel
        nl telefoon | telefoonnummer | mobiel | gsm
        ru телефон | тел | моб телефон | мобильный | номер телефона
        ar الهاتف | رقم الهاتف | الجوال | رقم الجوال | الموبايل | الهاتف المحمول | تلفون | رقم التلفون
        ja 電話番号 | 電話 | tel | 携帯電話 | 携帯
        zh 电话 | 联系电话 | 手机 | 手机号 | 电话号码 | 電話 | 手機
        shop Default Address Phone | Billing Phone
    """,
    "address": """
        en address | full address | mailing address | billing address | billing address street | postal address
        en + address
        de adresse | anschrift | rechnungsadresse | postanschrift
        fr adresse | adresse complète | adresse de facturation
        es dirección | domicilio | dirección completa | dirección de facturación
        pt endereço | morada | endereço completo
        it indirizzo | indirizzo completo
        nl adres | factuuradres
        ru адрес | юридический адрес | почтовый адрес
        ar العنوان | عنوان الفاتورة | العنوان الكامل
        ja 住所 | 請求先住所
        zh 地址 | 详细地址 | 通讯地址
        shop contact_address | Billing Address
        else street | street address | address line | address line 1 | address 1 | straße | strasse | rue | calle
        else rua
        else via
        else straat | улица | الشارع | default address address1
    """,
    "street": """
        en street | street address | address line | address line 1 | address 1 | street name | address
        de straße | strasse | strasse und hausnummer | straße hausnr | adresse | anschrift
        fr rue | adresse ligne 1 | adresse
        es calle | calle y número | domicilio | dirección
        pt rua | logradouro | endereço | morada
        it via | indirizzo
        nl straat | straatnaam | adres
        ru улица | адрес
        ar الشارع | العنوان
        ja 番地 | 住所 | 住所1
        zh 街道 | 地址
        shop Default Address Address1 | Billing Address 1 | address1
    """,
    "postcode": """
        en postcode | postal code | zip | zip code | post code | zipcode
        de plz | postleitzahl
        fr code postal | cp
        es código postal | cp | cód postal
        pt cep | código postal
        it cap | codice postale
        nl postcode
        ru индекс | почтовый индекс
        ar الرمز البريدي
        ja 郵便番号
        zh 邮编 | 邮政编码 | 郵遞區號
        shop Default Address Zip | Billing Postcode
    """,
    "city": """
        en city | town | suburb | locality
        de ort | stadt | wohnort
        fr ville | commune | localité
        es ciudad | población | localidad | municipio
        pt cidade | localidade | município
        it città | comune | località
        nl plaats | woonplaats | stad
        ru город
        ar المدينة
        ja 市区町村 | 都市 | 市
        zh 城市 | 市
        shop Default Address City | Billing City
    """,
    "region": """
        en state | region | province | county | state province
        de bundesland
        fr région | département
        es provincia | estado | región
        pt estado | uf | distrito
        it provincia | regione | prov
        nl provincie
        ru область | регион
        ar المنطقة | المحافظة
        ja 都道府県
        zh 省 | 省份
        shop Default Address Province Code | Billing State
    """,
    "country": """
        en country | country code | nation
        de land | staat | länderkennzeichen
        fr pays
        es país
        pt país
        it nazione | paese | stato
        nl land
        ru страна
        ar الدولة | البلد
        ja 国
        zh 国家 | 國家
        shop Default Address Country Code | Billing Country | country_id
    """,
    "delivery_address": """
        en delivery address | shipping address | ship to | ship to address | deliver to
        de lieferadresse | lieferanschrift | versandadresse
        fr adresse de livraison
        es dirección de entrega | dirección de envío
        pt endereço de entrega | morada de entrega
        it indirizzo di spedizione | indirizzo di consegna | destinazione
        nl afleveradres | bezorgadres | leveradres
        ru адрес доставки
        ar عنوان التسليم | عنوان التوصيل | عنوان الشحن
        ja 配送先 | 配送先住所 | お届け先 | 納品先
        zh 收货地址 | 送货地址 | 收貨地址
    """,
    "tax_id": """
        en tax id | vat id | vat no | vat number | tax number | vat | tin | gstin | gst no | trn | ein | abn | tax no
        de ust id | ustid | ust idnr | umsatzsteuer id | eu ustid | steuernummer | uid | uid nummer
        fr tva | numéro de tva | n tva | tva intracommunautaire | siret | siren
        es nif | cif | nif cif | rfc | rut | nit | cuit
        pt nif | cnpj | cpf | cnpj cpf | contribuinte
        it partita iva | p iva | piva | codice fiscale
        nl btw nummer | btw nr | btw
        ru инн | налоговый номер
        ar الرقم الضريبي | رقم ضريبي
        ja 法人番号 | 登録番号
        zh 税号 | 纳税人识别号 | 統一編號 | 统一社会信用代码
    """,
    "payment_days": """
        en payment days | payment terms | payment term | terms | net days | credit days | due days | days due
        de zahlungsziel | zahlungsbedingung | zahlungsbedingungen | zahlungsfrist | fälligkeit in tagen | netto tage
        fr délai de paiement | conditions de paiement | échéance
        es plazo de pago | días de pago | condiciones de pago | días de crédito
        pt prazo de pagamento | dias de pagamento | condições de pagamento
        it termini di pagamento | giorni di pagamento | condizioni di pagamento
        nl betalingstermijn | betaaltermijn | betalingsconditie
        ru отсрочка | отсрочка платежа | срок оплаты | дней отсрочки
        ar مدة السداد | شروط الدفع | أيام السداد
        ja 支払条件 | 支払サイト
        zh 账期 | 付款期限 | 付款条件 | 帳期
    """,
    "credit_limit": """
        en credit limit | credit line | credit
        de kreditlimit | kreditrahmen | kreditlimit debitor
        fr plafond de crédit | limite de crédit | encours autorisé
        es límite de crédito | crédito
        pt limite de crédito
        it fido | limite di credito
        nl kredietlimiet
        ru кредитный лимит | лимит кредита
        ar حد الائتمان | الحد الائتماني
        ja 与信限度額 | 与信限度
        zh 信用额度 | 信用額度
    """,
    "opening_balance": """
        en opening balance | balance | account balance | balance due | outstanding | amount due | receivable
        en open balance
        de saldo | anfangssaldo | eröffnungssaldo | eb wert | ebwert | kontostand | offener betrag | offene posten
        de vortrag
        de saldovortrag
        fr solde | solde initial | solde d'ouverture | encours | report à nouveau
        es saldo | saldo inicial | saldo pendiente
        pt saldo | saldo inicial | saldo devedor
        it saldo | saldo iniziale | saldo di apertura
        nl saldo | beginsaldo | openstaand saldo | openstaand
        ru сальдо | начальное сальдо | баланс | остаток | долг | задолженность
        ar الرصيد | الرصيد الافتتاحي | رصيد أول المدة | الرصيد الحالي
        ja 残高 | 期首残高 | 売掛金残高
        zh 余额 | 期初余额 | 应收余额 | 餘額
        else umsatz
    """,
    "is_active": """
        en active | is active | enabled | status
        de aktiv | freigegeben
        fr actif
        es activo
        pt ativo | activo
        it attivo
        nl actief
        ru активен | активный
        ar نشط | مفعل | الحالة
        ja 有効
        zh 启用 | 有效 | 状态
    """,
}
