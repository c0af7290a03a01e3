"""`manage.py import_products`: the same import as in the admin, and a question where a clerk would be asked."""

import json

import pytest
from django.core.management import CommandError, call_command

from core.imports.models import ImportMapping, ImportRecord
from inventory.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture
def bring(tmp_path, capsys):
    def run(text: str, *options: str) -> str:
        (tmp_path / "list.csv").write_text(text)
        call_command("import_products", tmp_path / "list.csv", *options)
        return capsys.readouterr().out

    return run


def test_it_says_what_was_taken_for_what(bring):
    told = bring("Artikelnummer;Bezeichnung;Farbe;VK\nA;Chai;rot;1,50\n")
    assert "Artikelnummer → sku" in told and "Farbe         → (left out)" in told and "1 new" in told


def test_what_a_clerk_would_be_asked_ends_it_with_the_option_that_answers(bring):
    text = "sku,name,selling_price\nA,Chai,1.234\n"
    with pytest.raises(CommandError, match="--decimal"):
        bring(text)
    with pytest.raises(CommandError, match="--key-prefix"):
        bring("name,selling_price\nChai,1\n")
    bring(text, "--decimal", ",")
    assert Product.objects.get().selling_price == 1234


def test_columns_can_be_named_joined_and_made_up(bring):
    text = "Foo,Bar,Size,Price\nA,Chai,XL,2\n"
    bring(text, "--map", 'sku="Foo"', "--map", "name=Bar + Size", "--constant", "category=Spare parts")
    product = Product.objects.get()
    assert (product.sku, product.name, product.category) == ("A", "Chai XL", "Spare parts")
    with pytest.raises(CommandError, match="There is no column “Baz”. There are: “Foo”"):
        bring(text, "--map", "sku=Baz")
    with pytest.raises(CommandError, match="FIELD one of: sku"):
        bring(text, "--map", "colour=Foo")


def test_only_mapped_columns_leave_the_rest_as_it_is(bring):
    bring("sku,name,selling_price\nA,Chai,1\n")
    bring(
        "sku,name,selling_price\nA,Other,2\n",
        "--only-mapped",
        "--map",
        "sku=sku",
        "--map",
        "selling_price=selling_price",
    )
    assert (Product.objects.get().name, Product.objects.get().selling_price) == ("Chai", 2)


def test_a_mapping_is_saved_and_used_by_name(bring):
    text = "Foo,Bar,Price\nA,Chai,2\n"
    bring(text, "--map", "sku=Foo", "--map", "name=Bar", "--save-mapping", "Meyer")
    assert ImportMapping.objects.get().name == "Meyer"
    assert "1 unchanged" in bring(text, "--mapping", "Meyer")
    assert ImportRecord.objects.get().choices["mapping"] == "Meyer"
    with pytest.raises(CommandError, match="no layout named “Miller”. Known are: Meyer"):
        bring(text, "--mapping", "Miller")


def test_a_dry_run_as_json_tells_all_and_whether_a_row_could_go_in(bring):
    told = json.loads(bring("sku;name;selling_price\nA;Chai;1,50\nB;;2,50\n", "--dry-run", "--json"))
    assert (told["delimiter"], told["header_row"], told["formats"]["selling_price"][-3:]) == (";", 1, ",50")
    assert told["columns"] == {"sku": "sku", "name": "name", "selling_price": "selling_price"}
    assert told["counts"] == {"new": 1, "changed": 0, "unchanged": 0, "error": 1}
    assert told["errors"] == [{"field": "name", "reason": "A new product needs a name.", "rows": 1}]
    assert not Product.objects.exists()
    with pytest.raises(CommandError, match="No row could be imported"):
        bring("sku,name,selling_price\nA,,1\n", "--dry-run", "--json")


def test_rules_settle_problems(bring):
    bring("sku,name,selling_price,stock_qty\nA,Chai,1.00,-5\n", "--negative", "zero")
    assert Product.objects.get().stock_qty == 0
