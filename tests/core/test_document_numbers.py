"""Numbers of documents: by series and year, one after the other, without gaps."""

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from core.document_numbers import next_document_number
from core.models import DocumentCounter
from tests.race import race

JUNE = datetime(2026, 6, 1, 12, tzinfo=UTC)


def take():
    with transaction.atomic():
        return next_document_number("RET", at=JUNE)


def take_in_vain():
    with transaction.atomic():
        next_document_number("RET", at=JUNE)
        raise ZeroDivisionError


def test_each_series_counts_for_itself_and_anew_each_year(db):
    assert [next_document_number("RET", at=JUNE) for _ in range(2)] == ["RET-2026-0001", "RET-2026-0002"]
    assert next_document_number("DEL", at=JUNE) == "DEL-2026-0001"
    assert next_document_number("RET", at=datetime(2027, 1, 1, 12, tzinfo=UTC)) == "RET-2027-0001"


def test_the_year_is_that_of_the_firms_time_zone(db, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    assert next_document_number("RET", at=datetime(2026, 12, 31, 22, 59, tzinfo=UTC)) == "RET-2026-0001"
    assert next_document_number("RET", at=datetime(2026, 12, 31, 23, 0, tzinfo=UTC)) == "RET-2027-0001"


def test_numbers_go_on_past_9999(db):
    DocumentCounter.objects.create(series="RET", year=2026, last=9999)
    assert next_document_number("RET", at=JUNE) == "RET-2026-10000"


def test_a_number_is_one_query(db, django_assert_num_queries):
    with django_assert_num_queries(1):
        next_document_number("RET", at=JUNE)


def test_no_number_without_a_transaction(transactional_db):
    with pytest.raises(TransactionManagementError):
        next_document_number("RET", at=JUNE)


def test_what_is_taken_at_once_has_no_gaps_even_where_some_come_to_nothing(committed_db):
    results = race(*[(take,)] * 8, *[(take_in_vain,)] * 4)
    assert sorted(number for outcome, number in results if outcome == "done") == [
        f"RET-2026-{number:04d}" for number in range(1, 9)
    ]
    assert DocumentCounter.objects.get().last == 8
