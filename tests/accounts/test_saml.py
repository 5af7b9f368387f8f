"""Single sign-on by SAML: who gets in, as what, and which answers are worth nothing."""

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from paceline import single_sign_on
from paceline.accounts.models import User
from tests.accounts.browser import Browser, Members
from tests.accounts.saml import ENTITY, SIGN_IN, SamlProvider
from tests.accounts.test_single_sign_on import roles

LOGIN = "/account/sso/saml/company/login/"
FILE = f"""[[provider]]
protocol = "saml"
id = "company"
name = "Company"
organization = "acme"
entity_id = "{ENTITY}"
sign_in_url = "{SIGN_IN}"
certificate_file = "{{certificate}}"
role_claim = "groups"
email_claim = "mail"
name_claim = "displayName"
roles = {{{{ heads = "admin", leads = "manager", reps = "rep" }}}}
domains = ["acme.example"]
"""


@pytest.fixture
def provider(members: Members, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SamlProvider]:
    """The provider, as the operator's file has it."""
    made = SamlProvider({"mail": ["Nia@acme.example"], "displayName": ["Nia"], "groups": ["others", "reps"]})
    certificate, file = tmp_path / "company.pem", tmp_path / "sso.toml"
    certificate.write_text(made.certificate, encoding="utf-8")
    file.write_text(FILE.format(certificate=certificate), encoding="utf-8")
    monkeypatch.setenv("PACELINE_SSO_FILE", str(file))
    found = single_sign_on.providers()
    with override_settings(SSO_PROVIDERS=found, SOCIALACCOUNT_PROVIDERS=single_sign_on.apps(found)):
        yield made


def come(browser: Browser, provider: SamlProvider) -> Any:
    """Sign in by the provider: sent there, and its answer posted from its page, without our token."""
    there = browser.get(LOGIN).url
    assert there.startswith(SIGN_IN)
    return post(browser, *provider.answer(there))


def post(browser: Browser, path: str, answer: str) -> Any:
    finish: Any = browser.client.post(path, {"SAMLResponse": answer, "RelayState": ""})
    return browser.get(finish.url)


def is_refused(browser: Browser, answer: Any) -> bool:
    return "did not work" in answer.content.decode() and not browser.is_in


def test_who_comes_the_first_time_gets_an_account_with_the_role_of_the_claims(
    members: Members, provider: SamlProvider
) -> None:
    browser = Browser()
    assert "Sign in with Company" in browser.get("/sign-in").content.decode()
    assert come(browser, provider).url == "/"
    assert browser.is_in
    user = User.objects.get(email="nia@acme.example")
    assert (user.name, user.has_usable_password(), roles(members)[user.email]) == ("Nia", False, "rep")
    provider.attributes["groups"] = ["leads"]
    come(Browser(), provider)
    assert roles(members)[user.email] == "manager"
    provider.attributes["groups"] = []
    answer = come(Browser(), provider)
    assert (answer.status_code, "gives you no role" in answer.content.decode()) == (403, True)
    assert user.email not in roles(members)
    assert not browser.is_in


def test_a_provider_speaks_for_its_own_addresses_alone(members: Members, provider: SamlProvider) -> None:
    for email in ("olga@globex.example", "nia@acme.example.evil.example", ""):
        provider.attributes["mail"] = [email]
        browser = Browser()
        answer = come(browser, provider)
        assert (answer.status_code, "does not vouch" in answer.content.decode()) == (403, True), email
        assert not browser.is_in
    # Another with the address of somebody is not them.
    provider.attributes["mail"] = ["nia@acme.example"]
    come(Browser(), provider)
    provider.attributes["mail"] = ["rosa@acme.example"]
    browser = Browser()
    assert come(browser, provider).status_code == 403
    assert not browser.is_in


@pytest.mark.parametrize(
    "wrong",
    [
        {"audience": "https://another.example/metadata"},
        {"entity": "https://evil.example"},
        {"acs": "https://another.example/acs/"},
        {"until": "2020-01-01T00:00:00Z"},
        {"since": "2999-01-01T00:00:00Z"},
        {"asked": "ONELOGIN_another"},
        {"asked": ""},
    ],
)
def test_an_answer_to_somebody_else_is_refused(members: Members, provider: SamlProvider, wrong: dict[str, str]) -> None:
    browser = Browser()
    there = browser.get(LOGIN).url
    path, _ = provider.answer(there)
    provider.wrong = wrong
    assert is_refused(browser, post(browser, path, provider.answer(there)[1]))


def test_what_the_provider_did_not_sign_is_refused(members: Members, provider: SamlProvider) -> None:
    browser = Browser()
    path, good = provider.answer(browser.get(LOGIN).url)
    text = base64.b64decode(good)
    altered = base64.b64encode(text.replace(b">reps<", b">heads<")).decode()
    assert altered != good
    assert is_refused(browser, post(browser, path, altered))
    assert is_refused(browser, post(browser, path, "no answer"))
    bomb = b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>' + text.replace(b">reps<", b">&b;<")
    assert is_refused(browser, post(browser, path, base64.b64encode(bomb).decode()))
    other = SamlProvider(provider.attributes)
    assert is_refused(browser, come(browser, other))
    provider.is_signed = False
    assert is_refused(browser, come(browser, provider))


def test_an_answer_is_good_once_and_for_who_asked(members: Members, provider: SamlProvider) -> None:
    asking, stranger = Browser(), Browser()
    path, answer = provider.answer(asking.get(LOGIN).url)
    assert is_refused(stranger, post(stranger, path, answer))
    post(asking, path, answer)
    assert asking.is_in
    asking.send("/sign-out")
    assert is_refused(asking, post(asking, path, answer))


def test_the_provider_is_told_who_asks(members: Members, provider: SamlProvider) -> None:
    text = Browser().get("/account/sso/saml/company/metadata/").content.decode()
    assert 'AuthnRequestsSigned="false" WantAssertionsSigned="true"' in text
    assert "http://localhost/account/sso/saml/company/acs/" in text
    assert Browser().get("/account/sso/saml/another/metadata/").status_code == 404


def test_nobody_is_signed_out_by_a_request_that_is_not_signed(members: Members, provider: SamlProvider) -> None:
    browser = Browser()
    come(browser, provider)
    answer = browser.get("/account/sso/saml/company/sls/?SAMLRequest=abc")
    assert (answer.status_code, browser.is_in) == (400, True)
