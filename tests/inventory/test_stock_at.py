"""Stock as it was at the end of a day: on the page, as a spreadsheet and over the API, always the same."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from inventory.admin.stock_at import held_at_end_of
from inventory.models import Product, StockChange
from inventory.services.products import delete_product, save_product
from inventory.services.revaluation import revalue_stock
from inventory.services.stock import adjust_stock, lock_products, take_from_stock
from inventory.stock_check import stock_problem
from tests.clients import Caller, signed_in
from tests.factories import make_admin, make_product, make_sales
from tests.ledger import without_triggers
from tests.race import race

pytestmark = pytest.mark.django_db
NEW_YEARS_EVE = date(2025, 12, 31)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture(autouse=True)
def in_berlin(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    with timezone.override("Europe/Berlin"):
        yield


def in_december(hour=12, minute=0, second=0) -> datetime:
    return datetime(2025, 12, 31, hour, minute, second, tzinfo=BERLIN)


def make_old(pieces: int, cost: str, **fields) -> Product:
    """A product that has been in stock since autumn."""
    names = {"sku": fields["sku"], "name": fields.pop("name", fields["sku"])}
    product = Product(selling_price=Decimal(9), cost_price=Decimal(cost), **fields | names)
    return save_product(product, user=None, initial_stock=pieces, at=datetime(2025, 10, 1, tzinfo=UTC))


@pytest.fixture
def shop():
    tea = make_old(10, "5.00", sku="TEA", category="Drinks")
    cup = make_old(4, "2.50", sku="CUP", name="Cup of old")
    gone = make_old(3, "1.00", sku="GONE")
    adjust_stock(tea, user=None, change=-2, reason="Lost", at=in_december(23, 59, 59))
    adjust_stock(tea, user=None, change=-1, reason="Lost", at=in_december(23, 59, 59) + timedelta(seconds=1))
    adjust_stock(cup, user=None, new_qty=0, reason="Sold out", at=datetime(2026, 1, 2, tzinfo=UTC))
    delete_product(gone, user=None)
    cup = Product.objects.get(pk=cup.pk)
    cup.name, cup.category = "Cup", "Dishes"
    save_product(cup, user=None)
    return tea, cup, gone


HELD = [
    ("CUP", "Cup of old", "", 4, Decimal("10.00")),
    ("GONE", "GONE", "", 3, Decimal("3.00")),
    ("TEA", "TEA", "Drinks", 8, Decimal("40.00")),
]


def test_it_is_what_the_log_says_up_to_the_end_of_the_day(shop):
    assert held_at_end_of(NEW_YEARS_EVE) == HELD
    assert [one.pieces for one in held_at_end_of(date(2026, 1, 1))] == [4, 3, 7]
    assert [one.sku for one in held_at_end_of(timezone.localdate())] == ["TEA"]
    assert held_at_end_of(date(2025, 9, 1)) == []


def test_its_sum_is_that_of_the_log(shop):
    revalue_stock(shop[0], new_value=Decimal("12.34"), reason="Damp", user=None)
    rows = StockChange.objects.filter(created_at__lt=timezone.now())
    pieces, value = sum(row.quantity_change for row in rows), sum(row.value_change for row in rows)
    held = held_at_end_of(timezone.localdate())
    assert (sum(one.pieces for one in held), sum(one.value for one in held)) == (pieces, value)


def sell_one(key: int, number: int) -> None:
    take_from_stock({key: 1}, reference=f"ORD-{number}", reason="Sold", user=None)


def ask(_: int) -> str:
    return str(held_at_end_of(NEW_YEARS_EVE))


@pytest.mark.django_db(transaction=True)
def test_it_stays_what_it_was_while_others_sell(committed_db):
    tea = make_old(100, "5.00", sku="TEA")
    before = str(held_at_end_of(NEW_YEARS_EVE))
    outcomes = race(*[(sell_one, tea.pk, number) for number in range(8)], *[(ask, number) for number in range(4)])
    assert [outcome for outcome, _ in outcomes] == ["done"] * 12
    assert {said for _, said in outcomes[8:]} == {before} == {str(held_at_end_of(NEW_YEARS_EVE))}
    assert [(one.pieces, one.value) for one in held_at_end_of(timezone.localdate())] == [(92, Decimal("460.00"))]


MIDNIGHT = datetime(2026, 1, 1, tzinfo=BERLIN)


def sell_around_midnight(key: int, worker: int) -> None:
    """Five pieces. Under the product's lock it is 23:59:59 until twenty are sold, and just after midnight from then."""
    for number in range(5):
        with transaction.atomic():
            lock_products([key])
            early = StockChange.objects.filter(kind="SALE").count() < 20
            at = in_december(23, 59, 59) if early else MIDNIGHT
            take_from_stock({key: 1}, reference=f"ORD-{worker}-{number}", reason="Sold", user=None, at=at)


def sums_of(day: date) -> tuple[int, Decimal]:
    held = held_at_end_of(day)
    return sum(one.pieces for one in held), sum(one.value for one in held)


def what_never_was(_: int) -> list:
    """Of many answers while the others sell: those that are no moment of it."""
    answers = [sums_of(NEW_YEARS_EVE) for _ in range(20)]
    return [(n, worth) for n, worth in answers if not 83 <= n <= 103 or worth != 5 * (n - 3) + Decimal("9.99")]


def asked_at_every_door(admin) -> dict:
    """The rows as each door tells them; of the spreadsheet, its very bytes."""
    client, caller = signed_in(admin), Caller(admin)
    shown, told = page(client, date="2025-12-31"), caller.get("/products/stock-at/?date=2025-12-31").json()
    book = ZipFile(BytesIO(page(client, date="2025-12-31", xlsx="1").getvalue()))
    for row in told["results"]:
        del row["product_id"]  # of a product that has been deleted it is None
    return {
        "list": str(held_at_end_of(NEW_YEARS_EVE)),
        "page": [(tuple(one), cells) for one, cells in shown.context["held"]],
        "page's sum": shown.context["total"],
        "categories": shown.context["categories"],
        "sheet": book.read("xl/worksheets/sheet1.xml"),
        "api": told,
    }


@pytest.mark.django_db(transaction=True)
def test_new_years_eve_is_the_same_on_1_january_and_in_june_although_eight_sell_over_midnight(
    committed_db, monkeypatch
):
    tea, cup = make_old(100, "5.00", sku="TEA"), make_old(3, "3.33", sku="CUP")
    sellers = [(sell_around_midnight, tea.pk, number) for number in range(8)]
    outcomes = race(*sellers, *[(what_never_was, number) for number in range(4)])
    assert outcomes == [("done", "None")] * 8 + [("done", "[]")] * 4

    admin, told = make_admin(), {}
    for moment in (MIDNIGHT + timedelta(hours=9), datetime(2026, 3, 3, tzinfo=UTC), datetime(2026, 6, 6, tzinfo=UTC)):
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        if moment.month == 3:
            delete_product(tea, user=None)
            save_product(rename(cup), user=None)
        told[moment.month] = asked_at_every_door(admin)
    assert told[1] == told[3] == told[6]
    assert tea.sku in told[6]["list"] and not Product.objects.filter(sku="TEA")

    rows = StockChange.objects.filter(created_at__lt=MIDNIGHT)
    ledger = sum(row.quantity_change for row in rows), sum(row.value_change for row in rows)
    assert ledger == (83, Decimal("409.99")) == sums_of(NEW_YEARS_EVE)
    assert told[6]["page's sum"] == ["83", "409.99"]
    assert (told[6]["api"]["pieces"], told[6]["api"]["value"]) == (83, "409.99")
    assert sums_of(date(2026, 1, 1)) == (63, Decimal("309.99"))
    assert stock_problem() == ""


def rename(product: Product) -> Product:
    product = Product.objects.get(pk=product.pk)
    product.name, product.category = "Mug", "Dishes"
    return product


def test_products_that_were_deleted_before_there_were_hashes_are_told_by_their_sku(shop):
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stockchange SET product_key = 0 WHERE product_sku IN ('GONE', 'CUP')")
    assert held_at_end_of(NEW_YEARS_EVE) == HELD


# On the screen


def page(client, **query):
    return client.get(reverse("stock_at"), query)


def text(response) -> str:
    return " ".join(response.content.decode().split())


def test_the_page_shows_sums_and_products(as_admin, shop):
    shown = text(page(as_admin, date="2025-12-31"))
    for words in ("Stock at the end of Dec. 31, 2025", "Cup of old", "Without a category", "53.00", "40.00"):
        assert words in shown
    assert "Please choose a day that has begun." not in shown


def test_without_the_right_to_see_costs_there_are_pieces_only(as_sales, shop, monkeypatch):
    monkeypatch.setattr("inventory.admin.stock_at.may_see", lambda user, name: False)
    shown = text(page(as_sales, date="2025-12-31"))
    assert "Cup of old" in shown and "40.00" not in shown and "53.00" not in shown
    assert headers_of(page(as_sales, date="2025-12-31", xlsx="1"))[-1] == "stock_qty"


@pytest.mark.parametrize("day", ["2999-01-01", "9999-12-31", "0001-01-01", "1899-12-31", "yesterday", ""])
def test_a_day_that_cannot_be_is_said_at_the_field(as_admin, shop, day):
    response = page(as_admin, date=day)
    assert response.status_code == 200
    assert any(
        said in text(response)
        for said in ("has begun", "the years 1900 to 2999", "Enter a valid date", "This field is required")
    )


def cells(response) -> list[tuple]:
    [sheet] = openpyxl.load_workbook(BytesIO(response.getvalue())).worksheets
    return list(sheet.values)


def headers_of(response) -> tuple:
    return cells(response)[0]


def test_the_spreadsheet_says_the_same(as_admin, shop):
    response = page(as_admin, date="2025-12-31", xlsx="1")
    assert "stock-2025-12-31.xlsx" in response.headers["Content-Disposition"]
    headers, *rows = cells(response)
    assert headers == ("sku", "name", "category", "stock_qty", "stock_value")
    assert [
        (sku, name, category or "", pieces, Decimal(str(value))) for sku, name, category, pieces, value in rows
    ] == HELD


def test_one_query_reads_it_whatever_the_number(as_admin, shop):
    for number in range(150):
        make_old(1, "1.00", sku=f"P-{number}")
    with CaptureQueriesContext(connection) as captured:
        first = page(as_admin, date="2025-12-31")
    assert sum("inventory_stockchange" in query["sql"] for query in captured) == 1
    assert "1 / 2" in text(first) and "P-99" in text(page(as_admin, date="2025-12-31", p="2"))


# Over the API


def test_the_api_says_the_same_page_by_page(shop):
    admin = Caller(make_admin())
    found, url = [], "/products/stock-at/?date=2025-12-31&page_size=2"
    while url:
        told = admin.get(url).json()
        assert (told["date"], told["pieces"], told["value"]) == ("2025-12-31", 15, "53.00")
        found += told["results"]
        url = told["next"] and told["next"].partition("/api/v1")[2]
    tea, cup, _ = shop
    assert sorted(found, key=lambda row: row["sku"]) == [
        {"product_id": cup.pk, "sku": "CUP", "stock_qty": 4, "stock_value": "10.00"},
        {"product_id": None, "sku": "GONE", "stock_qty": 3, "stock_value": "3.00"},
        {"product_id": tea.pk, "sku": "TEA", "stock_qty": 8, "stock_value": "40.00"},
    ]


def test_the_api_keeps_costs_from_those_who_may_not_see_them(shop, monkeypatch):
    monkeypatch.setattr("inventory.api.may_see", lambda user, name: False)
    told = Caller(make_sales()).get("/products/stock-at/?date=2025-12-31").json()
    assert "value" not in told and all("stock_value" not in row for row in told["results"])


@pytest.mark.parametrize("day", ["2999-01-01", "9999-12-31", "0001-01-01", "31.12.2025", "0", ""])
def test_the_api_names_the_field_of_a_day_that_cannot_be(day):
    answer = Caller(make_admin()).get(f"/products/stock-at/?date={day}")
    assert answer.status_code == 400 and list(answer.json()) == ["date"]


def test_what_is_older_than_the_valuation_has_no_value(shop):
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_stockchange SET previous_value = NULL, new_value = NULL")
    told = Caller(make_admin()).get("/products/stock-at/?date=2025-12-31").json()
    assert (told["value"], {row["stock_value"] for row in told["results"]}) == ("0.00", {None})


def test_make_product_is_today_only():
    make_product(stock=5)
    assert held_at_end_of(timezone.localdate() - timedelta(days=1)) == []
