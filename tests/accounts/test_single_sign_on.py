"""Single sign-on with a real provider: who gets in, as what, and for whom a provider may not speak."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from django.db import transaction
from django.test import override_settings

from paceline import single_sign_on
from paceline.accounts import actions
from paceline.accounts.models import User
from paceline.environment import BadSetting
from tests.accounts.browser import Browser, Members
from tests.accounts.oidc import CLIENT, SECRET, OpenIdProvider, running

NIA: dict[str, Any] = {
    "sub": "17",
    "email": "nia@acme.example",
    "email_verified": True,
    "name": "Nia",
    "groups": ["reps"],
}
LOGIN = "/account/sso/oidc/company/login/"
FILE = """[[provider]]
id = "company"
name = "Company"
organization = "acme"
issuer = "{issuer}"
client_id = "{client}"
client_secret_file = "{secret}"
role_claim = "groups"
roles = {{ heads = "admin", leads = "manager", reps = "rep" }}
domains = ["acme.example"]
"""


@pytest.fixture
def provider(members: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenIdProvider]:
    """The provider, as the operator's file has it."""
    with running(OpenIdProvider(dict(NIA))) as made:
        secret, file = tmp_path / "secret", tmp_path / "sso.toml"
        secret.write_text(f"{SECRET}\n", encoding="utf-8")
        file.write_text(FILE.format(issuer=made.issuer, client=CLIENT, secret=secret), encoding="utf-8")
        monkeypatch.setenv("PACELINE_SSO_FILE", str(file))
        found = single_sign_on.providers()
        with override_settings(SSO_PROVIDERS=found, SOCIALACCOUNT_PROVIDERS=single_sign_on.apps(found)):
            yield made


def come(browser: Browser) -> Any:
    """Sign in by the provider, as a browser is sent from here to there and back."""
    there = browser.get(LOGIN).url
    back = urlsplit(httpx.get(there).headers["Location"])
    return browser.get(f"{back.path}?{back.query}")


def roles(members: Members) -> dict[str, str]:
    with transaction.atomic():
        return {each.user.email: each.role for each in actions.members(members.scope)}


def test_who_comes_the_first_time_gets_an_account_with_the_role_of_the_claims(
    members: Members, provider: OpenIdProvider
) -> None:
    browser = Browser()
    assert "Sign in with Company" in browser.get("/sign-in").content.decode()
    assert come(browser).url == "/"
    assert browser.is_in
    user = User.objects.get(email="nia@acme.example")
    assert (user.name, user.has_usable_password(), roles(members)[user.email]) == ("Nia", False, "rep")


def test_the_role_is_that_of_the_claims_every_time(members: Members, provider: OpenIdProvider) -> None:
    browser = Browser()
    come(browser)
    # Of several the widest.
    provider.claims["groups"] = ["reps", "leads", "others"]
    come(Browser())
    assert roles(members)["nia@acme.example"] == "manager"
    provider.claims["groups"] = ["others"]
    answer = come(Browser())
    assert (answer.status_code, "gives you no role" in answer.content.decode()) == (403, True)
    assert "nia@acme.example" not in roles(members)
    # Also where they are signed in still.
    assert not browser.is_in


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "olga@globex.example"},
        {"email": "nia@acme.example.evil.example"},
        {"email_verified": False},
        {"email_verified": None},
        {"email": ""},
    ],
)
def test_a_provider_speaks_for_its_own_addresses_alone(
    members: Members, provider: OpenIdProvider, claims: dict[str, Any]
) -> None:
    before = roles(members)
    provider.claims |= claims
    browser = Browser()
    answer = come(browser)
    assert (answer.status_code, "does not vouch" in answer.content.decode()) == (403, True)
    assert not browser.is_in
    assert roles(members) == before
    assert not User.objects.filter(email__in=["nia@acme.example", "olga@globex.example"]).exists()


def test_another_with_the_address_of_somebody_is_not_them(members: Members, provider: OpenIdProvider) -> None:
    come(Browser())
    provider.claims["email"] = "rosa@acme.example"
    browser = Browser()
    assert come(browser).status_code == 403
    assert not browser.is_in


def test_the_last_admin_stays(members: Members, provider: OpenIdProvider) -> None:
    provider.claims |= {"sub": "1", "email": "rosa@acme.example"}
    answer = come(Browser())
    assert "the only admin" in answer.content.decode()
    assert roles(members)["rosa@acme.example"] == "admin"


def test_a_code_without_the_session_that_asked_for_it_is_nothing(members: Members, provider: OpenIdProvider) -> None:
    there = Browser().get(LOGIN).url
    back = urlsplit(httpx.get(there).headers["Location"])
    stranger = Browser()
    answer = stranger.get(f"{back.path}?{back.query}")
    assert "did not work" in answer.content.decode()
    assert not stranger.is_in


def test_a_token_of_another_issuer_or_for_another_client_is_refused(members: Members, provider: OpenIdProvider) -> None:
    for claim in ({"iss": "https://evil.example"}, {"aud": "another"}, {"exp": 1}):
        provider.claims = {**NIA, **claim}
        browser = Browser()
        assert "did not work" in come(browser).content.decode(), claim
        assert not browser.is_in


def test_what_is_wrong_with_the_file_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, secret = tmp_path / "sso.toml", tmp_path / "secret"
    monkeypatch.setenv("PACELINE_SSO_FILE", str(file))
    good = FILE.format(issuer="https://login.example", client="c", secret=secret)
    cases = {
        "cannot be read": None,
        "[[provider]]": "x = 1",
        "issuer has to begin with https://": good.replace("https://", "http://"),
        "domains has to list": good.replace('["acme.example"]', "[]"),
        "which word of role_claim": good.replace('"manager"', '"boss"'),
        "client_id is missing": good.replace("client_id", "client"),
        "client_secret_file cannot be read": good,
        "protocol has to be openid or saml": f'{good}protocol = "ldap"',
        "entity_id is missing; sign_in_url is missing; certificate_file is missing": f'{good}protocol = "saml"',
    }
    for said, text in cases.items():
        if text is not None:
            file.write_text(text, encoding="utf-8")
        with pytest.raises(BadSetting) as refused:
            single_sign_on.providers()
        assert said in refused.value.message
    secret.write_text("s", encoding="utf-8")
    file.write_text(good + good, encoding="utf-8")
    with pytest.raises(BadSetting, match="the same id"):
        single_sign_on.providers()
