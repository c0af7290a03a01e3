"""Settings that are wrong, or not fit for production: said by `manage.py check --deploy`, and by `doctor`."""

import sys
import zoneinfo

from django.conf import settings
from django.core.checks import ERROR, CheckMessage, Error, Info, Tags, Warning, register, run_checks
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from ninja.throttling import SimpleRateThrottle

from accounts.models import LONGEST_PAYMENT_TERM

TAG = "minierp"
RATES = ("API_RATE", "API_LOGIN_RATE", "API_UPLOAD_RATE")
REGISTRATIONS = ("open", "closed", "approval")


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
    return [Error(f"PAYMENT_DAYS is {settings.PAYMENT_DAYS}.", hint=hint, id="minierp.E009")]


@register(TAG)
def rates_are_rates(app_configs, **kwargs) -> list[CheckMessage]:
    wrong = [name for name in RATES if not is_rate(getattr(settings, name))]
    hint = "Write how many in which time: 600/m is 600 a minute; s, m, h and d are a second, minute, hour and day."
    return [
        Error(f"{name} is {getattr(settings, name)!r}, which is no rate.", hint=hint, id="minierp.E005")
        for name in wrong
    ]


def is_rate(text: str) -> bool:
    try:
        rate = SimpleRateThrottle(text)
    except ValueError:
        return False
    return text.count("/") == 1 and text[-1] in "smhd" and rate.num_requests > 0 and rate.duration > 0


@register(TAG)
def numbers_make_sense(app_configs, **kwargs) -> list[CheckMessage]:
    return [
        Error(f"{name} is {value}.", hint=f"It must be at least {least}.", id="minierp.E006")
        for name, (value, least) in numbers().items()
        if value < least
    ]


def numbers() -> dict[str, tuple[float, int]]:
    """What each number is, and the least that it can be, by the name that it has in the environment."""
    return {
        "NUM_PROXIES": (settings.NINJA_NUM_PROXIES, 0),
        "LOGIN_FAILURES": (settings.AXES_FAILURE_LIMIT, 1),
        "LOGIN_ACCOUNT_FAILURES": (settings.LOGIN_ACCOUNT_FAILURES, 1),
        "LOGIN_COOLOFF_MINUTES": (settings.AXES_COOLOFF_TIME.total_seconds() / 60, 1),
        "LOW_STOCK_THRESHOLD": (settings.LOW_STOCK_THRESHOLD, 0),
        "DEFAULT_PAGINATION_PAGE_SIZE": (settings.DEFAULT_PAGINATION_PAGE_SIZE, 1),
        "JWT_ACCESS_EXPIRES_IN_MINUTES": (settings.NINJA_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds() / 60, 1),
        "JWT_REFRESH_EXPIRES_IN_DAYS": (settings.NINJA_JWT["REFRESH_TOKEN_LIFETIME"].days, 1),
        "MAX_IMAGE_BYTES": (settings.MAX_IMAGE_BYTES, 1),
        "MAX_IMPORT_BYTES": (settings.MAX_IMPORT_BYTES, 1),
    }


@register(TAG)
def hosts_are_named(app_configs, **kwargs) -> list[CheckMessage]:
    if settings.DEBUG or "*" not in settings.ALLOWED_HOSTS:
        return []
    hint = "Name the hosts that people type, e.g. erp.example.com; else links in e-mails can be made to lead elsewhere."
    return [Error("ALLOWED_HOSTS is *, which is any name.", hint=hint, id="minierp.E007")]


@register(TAG)
def registration_is_known(app_configs, **kwargs) -> list[CheckMessage]:
    if settings.REGISTRATION in REGISTRATIONS:
        return []
    hint = f"It is one of {', '.join(REGISTRATIONS)}."
    return [Error(f"REGISTRATION is {settings.REGISTRATION!r}.", hint=hint, id="minierp.E008")]


def stop_on_errors() -> None:
    """Leave the process with a sentence for each setting that is wrong: before the first request, not at it."""
    errors = [message for message in run_checks(tags=[TAG]) if message.level >= ERROR]
    for message in errors:
        print(f"{message.msg} {message.hint}", file=sys.stderr)
    if errors:
        sys.exit(3)  # with any other status gunicorn would start the worker again, and again


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
