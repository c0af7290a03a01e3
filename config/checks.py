"""Settings that are wrong, or not fit for production: said by `manage.py check --deploy`, and by `doctor`."""

import zoneinfo

from django.conf import settings
from django.core.checks import CheckMessage, Error, Info, Tags, Warning, register
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import LONGEST_PAYMENT_TERM

TAG = "minierp"


@register(Tags.database)
def database_is_not_of_1_0(app_configs, databases=None, **kwargs) -> list[CheckMessage]:
    """What `migrate` would make of such a database would be neither the old nor the new; it runs this check first."""
    for alias in databases or ():
        applied = MigrationRecorder(connections[alias]).applied_migrations()
        if ("accounts", "0002_api_access") in applied:
            hint = "Make a backup with version 1.0 and restore it into a new database (docs/operations.md, Upgrading)."
            return [Error("This database is of version 1.0.", hint=hint, id="minierp.E004")]
    return []


@register(TAG)
def time_zone_exists(app_configs, **kwargs) -> list[CheckMessage]:
    if settings.TIME_ZONE in zoneinfo.available_timezones():
        return []
    hint = "Choose a name like Europe/Berlin."
    return [Error(f"TIME_ZONE is {settings.TIME_ZONE!r}, which does not exist.", hint=hint, id="minierp.E001")]


@register(TAG)
def payment_days_are_possible(app_configs, **kwargs) -> list[CheckMessage]:
    if 0 <= settings.PAYMENT_DAYS <= LONGEST_PAYMENT_TERM:
        return []
    hint = f"Choose a number of days from 0 to {LONGEST_PAYMENT_TERM}."
    return [Error(f"PAYMENT_DAYS is {settings.PAYMENT_DAYS}.", hint=hint, id="minierp.E005")]


@register(TAG, deploy=True)
def time_zone_is_chosen(app_configs, **kwargs) -> list[CheckMessage]:
    """Only a hint: for a firm in Accra it is right."""
    if settings.TIME_ZONE not in {"UTC", "Etc/UTC"}:
        return []
    hint = "Is that where the firm is?"
    return [Info("TIME_ZONE is UTC: the firm's day begins at midnight UTC.", hint=hint, id="minierp.I001")]


@register(TAG, deploy=True)
def debug_is_off(app_configs, **kwargs) -> list[CheckMessage]:
    if not settings.DEBUG:
        return []
    return [Warning("DEBUG is on.", hint="Set DEBUG=0 where people work.", id="minierp.W001")]


@register(TAG, deploy=True)
def secret_key_is_secret(app_configs, **kwargs) -> list[CheckMessage]:
    key, level = settings.SECRET_KEY, Warning if settings.DEBUG else Error
    if key == settings.TRIAL_SECRET_KEY:
        return [level("SECRET_KEY is the one that everybody knows.", hint="Set one of your own.", id="minierp.E002")]
    if len(key) < 50 or len(set(key)) < 5:
        hint = "It needs 50 random characters. A new one signs everybody out."
        return [level("SECRET_KEY is short.", hint=hint, id="minierp.E003")]
    return []
