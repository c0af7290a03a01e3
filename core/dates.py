"""Days: where one begins and ends in TIME_ZONE, and which can be asked for."""

from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.translation import gettext

FIRST_YEAR, LAST_YEAR = 1900, 2999


def start_of_day(day: date) -> datetime:
    """The first moment of a day in TIME_ZONE."""
    return timezone.make_aware(datetime.combine(day, time.min))


def end_of_day(day: date) -> datetime:
    """The moment before which everything of the day has happened, in TIME_ZONE."""
    return start_of_day(day + timedelta(days=1))


def check_day(day: date) -> date:
    """The same day. Raises ValueError if it is so near an end of the calendar that no days can be counted from it."""
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        sentence = gettext("Please choose a day of the years %(first)s to %(last)s.")
        raise ValueError(sentence % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return day
