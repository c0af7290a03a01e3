"""Pages of a list: complete, in order, stable, and by no other cursor than ours."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core import signing

from inventory.models import Product
from inventory.services.products import delete_product
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

ORDERINGS = ["id", "sku", "name", "category", "selling_price", "created_at"]


def ids(answer) -> list[int]:
    return [row["id"] for row in answer["results"]]


def walk(caller, path) -> list[dict]:
    """Every page from this one to the last."""
    pages = [caller.get(path).json()]
    while pages[-1]["next"]:
        pages.append(caller.get(pages[-1]["next"]).json())
    return pages


def walk_back(caller, page) -> list[dict]:
    pages = [page]
    while pages[0]["previous"]:
        pages.insert(0, caller.get(pages[0]["previous"]).json())
    return pages


@pytest.fixture
def many(db) -> list[Product]:
    """Products of which many are equal in everything but their id and SKU."""
    return [
        make_product(name=f"Näme {number % 3}", category=["", "Ä", "b"][number % 3], selling_price=Decimal(number % 2))
        for number in range(23)
    ]


@pytest.mark.parametrize("sign", ["", "-"])
@pytest.mark.parametrize("ordering", ORDERINGS)
def test_the_pages_are_the_list_forwards_and_backwards(sales, many, ordering, sign):
    ties = ["id"] if ordering == "id" else [ordering, "id"]
    expected = list(Product.objects.order_by(*[f"{sign}{field}" for field in ties]).values_list("id", flat=True))
    pages = walk(sales, f"/products/?ordering={sign}{ordering}&page_size=5")
    assert [len(page["results"]) for page in pages] == [5, 5, 5, 5, 3]
    assert sum(map(ids, pages), []) == expected
    assert (pages[0]["previous"], pages[-1]["next"]) == (None, None)
    back = walk_back(sales, pages[-1])
    assert list(map(ids, back)) == list(map(ids, pages))
    assert (back[0]["previous"], back[0]["next"] is None) == (None, False)


def test_the_newest_come_first_ten_at_a_time(sales, many):
    first = sales.get("/products/").json()
    assert ids(first) == [product.pk for product in reversed(many)][:10]


def test_the_size_of_a_page_is_the_firms_choice_and_at_most_a_hundred(sales, many, settings):
    settings.DEFAULT_PAGINATION_PAGE_SIZE = 4
    assert len(sales.get("/products/").json()["results"]) == 4
    assert len(sales.get("/products/?page_size=7").json()["results"]) == 7
    Product.objects.bulk_create([Product(sku=f"X-{number}", name="X", selling_price=1) for number in range(100)])
    assert len(sales.get("/products/?page_size=1000").json()["results"]) == 100


@pytest.mark.parametrize("size", ["0", "-1", "ten", "1.5"])
def test_a_senseless_size_is_refused(sales, size):
    refused = sales.get(f"/products/?page_size={size}")
    assert (refused.status_code, set(refused.json())) == (400, {"page_size"})


def test_rows_that_arrive_meanwhile_move_nothing(sales, many):
    first = sales.get("/products/?page_size=5").json()
    newer = [make_product() for _ in range(3)]
    second = sales.get(first["next"]).json()
    assert ids(first) + ids(second) == [product.pk for product in reversed(many)][:10]
    assert ids(sales.get(second["previous"]).json()) == ids(first)
    top = walk_back(sales, second)[0]
    assert ids(top)[:3] == [product.pk for product in reversed(newer)]


def test_rows_that_vanish_meanwhile_break_nothing(sales, many):
    first = sales.get("/products/?page_size=5").json()
    delete_product(Product.objects.get(pk=ids(first)[-1]), user=None)
    second = sales.get(first["next"]).json()
    assert ids(second) == [product.pk for product in reversed(many)][5:10]
    for product in Product.objects.exclude(pk__in=ids(first)):
        delete_product(product, user=None)
    empty = sales.get(first["next"]).json()
    assert (empty["results"], empty["next"]) == ([], None)
    assert ids(sales.get(empty["previous"]).json()) == ids(first)[:-1]
    for product in Product.objects.all():
        delete_product(product, user=None)
    nothing = sales.get(empty["previous"]).json()
    assert (nothing["results"], nothing["previous"]) == ([], None)


def test_a_row_whose_value_changes_is_where_it_belongs_now(sales, many):
    first = sales.get("/products/?ordering=name&page_size=5").json()
    moved = first["results"][-1]["id"]
    Product.objects.filter(pk=moved).update(name="Zuletzt")
    rest = sum(map(ids, walk(sales, first["next"])), [])
    assert rest[-1] == moved and len(rest) == 19


def test_filters_and_sizes_are_kept_from_page_to_page(sales, many):
    pages = walk(sales, "/products/?category=b&page_size=3")
    assert [len(page["results"]) for page in pages] == [3, 3, 1]
    assert all(row["category"] == "b" for page in pages for row in page["results"])
    assert "category=b" in pages[0]["next"] and "page_size=3" in pages[0]["next"]


def test_the_cursor_alone_is_enough_as_frontends_take_it_out_of_the_address(sales, many):
    from urllib.parse import parse_qs, urlsplit

    first = sales.get("/products/?ordering=-name&page_size=5").json()
    (cursor,) = parse_qs(urlsplit(first["next"]).query)["cursor"]
    second = sales.get(f"/products/?cursor={cursor}&page_size=5").json()
    assert ids(second) == ids(sales.get(first["next"]).json())


def cursor_of(sales, path) -> str:
    from urllib.parse import parse_qs, urlsplit

    return parse_qs(urlsplit(sales.get(path).json()["next"]).query)["cursor"][0]


@pytest.mark.parametrize("cursor", ["abc", "a:b:c", "%00x", "cD0x", "ü", "x" * 5000, "W10:1:1", "null"])
def test_what_is_no_cursor_is_refused(sales, many, cursor):
    refused = sales.get(f"/products/?cursor={cursor}")
    assert refused.status_code == 400
    assert refused.headers["Content-Type"].startswith("application/json")


def test_a_cursor_cannot_be_tampered_with_or_made(sales, many):
    cursor = cursor_of(sales, "/products/?page_size=5")
    for position in range(0, len(cursor), 7):
        changed = cursor[:position] + ("A" if cursor[position] != "A" else "B") + cursor[position + 1 :]
        refused = sales.get(f"/products/?cursor={changed}")
        assert (refused.status_code, set(refused.json())) == (400, {"cursor"})
    made = signing.dumps(["-id", False, False, ["5"]], key="another secret", salt="cursor inventory.Product")
    assert sales.get(f"/products/?cursor={made}").status_code == 400


def test_a_cursor_belongs_to_its_list_and_ordering(sales, many):
    cursor = cursor_of(sales, "/products/?page_size=5&ordering=name")
    for _ in range(6):
        make_order((many[0], 1), customer=make_customer())
    for path in ("/orders/", "/customers/"):
        assert set(sales.get(f"{path}?cursor={cursor}").json()) == {"cursor"}
    refused = sales.get(f"/products/?cursor={cursor}&ordering=-name")
    assert (refused.status_code, "another ordering" in refused.json()["cursor"][0]) == (400, True)


def test_moments_to_the_microsecond_are_told_apart(sales):
    products = [make_product() for _ in range(6)]
    start = products[0].created_at
    for number, product in enumerate(products):
        Product.objects.filter(pk=product.pk).update(created_at=start + timedelta(microseconds=number // 2))
    pages = walk(sales, "/products/?ordering=created_at&page_size=1")
    assert sum(map(ids, pages), []) == [product.pk for product in products]
