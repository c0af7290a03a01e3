"""Numbers of documents, without gaps: `RET-2026-0001`, `RET-2026-0002`, … by series and year."""

from datetime import datetime

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone

NEXT_NUMBER = """
    INSERT INTO core_documentcounter AS counter (series, year, last) VALUES (%s, %s, 1)
    ON CONFLICT (series, year) DO UPDATE SET last = counter.last + 1 RETURNING last
"""


def next_document_number(series: str, *, at: datetime | None = None) -> str:
    """The next number of the series in the year of `at` (None: now) in TIME_ZONE.

    Its counter stays locked until the transaction ends, so it is taken last, after every other lock. The document is
    saved in the same transaction and never deleted: then no number is missing.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("A number belongs to the document that is saved with it: in a transaction.")
    year = timezone.localdate(at).year
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [series, year])
        return f"{series}-{year}-{cursor.fetchone()[0]:04d}"
