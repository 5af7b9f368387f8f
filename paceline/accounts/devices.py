"""Browsers in which somebody signed in before: what others guess at the same address does not keep them out there.

A browser has a cookie with a number of its own and, so that nobody reads them, digests of the accounts that were signed
in by it. It lets nobody in: its attempts are counted by themselves.
"""

import hashlib
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

COOKIE = "paceline_known"
SECONDS_MAX = 180 * 24 * 3600
# A browser of many, as in a shop, knows the last of them.
ACCOUNTS_MAX = 10
# So that no other signed text passes for one.
_SALT = "paceline.known"
_BROWSER = "_paceline_browser"


def count_by_browser(request: HttpRequest, email: str) -> None:
    """Let attempts of the request count for its browser, if that account was signed in by it before."""
    number, accounts = _read(request)
    if _digest(email) in accounts:
        setattr(request, _BROWSER, number)


def count_by_address(request: HttpRequest) -> None:
    """Let attempts of the request count for its address, as they do unless it is said otherwise."""
    setattr(request, _BROWSER, None)


def counted_by(request: HttpRequest) -> str | None:
    """The number of the browser that attempts of the request count for; None for the address."""
    return getattr(request, _BROWSER, None)


def remember(request: HttpRequest, response: HttpResponseBase, email: str) -> None:
    """Let the browser be known for that account from now on."""
    number, accounts = _read(request)
    own = _digest(email)
    kept = [own, *(each for each in accounts if each != own)][:ACCOUNTS_MAX]
    text = signing.dumps([number or secrets.token_hex(16), kept], salt=_SALT)
    options: dict[str, Any] = {"httponly": True, "secure": settings.SESSION_COOKIE_SECURE, "samesite": "Lax"}
    response.set_cookie(COOKIE, text, max_age=SECONDS_MAX, path=reverse("account_login"), **options)


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        number, accounts = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS_MAX)
    except signing.BadSignature:
        return "", []
    return number, accounts


def _digest(email: str) -> str:
    key = hashlib.blake2b(settings.SECRET_KEY.encode(), digest_size=32).digest()
    return hashlib.blake2b(
        email.strip().lower().encode(), digest_size=16, key=key, person=b"paceline known"
    ).hexdigest()
