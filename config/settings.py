"""Every setting in one file. What differs between machines comes from the environment or from .env.

Nothing has to be set to try the system; with DEBUG=0 a SECRET_KEY is obligatory.
"""

import hashlib
import sys
import zoneinfo
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import environ
from corsheaders.defaults import default_headers

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
env.read_env(BASE_DIR / ".env")

DEBUG = env.bool("DEBUG", True)
SECRET_KEY = env.str("SECRET_KEY", "")
TRIAL_SECRET_KEY = "only-for-trying-the-system-on-your-own-machine"


def stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    sys.exit(3)  # with any other status gunicorn would start the worker again, and again


if not SECRET_KEY:
    if not DEBUG:
        stop(
            "SECRET_KEY is not set. With DEBUG=0 put a long random SECRET_KEY into the environment or .env, e.g. "
            "the output of: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
        )
    SECRET_KEY = TRIAL_SECRET_KEY

ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])]
CSRF_TRUSTED_ORIGINS = [origin.strip() for origin in env.list("CSRF_TRUSTED_ORIGINS", default=[])]

# The firm
FIRM_NAME = env.str("FIRM_NAME", "")
FIRM_ADDRESS = env.str("FIRM_ADDRESS", "").replace("\\n", "\n")
TIME_ZONE = env.str("TIME_ZONE", "UTC")
if TIME_ZONE not in zoneinfo.available_timezones():
    stop(f"TIME_ZONE is {TIME_ZONE!r}, which does not exist. Choose a name like Europe/Berlin.")
CURRENCY = env.str("CURRENCY", "USD")
PHONENUMBER_DEFAULT_REGION = env.str("PHONENUMBER_DEFAULT_REGION", "") or None
PAYMENT_DAYS = env.int("PAYMENT_DAYS", 14)
LOW_STOCK_THRESHOLD = env.int("LOW_STOCK_THRESHOLD", 10)
ALLOW_SELLING_BELOW_COST = env.bool("ALLOW_SELLING_BELOW_COST", False)

# unfold and its contribs stand above the packages whose templates they dress.
INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "unfold.contrib.import_export",
    "unfold.contrib.simple_history",
    "config.apps.BackOfficeAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",  # counts failed sign-ins (accounts/lockout.py)
    "corsheaders",
    "csp",
    "import_export",
    "ninja",  # serves the assets of the API's documentation
    "ninja_jwt.token_blacklist",
    "simple_history",
    "phonenumber_field",
    "core",
    "accounts",
    "inventory",
    "sales",
    "config",  # for its commands and checks
]

MIDDLEWARE = [
    "config.middleware.request_id.set_request_id",  # above all: whatever is logged can be found by it
    "config.middleware.security_headers.SecurityHeadersMiddleware",  # above whatever answers
    "corsheaders.middleware.CorsMiddleware",  # above whatever may refuse: a frontend reads refusals too
    "django.middleware.locale.LocaleMiddleware",  # above whatever says something; it reads a cookie, not the session
    "config.middleware.request_limits.limit_body_size",  # above whatever may refuse without reading
    "config.middleware.api_guard.guard_api",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "config.middleware.request_limits.reject_null_characters",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "config.middleware.session_ended.say_session_ended",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "config.middleware.channel.set_channel",
    "config.middleware.database_unavailable.DatabaseUnavailableMiddleware",
    "config.middleware.security_log.log_forbidden",
    "ninja.compatibility.files.fix_request_files_middleware",  # uploads by PUT
    "axes.middleware.AxesMiddleware",
]

if not DEBUG:  # the development server serves static files itself
    security = MIDDLEWARE.index("django.middleware.security.SecurityMiddleware")
    MIDDLEWARE.insert(security + 1, "whitenoise.middleware.WhiteNoiseMiddleware")

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database
DATABASES = {"default": env.db_url_config(env("DATABASE_URL", default="") or f"sqlite:///{BASE_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        # SQLite has no row locks: writers queue at BEGIN instead, for at most `timeout` seconds.
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASES["default"].update(CONN_MAX_AGE=env.int("CONN_MAX_AGE", 60), CONN_HEALTH_CHECKS=True)
    # PostgreSQL supposes disks that turn: it would rather read a whole table than some thousand rows by an index.
    _options = {"options": env.str("POSTGRES_OPTIONS", "-c random_page_cost=1.1")}
    _options["prepare_threshold"] = 5 if env.bool("PREPARED_STATEMENTS", True) else None  # see core/prepared.py
    DATABASES["default"]["OPTIONS"] = {**_options, **DATABASES["default"].get("OPTIONS", {})}

# Where the API's limits are counted: by each process for itself, or with redis://localhost:6379/0 by all together.
_cache = env.cache_url_config(env.str("CACHE_URL", "") or "locmemcache://")
if _cache["BACKEND"].endswith(".RedisCache"):
    _cache["BACKEND"] = "core.cache.FallbackRedisCache"  # signing in needs no Redis
elif _cache["BACKEND"].endswith(".LocMemCache"):
    _cache["OPTIONS"] = {"MAX_ENTRIES": 100_000, **_cache.get("OPTIONS", {})}  # a crowd pushes no count out
# `…?key_prefix=` where several installations share a Redis (django-environ spells it in a way that Django overlooks).
CACHES = {"default": {**_cache, "KEY_PREFIX": _cache.get("key_prefix", "minierp")}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "accounts.roles.RoleBackend"]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# Who may register over the API: open, closed, or approval (they wait until somebody of the staff approves them).
REGISTRATION = env.str("REGISTRATION", "open" if DEBUG else "approval").lower()

# E-mail: links for forgotten passwords. Empty: none is sent, and the sign-in page says to ask an admin.
EMAIL_URL = env.str("EMAIL_URL", "consolemail://" if DEBUG else "")
vars().update(env.email_url_config(EMAIL_URL) if EMAIL_URL else {})
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "mini-erp@localhost")

# Failed sign-ins: so many of one name from one address, and both have to wait together (accounts/lockout.py).
AXES_FAILURE_LIMIT = env.int("LOGIN_FAILURES", 5)
AXES_COOLOFF_TIME = timedelta(minutes=env.int("LOGIN_COOLOFF_MINUTES", 15))
LOGIN_ACCOUNT_FAILURES = env.int("LOGIN_ACCOUNT_FAILURES", 10)  # of one name in five minutes, from unknown addresses
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "accounts.lockout.normalised_login"
AXES_CLIENT_IP_CALLABLE = "core.client_address.client_network"
AXES_LOCKOUT_CALLABLE = "accounts.lockout.answer_locked_out"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # the wait ends on time, whatever was tried meanwhile
AXES_DISABLE_ACCESS_LOG = True  # accounts/security_log.py does that
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# The API
DEFAULT_PAGINATION_PAGE_SIZE = env.int("DEFAULT_PAGINATION_PAGE_SIZE", 10)
CORS_ALLOWED_ORIGINS = [
    origin.strip()
    for origin in env.list("CORS_ALLOWED_ORIGINS", default=["http://localhost:3000", "http://127.0.0.1:3000"])
]
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_HEADERS = [*default_headers, "idempotency-key"]
CORS_EXPOSE_HEADERS = ["Retry-After", "X-Request-ID"]
DASHBOARD_SECONDS = env.int("DASHBOARD_SECONDS", 5)  # so old the dashboard's figures may be
API_RATE = env.str("API_RATE", "600/m")  # requests of one user, or of one address that has not signed in
API_UPLOAD_RATE = env.str("API_UPLOAD_RATE", "20/m")  # pictures of one user
API_LOGIN_RATE = env.str("API_LOGIN_RATE", "10/m")  # sign-ins (to the admin too) and registrations
# How many proxies stand in front: where in X-Forwarded-For the client's address is. 0: believe no such header.
NINJA_NUM_PROXIES = env.int("NUM_PROXIES", 0 if DEBUG else 1)
# Every key, because ninja-jwt takes those left out from environment variables named like them (SIGNING_KEY, …).
NINJA_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=env.int("JWT_ACCESS_EXPIRES_IN_MINUTES", 120)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=env.int("JWT_REFRESH_EXPIRES_IN_DAYS", 7)),
    "ROTATE_REFRESH_TOKENS": False,
    "BLACKLIST_AFTER_ROTATION": False,
    "UPDATE_LAST_LOGIN": True,
    "ALGORITHM": "HS256",
    "SIGNING_KEY": hashlib.sha256(f"API tokens {SECRET_KEY}".encode()).hexdigest(),
    "VERIFYING_KEY": "",
    "AUDIENCE": None,
    "ISSUER": "mini-erp",
    "JWK_URL": None,
    "LEEWAY": 0,
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "user_id",
    "USER_AUTHENTICATION_RULE": "ninja_jwt.authentication.default_user_authentication_rule",
    "TOKEN_USER_CLASS": "ninja_jwt.models.TokenUser",
    "AUTH_TOKEN_CLASSES": ["accounts.tokens.CheckedAccess"],
    "JSON_ENCODER": None,
    "TOKEN_TYPE_CLAIM": "token_type",
    "JTI_CLAIM": "jti",
    "SLIDING_TOKEN_REFRESH_EXP_CLAIM": "refresh_exp",
    "SLIDING_TOKEN_LIFETIME": timedelta(minutes=5),
    "SLIDING_TOKEN_REFRESH_LIFETIME": timedelta(days=1),
    "TOKEN_OBTAIN_PAIR_INPUT_SCHEMA": "ninja_jwt.schema.TokenObtainPairInputSchema",
    "TOKEN_OBTAIN_PAIR_REFRESH_INPUT_SCHEMA": "ninja_jwt.schema.TokenRefreshInputSchema",
    "TOKEN_OBTAIN_SLIDING_INPUT_SCHEMA": "ninja_jwt.schema.TokenObtainSlidingInputSchema",
    "TOKEN_OBTAIN_SLIDING_REFRESH_INPUT_SCHEMA": "ninja_jwt.schema.TokenRefreshSlidingInputSchema",
    "TOKEN_BLACKLIST_INPUT_SCHEMA": "ninja_jwt.schema.TokenBlacklistInputSchema",
    "TOKEN_VERIFY_INPUT_SCHEMA": "ninja_jwt.schema.TokenVerifyInputSchema",
}

# Language and time
LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")  # the firm's: of the log, and of whoever has chosen none
LANGUAGES = [("en", "English"), ("ar", "العربية")]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
FORMAT_MODULE_PATH = ["config.formats"]
USE_TZ = True

# Files
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
MEDIA_URL = "media/"
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "core.storage.CarefulStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
    # Import files between preview and confirmation: never inside MEDIA_ROOT, so never served.
    "imports": {
        "BACKEND": "core.storage.CarefulStorage",
        "OPTIONS": {"location": env.str("IMPORT_ROOT", str(BASE_DIR / "var" / "imports"))},
    },
}
LAST_BACKUP_FILE = Path(env.str("LAST_BACKUP_FILE", str(BASE_DIR / "var" / "last-backup.json")))
MAX_IMAGE_BYTES = env.int("MAX_IMAGE_BYTES", 5 * 1024 * 1024)
IMPORT_DETACHED = env.bool("IMPORT_DETACHED", True)  # in a process of their own, see core/imports/runs.py
MAX_IMPORT_BYTES = env.int("MAX_IMPORT_BYTES", 10 * 1024 * 1024)

# History and import/export
SIMPLE_HISTORY_HISTORY_CHANGE_REASON_USE_TEXT_FIELD = True
SIMPLE_HISTORY_REVERT_DISABLED = True
IMPORT_EXPORT_ESCAPE_ILLEGAL_CHARS_ON_EXPORT = True  # else one control character in a name breaks every XLSX export
IMPORT_EXPORT_SKIP_ADMIN_LOG = True  # history and the stock change log already say it, and better

# An order of several hundred lines is one form.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

# Security
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_AGE = 60 * 60 * 12
if not DEBUG:
    HTTPS = env.bool("HTTPS", True)  # switch off only to try production settings without a certificate
    SECURE_SSL_REDIRECT = HTTPS
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)/$"]
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 365 * 24 * 60 * 60) if HTTPS else 0
    # The firm's choice, because it binds other servers of its domain too, and for long.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS and env.bool("HSTS_INCLUDE_SUBDOMAINS", False)
    SECURE_HSTS_PRELOAD = HTTPS and env.bool("HSTS_PRELOAD", False)
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = HTTPS
    CSRF_COOKIE_SECURE = HTTPS

# Logs go to stdout, each line with the name of its request; gunicorn writes the one line per request.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "config.middleware.request_id.RequestIdFilter"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {request_id} {name} {message}", "style": "{"}},
    "handlers": {
        "stdout": {
            "class": "logging.StreamHandler",
            "stream": "ext://sys.stdout",
            "formatter": "line",
            "filters": ["request_id"],
        }
    },
    "root": {"handlers": ["stdout"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "security": {"level": "INFO"},  # whatever LOG_LEVEL leaves out
        "axes": {"level": "ERROR"},  # what it says stands in the security log
    },
}

from config.unfold import UNFOLD  # noqa: E402, F401  (the admin's theme and sidebar)
