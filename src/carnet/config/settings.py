"""Django's settings. Nothing secret is here: the keys of the cell come from its passphrase, and the secret of
the sessions is drawn anew by each process, so that a restart signs everybody out."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF

HOME = Path(os.environ.get("CARNET_HOME") or Path.home() / ".local/share/carnet").absolute()
# Tables of the world (drugs), shared by the cells of one machine: beside the cell, never in it.
REFERENCE = Path(os.environ.get("CARNET_REFERENCE") or HOME.parent / "carnet-reference").absolute()
DATABASE_URL = os.environ.get("CARNET_DATABASE_URL", "")
INS = os.environ.get("CARNET_INS", "")


def database(url: str) -> dict[str, Any]:
    """The embedded encrypted database, or the PostgreSQL server that CARNET_DATABASE_URL names."""
    if not url:
        return {
            "ENGINE": "carnet.store.sqlcipher",
            "NAME": "cell",
            "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20},
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": None,
    }


DEBUG = False
SECRET_KEY = secrets.token_urlsafe(48)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DATABASES = {"default": database(DATABASE_URL)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "oauth2_provider",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "carnet.store",
    "carnet.accounts",
    "carnet.web.shell",
    "carnet.web.setup",
    "carnet.web.sign_in",
    "carnet.web.day",
    "carnet.web.patient",
    "carnet.web.consultation",
    "carnet.web.paper",
    "carnet.web.practice",
    "carnet.web.identity",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "carnet.web.shell.middleware.no_store",
    "carnet.web.sign_in.middleware.cell_door",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "carnet.web.sign_in.middleware.person_door",
    "carnet.config.sending.body_door",
    "carnet.web.sign_in.middleware.SignInRequired",
    "allauth.account.middleware.AccountMiddleware",
    "carnet.web.shell.middleware.Refusals",
]
ROOT_URLCONF = "carnet.config.urls"
WSGI_APPLICATION = "carnet.config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
            "builtins": ["carnet.web.shell.templatetags.carnet"],
        },
    }
]

AUTH_USER_MODEL = "accounts.Person"
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("sign_in_name", "display_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# Of allauth only the store of second factors is used (accounts/second_factor.py): none of its pages is mounted.
ACCOUNT_USER_MODEL_USERNAME_FIELD = "sign_in_name"
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
# Of the OAuth toolkit only clients and the exchange of their secret for a short token (api/oauth.py): none of its pages
# is mounted, and its own table of tokens, which keeps them in clear, stays empty.
OAUTH2_PROVIDER_APPLICATION_MODEL = "oauth2_provider.Application"
OAUTH2_PROVIDER = {
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.BackendApplicationServer",
    "OAUTH2_VALIDATOR_CLASS": "carnet.api.oauth.Validator",
    "ACCESS_TOKEN_GENERATOR": "carnet.api.oauth.new_token",
    "ACCESS_TOKEN_EXPIRE_SECONDS": 900,
    "SCOPES": {"system/*.*": "Ce que permet le rôle de l'application"},
}
LOGIN_URL = "sign_in:sign_in"
LOGIN_REDIRECT_URL = "day"

SESSION_ENGINE = "carnet.accounts.sessions"
SESSION_COOKIE_NAME = "carnet"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Strict"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "carnet.web.shell.errors.csrf_refused"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "no-referrer"
X_FRAME_OPTIONS = "SAMEORIGIN"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF, "data:"],
        "connect-src": [SELF],
        "frame-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
    }
}

# What is uploaded stays in memory until it is encrypted: never in a readable temporary file.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = 64 << 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 4 << 20

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [Path(__file__).parent.parent / "locale"]
LANGUAGE_COOKIE_NAME = "carnet_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Strict"
TIME_ZONE = os.environ.get("CARNET_TIME_ZONE", "Europe/Paris")
USE_TZ = True
STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600
APPEND_SLASH = False

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# Logs name places and kinds of error, never what a patient's record holds.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "carnet.config.logs.Line", "format": "{levelname} {name} {message}", "style": "{"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    # These two would write tokens at the level of debugging.
    "loggers": {"oauthlib": {"level": "WARNING"}, "oauth2_provider": {"level": "WARNING"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("CARNET_LOG", "WARNING")},
}
