"""Customer lists of accountants, shops and suppliers, as they write them: what is taken for what, and what comes in."""

from decimal import Decimal

import pytest
from django.core.management import call_command

from accounts.models import Customer
from accounts.resources import CustomerResource
from core.imports.questions import questions_of
from core.imports.registry import undo_import
from tests.imports import layout_of
from tests.real_data import FOLDER, needs_real_data

pytestmark = pytest.mark.django_db

DATEV = (
    '"EXTF";700;16;"Debitoren/Kreditoren";5;20260101;;"RE";"";"";29098;1001;20260101;4;;\n'
    "Konto;Name (Adressattyp Unternehmen);Vorname (Adressattyp natürl. Person);Straße;Postleitzahl;Ort;Land;Telefon;"
    "EB-Wert;S/H\n"
    "10001;Müller GmbH;;Hauptstr. 1;01067;Dresden;DE;0351 123456;250,00;S\n"
    "10002;;Anna;Weg 2;80331;München;DE;089 1234567;1.250,50;H\n"
)
# name: (text, its fields, how many come in, the sum of the opening balances, a text of the first customer's address)
LISTS = {
    "DATEV": (DATEV, {"customer_code", "company", "first_name", "opening_balance", "phone"}, 2, "-1000.50",
              "01067 Dresden"),
    "Shopify": ("First Name,Last Name,Email,Company,Phone\nAnn,Lee,ann@example.com,,+49 30 901820\n",
                {"first_name", "last_name", "email", "company", "phone"}, 1, "0", ""),
    "French": ("Code client;Raison sociale;Adresse;Code postal;Ville;Pays\n"
               "C1;Dupont SARL;1 rue du Lac;75001;Paris;France\n",
               {"customer_code", "company", "address", "postcode", "city", "country"}, 1, "0", "75001 Paris"),
    "Spanish": ("Código cliente;Empresa;Correo electrónico\nC1;Casa Pérez;info@example.com\n",
                {"customer_code", "company", "email"}, 1, "0", ""),
    "Arabic": ("رقم العميل,اسم الشركة,المدينة\nC1,شركة النور,الرياض\n",
               {"customer_code", "company", "city"}, 1, "0", "الرياض"),
    "English": ("Customer No,Company Name,City,Post Code,Country\nC1,Acme Ltd,London,EC1A 1BB,United Kingdom\n",
                {"customer_code", "company", "city", "postcode", "country"}, 1, "0", "EC1A 1BB London"),
    "Russian, in Windows-1251": (
        ("Код клиента;Наименование организации;Телефон;Город\n"
         "К-1;ООО Ромашка;+7 495 123-45-67;Москва\n").encode("cp1251"),
        {"customer_code", "company", "phone", "city"}, 1, "0", "Москва"),
    "Japanese, in Shift-JIS": (
        ("顧客コード,会社名,電話番号,郵便番号,住所\n"
         "C-1,山田商店,+81 3-3210-5000,100-0001,東京都千代田区\n").encode("cp932"),
        {"customer_code", "company", "phone", "postcode", "address"}, 1, "0", "東京都千代田区"),
    "Chinese, in GB18030": (
        "客户编号,公司名称,邮箱,城市\nC-1,光明贸易,info@example.com,上海\n".encode("gb18030"),
        {"customer_code", "company", "email", "city"}, 1, "0", "上海"),
    "Italian, a total below": (
        "Codice cliente;Ragione sociale;Indirizzo;CAP;Città;Saldo iniziale\n"
        "C1;Bianchi Srl;Via Roma 1;20121;Milano;1.200,50\nC2;Rossi Srl;Via Po 2;10123;Torino;99,50\n"
        "Totale;;;;;1.300,00\n".encode("cp1252"),
        {"customer_code", "company", "address", "postcode", "city", "opening_balance"}, 2, "1300.00", "20121 Milano"),
    "Dutch": ("Klantnummer;Bedrijfsnaam;E-mailadres;Plaats\nK1;De Vries BV;info@example.com;Utrecht\n",
              {"customer_code", "company", "email", "city"}, 1, "0", "Utrecht"),
    "Portuguese, UTF-16 with tabs": (
        ("Código do cliente\tRazão social\tTelefone\tCidade\n"
         "C1\tSilva Ltda\t+351 21 000 0000\tLisboa\n").encode("utf-16"),
        {"customer_code", "company", "phone", "city"}, 1, "0", "Lisboa"),
    "DATEV, the sign in a column of its own": (
        "Konto;Name (Adressattyp Unternehmen);Ort;EB-Wert;Soll/Haben\n10001;Müller GmbH;Köln;100,00;H\n"
        "10002;Maier KG;Bonn;250,00;S\n".encode("cp1252"),
        {"customer_code", "company", "city", "opening_balance"}, 2, "150.00", "Köln"),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_a_customer_list_comes_in_as_it_is_and_goes_again(name):
    text, fields, count, balance, address = LISTS[name]
    layout = layout_of(text, CustomerResource)
    assert fields <= set(layout.fields) and questions_of(layout) == []
    importing = CustomerResource(reference="list.csv")
    importing.import_data(layout.mapped())
    assert importing.report.error_rows == [] and Customer.objects.count() == count
    assert sum(person.opening_balance for person in Customer.objects.all()) == Decimal(balance)
    assert address in Customer.objects.order_by("pk").first().address
    opened = Customer.objects.exclude(opening_balance=0).count()
    assert undo_import(importing.done, user=None).not_undone.count("its account is kept") == opened
    assert Customer.objects.filter(is_active=False, opening_balance=0, balance=0).count() == opened
    assert Customer.objects.count() == opened


@needs_real_data
def test_northwind_has_no_e_mail_and_comes_in_complete(capsys):
    call_command("import_customers", FOLDER / "northwind_customers.csv")
    assert "91 new, 0 changed, 0 unchanged, 0 errors." in capsys.readouterr().out
