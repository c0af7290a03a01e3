"""How currencies and pieces are written beside numbers. Data: add what a list writes and is not here yet."""

ISO_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY
COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR
IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR
MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD
SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF
XPF YER ZAR ZMW ZWG
"""

# A sign that several currencies share ($, ¥, kr, Rs, £ in Egypt) stands for itself.
SIGNS = """
EUR  € euro euros eur.
GBP  £ gbp£
USD  us$ usd$ u$s
AUD  a$ au$
CAD  c$ ca$
NZD  nz$
SGD  s$
HKD  hk$
TWD  nt$
BRL  r$
MXN  mx$ mex$
INR  ₹
RUB  ₽ руб руб. р. р рублей
UAH  ₴ грн грн.
KZT  ₸ тг тг. тенге
BYN  бел.руб. br
TRY  ₺ tl
PLN  zł zl
CZK  kč kc
HUF  ft ft.
RON  lei
BGN  лв лв.
CHF  fr. sfr sfr. franken
ILS  ₪
KRW  ₩ 원
VND  ₫ đ vnđ
THB  ฿ บาท
PHP  ₱
NGN  ₦
GHS  gh₵ ₵
IDR  rp rp.
MYR  rm
PEN  s/ s/.
BOB  bs bs.
CNY  rmb 人民币 cn¥ 元 圆
JPY  円 jp¥ yen
XOF  fcfa f.cfa cfa
EGP  ج.م ج.م. جنيه le l.e. e£
SAR  ر.س ر.س. ريال sr ﷼ ⃁
AED  د.إ د.إ. درهم dh dhs
KWD  د.ك د.ك. دينار kd
BHD  د.ب د.ب.
JOD  د.أ د.أ. jd
IQD  د.ع د.ع.
OMR  ر.ع ر.ع.
QAR  ر.ق ر.ق. qr
MAD  د.م د.م.
DZD  د.ج د.ج. da
TND  د.ت د.ت. dt
LYD  د.ل د.ل.
ZAR  r
$    $
¥    ¥
kr   kr kr.
Rs   rs rs. ₨
"""

NO_SMALLER_UNIT = "CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"

# Beside a number these only say that it counts pieces.
PIECE_NAMES = """
pc pc. pcs pcs. piece pieces ea ea. each unit units item items st st. stk stk. stck stck. stück stueck
pce pces pièce pièces u u. ud ud. uds uds. unid unid. unidad unidades pz pz. pza pzas pezzi pezzo un un. stuks
шт шт. штук قطعة قطع حبة وحدة 个 個 件 只 台 本 枚 点 개
"""

CURRENCIES = {code.casefold(): code for code in ISO_CODES.split()} | {
    sign.casefold(): line.split()[0] for line in SIGNS.split("\n") if line for sign in line.split()[1:]
}
CURRENCIES["f cfa"] = "XOF"
WITH_A_POINT = {"¥", "CNY", "TWD", "HKD", "THB"}  # never with a decimal comma where they are at home
WITHOUT_CENTS, PIECES = set(NO_SMALLER_UNIT.split()), set(PIECE_NAMES.split())
