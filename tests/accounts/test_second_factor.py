"""Second factors: an app's codes, recovery codes, and what guessing them brings; and streams that a session opened."""

import re
import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.test import RequestFactory

from paceline.accounts import actions
from paceline.api import callers
from paceline.org.actions.tokens import NotSignedIn
from tests.accounts.browser import PASSWORD, Browser, Members
from tests.plan.cast import NOON

ACTIVATE = "/account/two-factor/totp/activate/"
CODE = "/account/two-factor/authenticate/"


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def activated(browser: Browser) -> str:
    """The secret of the app that the user has from now on; the password is asked for once more."""
    browser.sign_in("sam@acme.example")
    asked = browser.get(ACTIVATE).url
    assert asked.startswith("/account/confirm?next=")
    browser.send(asked, password=PASSWORD)
    found = re.search(r'value="([A-Z2-7]{32})"', browser.get(ACTIVATE).content.decode())
    assert found
    assert browser.post(ACTIVATE, code=code_of(found[1])).status_code == 302
    return found[1]


def test_a_password_alone_is_not_enough(members: Members) -> None:
    here = Browser()
    secret = activated(here)
    codes = re.findall(r"\b\d{8}\b", here.get("/account/two-factor/recovery-codes/").content.decode())
    assert len(codes) == 10
    there = Browser("203.0.113.9")
    assert there.sign_in("sam@acme.example").url.startswith(CODE)
    assert not there.is_in
    assert there.get("/api/v1/teams").status_code == 401
    # Each is good once.
    for code in (code_of(secret), codes[0]):
        for is_let_in in (True, False):
            browser = Browser("203.0.113.9")
            browser.sign_in("sam@acme.example")
            browser.send(CODE, code=code)
            assert browser.is_in is is_let_in


def test_a_security_key_is_listed_renamed_and_removed(members: Members) -> None:
    from allauth.mfa.models import Authenticator

    here = Browser()
    activated(here)
    user = members.grants["sam"].user
    key = {"name": "<b>lost</b>", "credential": {}}
    made = Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=key)
    keys = "/account/two-factor/webauthn/"
    assert "&lt;b&gt;lost&lt;/b&gt;" in here.get(keys).content.decode()
    assert here.send(f"{keys}keys/{made.pk}/edit/", name="found").url == keys
    assert "found" in here.get(keys).content.decode()
    stranger = Browser()
    stranger.sign_in("eve@acme.example")
    asked = stranger.get(f"{keys}keys/{made.pk}/remove/").url
    assert stranger.send(asked, password=PASSWORD).status_code == 302
    assert stranger.get(f"{keys}keys/{made.pk}/remove/").status_code == 404
    assert here.send(f"{keys}keys/{made.pk}/remove/").url == keys
    assert not Authenticator.objects.filter(pk=made.pk).exists()


def test_pages_of_an_account_are_kept_by_nobody(members: Members) -> None:
    here = Browser()
    activated(here)
    for path in ("two-factor/recovery-codes/", "two-factor/recovery-codes/download/", "sessions", "password"):
        answer = here.get(f"/account/{path}")
        assert answer.status_code == 200
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", ")), path


def test_what_codes_are_made_from_is_kept_encrypted(members: Members, monkeypatch: pytest.MonkeyPatch) -> None:
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP

    def is_right(code: str) -> bool:
        cache.clear()
        return TOTP(Authenticator.objects.get(type="totp")).validate_code(code)

    secret = activated(Browser())
    kept = {each.type: each for each in Authenticator.objects.all()}
    assert kept["totp"].data["secret"].startswith("fernet:")
    assert kept["recovery_codes"].data["seed"].startswith("fernet:")
    assert secret not in str([each.data for each in kept.values()])
    key = settings.SECRET_KEY
    monkeypatch.setattr(settings, "SECRET_KEY", "of another home")
    assert not is_right(code_of(secret))
    monkeypatch.setattr(settings, "SECRET_KEY", key)
    assert is_right(code_of(secret))
    # One from before there was encryption.
    kept["totp"].data = {"secret": secret}
    kept["totp"].save()
    assert is_right(code_of(secret))


def test_codes_cannot_be_guessed_from_many_addresses(members: Members) -> None:
    secret = activated(Browser())
    for number in range(5):
        guesser = Browser(f"198.51.100.{number}")
        guesser.sign_in("sam@acme.example")
        guesser.send(CODE, code="000000")
    late = Browser("198.51.100.99")
    late.sign_in("sam@acme.example")
    assert "Too many" in late.send(CODE, code=code_of(secret)).content.decode()
    assert not late.is_in


def test_a_stream_ends_with_the_session_or_the_membership(members: Members) -> None:
    browser = Browser()
    browser.sign_in("sam@acme.example")
    request = RequestFactory().get("/api/v1/live")
    request.session = browser.client.session
    from django.contrib.auth import get_user

    request.user = get_user(request)
    caller = callers.caller_of(request)
    assert callers.recheck(caller, NOON).actor == "sam@acme.example"
    with transaction.atomic():
        actions.change_member(members.scope, members.grants["sam"].id, role="viewer")
    assert callers.recheck(caller, NOON).access != caller.access
    browser.post("/sign-out")
    with pytest.raises(NotSignedIn):
        callers.recheck(caller, NOON)
    browser.sign_in("sam@acme.example")
    request.session = browser.client.session
    caller = callers.caller_of(request)
    with transaction.atomic():
        actions.end_member(members.scope, members.grants["sam"].id, NOON)
    with pytest.raises(NotSignedIn):
        callers.recheck(caller, NOON)
