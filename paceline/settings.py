"""What Django needs to know; everything that a machine decides comes from PACELINE_* and DATABASE_URL."""

import os
from pathlib import Path
from typing import Any

from paceline.home import SECRET_KEY_FILE, home, make_home, secret

ROOT = Path(__file__).parent
MEBIBYTE = 2**20


def _secret_key() -> str:
    given = os.environ.get("PACELINE_SECRET_KEY")
    if given:
        return given
    folder = home()
    make_home(folder)
    return secret(folder, SECRET_KEY_FILE)


def hosts() -> list[str]:
    """The names that the service answers to; its own machine's, unless others are given."""
    given = os.environ.get("PACELINE_HOSTS", "")
    return [name.strip() for name in given.split(",") if name.strip()] or ["localhost", "127.0.0.1", "[::1]"]


# Behind TLS, which a proxy ends: cookies go over TLS only, and browsers are told to stay with it.
IS_SECURE = os.environ.get("PACELINE_TLS") == "1"

SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = hosts()
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "ninja",
    "procrastinate.contrib.django",
    "paceline.accounts",
    "paceline.org",
    "paceline.crm",
    "paceline.plan",
    "paceline.boards",
    "paceline.api",
    "paceline.web",
]
MIDDLEWARE = [
    "paceline.middleware.requests",
    "django.middleware.security.SecurityMiddleware",
    "paceline.middleware.careful",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "paceline.middleware.Compressed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "paceline.middleware.refusals",
    "paceline.middleware.heads",
]
ROOT_URLCONF = "paceline.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
# paceline.setup adds where the server is, once it is ready.
DATABASES: dict[str, dict[str, Any]] = {
    # A thread keeps its connection; one that broke meanwhile is noticed where a caller's token is looked up.
    "default": {"ENGINE": "django.db.backends.postgresql", "CONN_MAX_AGE": None}
}
AUTH_USER_MODEL = "accounts.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
APPEND_SLASH = False

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Ten thousand records of a few kilobytes each.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * MEBIBYTE

SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
SESSION_COOKIE_NAME = "paceline_session"
SESSION_COOKIE_AGE = 14 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = IS_SECURE
CSRF_COOKIE_NAME = "paceline_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = IS_SECURE
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS] if IS_SECURE else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_SECURE else None
SECURE_HSTS_SECONDS = 31_536_000 if IS_SECURE else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

NINJA_PAGINATION_MAX_LIMIT = 1_000
