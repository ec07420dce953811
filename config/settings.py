"""Django's settings. What differs between machines comes from the environment (config.env)."""

import os

import dj_database_url

from config.env import read_environment
from config.mail import mail_settings
from config.paths import CHAIN_DIR, DATA_DIR, ROOT, kernel_cache_dir
from config.schedule import TASK_ROUTES, WORK_QUEUE, beat_schedule
from config.stack.ports import remembered_port
from portal import admin_theme

ENVIRONMENT = read_environment()
os.environ.setdefault("NUMBA_CACHE_DIR", str(kernel_cache_dir()))

BASE_DIR = ROOT
DATA_ROOT = DATA_DIR
SECRET_KEY = ENVIRONMENT.secret_key
DEBUG = ENVIRONMENT.debug
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
PUBLIC_URL = ENVIRONMENT.public_url
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
# Where links in mails lead.
SITE_URL = PUBLIC_URL or f"http://127.0.0.1:{remembered_port('web')}"
DEFAULT_FROM_EMAIL = ENVIRONMENT.email_from
globals().update(mail_settings(ENVIRONMENT.email_url))

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    # Registered with the addresses (config.urls): a worker shows no pages and starts without them.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "config",
    "contracts",
    "settlement",
    "collateral",
    "oracles",
    "lending",
    "governance",
    "portal",
    "benchmarks",
]

MIDDLEWARE = [
    "portal.middleware.RefuseLargeBodies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "portal.middleware.RefuseUnstorable",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# PostgreSQL is the truth. The time-outs keep one stuck statement from holding everybody up.
DATABASES = {
    "default": {
        **dj_database_url.parse(ENVIRONMENT.database_url),
        "CONN_MAX_AGE": 0,
        # The pool looks whether a connection still lives before it hands it out.
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
    }
}
DATABASES["default"].setdefault("OPTIONS", {})
DATABASES["default"]["OPTIONS"] |= {
    "pool": {"min_size": 1, "max_size": 10, "timeout": 10},
    "connect_timeout": 5,
    "options": (
        "-c statement_timeout=50s -c lock_timeout=5s -c idle_in_transaction_session_timeout=30s"
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
# Files are served from the apps where collectstatic was not run.
WHITENOISE_USE_FINDERS = True
MEDIA_ROOT = DATA_DIR / "evidence"
STORAGES = {
    # Evidence lies encrypted: a stolen disk or backup shows sizes and nothing else.
    "default": {"BACKEND": "collateral.storage.EncryptedFileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}

# The chain.
RPC_URL = ENVIRONMENT.rpc_url
RPC_WITNESS_URLS = ENVIRONMENT.rpc_witness_urls
CHAIN_ID = ENVIRONMENT.chain_id
CHAIN_PROFILE = ENVIRONMENT.chain_profile
CHAIN_CONFIRMATIONS = ENVIRONMENT.chain_confirmations
RELAYER_MNEMONIC = ENVIRONMENT.relayer_mnemonic
ANCHOR_KEYS = ENVIRONMENT.anchor_keys
EVIDENCE_KEYS = ENVIRONMENT.evidence_keys
DEVICE_ROOTS = ENVIRONMENT.device_roots
DEPLOYMENT_FILE = CHAIN_DIR / "deployment.json"

# Celery. A task must end well before the broker takes its message for lost and sends it again.
VISIBILITY_TIMEOUT_S = 300
CELERY_BROKER_URL = ENVIRONMENT.redis_url
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": VISIBILITY_TIMEOUT_S,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 30,
    "socket_connect_timeout": 5,
    "health_check_interval": 10,
}
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_TIMEOUT_S
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_ALWAYS_EAGER = ENVIRONMENT.celery_eager
CELERY_TASK_DEFAULT_QUEUE = WORK_QUEUE
CELERY_TASK_ROUTES = TASK_ROUTES
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_ETA_TASK_LIMIT = 100
CELERY_WORKER_MAX_TASKS_PER_CHILD = 2000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE = beat_schedule()

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        name: {"level": "INFO"}
        for name in ("settlement", "collateral", "oracles", "lending", "governance", "portal")
    },
}

# The staff desk's look.
UNFOLD = admin_theme.UNFOLD
