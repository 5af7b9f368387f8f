"""What Django needs to know; everything that a machine decides comes from PACELINE_* and DATABASE_URL."""

import os
from typing import Any

from paceline.home import SECRET_KEY_FILE, home, make_home, secret


def _secret_key() -> str:
    given = os.environ.get("PACELINE_SECRET_KEY")
    if given:
        return given
    folder = home()
    make_home(folder)
    return secret(folder, SECRET_KEY_FILE)


SECRET_KEY = _secret_key()
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "paceline.org",
    "paceline.crm",
    "paceline.plan",
]
# paceline.setup adds where the server is, once it is ready.
DATABASES: dict[str, dict[str, Any]] = {"default": {"ENGINE": "django.db.backends.postgresql"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
