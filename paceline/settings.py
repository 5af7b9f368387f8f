"""What Django needs to know; everything that a machine decides comes from PACELINE_* and DATABASE_URL."""

import hashlib
import os
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from paceline.environment import given, mail_server, whole_number
from paceline.home import SECRET_KEY_FILE, home, make_home, secret
from paceline.single_sign_on import apps, providers

ROOT = Path(__file__).parent
MEBIBYTE = 2**20


def _secret_key() -> str:
    key = given("PACELINE_SECRET_KEY")
    if key:
        return key
    folder = home()
    make_home(folder)
    return secret(folder, SECRET_KEY_FILE)


def hosts() -> list[str]:
    """The names that the service answers to; its own machine's, unless others are given."""
    listed = os.environ.get("PACELINE_HOSTS", "")
    return [name.strip() for name in listed.split(",") if name.strip()] or ["localhost", "127.0.0.1", "[::1]"]


def site_url() -> str:
    """Where the links in mails and of commands lead."""
    url = os.environ.get("PACELINE_URL")
    if url:
        return url.rstrip("/") + "/"
    return f"https://{hosts()[0]}/" if IS_SECURE else "http://127.0.0.1:8000/"


# Behind TLS, which a proxy ends: cookies go over TLS only, and browsers are told to stay with it.
IS_SECURE = os.environ.get("PACELINE_TLS") == "1"

SITE_URL = site_url()
SECRET_KEY = _secret_key()
DEBUG = False
ALLOWED_HOSTS = hosts()
INSTALLED_APPS = [
    "django.forms",
    # The list of security keys tells their days by it.
    "django.contrib.humanize",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    # Before allauth, whose pages it lays out anew.
    "paceline.accounts",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.usersessions",
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
    "paceline.limits.limited",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "paceline.middleware.refusals",
    "paceline.middleware.heads",
]
# The service's own stands (paceline/logs.py): Django's, made anew at each setup, would let warnings with paths through.
LOGGING_CONFIG = None
ROOT_URLCONF = "paceline.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
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


def _static_version() -> str:
    """A word that changes with any of the files that browsers keep."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "web" / "static").rglob("*")):
        if path.is_file():
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


# Kept by browsers for ever, because what changes gets another address.
STATIC_URL = f"static/{_static_version()}/"
# The page of the API's document; the package that it comes with is loaded by the API alone.
_NINJA = find_spec("ninja")
STATICFILES_DIRS = [Path(str(_NINJA.origin)).parent / "static"] if _NINJA else []
WHITENOISE_MAX_AGE = 31_536_000
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

# Ten thousand records of a few kilobytes each.
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * MEBIBYTE

# Requests a second of one token or session, and of one address without either, in each process. A busy integration
# sends 300 writes a second.
CALLER_RATE = whole_number("PACELINE_CALLER_RATE", 1_000)
# A request's statement that takes longer is stopped; 0 lets it take what it takes.
STATEMENT_SECONDS = whole_number("PACELINE_STATEMENT_SECONDS", 60)
ANONYMOUS_RATE = whole_number("PACELINE_ANONYMOUS_RATE", 50)

# In the database, because a session that is only a cookie cannot be ended. The choices that a newcomer would question
# here and below are in docs/decisions/accounts.md.
SESSION_ENGINE = "django.contrib.sessions.backends.db"
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

# What allauth counts its attempts in: several processes share it. A count that is thrown out is one that starts anew.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempt",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["paceline.accounts.passwords.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 3600
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "account_login"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

ACCOUNT_ADAPTER = "paceline.accounts.adapter.Accounts"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105 - a class
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"login_failed": "20/5m/ip,5/5m/key"}
MFA_ADAPTER = "paceline.accounts.factors.Factors"
MFA_SUPPORTED_TYPES = ["recovery_codes", "totp", "webauthn"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Paceline"
# A clock may be off by half a minute, or somebody slow.
MFA_TOTP_TOLERANCE = 1
# Browsers have passkeys on plain HTTP for this machine alone.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not IS_SECURE

SSO_PROVIDERS = providers()
SOCIALACCOUNT_ADAPTER = "paceline.web.single_sign_on.SingleSignOn"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
# By a link and not by a form: browsers hold a form to our own addresses (form-action), and the provider's is another.
SOCIALACCOUNT_LOGIN_ON_GET = True
SOCIALACCOUNT_PROVIDERS = apps(SSO_PROVIDERS)

EMAIL_BACKEND = "paceline.accounts.mail.Background"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = os.environ.get("PACELINE_MAIL_FROM") or f"Paceline <paceline@{ALLOWED_HOSTS[0]}>"
globals().update(mail_server(given("PACELINE_MAIL_URL")))

NINJA_PAGINATION_MAX_LIMIT = 1_000
