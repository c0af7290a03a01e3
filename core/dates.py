"""Days: where one begins in TIME_ZONE."""

from datetime import date, datetime, time

from django.utils import timezone


def start_of_day(day: date) -> datetime:
    """The first moment of a day in TIME_ZONE."""
    return timezone.make_aware(datetime.combine(day, time.min))
