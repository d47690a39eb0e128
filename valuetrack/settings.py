"""Every setting, in one place. Values that differ between installations come from typed readers in `env`."""

import time
from pathlib import Path
from typing import Any

import django_stubs_ext

from valuetrack import env, local, logs

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

# "local": one machine, services from wheels, mail in files, demo log-ins shown. "production": everything strict.
MODE = env.text("VALUETRACK_MODE", "local")
if MODE not in {"local", "production"}:
    raise env.ConfigurationError(f"VALUETRACK_MODE: expected local or production, found {MODE!r}.")
LOCAL = MODE == "local"
DEBUG = env.boolean("DEBUG", False)
LOCAL_DIR = local.local_dir()

SECRET_KEY = (
    local.secret_key()
    if LOCAL and not env.text("SECRET_KEY", "")
    else env.required_text("SECRET_KEY", "a long random text that stays the same")
)
ALLOWED_HOSTS = env.words(
    "ALLOWED_HOSTS", ["localhost", ".localhost", "127.0.0.1", "[::1]", "testserver"] if LOCAL else []
)
CSRF_TRUSTED_ORIGINS = env.words("CSRF_TRUSTED_ORIGINS", [])
#: how links in mails begin
PUBLIC_URL = env.text(
    "PUBLIC_URL", f"http://127.0.0.1:{env.integer('PORT', 8000, low=1, high=65535)}"
).rstrip("/")

INSTALLED_APPS = [
    "valuetrack",
    "charts",
    "organizations",
    "projects",
    "kpis",
    "assessments",
    "adoption",
    "committee",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "heroicons",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]

MIDDLEWARE = [
    "valuetrack.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "organizations.middleware.OrganizationMiddleware",
    "organizations.middleware.ReaderMiddleware",
    "organizations.middleware.ProductErrorMiddleware",
]

ROOT_URLCONF = "valuetrack.urls"
WSGI_APPLICATION = "valuetrack.wsgi.application"
FORM_RENDERER = "organizations.rendering.ProductFormRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "organizations.context_processors.shell",
                "assessments.context_processors.due",
                "valuetrack.context_processors.local",
            ],
        },
    }
]

# One log-in for everything: requests and workers then assume the application's role, which owns nothing and
# cannot bypass row-level security. With DATABASE_OWNER_URL the two are separate log-ins (behind pgbouncer).
_database = env.database("DATABASE_URL", local.local_database_url())
_owner = env.text("DATABASE_OWNER_URL", "")
APPLICATION_ROLE = env.text("DATABASE_APPLICATION_ROLE", "valuetrack_app")
_options: dict[str, Any] = {"connect_timeout": 5, **_database.pop("OPTIONS", {})}
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **_database,
        "ENGINE": "valuetrack.postgres",
        "OPTIONS": _options if _owner else {**_options, "assume_role": APPLICATION_ROLE},
        "OWNER": {
            key: value
            for key, value in env.database("DATABASE_OWNER_URL", _owner).items()
            if key in {"USER", "PASSWORD"}
        }
        if _owner
        else {},
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": True,
        "DISABLE_SERVER_SIDE_CURSORS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Another database number keeps installations, and tests, on one server apart.
REDIS_DATABASE = env.integer("REDIS_DATABASE", 0, low=0, high=15)
REDIS_URL = env.redis("REDIS_URL", local.local_redis_url(), database=REDIS_DATABASE)
CACHES = {
    "default": {
        "BACKEND": "valuetrack.caches.PatientRedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "vt",
    }
}
#: 0 switches the cache of finished pages off; they are then made from results at each request
PAGE_CACHE_SECONDS = env.integer("PAGE_CACHE_SECONDS", 3600, low=0, high=86400)
#: cached pages of one release are not shown by the next; gunicorn's --preload gives all its workers one moment
RELEASE = env.text("RELEASE", str(time.time_ns()))
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 14

CELERY_BROKER_URL = env.broker(REDIS_URL)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 500
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Above the longest task, or it would be delivered twice; the throttle makes redelivery prompt.
    "visibility_timeout": 60 * 60,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
}
# The database is the truth: when the broker is away, a page must not wait for it. The sweep mends it.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BEAT_SCHEDULE_FILENAME = str(LOCAL_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Beat only pokes; who is due is decided from the database. Odd minutes keep clear of everybody's hour.
    "dispatch-nightly": {"task": "assessments.tasks.dispatch_nightly", "schedule": 600.0},
    "sweep-valuations": {"task": "assessments.tasks.sweep_valuations", "schedule": 67.0},
    "sweep-verdicts": {"task": "assessments.tasks.sweep_verdicts", "schedule": 79.0},
    "sweep-imports": {"task": "assessments.tasks.sweep_imports", "schedule": 71.0},
    "forget-import-files": {"task": "assessments.tasks.forget_import_files", "schedule": 10_801.0},
    "dispatch-reminders": {"task": "assessments.tasks.dispatch_reminders", "schedule": 613.0},
    "dispatch-digests": {"task": "committee.tasks.dispatch_digests", "schedule": 607.0},
    "sweep-outbox": {"task": "organizations.tasks.sweep_outbox", "schedule": 61.0},
    "sweep-deletions": {"task": "organizations.tasks.sweep_deletions", "schedule": 1801.0},
    "sweep-files": {"task": "organizations.tasks.dispatch_file_sweeps", "schedule": 21_601.0},
}

AUTH_USER_MODEL = "organizations.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "organizations.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOCAL
MFA_TOTP_ISSUER = "ValueTrack"

_email = env.email("EMAIL_URL")
if _email:
    EMAIL_BACKEND = _email["EMAIL_BACKEND"]
    EMAIL_HOST = _email["EMAIL_HOST"]
    EMAIL_PORT = _email["EMAIL_PORT"]
    EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
elif LOCAL:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(LOCAL_DIR / "outbox")
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = env.text("EMAIL_FROM", "ValueTrack <valuetrack@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "valuetrack.formats"
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", LOCAL_DIR / "static")
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "charts.finders.PlotlyFinder",
]
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = env.path("UPLOADS_DIR", LOCAL_DIR / "uploads")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
#: largest file accepted by an import, in bytes
IMPORT_MAX_BYTES = env.integer("IMPORT_MAX_MEGABYTES", 50, low=1, high=500) * 1024 * 1024

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = True
if not LOCAL:
    SECURE_SSL_REDIRECT = env.boolean("SECURE_SSL_REDIRECT", True)
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = env.integer("SECURE_HSTS_SECONDS", 31_536_000, low=0, high=63_072_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    if env.boolean("BEHIND_PROXY", False):
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        # Without it everybody behind the proxy would share one throttle of log-ins.
        ALLAUTH_TRUSTED_PROXY_COUNT = 1
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "manifest-src": ["'self'"],
    }
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "organizations.api.access.TokenAuthentication",
        "organizations.api.access.MemberSession",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["organizations.api.access.MemberPermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_PAGINATION_CLASS": "organizations.api.access.Pages",
    "PAGE_SIZE": 100,
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_THROTTLE_CLASSES": ["organizations.api.access.TokenThrottle"],
    "DEFAULT_THROTTLE_RATES": {"token": env.text("API_THROTTLE", "600/minute")},
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "organizations.api.errors.answer_error",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ValueTrack API",
    "DESCRIPTION": "Read projects, KPIs, measurements and results of one organization; write measurements in bulk.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": True,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "organizations.api.schema.describe_errors",
    ],
    "ENUM_NAME_OVERRIDES": {
        "StatusWordEnum": "assessments.models.results.StatusWord",
        "MeasurementStatusEnum": "assessments.models.measurement.Measurement.Status",
    },
}

LOGGING = logs.configure(readable=LOCAL, level=env.text("LOG_LEVEL", "INFO"))
