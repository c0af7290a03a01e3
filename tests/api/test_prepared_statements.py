"""What is found by keys, PostgreSQL plans once for all values; what is searched for, each time."""

import pytest
from django.db import connection, transaction

from tests.factories import make_product

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ENOUGH = 8  # times, so that a statement is worth being prepared


def prepared(*words: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements")
        return [sql for (sql,) in cursor.fetchall() if all(word in sql for word in words)]


def test_a_record_is_found_by_one_plan_whatever_its_id(admin):
    ids = [make_product().pk, 40_000, 3_000_000_000]  # three kinds of numbers for PostgreSQL
    for pk in ids * ENOUGH:
        assert admin.get(f"/products/{pk}/").status_code == (200 if pk == ids[0] else 404)
    assert len(prepared("promised", '"inventory_product"."id" = ')) == 1


def test_it_is_found_after_a_transaction_that_failed(admin):
    product = make_product()
    for _ in range(ENOUGH):
        assert admin.get(f"/products/{product.pk}/").status_code == 200
    with pytest.raises(RuntimeError), transaction.atomic():
        raise RuntimeError
    for _ in range(ENOUGH):
        assert admin.get(f"/products/{product.pk}/").status_code == 200


def test_how_to_search_depends_on_the_word(admin):
    make_product()
    for _ in range(ENOUGH):
        for query in ("", "?search=abc", "?category=x"):
            assert admin.get(f"/products/{query}").status_code == 200
    assert prepared("promised", "LIMIT")
    assert not prepared("LIKE") and not prepared('"category" = ')
